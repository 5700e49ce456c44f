"""An answer as tables, workings and pages: typed cells, words and marks, no form of output yet.

One module a question, each with functions that take an answer of `calc.analysis` or `calc.estimates` and return a
`Table`; what several say alike is in `words`. Imports those and what stands below them. A column is one `Column` in
the view that makes the table, with how it folds where space is short; whoever shows a table takes numbers, gaps and
marks from its cells and reads no text back.
"""
