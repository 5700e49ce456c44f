"""Ctrl-C, remembered: a library may turn the exception that it raises into one of its own.

NumPy does, where it compares structured arrays: what leaves it is a `TypeError` that knows nothing of the interrupt.
"""

from __future__ import annotations

import signal
from typing import Any

_came = False


def listen() -> None:
    """Remember from here on that an interrupt came, and raise `KeyboardInterrupt` as Python does.

    Only where Python's own handler stands, so not where interrupts are ignored, as in a job of the background.
    """
    global _came
    _came = False
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        try:
            signal.signal(signal.SIGINT, _remember)
        except ValueError:  # not the main thread: it gets no signals either
            return


def came() -> bool:
    """Return whether one came."""
    return _came


def _remember(*_: Any) -> None:
    global _came
    _came = True
    raise KeyboardInterrupt
