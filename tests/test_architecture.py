"""Floors and doors: a module imports only from below, and each outside library has one place."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "calc"

# A module imports from the floors below its own, and on its own floor from what stands to its left.
FLOORS = (
    ("errors", "places", "spacing", "numbers", "keys", "files", "factors", "notebook"),
    ("spellings", "units", "expressions", "parsing"),
    ("metrics",),
    ("schema", "measurements", "regulations", "fields", "rules", "measured_rules", "editor_schemas"),
    ("nodes", "comments", "layout", "sheets"),
    ("merging", "catalog", "formatting", "skeletons"),
    ("policy", "readings", "formulas.conventions", "formulas.aggregate", "formulas.arithmetic",
     "formulas.export_control", "formulas.figures", "formulas.architecture", "formulas.attention", "formulas.flops",
     "formulas.latency", "formulas.*", "formulas.table", "formulas"),
    ("brief", "results", "reader", "display_units"),
    ("derive", "corners", "lineage", "explanation", "comparison", "contrasts", "claims", "auditing", "history",
     "selection", "longtables", "workings", "evaluation", "attributes", "thresholds", "performance", "classification"),
    ("crosschecks.slips", "crosschecks.sides", "crosschecks.subject", "crosschecks.*", "crosschecks"),
    ("workloads", "workloads.pieces", "workloads.blueprint", "workloads.machine", "workloads.layout",
     "workloads.efficiencies", "workloads.record", "workloads.economy", "workloads.steps", "workloads.fits",
     "workloads.serving", "workloads.learning", "workloads.holding", "workloads.exchange", "workloads.cases",
     "workloads.calibration", "workloads.splits", "workloads.trials", "workloads.scores", "workloads.asking",
     "workloads.options", "workloads.slabs", "workloads.sweeps", "workloads.blocks"),
    ("views", "audit_views", "estimate_views", "sweep_views", "trial_views", "export_views", "sheet_views",
     "list_views", "measured_views", "tree_views", "evaluation_views", "pages", "sites", "cards", "validation",
     "charts", "charts.common", "charts.reports", "charts.*", "render", "render.json", "render.records",
     "render.tables", "render.columns", "render.trials", "render.datapackage", "render.parquet", "render.plot.style",
     "render.plot.ladder", "render.plot.reports", "render.plot.bars", "render.plot.shares", "render.plot.rooflines",
     "render.plot.trials", "render.plot", "render.classification", "render.*"),
    ("strategies", "api", "estimate", "", "cli.group", "cli.options", "cli.output", "cli.estimating", "cli.*", "cli",
     "__main__"),
)  # fmt: skip

# Methods that show a result import their form when they are called. Each is a named exception to
# the floors: a new one fails here, and so does one that is no longer needed.
SHOWS_ITSELF = {
    ("results", "render.text"): "Result.explain",
    ("comparison", "render.json"): "Comparison.to_dict",
    ("comparison", "render.plot"): "Comparison.plot",
    ("comparison", "render.html"): "Comparison.to_html",
    ("auditing", "render.text"): "Finding.explain",
    ("auditing", "render.json"): "Audit.to_dict",
    ("results", "render.frame"): "Result.to_frame",
    ("comparison", "render.frame"): "Comparison.to_frame",
    ("auditing", "render.frame"): "Audit.to_frame",
    ("classification", "render.classification"): "Classification.to_dict",
    ("workloads.scores", "render.trials"): "Validation.to_dict",
    ("workloads.scores", "render.frame"): "Validation.to_frame",
    ("workloads.scores", "render.plot.trials"): "Validation.plot",
    ("notebook", "render.html"): "Shown._repr_html_",
    ("notebook", "render.markdown"): "Shown._repr_markdown_",
}

DOORS = {
    "click": (
        "cli",
        "cli.group",
        "cli.options",
        "cli.arithmetic",
        "cli.figures",
        "cli.sheets",
        "cli.editing",
        "cli.estimating",
        "cli.pages",
        "cli.pictures",
        "cli.rules",
        "cli.sweeping",
        "cli.validating",
        "cli.tables",
    ),
    "dask": ("workloads.blocks",),
    "hypothesis": ("strategies",),
    "jinja2": ("render.html",),
    "markupsafe": ("render.html",),
    "matplotlib": ("render.plot.style",),
    "numpy": (
        "readings",
        "results",
        "corners",
        "workloads.slabs",
        "workloads.blocks",
        "formulas.activations",
        "formulas.decode",
        "formulas.envelope",
        "formulas.hierarchy",
        "formulas.kv_cache",
        "formulas.latency",
        "formulas.roofline",
        "formulas.time_bounds",
    ),
    "pandas": ("render.frame",),
    "pint": ("units",),
    "pyarrow": ("render.parquet",),
    "pydantic": ("schema",),
    "pydantic_core": ("schema",),
    "rich": ("render.text",),
    "yaml": ("nodes",),
}
"""Which modules may import an outside library; one that is not named here has no door at all."""


@dataclass(frozen=True)
class Import:
    """One name imported: by which module, in which function (empty: at the top), of what."""

    module: str
    function: str
    target: str
    name: str
    line: int

    def __str__(self) -> str:
        return f"calc/{self.module.replace('.', '/')}.py:{self.line} imports {self.target}.{self.name}".rstrip(".")


def modules() -> dict[str, Path]:
    """Every module by its name below ``calc``; the package itself is the empty name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(module: str) -> list[Import]:
    """Every import of a module that happens when it runs."""
    path = MODULES[module]
    return list(_walk(ast.parse(path.read_text(encoding="utf-8")), module, "", path.name == "__init__.py"))


