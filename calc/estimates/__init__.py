"""Models on hardware: limits, estimates, sweeps, and their validation against published measurements.

`options` declares the options and `arguments` reads them; `hardware`, `model`, `precision` and `parallelism` describe
the workload; `inference`, `training`, `memory` and `collectives` build the expressions, with efficiencies from
`efficiencies` and `calibration`; `estimator` joins them, `sweeps` and `chunks` evaluate grids. Imports `calc.analysis`
and the packages below it. To add an option, add a row to `options` and a field to the record of its phase; to add a
phase, add a module and a name in `options.PHASES`; to add a number format, a row of `precision.FORMATS`. A kind of
parallelism is a field of `parallelism.Parallelism`, used in `inference`, `training` and `memory`, and passed on from
measurements in `cases` and `validation`.
"""
