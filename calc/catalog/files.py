"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO

from calc.errors import UsageError


def write(content: str | bytes, output: str) -> None:
    """Write a text or bytes to a file; on any failure, what was there before is untouched.

    A link is followed; a device or a pipe is written to as it is, it is not to be replaced.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    with writing(output) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextlib.contextmanager
def writing(output: str) -> Iterator[IO[bytes]]:
    """Give a file to write to, which takes the place of another when all is written; see `write`."""
    target = Path(os.path.realpath(output))
    try:
        # Of a pipe behind /dev/stdout or /dev/fd/N the way that a link gives leads nowhere: it is opened as named.
        if os.path.exists(output) and not os.path.isfile(output):
            with open(output, "wb") as file:
                yield file
            return
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            os.chmod(name, _mode(target))
            os.replace(name, target)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise UsageError(f"cannot write {output!r}: {error.strerror}") from error


def write_folder(contents: Mapping[str, bytes], output: str, replaces: Collection[str] = ()) -> None:
    """Write files into a folder that is then whole or, on any failure, as it was before.

    Parameters
    ----------
    contents : mapping
        What each file holds, by its name.
    output : str
        The folder; it is made, or replaced if it is empty or holds nothing but what may be replaced.
    replaces : collection of str
        Names of files that may be replaced.

    Raises
    ------
    UsageError
        If something else is there, or the folder cannot be written.
    """
    target = Path(os.path.realpath(output))
    if os.path.lexists(target) and not target.is_dir():
        raise UsageError(f"{output!r} is a file; name a folder that is to be made")
    if Path.cwd().is_relative_to(target):
        raise UsageError(f"{output!r} is or holds the folder that you stand in; name a folder that is to be made")
    try:
        held = sorted(os.listdir(target)) if target.is_dir() else []
        if other := [name for name in held if name not in replaces or not (target / name).is_file()]:
            more = f" and {len(other) - 3} more" if other[3:] else ""
            raise UsageError(
                f"{output!r} holds other things ({', '.join(other[:3])}{more}); nothing of it was touched: name a "
                "folder that is to be made, that is empty, or that holds an earlier export and nothing else"
            )
        place = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:100]}."))
        try:
            _fill(place / "new", contents, target)
            _swap(place / "new", target, place / "old")
        finally:
            shutil.rmtree(place, ignore_errors=True)
    except OSError as error:
        raise UsageError(f"cannot write {output!r}: {error.strerror}") from error


def _fill(folder: Path, contents: Mapping[str, bytes], target: Path) -> None:
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    if target.exists():
        os.chmod(folder, target.stat().st_mode & 0o777)


def _swap(new: Path, target: Path, old: Path) -> None:
    """Put a folder in the place of another, which goes elsewhere; back if that fails."""
    if not target.exists():
        os.rename(new, target)
        return
    os.rename(target, old)
    try:
        os.rename(new, target)
    except BaseException:
        os.rename(old, target)
        raise


def folder(path: Path) -> None:
    """Make a folder, and the one above it, if they are not there.

    Raises
    ------
    UsageError
        If that cannot be.
    """
    try:
        for each in (path.parent, path):
            each.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder {str(path)!r}: {error.strerror}") from error


def create(text: str, output: str) -> None:
    """Write a text to a file that is not there yet.

    Raises
    ------
    UsageError
        If there is one, or it cannot be written.
    """
    try:
        os.close(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError:
        raise UsageError(f"{output!r} is there already; take another name, or edit it") from None
    except OSError as error:
        raise UsageError(f"cannot write {output!r}: {error.strerror}") from error
    try:
        write(text, output)
    except BaseException:
        os.unlink(output)
        raise


def _mode(target: Path) -> int:
    """Return the permissions of the old file, or those that a new one would get."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
