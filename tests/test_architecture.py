"""The house: packages import only from below, without a circle, and each outside library has its door."""

from __future__ import annotations

import ast
import graphlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "calc"

FLOORS = (
    "errors", "units", "sheets", "catalog", "formulas", "figures", "analysis", "estimates", "views", "render",
)  # fmt: skip
"""The packages from the bottom up: a module imports from those before its own, and without a circle inside it."""
DOORS = ("api", "estimate", "cli", "__main__", "")
"""What stands above the packages: the Python door, the command line, and the package's own name."""

LIBRARIES = {
    "anyio": "cli.mcp",
    "bokeh": "render.site.charts",
    "click": "cli",
    "dask": "estimates.dask_chunks estimates.efficiencies",
    "jinja2": "render.html",
    "markupsafe": "render.html",
    "matplotlib": "render.plot.style",
    "mcp": "cli.mcp",
    "numpy": "formulas figures estimates",
    "pandas": "render.frame",
    "pint": "units.quantities",
    "pyarrow": "render.parquet",
    "pydantic": "sheets figures.arguments render.contracts",
    "pydantic_core": "sheets render.contracts",
    "rich": "render.text",
    "torch": "estimates.measuring.devices",
    "torch_npu": "estimates.measuring.devices",
    "yaml": "sheets.yaml_nodes",
}
"""The door of each outside library: the modules or packages that may import it."""


@dataclass(frozen=True)
class Import:
    """One name imported: by which module, of what, on which line, and whether for types alone."""

    module: str
    target: str
    name: str
    line: int
    typing: bool

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


@cache
def imports(module: str) -> list[Import]:
    """Every import of a module, those in functions and for types alone included."""
    path = MODULES[module]
    return list(_walk(ast.parse(path.read_text(encoding="utf-8")), module, path.name == "__init__.py"))


def _walk(node: ast.AST, module: str, package: bool, typing: bool = False) -> Iterator[Import]:
    typing = typing or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(module, alias.name, "", node.lineno, typing)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = ["calc", *filter(None, module.split("."))]
            base = ".".join([*above[: len(above) - node.level + package], *filter(None, [base])])
        for alias in node.names:
            yield Import(module, base, alias.name, node.lineno, typing)
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, module, package, typing)


def inner(found: Import) -> str | None:
    """The module of ``calc`` that an import runs, or None for an outside one."""
    if found.target.split(".")[0] != "calc":
        return None
    base = found.target.removeprefix("calc").lstrip(".")
    longer = f"{base}.{found.name}".strip(".")
    return longer if longer in MODULES else base


def floor(module: str) -> int:
    """The floor of a module: that of its package; the doors stand above all of them."""
    top = module.partition(".")[0]
    return len(FLOORS) if top in DOORS else FLOORS.index(top)


def test_there_are_modules_to_look_at() -> None:
    assert {"", "errors", "units", "cli", "render.text", "formulas.roofline"} <= set(MODULES)


def test_the_top_of_the_package_is_its_floors_and_its_doors() -> None:
    top = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert top - {"__pycache__", "__init__"} == {*FLOORS, *DOORS} - {""}
    assert len(FLOORS) <= 10


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_from_below(module: str) -> None:
    found = [(each, below) for each in imports(module) if (below := inner(each)) is not None]
    wrong = [each for each, below in found if floor(below) > floor(module)]
    assert list(map(str, wrong)) == []


def test_no_circle() -> None:
    """Every module can be put after all that it imports: those in functions and for types alone count too."""
    graph = {
        module: {below for each in imports(module) if (below := inner(each)) not in (None, module)}
        for module in MODULES
    }
    try:
        list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_each_package_says_what_it_is_for() -> None:
    """In a paragraph: what it does, what it imports, and how one more of its things is added."""
    for package in (*FLOORS[1:], "cli"):
        text = ast.get_docstring(ast.parse(MODULES[package].read_text(encoding="utf-8"))) or ""
        assert len(text.split()) >= 30, package
        assert "import" in text.casefold(), package


@pytest.mark.parametrize("module", MODULES)
def test_outside_libraries_come_in_by_their_door(module: str) -> None:
    wrong = []
    for each in imports(module):
        top = each.target.split(".")[0]
        inside = top == "calc" or top in sys.stdlib_module_names or behind(module, LIBRARIES.get(top, ""))
        if not each.typing and not inside:
            wrong.append(str(each))
    assert wrong == []


