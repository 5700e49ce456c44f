"""Mutation testing: small faults are put into a part of `calc`, one at a time; the tests of that part must fail.

The faults and the runs are Cosmic Ray's; here stand which tests belong to which part, and what is no fault: a change
of an annotation, of a cache, of how arguments are passed or of what `zip` asserts, words that are put in order where
they are compared, and what is no Python. The part is changed in a copy of the project, never in the working tree.
``python -m tests.mutants PART [NUMBER [SEED]]`` tries a random sample, prints each fault that survives, and the share
that was killed; ``python -m tests.mutants PART again`` tries only the survivors of the last run once more.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import gc
import inspect
import itertools
import math
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FunctionType
from typing import Any

Functions = dict[tuple[str, str, int], list[FunctionType]]
ROOT = Path(__file__).resolve().parent.parent
COPIED = ("calc", "specs", "tests", "pyproject.toml", "README.md", "notebooks")
KEPT = ROOT / ".mutants"
"""Where the sessions lie; Cosmic Ray's own reports, such as ``cr-report``, read them."""
OPTIONS = ("-x", "-p", "no:cacheprovider", "-W", "ignore:Module already imported", "--hypothesis-profile", "mutants")

PARTS: dict[str, tuple[list[str], list[str]]] = {
    "units": (["calc/units"], ["tests/units calc/units", "tests/property/test_unit_laws.py"]),
    "policy": (
        [f"calc/figures/{name}.py" for name in ("policy", "readings", "operations")],
        [" ".join(f"tests/figures/test_{name}.py" for name in (
            "readings", "policy", "normalize", "extremes", "results", "derive")),
         "tests/figures/test_spine.py tests/figures/test_cases.py",
         "tests/property/test_date_laws.py tests/property/test_source_laws.py tests/property/test_claim_laws.py",
         "tests/property/test_reading_laws.py -k headline"],
    ),
    "readings": (
        [f"calc/figures/{name}.py" for name in ("normalize", "results", "derive")],
        [" ".join(f"tests/figures/test_{name}.py" for name in ("results", "readings", "derive", "normalize")),
         "tests/figures/test_spine.py calc/figures/results.py", "tests/figures/test_cases.py",
         "tests/property/test_open_laws.py tests/property/test_operation_laws.py",
         "tests/property/test_comparison_laws.py", "tests/property/test_reading_laws.py"],
    ),
    "formulas": (["calc/formulas"], ["tests/formulas calc/formulas", "tests/property/test_formula_laws.py"]),
    "audit": (
        ["calc/analysis/audit.py", "calc/analysis/scorecard.py"],
        ["tests/analysis/test_standing.py", "tests/analysis/test_scorecard.py calc/analysis/scorecard.py",
         "tests/analysis/test_audit.py tests/analysis/test_attributes.py calc/analysis/audit.py",
         "tests/property/test_claim_laws.py tests/property/test_verdict_laws.py"],
    ),
    "estimates": (
        [f"calc/estimates/{name}.py" for name in (
            "model", "memory", "exchanges", "collectives", "efficiencies", "pooling", "ranges", "serving", "training",
            "inference", "parallelism", "precision", "cost",
        )],
        [" ".join(f"tests/estimates/test_{name}.py" for name in (
            "efficiencies", "exchanges", "memory", "ranges", "serving_steps", "training_steps")),
         "tests/estimates/test_conditions.py tests/estimates/test_pooling.py", "tests/estimates/test_estimates.py"],
    ),
    "extremes": (
        ["calc/figures/extremes.py"], ["tests/figures/test_extremes.py", "tests/estimates/test_sweep.py -k corners"],
    ),
}  # fmt: skip
"""What is changed, and the tests that must notice, the quick ones first: those of a text run in one process."""
EVERY = "tests/test_architecture.py -k frozen"
"""The tests that are of each part."""

_CACHES = ("lru_cache", "cache")
_BITS = {"RShift", "LShift", "BitOr", "BitAnd", "BitXor"}
_SAME = {"Is", "IsNot"}
_UNSEEN = {("zip", "strict"), ("dataclass", "slots")}
_WORDS = {"LtE": ast.Eq, "GtE": ast.Eq, "Lt": ast.NotEq, "Gt": ast.NotEq}


class _Meaning(ast.NodeTransformer):
    """A module without that which changes no result: annotations, caches, and what goes by place or by name."""

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        node.args, node.posonlyargs, node.kwonlyargs = [*node.posonlyargs, *node.args, *node.kwonlyargs], [], []
        node.defaults, node.kw_defaults = [*node.defaults, *filter(None, node.kw_defaults)], []
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:  # the name that `ast` looks for
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:  # what is asserted of zip, and where a record holds its fields
        node.keywords = [each for each in node.keywords if (_name(node), each.arg) not in _UNSEEN]
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:  # nobody asks which of two words comes first
        if any(isinstance(getattr(each, "value", None), str) for each in (node.left, *node.comparators)):
            node.ops = [_WORDS.get(type(op).__name__, type(op))() for op in node.ops]
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST:  # what is imported for annotations alone
        return ast.Pass() if "TYPE_CHECKING" in ast.dump(node.test) else self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        node.decorator_list = [each for each in node.decorator_list if _name(each) not in _CACHES]
        return self.generic_visit(node)


