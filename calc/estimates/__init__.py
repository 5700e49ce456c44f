"""Models on hardware: bounds, estimates, sweeps, and their validation against published measurements.

`hardware` and `model` read what is run on what, `parallelism` lays it out, `inference`, `training`, `memory` and
`collectives` build the expressions, `efficiencies` and `calibration` take shares of the peaks from measurements,
`estimator` joins them. Imports `calc.analysis` and what stands below it. An option is one row of `options`; a phase one
module.
"""
