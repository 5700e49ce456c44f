"""What a method gave, kept by its arguments: as `functools.cache`, but an object that has one can be pickled."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memo(Generic[T]):
    """A bound method whose results are kept; a pickle holds the method alone, and reads again what it needs."""

    def __init__(self, method: Callable[..., T]) -> None:
        self.method = method
        self._kept: dict[tuple[Hashable, ...], T] = {}

    def __call__(self, *arguments: Hashable) -> T:
        """Return what the method gives."""
        if arguments not in self._kept:
            self._kept[arguments] = self.method(*arguments)
        return self._kept[arguments]

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, arguments: object) -> bool:
        return arguments in self._kept

    def __reduce__(self) -> tuple[type[Memo[T]], tuple[Callable[..., T]]]:
        return type(self), (self.method,)
