"""The notebooks run as they are, show what they are for, hold no figure of their own, and leave nothing behind."""

from __future__ import annotations

import ast
import base64
import html
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

import calc
from calc.sheets import metrics

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SHOWN = {
    "01-compare": ("outperforms on some metrics", "supported by", "CloudMatrix 384 leads: whole system",
                   "trails: per chip", "spans overlap",
                   "not reported", "CloudMatrix 384 / GB200 NVL72", "the chip is"),
    "02-audit": ("reproduced", "not reproduced", "not computable", "superseded by", "revised newsletter edition",
                 "2025-07-28: ", "undated sources left out", "takes from it"),
    "03-your-own-system": ("half-matrix", "from an overlay", "DimensionalityError", "UnitError", "SheetError",
                           "did you mean", "is a bare number", "my-notes", "report.html", "prefer my-notes"),
    "04-estimates": ("binds: a step takes at least", "decode-dsv3-cm384-50ms", "place in the range of measurements",
                     "as derived", "does not fit", "What would fit", "taken as dense",
                     "leave-one-source-out", "leave-one-chip-out"),
    "05-frontier": ("Best throughput of deepseek-v3", "Pareto curve", "MetaX system", "TPOT, s", "llama-3.1-70b",
                    "metax128"),
}  # fmt: skip
"""What somebody who runs a notebook must find in what it shows."""
PICTURES = {"01-compare": 4, "02-audit": 1, "03-your-own-system": 3, "04-estimates": 1, "05-frontier": 2}
LIBRARIES = {"calc", "pandas", "IPython.display", "pathlib", "tempfile"}

WATCH = """
import os, sys

def _watch(event, args):
    if event == "open" and isinstance(args[0], str):
        writes = isinstance(args[1], str) and set(args[1]) & set("wxa+") or (
            isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        path = os.path.realpath(args[0])
        if writes and not path.startswith(({home!r}, "/dev/", "/proc/")):
            os.write(_log, (path + chr(10)).encode())
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir") and args[-1] == -1:
        for path in map(os.path.realpath, args[: 2 if event == "os.rename" else 1]):
            if not path.startswith({home!r}):
                os.write(_log, (path + chr(10)).encode())

_log = os.open({log!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
sys.addaudithook(_watch)
"""
"""What a kernel runs first: the path of whatever it changes outside the home goes into a file."""

# Digits that are names, not figures; everything else with a digit is looked up by a cell.
NAMES = ("CloudMatrix 384", "GB200 NVL72", "01-compare", "02-audit", "03-your-own-system", "04-estimates",
         "05-frontier", "Ascend 910C",
         "DeepSeek-V3", "July 2025", "April 2025", "February 2026", "INT8", "BF16")  # fmt: skip
DATE = re.compile(r"\b20\d\d(-\d\d){0,2}\b")
ONE = re.compile(r"\b1 [A-Za-z]")
"""One of a unit is no figure: it says which unit is meant."""
DIGITS = {*map(str, range(10)), "True", "False"}
FORMAT = re.compile(r"\{?:?\.\d[fg]\}?")


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def cells(path: Path, kind: str) -> list[str]:
    return [cell.source for cell in read(path).cells if cell.cell_type == kind]


@cache
def ids() -> tuple[str, ...]:
    """Return every id that a cell may name, the longest first."""
    catalog = calc.load().comparer.catalog
    sheets = [id for kind in ("chip", "system", "model") for id in catalog.ids(kind)]
    shown = [name for id in sheets for name in (id, re.sub(r"\W", "_", id))]
    return tuple(sorted([*shown, *catalog.source_ids(), *metrics.TABLE, *metrics.PRECISIONS], key=len, reverse=True))


def figures(text: str, names: tuple[str, ...] = NAMES) -> list[str]:
    """Return the words with a digit that is neither part of a name, nor of a date, nor a one before a unit."""
    for name in names:
        text = text.replace(name, "")
    text = ONE.sub("", FORMAT.sub("", DATE.sub("", text)))
    return re.findall(r"\S*\d\S*", text)


