"""The bytes of each file of the site, by its path: what `calc.views.site` says, put into templates."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from calc.analysis import longtables, scorecard
from calc.analysis.audit import Auditor
from calc.analysis.comparison import Comparer
from calc.render import bibtex, contracts, datapackage, html, json
from calc.render.site import charts
from calc.sheets.folders import FOLDERS, HARDWARE
from calc.sheets.schema import STATUS
from calc.views import audit, comparison, estimate, words
from calc.views.site import accuracy, claims, figures, frontiers, sources, subjects
from calc.views.site.phrases import phrases
from calc.views.site.subjects import SubjectFigures

Files = Iterator[tuple[str, bytes]]
MENU = ("systems", "chips", "models", "compare", "table", "scatter", "history", "frontier", "accuracy", "claims",
        "sources", "downloads")  # fmt: skip
FIRST = ("cm384", "nvl72")
"""What the start page compares, where both are in the catalog."""
_LOADS = {"compare": "figures", "table": "figures", "scatter": "figures", "history": "moved", "frontier": "frontier"}
_CHARTS = ("scatter", "history", "frontier")
"""The pages that load data, with the name of these, and those of them that have a chart."""


def site(comparer: Comparer, version: str) -> dict[str, bytes]:
    """Return the files of the site of a catalog, by their paths; downloads name the version of the program.

    The same catalog, policy and versions of libraries give the same bytes.

    Raises
    ------
    SheetError
        With every fault of the sheets.
    """
    return dict(sorted(_Site(comparer, version).files()))


@dataclass(frozen=True)
class _Site:
    comparer: Comparer
    version: str
    charts: bool = field(default_factory=charts.there_are)

    @cached_property
    def held(self) -> list[SubjectFigures]:
        """Every system, chip and model."""
        catalog = self.comparer.catalog
        kinds = sorted(FOLDERS, key=lambda kind: kind not in HARDWARE)
        return [SubjectFigures(self.comparer, one) for kind in kinds for one in catalog.subjects(catalog.ids(kind))]

    @cached_property
    def claims(self) -> list[dict[str, Any]]:
        return claims.board(Auditor(self.comparer).audit().findings)

    @cached_property
    def frontiers(self) -> dict[str, Any]:
        return frontiers.frontiers(self.comparer)

    @cached_property
    def day(self) -> str:
        """The day of the newest source."""
        return str(self.comparer.as_of([self.comparer.reader.of(one.sheet) for one in self.held]) or "")

    @property
    def policy(self) -> str:
        """How headlines are selected, in words."""
        return words.policy_line(self.comparer.policy, self.day or None)

    def files(self) -> Files:
        yield from self._assets()
        yield from self._data()
        yield from self._subjects()
        yield from self._sources()
        yield from self._downloads()
        yield from self._programs()
        known = {one.sheet.id for one in self.held if one.sheet.kind in HARDWARE}
        board = [one | {"pair": {one["subject"], one["object"]} <= known} for one in self.claims]
        yield self._page("claims", "claims", page=board, notes=[*audit.VERDICTS, audit.INVERSE, audit.CLOSE])
        yield from self._apps()
        yield self._page("accuracy", "accuracy", page=accuracy.accuracy(self.comparer))
        yield self._page(
            "index",
            "",
            pair=self._first() if known.issuperset(FIRST) else None,
            counts=self._counts(),
            legend=[*words.LEGEND.values(), self.policy],
        )

    def _apps(self) -> Files:
        for app, data in _LOADS.items():
            legend = {"figures": tuple(words.LEGEND.values()), "frontier": (estimate.CAVEAT,)}.get(data, ())
            yield self._page("app", app, app=app, data=data, chart=app in _CHARTS, charts=self.charts, legend=legend)

    def _page(self, template: str, path: str, **held: Any) -> tuple[str, bytes]:
        name = f"{path}/index.html".lstrip("/")
        shown = {"root": "../" * name.count("/"), "phrases": phrases(), "chart": False}
        return name, _short(html.rendered(f"site/{template}.html", **shown | held)).encode()

    # -- what pages load --------------------------------------------------------------------------

    def _assets(self) -> Files:
        style, common, chart = (html.own(f"site/{name}") for name in ("site.css", "site.js", "chart.js"))
        yield "assets/site.css", style.encode()
        policy = words.policy_line(self.comparer.policy)
        about = {"menu": MENU, "day": self.day, "policy": policy, "recipes": subjects.recipes()}
        held = f"const PHRASES = {json.compact(phrases())};\nconst ABOUT = {json.compact(about)};\n"
        yield "assets/site.js", f'"use strict";\n{held}{_body(common)}'.encode()
        for app, data in _LOADS.items():
            parts = [html.own("site/figures.js")] if data == "figures" else []
            parts += [chart] if app in _CHARTS else []
            code = "\n".join(map(_body, (*parts, html.own(f"site/{app}.js"))))
            yield f"assets/{app}.js", f'"use strict";\n{code}'.encode()
        if self.charts:
            yield "assets/bokeh.min.js", charts.script()
            names = [name for _, name in self.frontiers["systems"]]
            made = {"scatter": charts.scatter(), "history": charts.history(), "frontier": charts.frontier(names)}
            for app in _CHARTS:
                yield f"data/{app}-chart.js", f"window.CHART = {made[app]};\n".encode()

    def _data(self) -> Files:
        hardware = [one for one in self.held if one.sheet.kind in HARDWARE]
        catalog = self.comparer.catalog
        every = {id: catalog.source(id) for id in catalog.source_ids()}
        for name, variable, body in (
            ("figures", "FIGURES", figures.figures(hardware, self.claims)),
            ("moved", "MOVED", figures.moved(self.held)),
            ("frontier", "FRONTIER", self.frontiers),
            ("search", "SEARCH", figures.search(self.held, every)),
        ):
            yield f"data/{name}.js", f"window.{variable} = {json.compact(body)};\n".encode()

    # -- the pages --------------------------------------------------------------------------------

    def _subjects(self) -> Files:
        parts: dict[str, list[str]] = {}
        for one in self.held:
            if chip := getattr(one.sheet, "chip", None):
                parts.setdefault(chip, []).append(one.sheet.id)
        for one in self.held:
            yield self._page("subject", one.path, page=subjects.subject(one, tuple(parts.get(one.sheet.id, ()))))
        for kind, folder in FOLDERS.items():
            some = [one for one in self.held if one.sheet.kind == kind]
            yield self._page("list", folder, page=list(subjects.menu(some)), folder=folder)

    def _sources(self) -> Files:
        catalog = self.comparer.catalog
        printed, cited = sources.prints(self.held), sources.citing(self.comparer)
        said: dict[str, list[str]] = {}
        for claim in self.claims:
            said.setdefault(claim["source"], []).append(claim["id"])
        for id in catalog.source_ids():
            page = sources.source(self.comparer, id, printed, cited, said)
            yield self._page("source", f"sources/{id}", page=page, bibtex=bibtex.entry(id, page["source"]))
        rows = [
            (id, catalog.source(id), len(printed.get(id, ())), len(cited.get(id, ()))) for id in catalog.source_ids()
        ]
        yield self._page("sources", "sources", page=rows)

    def _downloads(self) -> Files:
        tables = longtables.tables(self.comparer)
        said = datapackage.about(tables, self.version)
        contents = {table.name: datapackage.as_csv(table).encode() for table in tables}
        csv = _zipped(datapackage.files(said, tables, contents, "csv"))
        yield "downloads/chipcalc-csv.zip", csv
        rows = [
            ("chipcalc-csv.zip", "CSV, Frictionless Data Package", f", {len(csv) / 1000:,.0f} kB"),
            ("../index.json", "JSON, figures by subject", ""), ("../llms.txt", "for AI assistants", ""),
        ]  # fmt: skip
        yield self._page("downloads", "downloads", page=rows)

    def _programs(self) -> Files:
        """Yield what programs read: the reported figures of each subject, their schema, an index, and ``llms.txt``."""
        for one in self.held:
            yield f"{one.path}/figures.json", f"{json.compact(subjects.data(one, self.day))}\n".encode()
        yield "schema/figures.json", json.dump(contracts.figures()).encode()
        index = {
            "status": STATUS, "day": self.day or None, "policy": json.policy(self.comparer.policy),
            "schema": "schema/figures.json", "address": "{folder}/{id}/figures.json",
        } | {
            folder: {one.sheet.id: one.sheet.name for one in self.held if one.sheet.kind == kind}
            for kind, folder in FOLDERS.items()
        }  # fmt: skip
        yield "index.json", json.dump(index).encode()
        example = next((one.path for one in self.held if one.sheet.id == FIRST[0]), "systems/ID")
        yield "llms.txt", html.rendered("site/llms.txt", day=self.day, policy=self.policy, example=example).encode()

    def _counts(self) -> list[tuple[str, str]]:
        many = {folder: str(len(self.comparer.catalog.ids(kind))) for kind, folder in FOLDERS.items()}
        many |= {"sources": str(len(self.comparer.catalog.source_ids())), "claims": str(len(self.claims))}
        return [(key, many.get(key, "")) for key in MENU]

    def _first(self) -> dict[str, Any]:
        """Return the comparison of the start page: verdict, and the default rows."""
        found = self.comparer.compare(FIRST)
        shown = comparison.figures(found)
        folder = FOLDERS[found.subjects[0].kind]
        groups: dict[str, list[dict[str, Any]]] = {}
        for line, cells in zip(scorecard.lines(found), shown.body, strict=True):
            row, ratio = line.row, line.row.ratios.get(FIRST[0])
            value, span = words.short_ratio(ratio) if ratio else ("", "")
            groups.setdefault(line.group, []).append({
                "title": line.title, "unit": cells[1].text, "ratio": value, "span": span,
                "standing": scorecard.standing(row.metric, ratio) if ratio and line.counts else "",
                "figures": [
                    {"text": cell.text, "marks": (cell.marks or "").strip(),
                     "anchor": f"{folder}/{id}/index.html#{row.metric.id}" if row.cells[id].result else ""}
                    for id, cell in zip(FIRST, cells[2:4], strict=True)
                ],
            })  # fmt: skip
        return {
            "ids": FIRST, "names": [one.name for one in found.subjects], "groups": groups.items(),
            "title": comparison.title(found), "verdict": comparison.verdict(found),
        }  # fmt: skip


_BLOCKS = (
    "ul|li|p|h[1-3]|details|summary|d[ldt]|t(?:able|head|body|r|d|h)|main|header|nav|footer|body|meta|link|script|title"
)


def _short(page: str) -> str:
    """Return a page without what its grammar lets one leave out: end tags, quotes, breaks between blocks."""
    page = re.sub(rf"(?<=>)\n+(?=</?(?:{_BLOCKS})\b)", "", page)
    page = re.sub(r"</(?:li|p|td|th|tr|dd|dt|tbody|head|body|html)>", "", page)
    return re.sub(r"<[^<>]*>", lambda tag: re.sub(r'="([\w.#/-]+)"(?=[ >])', r"=\1", tag[0]), page)


def _body(script: str) -> str:
    """Return a script without its first line, for one file of several."""
    return script.replace('"use strict";\n', "", 1)


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    """Return files as one archive, without a date: the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
