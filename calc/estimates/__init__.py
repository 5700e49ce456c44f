"""Models on hardware: bounds, estimates, sweeps, and their validation against published measurements.

`options` declares what may be asked and `arguments` reads it; `hardware` and `model` are what is run on what,
`parallelism` lays it out; `inference`, `training`, `memory` and `collectives` build the expressions, with what
`efficiencies` and `calibration` take from measurements; `estimator` joins them, `sweeps` and `chunks` evaluate grids.
Imports `calc.analysis` and what stands below it. An option is one row of `options`, and a field of what its phase is
asked; a phase is one module, and one name in `options.PHASES`. A way of parallelism is a field of
`parallelism.Parallelism` and its use in `inference`, `training` and `memory`; what measurements say of it is passed on
in `cases` and `validation`.
"""