def _name(node: ast.expr) -> str:
    return _name(node.func) if isinstance(node, ast.Call) else getattr(node, "id", "")


def meaning(code: str) -> str:
    """Return what a module does, as far as the text tells; empty if it is no Python.

    Examples
    --------
    >>> meaning("def f(a: int | None = 1): ...") == meaning("def f(a: int & None = 1): ...")
    True
    >>> meaning("zip(a, b, strict=True)") == meaning("zip(a, b, strict=False)") != meaning("zip(a, a, strict=True)")
    True
    >>> meaning("if TYPE_CHECKING: import a") == meaning("if not TYPE_CHECKING: import a") != meaning("import a")
    True
    >>> meaning("a == 'b'") == meaning("a >= 'b'") != meaning("a != 'b'")
    True
    >>> meaning("def f(a, *, b=1): ...") == meaning("def f(a, /, b=1): ...") != meaning("def f(a, *, b=2): ...")
    True
    """
    try:
        return ast.dump(_Meaning().visit(ast.parse(code)))
    except SyntaxError:
        return ""


def common(item: Any) -> bool:
    """Whether a mutation is of a kind that is an error somebody makes."""
    _, _, ends = item.mutations[0].operator_name.partition("_")
    before, _, after = ends.partition("_")
    return not {before, after} & _BITS and (before in _SAME) == (after in _SAME)


