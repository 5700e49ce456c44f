"""The vocabulary: text to quantity and back, from one registry made of ``units.txt``.

Values and units are text and exact numbers (`vocabulary`) until something is computed with them: then they are
quantities (`quantities`), which loads pint when one of its names is first used. Spellings that people use are answered
(`spellings`), numbers are written for readers (`numbers`). Imports `calc.errors` alone. A new unit or prefix is one
line of ``units.txt``, another spelling one of `spellings`; in which unit a size is shown is
`calc.figures.display_units`.
"""

from typing import TYPE_CHECKING, Any

from calc.units.vocabulary import (
    MAX_LENGTH,
    NUMBER,
    VOCABULARY,
    Parsed,
    Quantity,
    describe,
    dimensions,
    factors,
    joined,
    per,
    readings,
    remedy,
    require,
    same_dimension,
    scale,
    si,
    split,
)

if TYPE_CHECKING:
    from calc.units.quantities import (
        ConversionError,
        DimensionalityError,
        magnitude,
        own,
        parse,
        quantity,
        registry,
        text,
        unit,
        unit_text,
    )

__all__ = [
    "MAX_LENGTH",
    "NUMBER",
    "VOCABULARY",
    "ConversionError",
    "DimensionalityError",
    "Parsed",
    "Quantity",
    "describe",
    "dimensions",
    "factors",
    "joined",
    "magnitude",
    "own",
    "parse",
    "per",
    "quantity",
    "readings",
    "registry",
    "remedy",
    "require",
    "same_dimension",
    "scale",
    "si",
    "split",
    "text",
    "unit",
    "unit_text",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from calc.units import quantities

        found = globals()[name] = getattr(quantities, name)
        return found
    raise AttributeError(f"module 'calc.units' has no attribute {name!r}")
