"""The door of the Python functions: arguments are checked against annotations, once, before anything runs."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, wraps
from pathlib import Path
from threading import RLock
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from calc.errors import CONTROLS, ArgumentError

F = TypeVar("F", bound=Callable[..., Any])
MAX_TEXT = 10_000
"""Characters of one text among the arguments."""
PROSE = "prose"
"""Annotates a text that is read as it comes: of any length and with any character, ``Annotated[str, PROSE]``."""
_ONE_AT_A_TIME = RLock()
"""Sheets are read when they are first needed: two threads would read, and rank, the same ones at once."""
_NAMES = {str: "a text", bool: "True or False", Path: "a path", type(None): "None", int: "a whole number"}


def checked(function: F) -> F:
    """Check the arguments of a public function by its signature: number, names, types and texts.

    Nothing is converted, and a type is exactly what its annotation says: True is no number. What is annotated with
    a name that is there for type checkers alone is let through.

    Raises
    ------
    ArgumentError
        If the call does not fit; it names the argument, what came, and what is expected.
    """
    signature = inspect.signature(function)
    known = inspect.unwrap(function).__globals__

    @cache
    def wanted(name: str) -> Any:
        annotation = signature.parameters[name].annotation
        if annotation is inspect.Parameter.empty:
            return Any
        try:
            held = types.SimpleNamespace(__annotations__={name: annotation})
            return get_type_hints(held, known, include_extras=True)[name]
        except NameError:
            return Any

    @wraps(function)
    def door(*args: Any, **more: Any) -> Any:
        try:
            bound = signature.bind(*args, **more)
        except TypeError as error:
            raise ArgumentError(f"{function.__name__.strip('_')}: {error}") from None
        for name, value in bound.arguments.items():
            kind = signature.parameters[name].kind
            many = value if kind is kind.VAR_POSITIONAL else value.values() if kind is kind.VAR_KEYWORD else (value,)
            for one in many:
                check(name, one, wanted(name))
        with _ONE_AT_A_TIME:
            return function(*args, **more)

    door.__signature__ = signature  # type: ignore[attr-defined]
    return cast(F, door)


def check(name: str, value: object, annotation: Any) -> None:
    """Refuse a value that is not of a type, or a text in it that no name, path or expression can be.

    Raises
    ------
    ArgumentError
        With the name, what came, and what is expected.
    """
    if not _adapter(annotation)(value):
        raise ArgumentError(f"{name}: {shape(value)}; expected {words(annotation)}")
    is_free = annotation is Any or PROSE in getattr(annotation, "__metadata__", ())
    for text in () if is_free else _texts(value):
        if bad := CONTROLS.search(text):
            raise ArgumentError(f"{name}: {text!r:.80} holds the character {bad[0]!r}; expected a text without it")
        if len(text) > MAX_TEXT:
            raise ArgumentError(f"{name}: a text of {len(text)} characters; expected at most {MAX_TEXT}")


def shape(value: object) -> str:
    """Return what came, in a few words: a short value as it is, else its type.

    Examples
    --------
    >>> shape(10**5000), shape([1, 2]), shape("cm384"), shape(None)
    ('an integer of about 5001 digits', 'a list of 2', "'cm384'", 'None')
    """
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 64:
        return f"an integer of about {int(value.bit_length() * 0.30103) + 1} digits"
    if value is None or isinstance(value, (str, bool, int, float)):
        return f"{value!r:.80}"
    kind = type(value)
    whole = (
        kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__.split('.')[0]}.{kind.__qualname__}"
    )
    article = "an" if whole[0].lower() in "aeio" else "a"
    return f"{article} {whole}" + (f" of {len(value)}" if isinstance(value, (list, tuple, dict, set)) else "")


def words(annotation: Any) -> str:
    """Return what is expected, in words.

    Examples
    --------
    >>> words(str | None), words(str | Sequence[str]), words(Mapping[str, str])
    ('a text or None', 'a text or a list of texts', 'a mapping of a text to a text')
    """
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return words(parts[0])
    if origin in (Union, types.UnionType):
        return " or ".join(map(words, parts))
    if origin is Sequence:
        return f"a list of {words(parts[0]).removeprefix('a ')}s"
    if origin is Mapping:
        return f"a mapping of {' to '.join(map(words, parts))}"
    return _NAMES.get(annotation, getattr(annotation, "__name__", str(annotation)))


@cache
def _adapter(annotation: Any) -> Callable[[object], bool]:
    """Return whether a value is of a type, as pydantic reads it without converting anything."""
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    adapter = TypeAdapter(annotation, config=ConfigDict(strict=True, arbitrary_types_allowed=True))

    def fits(value: object) -> bool:
        try:
            adapter.validate_python(value)
        except ValidationError:
            return isinstance(value, str) and str in (annotation, *get_args(annotation))  # half a surrogate pair
        return True

    return fits


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, (str, Path)):
        yield str(value)
    elif isinstance(value, Mapping):
        yield from (text for pair in value.items() for one in pair for text in _texts(one))
    elif isinstance(value, (list, tuple)):
        yield from (text for one in value for text in _texts(one))
