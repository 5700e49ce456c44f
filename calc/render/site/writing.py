"""A folder of many files, brought up to date: what is unchanged is left alone, what is not ours is never touched."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from calc.catalog import files
from calc.errors import UsageError

MANIFEST = "site.json"
"""The list of the files of a site, with their hashes: written last, so that it never names what is not there."""


class Written(NamedTuple):
    """How many files a site has, how many bytes, how many of them were written and how many removed."""

    files: int
    size: int
    changed: int
    removed: int


def update(contents: Mapping[str, bytes], output: str) -> Written:
    """Bring a folder to some contents.

    Each file is whole or untouched. Data and scripts are written before pages, so that an interrupted run leaves a
    site that works. Files that an earlier run wrote and that are no longer made are removed; others stay.

    Parameters
    ----------
    contents : mapping
        The bytes of each file, by its path below the folder.
    output : str
        The folder; it is made if it is not there.

    Raises
    ------
    UsageError
        If the folder holds other files under these names, or cannot be written.
    """
    target = Path(output)
    if os.path.exists(target) and not os.path.isdir(target):
        raise UsageError(f"{output!r} is a file; choose a folder")
    try:
        os.lstat(target / MANIFEST)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # said before any of the folders above it is made
            raise UsageError(f"cannot write {output!r}: {error.strerror}") from error
    files.clean(target / MANIFEST)
    before = _manifest(target)
    hashes = {name: _hash(content) for name, content in contents.items()}
    if foreign := [name for name in contents if name not in before and os.path.exists(target / name)]:
        raise UsageError(
            f"{output!r} contains {foreign[0]!r}, which this command did not write; nothing was changed. Choose a new "
            "folder, or one that contains an earlier site"
        )
    changed = [name for name in contents if not _is(target / name, before.get(name), hashes[name])]
    # While files are written, the list has the old and the new ones: whatever a broken run leaves is known to be ours.
    if changed or before.keys() != hashes.keys():
        _put(target / MANIFEST, json.dumps(before | dict.fromkeys(changed, ""), indent=0, sort_keys=True).encode())
    for name in sorted(changed, key=lambda one: (one.endswith(".html"), one)):
        _put(target / name, contents[name])
    gone = sorted(before.keys() - hashes.keys())
    for name in gone:
        _remove(target, name)
    if changed or gone:
        _put(target / MANIFEST, json.dumps(hashes, indent=0, sort_keys=True).encode())
    return Written(len(contents), sum(map(len, contents.values())), len(changed), len(gone))


def _manifest(target: Path) -> dict[str, str]:
    """Return the files of an earlier run with their hashes."""
    path = target / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if os.path.isfile(path) else {}
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(_is_inside(name) for name in found):
        raise UsageError(
            f"{str(path)!r} is not the list of files of a site; choose another folder, or remove that file"
        )
    return found


def _is_inside(name: object) -> bool:
    return isinstance(name, str) and not name.startswith("/") and ".." not in name.split("/")


def _hash(content: bytes) -> str:
    """Return 64 bits that tell a file from what it was: the list is part of the site, and of its size."""
    return hashlib.sha256(content).hexdigest()[:16]


def _is(path: Path, before: str | None, now: str) -> bool:
    """Whether a file is there with these contents, whatever the list says."""
    return before == now and os.path.isfile(path) and _hash(path.read_bytes()) == now


def _put(path: Path, content: bytes) -> None:
    for folder in reversed([each for each in path.parents if not os.path.exists(each)]):
        files.folder(folder)
    files.write(content, str(path))


def _remove(target: Path, name: str) -> None:
    """Remove a file of an earlier run, and the folders that are empty then."""
    (target / name).unlink(missing_ok=True)
    for folder in (target / name).parents:
        if folder == target or not os.path.isdir(folder) or any(folder.iterdir()):
            break
        folder.rmdir()
