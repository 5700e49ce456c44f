"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from calc.errors import UsageError


def write(text: str, output: str) -> None:
    """Write a text to a file; on any failure, what was there before is untouched.

    A link is followed; a device or a pipe is written to as it is, it is not to be replaced.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    target = Path(os.path.realpath(output))
    try:
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(name, _mode(target))
            os.replace(name, target)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise UsageError(f"cannot write {output!r}: {error.strerror}") from error


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
