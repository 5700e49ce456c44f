"""What one may ask of figures, and the answers as data: compare, audit, check, list, evaluate, classify.

A module a question: `comparison`, `audit`, `history`, `selection`, `citations`; `crosschecks` holds one check a module,
`expressions` the arithmetic of `eval`, `export_control` the thresholds. Imports `calc.figures` and what stands below
it. A question is one module here, one view in `calc.views` and one command in `calc.cli`.
"""
