"""What one may ask of figures, and the answers as data: compare, audit, check, list, evaluate, classify.

A module a question: `comparison` (its default rows are `scorecard.GROUPS`), `audit`,
`statements` (what a text says, for `check`), `history`, `selection` (what `list` chooses), `citations`, `longtables`
(the tables of `export`; the words of their columns are in `calc.sheets.fields`). In `crosschecks` two figures that must
make a third are one row of `identities.RULES`, and another sort of check is one module. `expressions` is the arithmetic
of `eval`, `export_control` the thresholds. Imports `calc.figures` and what stands below it. A question is one module
here, one view in `calc.views` and one command in `calc.cli`.
"""
