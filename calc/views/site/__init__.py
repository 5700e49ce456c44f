"""What each page of the static site says, as plain data: no page knows how it is written.

One module a kind of page, `figures` for the data that the interactive pages load, `phrases.toml` for the words of the
interface in each language. It imports what views may import. One more page: a function here that returns its data,
a template in `calc/render/templates/site/`, and a line in `calc.render.site.pages`.
"""
