"""The vocabulary: text to quantity and back, from one registry made of ``units.txt``.

Numbers and units are parsed apart (`quantities`), spellings that people use are answered (`spellings`), numbers are
written for readers (`numbers`). Imports `calc.errors` alone. A new unit or prefix is one line of ``units.txt``, another
spelling one of `spellings`; in which unit a size is shown is `calc.figures.display_units`.
"""

from calc.units.quantities import (
    MAX_LENGTH,
    NUMBER,
    VOCABULARY,
    ConversionError,
    DimensionalityError,
    Parsed,
    Quantity,
    describe,
    factors,
    joined,
    own,
    parse,
    per,
    quantity,
    readings,
    registry,
    remedy,
    require,
    same_dimension,
    scale,
    si,
    split,
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
    "factors",
    "joined",
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
