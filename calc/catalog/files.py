"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO

from calc.errors import UsageError


@contextlib.contextmanager
def _refused(what: str) -> Iterator[None]:
    """Say what could not be done where the system refuses it."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot {what}: {error.strerror}") from error


@contextlib.contextmanager
def _place(target: Path) -> Iterator[Path]:
    """Give the path of what is to take the place of a file or a folder; whatever is left there goes in the end."""
    clean(target)
    folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=f"{_hidden(target)}{os.getpid()}."))
    try:
        yield folder / "new"
    finally:
        with _held():
            shutil.rmtree(folder, ignore_errors=True)


def _hidden(target: Path) -> str:
    """Return how the names of the folders begin in which a file or a folder is made."""
    return f".{target.name[:100]}."


def clean(target: Path) -> None:
    """Remove what a run left that was killed, as far as that can be; what it had moved away comes back."""
    with contextlib.suppress(OSError):
        for folder in target.parent.glob(f"{glob.escape(_hidden(target))}*.*"):
            owner = folder.name.removeprefix(_hidden(target)).partition(".")[0]
            if owner.isdigit() and os.path.isdir(folder) and not _lives(int(owner)):
                if os.path.exists(folder / "old") and not os.path.exists(target):
                    os.rename(folder / "old", target)
                shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


@contextlib.contextmanager
def _held() -> Iterator[None]:
    """Let an interrupt wait until a file or a folder has taken the place of another."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
    with _refused(f"write {output!r}"):
        target = Path(os.path.realpath(output))
        # Of a pipe behind /dev/stdout or /dev/fd/N the way that a link gives leads nowhere: it is opened as named.
        # What is behind it may be a log that the shell appends to: it is never replaced.
        is_stream = os.path.abspath(output).startswith(("/dev/", "/proc/"))
        if os.path.exists(output) and (is_stream or not os.path.isfile(output)):
            with open(output, "ab" if os.path.isfile(output) else "wb") as file:
                yield file
            return
        with _place(target) as new:
            with open(new, "wb") as file:
                yield file
            if os.path.exists(target):
                shutil.copymode(target, new)
            os.replace(new, target)


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
    target = replaceable(output, replaces)
    with _refused(f"write {output!r}"), _place(target) as new:
        new.mkdir()
        for name, content in contents.items():
            (new / name).write_bytes(content)
        _swap(new, target)


def replaceable(output: str, replaces: Collection[str]) -> Path:
    """Return the folder that `write_folder` would make or replace.

    Raises
    ------
    UsageError
        If something else is there, or it cannot be made.
    """
    with _refused(f"write {output!r}"):
        target = Path(os.path.realpath(output))
        if os.path.lexists(target) and not os.path.isdir(target):
            raise UsageError(f"{output!r} is a file; choose a new folder")
        if Path.cwd().is_relative_to(target):
            raise UsageError(f"{output!r} is or contains the current folder; choose a new folder")
        held = sorted(os.listdir(target)) if os.path.isdir(target) else []
        try:
            os.lstat(target)
        except FileNotFoundError:
            os.stat(target.parent)  # where that is not there either, it is said before anything is made
    if other := [name for name in held if name not in replaces or not os.path.isfile(target / name)]:
        more = f" and {len(other) - 3} more" if other[3:] else ""
        raise UsageError(
            f"{output!r} contains other files ({', '.join(other[:3])}{more}); nothing was changed. Choose a new "
            "folder, an empty one, or one that contains only an earlier export"
        )
    return target


def write_all(contents: Mapping[Path, str], within: Path) -> None:
    """Write several files below a folder, all of them or, on any failure, none.

    Parameters
    ----------
    contents : mapping
        What each file holds, by its path; folders are made as they are needed.
    within : Path
        The folder; what is being written lies beside it until all is there.

    Raises
    ------
    UsageError
        If they cannot be written.
    """
    made: list[Path] = []
    done: list[tuple[Path, Path | None]] = []
    with _refused(f"write to {str(within)!r}"), _place(within) as waiting:
        waiting.mkdir()
        for number, text in enumerate(contents.values()):
            (waiting / f"new{number}").write_text(text, encoding="utf-8", newline="")
        with _held():
            try:
                for number, path in enumerate(contents):
                    for folder in reversed([each for each in path.parents if not os.path.exists(each)]):
                        folder.mkdir()
                        made.append(folder)
                    old = waiting / f"old{number}" if os.path.exists(path) else None
                    if old is not None:
                        shutil.copy2(path, old)
                        shutil.copymode(path, waiting / f"new{number}")
                    os.replace(waiting / f"new{number}", path)
                    done.append((path, old))
            except BaseException:
                for path, old in reversed(done):
                    path.unlink() if old is None else os.replace(old, path)
                for folder in reversed(made):
                    folder.rmdir()
                raise


def _swap(new: Path, target: Path) -> None:
    """Put a folder in the place of another, which then lies beside it to be removed; back if that fails."""
    old = new.with_name("old")
    with _held():
        try:
            if os.path.exists(target):
                shutil.copymode(target, new)
                os.rename(target, old)
            os.rename(new, target)
        except BaseException:
            if os.path.exists(old):
                os.rename(old, target)
            raise


@contextlib.contextmanager
def alone(within: Path) -> Iterator[None]:
    """Let one process at a time read and then change what lies in a folder; another one waits for it.

    The system lets go of it where a process is killed; what such a one left is removed. Where it has no locks, nobody
    waits.
    """
    with contextlib.ExitStack() as held:
        with contextlib.suppress(ImportError, OSError):
            import fcntl

            above = os.open(Path(os.path.realpath(within)).parent, os.O_RDONLY)  # it is there before the folder is
            held.callback(os.close, above)
            fcntl.flock(above, fcntl.LOCK_EX)
        clean(within)
        with contextlib.suppress(OSError):
            for left in within.rglob(".*.yaml.*"):
                if sheet := re.fullmatch(r"\.(.+\.yaml)\.\d+\.[a-z0-9_]{8}", left.name):
                    clean(left.with_name(sheet[1]))
        yield


def folder(path: Path) -> None:
    """Make a folder, and the one above it, if they are not there.

    Raises
    ------
    UsageError
        If that cannot be.
    """
    with _refused(f"make the folder {str(path)!r}"):
        for each in (path.parent, path):
            each.mkdir(exist_ok=True)


def create(text: str, output: str) -> None:
    """Write a text to a file that is not there yet; it is whole as soon as it is there.

    Raises
    ------
    UsageError
        If there is one, or it cannot be written.
    """
    target = Path(output)
    with _refused(f"write {output!r}"):
        try:
            if os.path.lexists(target):
                raise FileExistsError
            with _place(target) as new:
                new.write_text(text, encoding="utf-8", newline="")
                _put(new, target)
        except FileExistsError:
            raise UsageError(f"{output!r} exists already; choose another name, or edit that file") from None


def _put(new: Path, target: Path) -> None:
    """Put a file where none is; of two that do, one is refused."""
    try:
        os.link(new, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        with open(target, "xb") as file:
            try:
                file.write(new.read_bytes())
            except BaseException:
                target.unlink()
                raise