def shows(item: Any) -> bool:
    """Whether what a mutation leaves is Python, and does something else."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    (one,) = item.mutations
    code = one.module_path.read_text(encoding="utf-8")
    changed = mutate_code(code, get_operator(one.operator_name)(**one.operator_args), one.occurrence)
    return meaning(changed or code) not in ("", meaning(code))


def interval(killed: int, tried: int) -> tuple[float, float]:
    """Return Wilson's interval of 95 % of a share.

    Examples
    --------
    >>> [round(end, 3) for end in interval(90, 100)]
    [0.826, 0.945]
    """
    z, share = 1.96, killed / tried
    middle, below = share + z * z / (2 * tried), 1 + z * z / tried
    half = z * math.sqrt(share * (1 - share) / tried + z * z / (4 * tried**2))
    return (middle - half) / below, (middle + half) / below


def start(db: Any, sources: list[str], number: int, seed: int) -> list[Any]:
    """Fill a session with a random sample of the mutants of some sources, and return it."""
    from cosmic_ray.commands import init

    paths = [path for source in map(Path, sources) for path in (sorted(source.rglob("*.py")) or [source])]
    init(paths, db, {})
    items = sorted(filter(common, db.work_items), key=_place)
    taken = list(itertools.islice(filter(shows, random.Random(seed).sample(items, len(items))), number))
    print(f"{len(taken)} of {len(items)} mutants, seed {seed}", flush=True)
    db.clear()
    db.add_work_items(taken)
    return taken


def _place(item: Any) -> tuple[Any, ...]:
    (one,) = item.mutations
    return one.module_path, one.start_pos, one.operator_name, one.occurrence


def warm(tests: list[str]) -> Functions:
    """Import this folder's project and tests, so that no run has to; return the functions that are not called by that.

    They are told apart by where they stand.
    """
    import pytest

    sys.path[0] = os.environ["PYTHONPATH"] = os.getcwd()
    _forget()
    called: set[CodeType] = set()
    sys.setprofile(lambda frame, *_: called.add(frame.f_code))
    with open(os.devnull, "w", encoding="utf-8") as out, contextlib.redirect_stdout(out):
        pytest.main([*OPTIONS, "--collect-only", *" ".join(tests).split()])
    sys.setprofile(None)
    gc.unfreeze()  # what a collection of tests leaves
    found: Functions = {}
    for one in gc.get_objects():
        ours = isinstance(one, FunctionType) and (one.__module__ or "").partition(".")[0] == "calc"
        if ours and one.__code__ not in called:
            found.setdefault(_where(one.__code__), []).append(one)
    gc.freeze()
    return found


def _where(code: CodeType) -> tuple[str, str, int]:
    return os.path.relpath(code.co_filename), code.co_qualname, code.co_firstlineno


def _forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("calc", "tests")]:
        del sys.modules[name]


def changed(path: Path, before: str, after: str, known: Functions) -> Callable[[], None]:
    """Return what brings a change into a process that has imported the project.

    Where it is within a function that no import calls, the function's code is replaced, which its decorators and
    importers have too; else all is imported anew.
    """
    old, new = (_codes(compile(text, str(path), "exec")) for text in (before, after))
    apart = [(was, now) for was, now in zip(old, new, strict=False) if was != now]
    if len(old) != len(new) or len(apart) != 1 or _where(apart[0][0]) not in known:
        return _forget
    was, now = apart[0]
    functions = known[_where(was)]
    if any(len(one.__code__.co_freevars) != len(now.co_freevars) for one in functions):
        return _forget

    def replace() -> None:
        for one in functions:
            one.__code__ = now

    return replace


def _codes(whole: CodeType) -> list[CodeType]:
    """Return the code of a module and of its classes, without that of functions, and then that of each function."""
    inner = [each for each in whole.co_consts if isinstance(each, CodeType)]
    rest = tuple(None if isinstance(each, CodeType) else each for each in whole.co_consts)
    found = [whole.replace(co_consts=rest, co_linetable=b"")]  # which tells where a function ends
    for each in inner:
        found += [each] if each.co_flags & inspect.CO_NEWLOCALS else _codes(each)
    return found


def ran(tests: list[str], seconds: float = math.inf, first: Callable[[], None] | None = None) -> str:
    """Run tests, one text of files after the other until one fails; return in a word how they ended."""
    ends = (_ran(each.split(), seconds, first) for each in tests)
    return next((end for end in ends if end != "survived"), "survived")


def _ran(tests: list[str], seconds: float, first: Callable[[], None] | None) -> str:
    """Run tests in a process of its own."""
    child = os.fork()
    if not child:
        os.setsid()
        out = os.open(os.devnull, os.O_WRONLY)
        os.dup2(out, 1)
        os.dup2(out, 2)
        end: int = 1
        try:
            import pytest

            if first:
                first()
            end = pytest.main([*OPTIONS, *tests])
        finally:
            os._exit(end)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            end = os.waitstatus_to_exitcode(status)
            return {0: "survived", 1: "killed"}.get(end, "no import")
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def tried(item: Any, tests: list[str], seconds: float, known: Functions) -> Any:
    """Return what became of a mutant, as Cosmic Ray holds it."""
    from cosmic_ray.mutating import use_mutation
    from cosmic_ray.plugins import get_operator
    from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

    (one,) = item.mutations
    with use_mutation(one.module_path, get_operator(one.operator_name)(), one.occurrence) as codes:
        end = ran(tests, seconds, changed(one.module_path, *codes, known))
    lines = (code.splitlines() for code in codes)
    diff = "\n".join(difflib.unified_diff(*lines, str(one.module_path), lineterm="", n=1))
    outcome = TestOutcome.SURVIVED if end == "survived" else TestOutcome.KILLED
    return WorkResult(WorkerOutcome.NORMAL, end, outcome, diff)


def main(part: str, number: str = "150", seed: str = "1") -> None:
    """Try a sample of the mutants of a part, or the survivors of the last one, and print what became of them."""
    from cosmic_ray.work_db import WorkDB, use_db

    if part not in PARTS:
        raise SystemExit(f"PART={part}: expected one of {', '.join(PARTS)}")
    sources, tests = PARTS[part][0], [*PARTS[part][1], EVERY]
    KEPT.mkdir(exist_ok=True)
    with TemporaryDirectory() as place:
        for name in COPIED:
            copy: Any = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, Path(place, name))
        with contextlib.chdir(place), use_db(KEPT / f"{part}.sqlite", WorkDB.Mode.create) as db:
            known = warm(tests)
            sys.dont_write_bytecode = True  # two mutants of one second and one length would be taken for each other
            begun = time.monotonic()
            if ran(tests) != "survived":
                raise SystemExit("The tests fail without any mutant.")
            seconds = 20 + 3 * (time.monotonic() - begun)
            if number == "again":
                again = {id for id, result in db.results if result.output == "survived"}
                items = [item for item in db.work_items if item.job_id in again]
                print(f"{part}: {len(items)} survivors once more", flush=True)
            else:
                items = start(db, sources, int(number), int(seed))
            for item in items:
                result = tried(item, tests, seconds, known)
                db.set_result(item.job_id, result)
                if result.output == "survived":
                    print(result.diff, end="\n\n", flush=True)
            outcomes = Counter(result.output for _, result in db.results)
    many = outcomes.total()
    share, (low, high) = 1 - outcomes["survived"] / many, interval(many - outcomes["survived"], many)
    print(f"{part}: tried {many}, {dict(outcomes)}; killed {share:.1%} ({low:.1%} to {high:.1%})")


if __name__ == "__main__":
    main(*sys.argv[1:])
