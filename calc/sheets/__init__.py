"""One file: YAML text to a checked, located record, and back.

`texts` reads a file, and keeps the plain data of shipped ones between runs; `yaml_nodes` reads YAML to nodes that know
their place; `schema`, `measurements` and `regulations` are the records and
say what an id, a date or a count looks like; `rules` holds what a record must fulfil beyond its shape; `loader` joins
them, `layout` writes a sheet in order. Imports `calc.errors` and `calc.units`. A metric (a number of a model, too) is
one row of ``metrics.txt``, which `metrics` reads; a key of a sheet is one field of its record, with its meaning; a kind
of source, with its rank, is one row of `source_kinds`; how a printed factor may be worded ("1.7 x", "70 % more",
"about") is `multipliers`; what a user says of a table to import is `mapping`. The config.json of a model
is read by `configs`: an architecture more is a section of ``configs.txt``, a field more a row of it.
"""
