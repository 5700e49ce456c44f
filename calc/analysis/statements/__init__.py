"""What a text states of subjects of the catalog, found by rules and names, and answered by published figures.

`subjects` finds names of sheets, `sentences` cuts a text, `quantities` reads factors and figures, `lexicon` holds the
words of metrics and comparisons, English and Chinese; `grammar` joins them into statements, `checking` answers them,
`drafts` writes them as a claims sheet. Every piece that is read has a bounded length, so that the work grows with the
length of the text and no faster. A word for a metric is one row of `lexicon.MATTERS`, one for a unit a row of
`quantities.UNITS`, a verb that ranks one of `lexicon.RANKINGS`.
"""