def _walk(node: ast.AST, module: str, function: str, package: bool) -> Iterator[Import]:
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for other in node.orelse:
            yield from _walk(other, module, function, package)
        return
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(module, function, alias.name, "", node.lineno)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = ["calc", *filter(None, module.split("."))]
            base = ".".join([*above[: len(above) - node.level + package], *filter(None, [base])])
        for alias in node.names:
            yield Import(module, function, base, alias.name, node.lineno)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        function = f"{function}.{node.name}".lstrip(".")
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, module, function, package)


def inner(found: Import) -> str | None:
    """The module of ``calc`` that an import runs, or None for an outside one."""
    if found.target.split(".")[0] != "calc":
        return None
    base = found.target.removeprefix("calc").lstrip(".")
    longer = f"{base}.{found.name}".strip(".")
    return longer if longer in MODULES else base


def place(module: str) -> tuple[int, int]:
    """Floor and place on it; a module without a line of its own takes that of its folder."""
    folder = f"{module.partition('.')[0]}.*"
    for name in (module, folder):
        for number, floor in enumerate(FLOORS):
            if name in floor:
                return number, floor.index(name)
    raise LookupError(f"calc/{module.replace('.', '/')}.py is on no floor")


def allowed(importer: str, imported: str) -> bool:
    """Whether the floors let one module import another."""
    return place(imported) < place(importer)


def test_there_are_modules_to_look_at() -> None:
    assert {"", "errors", "units", "cli", "render.text", "formulas.aggregate"} <= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_from_below(module: str) -> None:
    found = [(each, below) for each in imports(module) if (below := inner(each)) is not None]
    wrong = [
        str(each)
        for each, below in found
        if not allowed(module, below) and SHOWS_ITSELF.get((module, below)) != each.function
    ]
    assert wrong == []


def test_each_exception_is_still_needed() -> None:
    used = {
        (module, below): each.function
        for module in MODULES
        for each in imports(module)
        if (below := inner(each)) is not None and not allowed(module, below)
    }
    assert used == SHOWS_ITSELF


@pytest.mark.parametrize("module", MODULES)
def test_outside_libraries_come_in_by_their_door(module: str) -> None:
    wrong = []
    for each in imports(module):
        top = each.target.split(".")[0]
        if top != "calc" and top not in sys.stdlib_module_names and module not in DOORS.get(top, ()):
            wrong.append(str(each))
    assert wrong == []


@pytest.mark.parametrize("library", DOORS)
def test_each_door_is_used(library: str) -> None:
    doors = [module for module in DOORS[library] if module in MODULES]
    unused = [m for m in doors if not any(each.target.split(".")[0] == library for each in imports(m))]
    assert unused == []


def test_sheets_take_only_the_error_from_pydantic() -> None:
    taken = {each.name for each in imports("sheets") if each.target.split(".")[0] == "pydantic"}
    assert taken <= {"ValidationError"}


@pytest.mark.parametrize(
    ("library", "places"),
    [("json", ("render.", "strategies")), ("csv", ("render.",)), ("tempfile", ("files",)), ("subprocess", ())],
)
def test_forms_of_output_are_made_in_one_place(library: str, places: tuple[str, ...]) -> None:
    """In ``strategies`` JSON is what quotes a text for YAML; it is input there."""
    users = [m for m in MODULES if any(each.target.split(".")[0] == library for each in imports(m))]
    assert [module for module in users if not module.startswith(places)] == []
    assert bool(users) == bool(places)


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("formulas")])
def test_formulas_know_only_units_and_errors(module: str) -> None:
    known = {below for each in imports(module) if (below := inner(each)) is not None}
    assert known <= {"units", "errors", *(name for name in MODULES if name.startswith("formulas."))}


@pytest.mark.parametrize("module", MODULES)
def test_no_star_and_no_dynamic_import(module: str) -> None:
    """The floors are read from the text, so nothing may come in that the text does not name."""
    assert [str(each) for each in imports(module) if each.name == "*"] == []
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert calls & {"__import__", "import_module", "importlib.import_module", "eval", "exec"} == set()


