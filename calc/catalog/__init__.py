"""All files: overlays over the shipped sheets, ids and names, sources and who cites whom, templates for new sheets.

`names` finds sheets, `sources` documents, `references` says what leads nowhere, and `catalog` loads by id; `checks`
tells every fault, `origins` who takes figures from whom. `merging` joins sheets, `templates` begins new ones,
`importing` makes reports of a table, `formatting` lays sheets out, `files` writes. Imports `calc.sheets` and what
stands below it. A kind of sheet is one row of `calc.sheets.folders.FOLDERS` and one record in `calc.sheets.schema`;
`catalog.Catalog` finds and loads it by id.
"""