# Names that still have two meanings, each with who is to rename one of them: to be emptied.
TWICE = {"Entry", "Figure", "Number", "Parsed", "Part", "Sheet", "Step"}


def test_a_class_name_has_one_meaning() -> None:
    """No public class is defined twice: whoever reads the name in a message or a test knows which one is meant."""
    found: dict[str, list[str]] = {}
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(module)
    assert {name: places for name, places in found.items() if len(places) > 1 and name not in TWICE} == {}


def behind(module: str, doors: str) -> bool:
    """Whether a module is one of some modules or stands in one of some packages."""
    return any(module == door or module.startswith(f"{door}.") for door in doors.split())


GATHERING = {"Entry", "Origins", "PlausibleRange", "Table"}
"""The records that change: they are filled, or written anew, by what made them."""


def test_records_are_frozen() -> None:
    frozen: dict[str, bool] = {}
    for path in MODULES.values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for made in node.decorator_list if isinstance(node, ast.ClassDef) else ():
                if "dataclass" in ast.unparse(made):
                    frozen[node.name] = "frozen=True" in ast.unparse(made)
    assert len(frozen) > 100
    assert {name for name, is_frozen in frozen.items() if not is_frozen} == GATHERING


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_door_is_used(library: str) -> None:
    for door in LIBRARIES[library].split():
        users = [m for m in MODULES if behind(m, door)]
        assert any(each.target.split(".")[0] == library for m in users for each in imports(m)), door


def test_the_loader_takes_only_the_error_from_pydantic() -> None:
    taken = {each.name for each in imports("sheets.loader") if each.target.split(".")[0] == "pydantic"}
    assert taken <= {"ValidationError"}


@pytest.mark.parametrize(
    ("library", "places"),
    [
        ("json", ("render.", "catalog.importing.tables", "sheets.configs", "sheets.texts", "estimates.fit")),
        ("csv", ("render.", "catalog.importing.tables")),
        ("tempfile", ("catalog.files",)),
        ("subprocess", ()),
    ],
)
def test_forms_of_output_are_made_in_one_place(library: str, places: tuple[str, ...]) -> None:
    users = [m for m in MODULES if any(each.target.split(".")[0] == library for each in imports(m))]
    assert [module for module in users if not module.startswith(places)] == []
    assert bool(users) == bool(places)


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("formulas")])
def test_formulas_know_only_units_and_errors(module: str) -> None:
    known = {below for each in imports(module) if (below := inner(each)) is not None}
    assert known <= {"units", "errors", *(name for name in MODULES if name.startswith("formulas"))}


@pytest.mark.parametrize("module", MODULES)
def test_paths_are_looked_at_by_what_never_raises(module: str) -> None:
    """Of a name that no file can have, `os.path` says no where `Path` raises."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    calls = [node.func.attr for node in ast.walk(tree)
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args]  # fmt: skip
    assert not {"exists", "is_dir", "is_file", "is_symlink"} & {*calls}


@pytest.mark.parametrize("module", MODULES)
def test_no_star_and_no_dynamic_import(module: str) -> None:
    """The floors are read from the text, so nothing may come in that the text does not name.

    The package's own name has, for types alone, all names of the door for Python.
    """
    door = [("calc.api", True)] if not module else []
    assert [(each.target, each.typing) for each in imports(module) if each.name == "*"] == door
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert calls & {"__import__", "import_module", "importlib.import_module", "eval", "exec"} == set()


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of empty stand-ins for the libraries that must not be loaded.

    Put on the path, they show an import of one of them even where it is not installed.
    """
    folder = tmp_path_factory.mktemp("stand_ins")
    for name in ("pandas", "matplotlib", "jinja2", "IPython", "mcp"):
        (folder / f"{name}.py").write_text("")
    return folder


@cache
def loaded(code: str, folder: Path) -> frozenset[str]:
    """The modules that are loaded after a piece of code ran in a fresh interpreter, started once for the same code."""
    script = f"import sys\ntry:\n {code}\nexcept SystemExit as end:\n assert not end.code\n"
    script += "print('\\n' + '\\n'.join(sys.modules))"
    path = os.pathsep.join((str(ROOT), str(folder)))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "COLUMNS": "80"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return frozenset(done.stdout.splitlines())


