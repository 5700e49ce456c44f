"""Where sheets lie: the only thing that shell completion needs, so it imports nothing heavy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

FOLDERS = {"chip": "chips", "system": "systems", "model": "models"}
"""The kinds of sheets that have an id of their own, each with its folder."""
HARDWARE = ("chip", "system")
"""Those of what is built: what claims are about, and what a site sets side by side."""
CLAIMS, MEASURED, RULES, SOURCES = "claims", "measured", "rules", "sources"
SOURCE_LIST = "sources.yaml"
"""A file of several sources, for a small folder of a user's own."""
EDITIONS = "editions"
"""Where sources lie that supersede another: who cites the older one finds them without reading all sources."""
SCHEMA = "schema"
HELD = (*FOLDERS.values(), CLAIMS, MEASURED, RULES)
"""The folders of sheets that have no folders inside."""
SCHEMAS = {
    **{folder: kind for kind, folder in FOLDERS.items()}, CLAIMS: "claims", MEASURED: "measured", RULES: "rule",
    SOURCES: "source", SOURCE_LIST: "sources",
}  # fmt: skip
"""What each folder of sheets, and the file of several sources, is called by its JSON Schema."""
VARIABLE = "CALC_SPECS"
_PACKAGE = Path(__file__).resolve().parents[1]


_CHECKOUT = _PACKAGE.parent / "specs"
SHIPPED = _CHECKOUT if os.path.isdir(_CHECKOUT / SOURCES) else _PACKAGE / "_specs"
"""The folder of the sheets that come with the package: a checkout's, or the wheel's."""


def shipped() -> Path:
    """Return the lowest folder of sheets."""
    return SHIPPED


def is_installed(folder: Path) -> bool:
    """Whether a folder is that of an installed package, where no person should write."""
    return folder.resolve() == _PACKAGE / "_specs"


def from_environment() -> list[str]:
    """Return the overlays named in ``CALC_SPECS``, separated as in ``PATH``."""
    return [part for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]


def is_layer(folder: Path) -> bool:
    """Whether a folder holds sheets or sources where a catalog looks for them."""
    # Of a name that no file can have, os.path says no where Path raises.
    return os.path.isfile(folder / SOURCE_LIST) or any(os.path.isdir(folder / name) for name in (*HELD, SOURCES))


def placed(path: Path) -> tuple[str, Path]:
    """Return what a file is by where it lies, a key of `SCHEMAS` if it is anything, and its folder of all sheets."""
    folder = path.parent
    if path.name == SOURCE_LIST:
        return SOURCE_LIST, folder
    if folder.name not in HELD and folder.parent.name == SOURCES:
        return SOURCES, folder.parent.parent
    return folder.name, folder.parent


def resolved(path: Path) -> Path:
    """Return a path without links in its folders; what is no folder, but a link itself, stays where it lies."""
    # Of links that lead in a circle, os.path says where they lie; Path raises.
    if os.path.isdir(path):
        return Path(os.path.realpath(path))
    return Path(os.path.realpath(path.parent), path.name)


def shown(path: Path) -> str:
    """Return a file's name for messages: relative to where the user stands, if it lies below."""
    try:
        return resolved(path).relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def lies_under(path: Path, paths: Sequence[Path] | None) -> bool:
    """Whether a file lies under one of some resolved paths, or is one of them; where none are given, any does."""
    return paths is None or any(resolved(path).is_relative_to(other) for other in paths)


def source_path(layer: Path, id: str, folder: str = "") -> Path:
    """Return where the file of one source lies: in a folder by the first character of its id, or in one named."""
    return Path(layer, SOURCES, folder or id[0], f"{id}.yaml")


def sheets(layer: Path, folder: str) -> list[Path]:
    """Return the files of a folder of sheets, or of that of sources, sorted by their names."""
    found = (layer / folder).glob("*/*.yaml" if folder == SOURCES else "*.yaml")
    known = (path for path in found if folder != SOURCES or path.parent.name in (path.name[0], EDITIONS))
    return sorted((path for path in known if os.path.isfile(path)), key=lambda path: (path.stem, path))


def ids(layers: Sequence[Path], kind: str) -> list[str]:
    """Return all ids of a kind, sorted, without reading a sheet."""
    return stems(layers, FOLDERS[kind])


def stems(layers: Sequence[Path], folder: str) -> list[str]:
    """Return the names of all sheets in a folder of the layers, sorted."""
    return sorted({path.stem for layer in layers for path in sheets(layer, folder)})


def strays(layer: Path) -> Iterator[Path]:
    """Yield the files of a layer that nothing reads."""
    known = {path for folder in (*HELD, SOURCES) for path in sheets(layer, folder)}
    known |= {layer / name for name in (SOURCE_LIST, "README.md", "LICENSE")}
    known |= {layer / SCHEMA / schema_file(kind) for kind in SCHEMAS.values()}
    for path in sorted(layer.rglob("*")):
        # A folder named as a sheet, a pipe or a link that leads nowhere is no sheet.
        is_folder = os.path.isdir(path) and not (path.suffix == ".yaml" and placed(path)[0] in SCHEMAS)
        if path not in known and not is_folder and not path.name.startswith("."):
            yield path


def schema_file(kind: str) -> str:
    """Return the name of the JSON Schema of a kind of file."""
    return f"{kind}.schema.json"


def schema_of(path: Path) -> str:
    """Return the way from a sheet to its JSON Schema, or an empty text if its folder of sheets has none."""
    folder, layer = placed(path)
    if folder not in SCHEMAS or not os.path.isfile(layer / SCHEMA / schema_file(SCHEMAS[folder])):
        return ""
    up = "../" * (len(path.parts) - len(layer.parts) - 1)
    return f"{up}{SCHEMA}/{schema_file(SCHEMAS[folder])}"
