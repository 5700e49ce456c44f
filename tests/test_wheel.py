"""The wheel, installed where nothing of the checkout is in reach, does what the checkout does.

Nothing is downloaded: the wheel is installed without its dependencies, and these are then taken
from where the tests run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

from tests.running import output

ROOT = Path(__file__).resolve().parent.parent


def ended(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program with nothing of the checkout on its path."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "CALC_", "PIP_"))}
    env = kept | {"COLUMNS": "80", "NO_COLOR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return subprocess.run([str(w) for w in words], cwd=cwd, env=env, capture_output=True, text=True, check=False)


def call(*words: str | Path, cwd: Path) -> str:
    """Run a program that must succeed, and return what it prints."""
    done = ended(*words, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment that holds the wheel."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    call(
        sys.executable, "-m", "pip", "--python", programs / "python", "install", "--no-deps", "--no-index", "--quiet",
        wheel, cwd=home,
    )  # fmt: skip
    # A line of a .pth file is put behind the environment's own packages, and .pth files in there
    # (that of the editable install) are not read.
    packages = sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)})
    (Path(packages) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return programs


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def content(wheel: Path, name: str) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


def checked_out(folder: str) -> dict[str, Path]:
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT / folder).as_posix(): path for path in paths if not path.name.startswith(".")}


def test_wheel_holds_every_sheet(wheel: Path) -> None:
    sheets = checked_out("specs")
    assert {"sources/n/nvidia-h200-page.yaml", "systems/cm384.yaml", "chips/gb200.yaml"} <= set(sheets)
    for name, path in sheets.items():
        assert content(wheel, f"calc/_specs/{name}") == path.read_bytes(), name


def test_wheel_holds_the_whole_package_and_nothing_else(wheel: Path) -> None:
    package = {f"calc/{name}" for name in checked_out("calc")}
    assert {
        "calc/units/units.txt", "calc/py.typed", "calc/render/templates/layout.html",
    } <= package  # fmt: skip
    others = {name for name in names(wheel) if ".dist-info/" not in name and not name.startswith("calc/_specs/")}
    assert others == package
    assert not any("test" in name.casefold() for name in names(wheel) if name.endswith(".py"))


def test_wheel_says_who_may_use_it_and_what_it_needs(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = f"{project['name']}-{project['version']}.dist-info"
    licence = content(wheel, f"{info}/licenses/LICENSE")
    assert licence == (ROOT / "LICENSE").read_bytes()
    assert licence.strip(), "LICENSE is empty"
    said = HeaderParser().parsestr(content(wheel, f"{info}/METADATA").decode())
    assert said["Requires-Python"] == project["requires-python"]
    needs = [line for line in said.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert len(needs) == len(project["dependencies"])
    assert said.get_payload()


def test_installed_package_is_the_one_that_runs(installed: Path, tmp_path: Path) -> None:
    where = call(installed / "python", "-c", "import calc; print(calc.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)


@pytest.mark.parametrize(
    "words",
    [
        ("compare", "cm384", "nvl72", "--format", "json"),
        ("explain", "cm384", "nvl72", "peak_compute.bf16.dense", "--format", "json"),
        ("list", "--format", "csv"),
        ("validate",),
        ("schema", "system"),
    ],
    ids=" ".join,
)
def test_installed_package_says_what_the_checkout_says(words: tuple[str, ...], installed: Path, tmp_path: Path) -> None:
    assert call(installed / "python", "-m", "calc", *words, cwd=tmp_path) == output(*words)


def test_sheets_of_the_installed_package_are_not_added_to(installed: Path, tmp_path: Path) -> None:
    words = (str(installed / "chipcalc"), "new", "chip", "mine")
    done = ended(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--specs my-sheets" in done.stderr
    assert "mine/chips/mine.yaml" in call(*words, "--specs", "mine", cwd=tmp_path)


def test_console_script_is_the_same_program(installed: Path, tmp_path: Path) -> None:
    words = ("show", "metax-c550", "--format", "markdown")
    assert call(installed / "chipcalc", *words, cwd=tmp_path) == output(*words)
    assert call(installed / "chipcalc", "--version", cwd=tmp_path) == output("--version")


def test_version_is_said_once_and_the_same(installed: Path, tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    code = "import calc, importlib.metadata as m; print(calc.__version__, m.version('chipcalc'))"
    assert call(installed / "python", "-c", code, cwd=tmp_path).split() == [project["version"]] * 2
    assert project["version"] in call(installed / "chipcalc", "--version", cwd=tmp_path)


def test_schemas_load_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "from calc.render.contracts import schema; print(schema('compare')['title'], schema('explain')['title'])"
    assert call(installed / "python", "-c", code, cwd=tmp_path).strip() == "calc compare calc explain"
