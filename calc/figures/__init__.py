"""Reports to one value with its range and its working, under a policy.

`normalize` brings reports to one basis, `readings` holds the candidates of a metric, `policy` chooses the headline,
`results` evaluates expressions over every combination, `derive` computes one metric from others, `display_units` says
in which unit a size is shown. Imports `calc.catalog`, `calc.formulas` and what stands below them. A derived metric is
one row of `derive`; what may be asked of the policy is one field of `policy.Policy` (and of its record in
`calc.render.contracts`), a criterion of the headline one row of `policy.RULES`.
"""
