"""The user's own machine, measured: matrix products, memory and collectives, to a sheet of an overlay.

`plan` says what is run and of which size, `timing` runs it within a budget of seconds on whatever is a `timing.Device`,
`devices` are those that PyTorch knows, `sheet` writes what was found. Imports `calc.catalog`, `calc.formulas` and what
stands below them; PyTorch is imported by `devices` alone, when a device is opened. One more number format, operation or
kind of device is one row in `plan`.
"""
