"""Compare AI chips and systems by published figures: every figure as-reported, with a range over all reports.

All functions use the shipped catalog, and take the keywords of `calc.load` (``as_of``, ``prefer``, ``strict``,
``merge``), too.

>>> import calc
>>> found = calc.compare("cm384", "nvl72")
>>> print(found.row("peak_compute.bf16.dense").ratios["cm384"].value.magnitude)
1.6666666666666667
"""

from __future__ import annotations

# ruff: noqa: F405  What a type checker sees is all of `calc.api`; what there is at run time is `__all__`.
from typing import TYPE_CHECKING, Any

import calc.render.forms  # noqa: F401  # answers show themselves by its table, whichever module of calc made them
from calc.errors import CalcError

if TYPE_CHECKING:
    from calc import estimate, formulas
    from calc.api import *  # noqa: F403

__version__ = "0.1.0"
__all__ = [
    "CalcError", "audit", "check", "chip", "chips", "compare", "estimate", "evaluate", "explain", "export_control",
    "formulas", "frontier",
    "get", "import_table", "load", "measured", "model", "models", "quantity", "reports", "sources", "sweep",
    "system", "systems",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    # Names are looked up when they are used, so that `--help` need not import pint.
    if name == "estimate":
        import calc.estimate

        return calc.estimate
    if name == "formulas":
        import calc.formulas

        return calc.formulas
    if name in __all__:
        from calc import api

        return getattr(api, name)
    raise AttributeError(f"module 'calc' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
