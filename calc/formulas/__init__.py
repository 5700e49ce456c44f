"""Pure functions over quantities, by topic: no files, no sheets, no printing.

Every function takes and returns pint quantities (scalars or arrays that broadcast), checks nothing
but what the units check by themselves, and works unchanged on NumPy and Dask arrays.
"""
