"""How an answer shows itself: by a table of forms that `calc.render` fills, so that nothing below it imports it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar, overload

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

T = TypeVar("T")
Made = TypeVar("Made", bound=Callable[..., Any])


class Form(NamedTuple):
    """A form that answers have: what makes it, whether commands offer it as ``--format``, and whether it is data.

    What is no data fits the terminal: its width, colours and encoding.
    """

    make: Callable[..., Any]
    for_commands: bool
    is_data: bool = True


FORMS: dict[str, Form] = {}
"""Every form by its name; filled by `calc.render.forms`, which ``import calc`` loads."""


class Shown:
    """An answer: in a notebook and in ``print`` it is a card (`calc.views.notebook`), elsewhere any of `FORMS`."""

    @overload
    def shown(self, form: Literal["dict"], **options: Any) -> dict[str, Any]: ...
    @overload
    def shown(self, form: Literal["frame"], **options: Any) -> pd.DataFrame: ...
    @overload
    def shown(self, form: Literal["plot"], **options: Any) -> Axes: ...
    @overload
    def shown(self, form: str, **options: Any) -> str: ...
    def shown(self, form: str, **options: Any) -> Any:
        """Return the answer in one of `FORMS`."""
        return FORMS[form].make(self, **options)

    def __str__(self) -> str:
        return self.shown("plain-card")

    def _repr_html_(self) -> str:
        return self.shown("html-card")

    def _repr_markdown_(self) -> str:
        return self.shown("markdown-card")


class by_class(Generic[T]):  # noqa: N801  # a decorator
    """A function chosen by the class of its first argument, as `functools.singledispatch`, without importing classes.

    The annotation names the class, and no module of it is loaded before there is such an answer: ``compare`` pays
    nothing for what shows estimates. (IPython has ``for_type_by_name`` for the same reason.) An option is handed to
    those functions alone that name it.
    """

    def __init__(self, default: Callable[..., T]) -> None:
        self.default = default
        self.makers: dict[str, Callable[..., T]] = {}

    def register(self, make: Made) -> Made:
        """Add the function for the class, or the classes, that annotate its first argument."""
        first = next(iter(make.__annotations__.values()))
        self.makers |= dict.fromkeys(first.split(" | "), make)
        return make

    def __call__(self, answer: object, **options: Any) -> T:
        """Call the function of the nearest class of an answer, or the default."""
        for each in type(answer).__mro__:
            if make := self.makers.get(each.__name__):
                known = make.__annotations__
                return make(answer, **{name: held for name, held in options.items() if name in known})
        return self.default(answer, **options)


def picked(thing: object, names: str) -> dict[str, Any]:
    """Return attributes of a thing by their names, a tuple as a list."""
    held = {name: getattr(thing, name) for name in names.split()}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in held.items()}