def loaded(code: str, tmp_path: Path) -> set[str]:
    """The modules that are loaded after a piece of code ran in a fresh interpreter.

    Empty stand-ins for the libraries that must not be loaded are put on the path, so that an
    import of one of them is seen even where it is not installed.
    """
    for name in ("pandas", "matplotlib", "jinja2", "IPython"):
        (tmp_path / f"{name}.py").write_text("")
    script = f"import sys\ntry:\n {code}\nexcept SystemExit as end:\n assert not end.code\n"
    script += "print('\\n' + '\\n'.join(sys.modules))"
    path = os.pathsep.join((str(ROOT), str(tmp_path)))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path, "COLUMNS": "80"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines())


HEAVY = {"pint", "pydantic", "yaml", "numpy", "rich", "pandas", "matplotlib", "jinja2", "hypothesis"}


@pytest.mark.parametrize(
    "code",
    [
        "import calc",
        "import calc; calc.CalcError",
        "import calc.__main__; calc.__main__.main(['--help'])",
        "import calc.cli; calc.cli.main(['compare', '--help'])",
        "import calc.cli; calc.cli.main(['--version'])",
    ],
)
def test_the_front_door_is_light(code: str, tmp_path: Path) -> None:
    modules = loaded(code, tmp_path)
    assert "calc" in modules
    assert modules & HEAVY == set()


def test_completion_of_ids_is_light(tmp_path: Path) -> None:
    code = "from calc.cli import ID; print([c.value for c in ID.shell_complete(None, None, 'nvl7')])"
    modules = loaded(code, tmp_path)
    assert "['nvl72']" in modules
    assert modules & HEAVY == set()


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown"])
def test_compare_loads_no_frames_and_no_plots(form: str, tmp_path: Path) -> None:
    modules = loaded(f"from calc.cli import main; main(['compare', 'cm384', 'nvl72', '--format', '{form}'])", tmp_path)
    assert modules & {"pandas", "matplotlib", "jinja2", "dask", "IPython", "hypothesis", "jsonschema"} == set()
    assert "pint" in modules


@pytest.mark.parametrize(
    "command",
    [
        ["list"],
        ["list", "chips", "--sort", "memory_capacity"],
        ["show", "cm384"],
        ["show", "cm384", "--format", "json"],
        ["explain", "cm384", "memory_capacity"],
        ["explain", "semianalysis-cm384-2026/table-power"],
        ["audit", "--claim", "semianalysis-cm384-2026/table-power", "--format", "csv"],
        ["history", "cm384", "memory_capacity"],
        ["eval", "cm384.memory_bandwidth / nvl72.memory_bandwidth"],
        ["eval", "cm384.memory_bandwidth / nvl72.memory_bandwidth", "--explain"],
        ["sources", "cm384"],
        ["validate", "specs/systems/cm384.yaml"],
        ["schema", "chip"],
        ["export-control", "h20", "--explain"],
        ["plot", "--help"],
        ["report", "--help"],
    ],
    ids=" ".join,
)
def test_no_command_in_the_shell_loads_frames_and_plots(command: list[str], tmp_path: Path) -> None:
    command = [str(ROOT / word) if word.startswith("specs/") else word for word in command]
    modules = loaded(f"from calc.cli import main; main({command!r})", tmp_path)
    assert (
        modules & {"pandas", "matplotlib", "jinja2", "dask", "IPython", "hypothesis", "jsonschema", "pyarrow"} == set()
    )


def test_objects_in_python_load_no_frames_until_one_is_asked_for(tmp_path: Path) -> None:
    code = "import calc; repr(calc.system('cm384').power); repr(calc.compare('cm384', 'nvl72')); dir(calc)"
    assert (
        loaded(code, tmp_path) & {"pandas", "matplotlib", "jinja2", "dask", "IPython", "pyarrow", "rich.console"}
        == set()
    )


@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_only_text_loads_rich(form: str, tmp_path: Path) -> None:
    modules = loaded(f"from calc.cli import main; main(['compare', 'cm384', 'nvl72', '--format', '{form}'])", tmp_path)
    assert "rich.console" not in modules


def test_compare_reads_only_the_sheets_it_names(tmp_path: Path) -> None:
    code = (
        "sys.addaudithook(lambda event, args: event == 'open' and str(args[0]).endswith('.yaml') and "
        "print('\\nread', args[0])); from calc.cli import main; main(['compare', 'cm384', 'nvl72'])"
    )
    read = {Path(line.removeprefix("read ")).name for line in loaded(code, tmp_path) if line.startswith("read ")}
    assert read == {"cm384.yaml", "nvl72.yaml", "ascend-910c.yaml", "gb200.yaml", "sources.yaml"}
