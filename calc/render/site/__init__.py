"""The static site: pages from templates, data and scripts beside them, written so that a broken run harms nothing.

`pages` makes the bytes of each file, `charts` what a chart needs (Bokeh, if it is there), `writing` puts the files into
a folder. It imports what `calc.render` may import. One more page: a line in `pages`.
"""
