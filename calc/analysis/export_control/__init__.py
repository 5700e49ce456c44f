"""Chips against the thresholds of export rules: arithmetic on reported figures, no legal classification.

`quantities` are the figures of a chip that rules ask for, `thresholds` what a test may answer where they are known,
open or unknown, `classification` the answer. Beside this, `calc.sheets.regulations` is the record of a rule,
``specs/rules`` holds the rules, and `calc.views.export_control` shows the answer. A rule is one sheet; a quantity that
rules test is one row of `calc.sheets.regulations.QUANTITIES` and one of `classification.Classified.cases`.
"""