HEAVY = {"pint", "pydantic", "yaml", "numpy", "rich", "pandas", "matplotlib", "jinja2", "hypothesis", "mcp", "anyio"}


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
def test_the_front_door_is_light(code: str, stand_ins: Path) -> None:
    modules = loaded(code, stand_ins)
    assert "calc" in modules
    assert modules & HEAVY == set()


def test_completion_of_ids_is_light(stand_ins: Path) -> None:
    code = "from calc.cli import ID; print([c.value for c in ID.shell_complete(None, None, 'nvl7')])"
    modules = loaded(code, stand_ins)
    assert "['nvl72']" in modules
    assert modules & HEAVY == set()


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown"])
def test_compare_loads_no_quantities_frames_and_plots(form: str, stand_ins: Path) -> None:
    modules = loaded(f"from calc.cli import main; main(['compare', 'cm384', 'nvl72', '--format', '{form}'])", stand_ins)
    assert "calc.analysis.comparison" in modules
    assert modules & {"pint", "numpy", "pandas", "matplotlib", "jinja2", "dask", "IPython", "hypothesis"} == set()


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
def test_no_command_in_the_shell_loads_frames_and_plots(command: list[str], stand_ins: Path) -> None:
    command = [str(ROOT / word) if word.startswith("specs/") else word for word in command]
    modules = loaded(f"from calc.cli import main; main({command!r})", stand_ins)
    assert modules & {"pandas", "matplotlib", "jinja2", "dask", "IPython", "hypothesis", "pyarrow"} == set()


@pytest.mark.parametrize(
    "command",
    [
        ["list"],
        ["list", "systems", "--where", "memory_capacity >= 10 TB", "--columns", "power", "--format", "json"],
        ["list", "chips", "--format", "csv"],
        ["list", "metrics"],
        ["history", "cm384", "memory_capacity"],
        ["sources"],
        ["sources", "cm384", "--format", "json"],
    ],
    ids=" ".join,
)
def test_what_only_reads_and_orders_figures_computes_with_no_quantities(command: list[str], stand_ins: Path) -> None:
    """Half of the time of a short command would be the import of pint and NumPy."""
    modules = loaded(f"from calc.cli import main; main({command!r})", stand_ins)
    assert modules & {"pint", "numpy"} == set()


def test_objects_in_python_load_no_frames_until_one_is_asked_for(stand_ins: Path) -> None:
    code = "import calc; repr(calc.system('cm384').power); repr(calc.compare('cm384', 'nvl72')); dir(calc)"
    assert (
        loaded(code, stand_ins) & {"pandas", "matplotlib", "jinja2", "dask", "IPython", "pyarrow", "rich.console"}
        == set()
    )


@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_only_text_loads_rich(form: str, stand_ins: Path) -> None:
    modules = loaded(f"from calc.cli import main; main(['compare', 'cm384', 'nvl72', '--format', '{form}'])", stand_ins)
    assert "rich.console" not in modules


def test_compare_reads_only_the_sheets_it_names(stand_ins: Path) -> None:
    code = (
        "sys.addaudithook(lambda event, args: event == 'open' and str(args[0]).endswith('.yaml') and "
        "print('\\nread', args[0])); from calc.cli import main; main(['compare', 'cm384', 'nvl72'])"
    )
    read = {Path(line.removeprefix("read ")) for line in loaded(code, stand_ins) if line.startswith("read ")}
    sources = {path for path in read if "sources" in path.parts}
    sheets = {"systems": ["cm384", "nvl72"], "chips": ["ascend-910c", "gb200"]}
    named = [ROOT / "specs" / folder / f"{id}.yaml" for folder, ids in sheets.items() for id in ids]
    assert read - sources == set(named)
    # What these sheets cite, what that goes back to, and the few editions that supersede another.
    known = {path.stem: path for path in (ROOT / "specs" / "sources").glob("*/*.yaml")}
    cited = {id for id, path in known.items() if path.parent.name == "editions"}
    waiting = [*named, *(known[id] for id in cited)]
    while waiting:
        words = {word for path in waiting for word in re.findall(r"[a-z0-9][a-z0-9.-]*", path.read_text("utf-8"))}
        waiting = [known[word] for word in words & known.keys() - cited]
        cited |= {path.stem for path in waiting}
    assert {path.stem for path in sources} <= cited
    assert 2 * len(sources) < len(known)