def literals(source: str) -> Iterator[str]:
    """Yield what stands in code as a figure: numbers of more than one digit, and digits in texts."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from figures(node.value, (*NAMES, *ids(), "ascend-901c", "utf-8"))
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float) and repr(node.value) not in DIGITS:
            yield repr(node.value)
    yield from (figure for line in re.findall(r"(?m)#.*$", source) for figure in figures(line))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the kernels live: whatever they write elsewhere is noted in ``written``."""
    home = tmp_path_factory.mktemp("home").resolve()
    startup = home / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (home / "tmp").mkdir()
    (startup / "00-watch.py").write_text(WATCH.format(home=str(home), log=str(home / "written")), encoding="utf-8")
    return home


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def ran(request: pytest.FixtureRequest, home: Path) -> tuple[str, NotebookNode]:
    """A notebook and what it is after all of its cells ran; a cell that fails, fails here."""
    folders = {name: str(home / folder) for name, folder in (
        ("HOME", ""), ("IPYTHONDIR", "ipython"), ("JUPYTER_DATA_DIR", "data"), ("MPLCONFIGDIR", "matplotlib"),
        ("TMPDIR", "tmp"), ("XDG_CACHE_HOME", "cache"),
    )}  # fmt: skip
    env = {name: value for name, value in os.environ.items() if name not in ("CALC_SPECS", "MPLBACKEND")}
    env |= folders | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    found = read(request.param)
    NotebookClient(found, timeout=300, resources={"metadata": {"path": str(FOLDER)}}).execute(env=env)
    return request.param.stem, found


def outputs(found: NotebookNode) -> list[NotebookNode]:
    return [output for cell in found.cells if cell.cell_type == "code" for output in cell.outputs]


def test_all_are_known_here() -> None:
    assert {path.stem for path in NOTEBOOKS} == set(SHOWN) == set(PICTURES)


def test_no_cell_errs_or_warns(ran: tuple[str, NotebookNode]) -> None:
    name, found = ran
    assert next(cell.execution_count for cell in found.cells if cell.cell_type == "code") == 1
    wrong = [one for one in outputs(found) if one.output_type == "error" or one.get("name") == "stderr"]
    assert wrong == [], name


def test_what_it_is_for_is_shown(ran: tuple[str, NotebookNode]) -> None:
    name, found = ran
    said = [one.get("text", "") for one in outputs(found)]
    said += [text for one in outputs(found) for form, text in one.get("data", {}).items() if form.startswith("text/")]
    every = html.unescape("\n".join(said))
    assert [words for words in SHOWN[name] if words not in every] == []


def test_figures_show_as_pictures(ran: tuple[str, NotebookNode]) -> None:
    name, found = ran
    pictures = [one.data["image/png"] for one in outputs(found) if "image/png" in one.get("data", {})]
    assert len(pictures) == PICTURES[name]
    assert all(base64.b64decode(picture).startswith(b"\x89PNG") for picture in pictures)


def test_nothing_is_written_outside_the_temporary_folder(ran: tuple[str, NotebookNode], home: Path) -> None:
    written = home / "written"
    assert written.exists()
    assert written.read_text(encoding="utf-8").splitlines() == []
    assert [path.name for path in (home / "tmp").glob("my-sheets*")] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_files_hold_no_outputs(path: Path) -> None:
    found = read(path)
    nbformat.validate(found)
    code = [cell for cell in found.cells if cell.cell_type == "code"]
    assert code
    assert [cell.source for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert set(found.metadata) == {"kernelspec", "language_info"}
    assert set(found.metadata.language_info) == {"name"}
    assert [dict(cell.metadata) for cell in found.cells if cell.metadata] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_figure_is_typed_by_hand(path: Path) -> None:
    assert [figure for text in cells(path, "markdown") for figure in figures(text)] == []
    assert [figure for source in cells(path, "code") for figure in literals(source)] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = 1.7", ["1.7"]), ("x = 384", ["384"]), ("y = x / 2", []), ("f'{x:.3g} and 1.7x'", ["1.7x"]),
        ("'value: 599821 W'", ["599821"]), ("'1 GB/s'", []), ("'semianalysis-cm384-2026/table-power'", []),
        ("x # 300 PFLOP/s", ["300"]), ("'as of 2025-07-28'", []), ("'peak_compute.bf16.dense'", []),
    ],
)  # fmt: skip
def test_what_counts_as_typed_by_hand(source: str, found: list[str]) -> None:
    assert list(literals(source)) == found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_call_only_what_is_public(path: Path) -> None:
    imported, named = set(), set()
    for node in ast.walk(ast.parse("\n".join(cells(path, "code")))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or ".")
        elif isinstance(node, ast.Attribute):
            named.add(node.attr)
            if isinstance(node.value, ast.Name) and node.value.id == "calc":
                assert node.attr in calc.__all__
    assert imported <= LIBRARIES
    assert [name for name in named if name.startswith("_") and name != "__name__"] == []
