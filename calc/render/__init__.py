"""One module a form of output: text, JSON, CSV, Markdown, HTML, frames, figures.

Imports `calc.views` and what stands below it; heavy libraries are imported when a form is used. To add a form: a module
here, and its row in `calc.render.forms`.
"""
