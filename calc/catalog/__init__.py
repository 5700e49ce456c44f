"""All files: overlays over the shipped sheets, ids and names, sources and who cites whom, templates for new sheets.

Imports `calc.sheets` and what stands below it. A kind of sheet is one row of `calc.sheets.folders.FOLDERS` and one
record in `calc.sheets.schema`; `catalog.Catalog` finds and loads it by id.
"""
