"""Where sheets lie: the only thing that shell completion needs, so it imports nothing heavy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

FOLDERS = {"chip": "chips", "system": "systems", "model": "models"}
"""The kinds of sheets that have an id of their own, each with its folder."""
HARDWARE = ("chip", "system")
"""Those of what is built: what claims are about, and what a site sets side by side."""
CLAIMS = "claims"
MEASURED = "measured"
RULES = "rules"
SOURCES = "sources.yaml"
SCHEMA = "schema"
HELD = (*FOLDERS.values(), CLAIMS, MEASURED, RULES)
"""All folders of sheets."""
SCHEMAS = {
    **{folder: kind for kind, folder in FOLDERS.items()}, CLAIMS: "claims", MEASURED: "measured", RULES: "rule",
    SOURCES: "sources",
}  # fmt: skip
"""What each folder of sheets, and the file of sources, is called by its JSON Schema."""
VARIABLE = "CALC_SPECS"
_PACKAGE = Path(__file__).resolve().parents[1]


def shipped() -> Path:
    """Return the folder of the sheets that come with the package: a checkout's, or the wheel's."""
    checkout = _PACKAGE.parent / "specs"
    return checkout if (checkout / SOURCES).is_file() else _PACKAGE / "_specs"


def is_installed(folder: Path) -> bool:
    """Whether a folder is that of an installed package, where no person should write."""
    return folder.resolve() == _PACKAGE / "_specs"


def from_environment() -> list[str]:
    """Return the overlays named in ``CALC_SPECS``, separated as in ``PATH``."""
    return [part for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]


def is_layer(folder: Path) -> bool:
    """Whether a folder holds sheets or sources where a catalog looks for them."""
    # Of a name that no file can have, os.path says no where Path raises.
    return os.path.isfile(folder / SOURCES) or any(os.path.isdir(folder / name) for name in HELD)


def resolved(path: Path) -> Path:
    """Return a path without links in its folders; what is no folder, but a link itself, stays where it lies."""
    # Of links that lead in a circle, os.path says where they lie; Path raises.
    if os.path.isdir(path):
        return Path(os.path.realpath(path))
    return Path(os.path.realpath(path.parent), path.name)


def lies_under(path: Path, paths: Sequence[Path] | None) -> bool:
    """Whether a file lies under one of some resolved paths, or is one of them; where none are given, any does."""
    return paths is None or any(resolved(path).is_relative_to(other) for other in paths)


def ids(layers: list[Path], kind: str) -> list[str]:
    """Return all ids of a kind, sorted, without reading a sheet."""
    return stems(layers, FOLDERS[kind])


def stems(layers: list[Path], folder: str) -> list[str]:
    """Return the names of all sheets in a folder of the layers, sorted."""
    found = (path for layer in layers for path in (layer / folder).glob("*.yaml"))
    return sorted({path.stem for path in found if os.path.isfile(path)})


def strays(layer: Path) -> Iterator[Path]:
    """Yield the files of a layer that nothing reads."""
    folders = [layer / name for name in HELD]
    for path in sorted(layer.rglob("*")):
        in_place = path.suffix == ".yaml" and path.parent in folders
        if path.name.startswith(".") or (os.path.isdir(path) and not in_place):
            continue
        sheet = in_place and os.path.isfile(path)  # a folder, a pipe or a link that leads nowhere is none
        schema = path.parent == layer / SCHEMA and path.name in map(schema_file, SCHEMAS.values())
        if not (sheet or schema or (path.parent == layer and path.name in (SOURCES, "README.md", "LICENSE"))):
            yield path


def schema_file(kind: str) -> str:
    """Return the name of the JSON Schema of a kind of file."""
    return f"{kind}.schema.json"


def schema_of(path: Path) -> str:
    """Return the way from a sheet to its JSON Schema, or an empty text if its folder of sheets has none."""
    is_sources = path.name == SOURCES
    kind = SCHEMAS.get(SOURCES if is_sources else path.parent.name, "")
    layer = path.parent if is_sources else path.parent.parent
    if not kind or not (layer / SCHEMA / schema_file(kind)).is_file():
        return ""
    return f"{'' if is_sources else '../'}{SCHEMA}/{schema_file(kind)}"
