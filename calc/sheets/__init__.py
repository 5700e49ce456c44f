"""One file: YAML text to a checked, located record, and back.

`yaml_nodes` reads YAML to nodes that know their place, `schema`, `measurements` and `regulations` are the records,
`metrics` the table of metrics, `rules` what a record must hold, `loader` joins them; `layout` writes a sheet in order.
Imports `calc.errors` and `calc.units`. A metric is one row of ``metrics.txt``; a key of a sheet is one field of its
record, with its meaning.
"""
