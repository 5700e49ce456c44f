"""The charts of the site, by Bokeh: its script comes with its Python package, and is a quarter of Plotly's.

A chart is made here without data; the page's script puts in what is chosen. Without Bokeh (the extra ``site``) there
are no charts, and the pages have the same figures as tables.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bokeh.plotting import figure

HEIGHT = 480
_TOOLS = "pan,wheel_zoom,box_zoom,reset,save"
_COLOUR = "#3b7dd8"
COLOURS, MARKERS = (_COLOUR, "#c2571a", "#7a5195"), ("circle", "square", "triangle")
_BLANK = [1]
"""What stands in each column until the page puts in its data: a logarithmic axis needs a number."""


def there_are() -> bool:
    """Whether Bokeh is installed."""
    return importlib.util.find_spec("bokeh") is not None


def script() -> bytes:
    """Return the script that draws charts, as Bokeh ships it."""
    import bokeh

    return (Path(bokeh.__file__).parent / "server/static/js/bokeh.min.js").read_bytes()


def scatter() -> str:
    """Return the chart of two metrics against one another, with the range of each: its data are named ``points``."""
    from bokeh.models import ColumnDataSource

    names = ("x", "x0", "x1", "y", "y0", "y1", "name", "vendor", "xt", "yt")
    held = ColumnDataSource(data=dict.fromkeys(names, _BLANK), name="points")
    made = _figure([("", "@name"), ("", "@vendor"), ("x", "@xt"), ("y", "@yt")], x_axis_type="log", y_axis_type="log")
    line: dict[str, Any] = {"source": held, "line_color": _COLOUR, "line_alpha": 0.45, "line_width": 2}
    made.segment("x0", "y", "x1", "y", **line)
    made.segment("x", "y0", "x", "y1", **line)
    return _item(made, made.scatter("x", "y", source=held, size=9, color=_COLOUR, alpha=0.85))


def history() -> str:
    """Return the chart of a figure's reports in time, with the span of a date: its data are named ``points``."""
    from bokeh.models import ColumnDataSource

    held = ColumnDataSource(data=dict.fromkeys(("x", "x0", "x1", "y", "name", "day", "yt"), _BLANK), name="points")
    made = _figure([("", "@name"), ("", "@day"), ("", "@yt")], x_axis_type="datetime", y_axis_type="linear")
    made.segment("x0", "y", "x1", "y", source=held, line_color=_COLOUR, line_alpha=0.45, line_width=2)
    return _item(made, made.scatter("x", "y", source=held, size=10, color=_COLOUR, alpha=0.85))


def frontier(names: Sequence[str]) -> str:
    """Return the chart of throughput against speed for a user, with a band: each curve's data are ``points0``, ..."""
    from bokeh.models import ColumnDataSource

    hints = [("", "@name"), ("", "@layout"), ("x", "@xt"), ("y", "@yt")]
    made = _figure(hints, x_axis_type="log", y_axis_type="log")
    points = []
    for place, (name, colour, marker) in enumerate(zip(names, COLOURS, MARKERS, strict=False)):
        columns = ("x", "y", "low", "high", "name", "layout", "xt", "yt")
        held = ColumnDataSource(data=dict.fromkeys(columns, _BLANK), name=f"points{place}")
        made.varea("x", "low", "high", source=held, fill_color=colour, fill_alpha=0.15)
        made.line("x", "y", source=held, line_color=colour, line_width=2, legend_label=name)
        points.append(made.scatter("x", "y", source=held, size=8, color=colour, marker=marker, legend_label=name))
    if points:
        made.legend.background_fill_alpha = made.legend.border_line_alpha = 0.0
        made.legend.location = "left"
        made.add_layout(made.legend[0], "above")
    return _item(made, *points)


def _figure(hints: list[tuple[str, str]], **axes: Any) -> figure:
    from bokeh.models import BasicTickFormatter, HoverTool
    from bokeh.plotting import figure

    made = figure(
        height=HEIGHT, sizing_mode="stretch_width", tools=_TOOLS, background_fill_color=None, border_fill_color=None,
        outline_line_color=None, **axes,
    )  # fmt: skip
    made.add_tools(HoverTool(tooltips=hints))
    made.toolbar.logo = None
    for axis, name in ((made.xaxis[0], "x"), (made.yaxis[0], "y")):
        axis.name, axis.axis_label_text_font_style = name, "normal"
        if axes[f"{name}_axis_type"] != "datetime":
            axis.formatter = BasicTickFormatter(use_scientific=False)
    return made


def _item(made: figure, *points: Any) -> str:
    """Return a chart as JSON; its parts are numbered from 1, so that the same chart gives the same bytes."""
    from bokeh.embed import json_item

    made.hover[0].renderers = [*points]
    text = json.dumps(json_item(made), separators=(",", ":"))
    numbers: dict[str, str] = {}
    return re.sub(r'"p\d+"', lambda found: numbers.setdefault(found[0], f'"p{len(numbers) + 1}"'), text)
