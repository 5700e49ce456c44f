"""Compare chip clusters from provenance-tagged sheets: every figure as-reported, spans over all reports.

>>> import calc
>>> found = calc.compare("cm384", "nvl72")
>>> print(found.row("peak_compute.bf16.dense").ratios["cm384"].value.magnitude)
1.6666666666666667
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import calc.render.forms  # noqa: F401  # answers show themselves by its table, whichever module of calc made them

__version__ = "0.1.0"
__all__ = [
    "CalcError", "audit", "chip", "chips", "compare", "estimate", "evaluate", "explain", "export_control", "load",
    "measured", "model", "models", "quantity", "reports", "sources", "sweep", "system", "systems",
]  # fmt: skip

if TYPE_CHECKING:
    from calc import estimate
    from calc.api import (
        audit,
        chip,
        chips,
        compare,
        evaluate,
        explain,
        export_control,
        load,
        measured,
        model,
        models,
        quantity,
        reports,
        sources,
        sweep,
        system,
        systems,
    )
    from calc.errors import CalcError


def __getattr__(name: str) -> Any:
    # Names are looked up when they are used, so that `--help` need not import pint.
    if name == "CalcError":
        from calc.errors import CalcError

        return CalcError
    if name == "estimate":
        import calc.estimate

        return calc.estimate
    if name in __all__:
        from calc import api

        return getattr(api, name)
    raise AttributeError(f"module 'calc' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
