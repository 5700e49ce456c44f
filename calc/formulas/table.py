"""All formulas: importing this loads every module of them. `calc.formulas` knows those of figures alone until asked."""

from __future__ import annotations

import calc.formulas.arithmetic
import calc.formulas.collectives
import calc.formulas.cost
import calc.formulas.export_control
import calc.formulas.inference
import calc.formulas.memory
import calc.formulas.model
import calc.formulas.roofline
import calc.formulas.topology
import calc.formulas.training
from calc.formulas.registry import KNOWN

SUBJECTS = {
    "Figures of a system": calc.formulas.arithmetic,
    "Roofline": calc.formulas.roofline,
    "Model": calc.formulas.model,
    "Memory": calc.formulas.memory,
    "Collectives": calc.formulas.collectives,
    "Topology": calc.formulas.topology,
    "Inference": calc.formulas.inference,
    "Training": calc.formulas.training,
    "Energy and cost": calc.formulas.cost,
    "Export control": calc.formulas.export_control,
}
"""The modules of formulas, by what they are about."""

FORMULAS = KNOWN
"""All formulas by name."""
