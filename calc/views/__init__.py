"""An answer as tables, workings and pages: typed cells, words and marks, no form of output yet.

A module a command, by its name (`comparison`, `audit`, `show`, `listing`, `history`, `sources`, `estimate`...), with
functions that take an answer of `calc.analysis` or `calc.estimates` and return a `Table`; `working` is `explain`,
`report_page` is `report`, the package `site` the static site. What several say alike, the legend among it, is in
`words`. Imports those and what stands below them. A column is one `Column` in the view that makes the table, with how
it folds where space is short; whoever shows a table takes numbers, gaps and marks from its cells and reads no text
back.
"""
