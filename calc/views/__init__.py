"""An answer as tables, trees and pages: words and marks, no form of output yet.

One module a question, each with functions that take an answer of `calc.analysis` or `calc.estimates` and return a
`Table`. Imports those and what stands below them. A column is one `Column` in the view that makes the table.
"""
