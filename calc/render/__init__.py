"""One module a form of output: text, JSON, CSV, Markdown, HTML, frames, figures.

Text, Markdown and HTML show the tables of `calc.views`. JSON is made from the answer itself: a key is one line of
`json` and one field of its record in `contracts`; a column of CSV and frames is one name in `records` (of exports, in
`calc.analysis.longtables`). Figures are `plot`: one module and one row of `plot.KINDS` a kind. To add a form: a module
here, and its row in `forms`; `export` and `sweep -o` write files and list theirs in `calc.cli.export` and `streams`.
Imports `calc.views` and what stands below it; heavy libraries are imported when a form is used.
"""
