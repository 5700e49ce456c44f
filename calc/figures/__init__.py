"""Reports to one value with its range and its working, under a policy.

`normalize` brings reports to one basis, `readings` holds the candidates of a metric, `policy` chooses the headline,
`results` evaluates expressions over every combination, `derive` computes one metric from others. Imports
`calc.catalog`, `calc.formulas` and what stands below them. A derived metric is one row of `derive`; a rule of the
policy one field of `policy.Policy`.
"""
