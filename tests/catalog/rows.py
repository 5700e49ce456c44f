"""Tests that look at every row of a table, one test each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Row = dict[str, str]


def over(rows: Iterable[Row]) -> Callable[[Callable[[Row], None]], Callable[[], None]]:
    """Make one test of a test of each row; thousands of tests would cost more than what they look at."""

    def whole(test: Callable[[Row], None]) -> Callable[[], None]:
        def every() -> None:
            for row in rows:
                try:
                    test(row)
                except AssertionError as error:
                    raise AssertionError(f"{row['id']}: {error}") from error

        every.__name__, every.__doc__ = test.__name__, test.__doc__
        return every

    return whole
