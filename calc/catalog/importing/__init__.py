"""A table of chips or systems to reports of an overlay: nothing guessed in silence, nothing dropped in silence.

`tables` reads a file to cells that stay text, `columns` says which metric a header means (its words are the rows of
``headers.txt``), `cells` reads one cell to a value as printed, `plan` joins them with the names of the catalog to the
reports that may be written and all that may not, and `writing` adds them to the files of an overlay. The record of a
map is `calc.sheets.mapping`; `calc.analysis.importing` runs it all and checks the overlay. A form of tables is one
function and one row of `tables.READERS`; a word of a header is one row of ``headers.txt``.
"""
