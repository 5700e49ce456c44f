"""Look for inputs that lead to a fault: ``python -m tests.fuzz SECONDS SEED [ROUNDS [TARGET...]]``, or ``make fuzz``.

A round is 5,000 inputs, so many of each of `targets.TARGETS` as it says. Each new fault is printed with its input,
made as short as it can be, for the corpus (`tests.fuzz.test_corpus`); in the end how many were tried, accepted and
refused. A search ends after so many seconds, or rounds; it asks all targets, or those that are named.
"""

from __future__ import annotations

import contextlib
import random
import re
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any, NoReturn

from calc.errors import CalcError
from tests.fuzz import targets, valid
from tests.fuzz.targets import TARGETS, Target

PATIENCE = 10
"""Seconds of the processor that one input may take."""


class TooLong(BaseException):
    """An input took too long; nothing on its way may catch it."""


def _too_long(*_: int | FrameType | None) -> NoReturn:
    raise TooLong(f"over {PATIENCE} s")


def outcome(target: Target, drawn: Any) -> str:
    """Ask one input; return ``accepted``, ``refused``, or the fault: its kind, and where in calc it arose."""
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        return "accepted" if target.ask(drawn) else "refused"
    except CalcError as error:
        try:
            targets.refusal(error)
        except Exception as fault:
            return f"{type(fault).__name__}: {fault}"[:300]
        return "refused"
    except (Exception, TooLong) as error:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [one for one in frames if "/calc/" in one.filename] or list(frames)
        where = f"{ours[-1].filename.rpartition('/calc/')[2]}:{ours[-1].lineno}"
        return f"{type(error).__name__} at {where}: {ascii(str(error))[:300]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def kind(fault: str) -> str:
    """Return a fault without what differs from input to input."""
    head = fault.partition(": ")[0]
    return head if " at " in head else re.sub(r"\d+", "N", fault)[:50]


def shortened(target: Target, drawn: Any, fault: str, seconds: float = 20) -> Any:
    """Return the shortest input, of those that parts are cut from, with the same kind of fault."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for each in _shorter(drawn):
            if time.monotonic() > end:
                return drawn
            if kind(outcome(target, each)) == kind(fault):
                drawn = each
                break
        else:
            return drawn
    return drawn


def _shorter(drawn: Any) -> Iterator[Any]:
    """Yield an input with a part of it cut, large parts first."""
    if isinstance(drawn, str):
        size = len(drawn) // 2
        while size:
            for at in range(0, len(drawn), size):
                yield drawn[:at] + drawn[at + size :]
            size //= 2
    elif isinstance(drawn, list):
        for at, one in enumerate(drawn):
            yield [*drawn[:at], *drawn[at + 1 :]]
            for each in _shorter(one):
                yield [*drawn[:at], each, *drawn[at + 1 :]]
    elif isinstance(drawn, tuple):  # its first part says what is asked
        for at, one in list(enumerate(drawn))[1:]:
            for each in _shorter(one):
                yield (*drawn[:at], each, *drawn[at + 1 :])
    elif isinstance(drawn, dict):
        for name, one in drawn.items():
            yield {key: held for key, held in drawn.items() if key != name}
            for each in _shorter(one):
                yield drawn | {name: each}


def _inputs(seconds: float, seed: int, rounds: int, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Yield inputs with the names of their targets, round by round, until the time is over."""
    end = time.monotonic() + seconds
    order = [name for name in names for _ in range(TARGETS[name].share)]
    for number in range(rounds):
        random.Random(f"{seed} {number}").shuffle(order)
        for place, name in enumerate(order):
            if time.monotonic() > end:
                return
            yield name, TARGETS[name].draw(random.Random(f"{seed} {number} {place}"))


def main(seconds: float, seed: int, rounds: int = 10**9, names: Sequence[str] = ()) -> int:
    """Search for some seconds, or rounds, from a seed on; print what is found, and how much was tried."""
    counts = {name: Counter[str]() for name in names or TARGETS}
    took = dict.fromkeys(counts, 0.0)
    found = Counter[str]()
    signal.signal(signal.SIGPROF, _too_long)
    with valid.small_catalog(), contextlib.suppress(KeyboardInterrupt):
        for name, drawn in _inputs(seconds, seed, rounds, [*counts]):
            before = time.process_time()
            said = outcome(TARGETS[name], drawn)
            took[name] += time.process_time() - before
            counts[name][said if said in ("accepted", "refused") else "faults"] += 1
            if said not in ("accepted", "refused"):
                found[f"{name} {kind(said)}"] += 1
                if found[f"{name} {kind(said)}"] == 1:
                    drawn = shortened(TARGETS[name], drawn, said)
                    sys.stdout.write(f"{name}: {outcome(TARGETS[name], drawn)}\n  {drawn!r:.2000}\n")
                    sys.stdout.flush()
    _report(counts, took, found, seed)
    return int(bool(found))


def _report(counts: dict[str, Counter[str]], took: dict[str, float], found: Counter[str], seed: int) -> None:
    heads = ("inputs", "accepted", "refused", "faults", "CPU s")
    sys.stdout.write(f"seed {seed}\n{'target':12}{''.join(f'{head:>11}' for head in heads)}\n")
    whole = sum(counts.values(), Counter[str]())
    for name, held in {**counts, "all": whole}.items():
        spent = round(took.get(name, sum(took.values())))
        cells = (held.total(), held["accepted"], held["refused"], held["faults"], spent)
        sys.stdout.write(f"{name:12}{''.join(f'{cell:>11,}' for cell in cells)}\n")
    for fault, many in found.most_common():
        sys.stdout.write(f"{many} x {fault}\n")


if __name__ == "__main__":
    time_and_seed, rounds, names = sys.argv[1:3], sys.argv[3:4], sys.argv[4:]
    sys.exit(main(float(time_and_seed[0]), int(time_and_seed[1]), int(*rounds or [10**9]), names))
