"""Serving a workload: prompts of one length, outputs of another; prefill and decode on the same chips, or apart.

On the same chips, a replica generates the outputs of ``batch`` requests in ``output`` steps, and runs the prefill of
each of them in between. Apart, decode chips only decode, prefill chips send them the KV cache of each prompt, and the
slower side sets the rate. Requests are assumed to arrive evenly, so none waits in a queue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from calc.errors import UsageError
from calc.estimates.cost import FREE, Prices, no_power, of_serving
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.estimate import Estimate, Maker, Uncorrected, maker, noted
from calc.estimates.hardware import Hardware
from calc.estimates.inference import Serving, decode, prefill
from calc.estimates.model import LanguageModel
from calc.estimates.precision import element_bytes
from calc.figures.operations import Expression, Operation, apply, total
from calc.figures.results import given
from calc.units.numbers import EXACT_DIGITS, said

SERVING = "serving"
"""The label of measurements of engines that serve requests, prefill included."""


@dataclass(frozen=True)
class Workload(Serving):
    """The options of serving: ``input`` and ``output`` tokens per request, and the chips of each phase if apart."""

    input: float = 0
    output: float = 0
    prefill_chips: int | None = None
    decode_chips: int | None = None

    @property
    def alone(self) -> Serving:
        """The same for one phase alone."""
        return self._phase()

    @property
    def decoding(self) -> Serving:
        """The decode steps, with the mean context of a request."""
        return self._phase(context=self.input + self.output / 2)

    @property
    def reading(self) -> Serving:
        """The prefill of one prompt."""
        return self._phase(prompt=self.input, batch=1, drafts=None, acceptance=None, acceptance_length=None,
                           drafter=None, drafter_cost=None, unfit=True)  # fmt: skip

    def _phase(self, **changed: object) -> Serving:
        kept = {name: getattr(self, name) for name in Serving.__dataclass_fields__}
        return Serving(**(kept | changed))


def serve(
    model: LanguageModel, hardware: Hardware, asked: Workload, known: Efficiencies, prices: Prices = FREE
) -> Estimate:  # fmt: skip
    """Return the estimate of serving: TTFT, TPOT, and tokens per second of a user, of a chip and of all chips.

    Its time is that of the output of a request, from the first token to the last.

    Raises
    ------
    UsageError
        If input or output is missing, something is not reported, or does not fit into memory.
    """
    for name in ("input", "output"):
        if not getattr(asked, name) > 0:
            raise UsageError(f"serve needs --{name}, the tokens of each {'prompt' if name == 'input' else 'output'}")
    if (asked.prefill_chips is None) != (asked.decode_chips is None):
        raise UsageError("give --prefill-chips and --decode-chips, or neither for both phases on the same chips")
    apart = asked.prefill_chips is not None and asked.decode_chips is not None
    if apart and asked.prefill_chips + asked.decode_chips > hardware.chips and hardware.is_system:  # type: ignore[operator]
        raise UsageError(f"{asked.prefill_chips} + {asked.decode_chips} chips are more than the {hardware.chips} given")
    decoders = replace(hardware, chips=asked.decode_chips or hardware.chips)
    readers = replace(hardware, chips=asked.prefill_chips or hardware.chips)
    given_input = given("input", asked.input, "token", key="input")
    half = given("share of the output in the KV cache", 0.5, note="on average")
    mean = (given_input + given("output", asked.output, "token", key="output") * half).named("mean context", "token")
    step = decode(model, decoders, asked.decoding, known, prices, mean)
    read = prefill(model, readers, asked.reading, known, prices, given_input)
    return _Served(model, hardware, asked, known, step, read, apart).estimate(prices)


@dataclass(frozen=True)
class _Served:
    """Decode and prefill of a workload, joined."""

    model: LanguageModel
    hardware: Hardware
    asked: Workload
    known: Efficiencies
    step: Estimate
    read: Estimate
    apart: bool

    @property
    def chips(self) -> Expression:
        both = self.step.machine.chips + (self.read.machine.chips if self.apart else 0)
        return given("chips", both, "chip", "layout")

    def cycle(self, step: Expression, read: Expression | None) -> Operation:
        """Return the time in which a replica generates the outputs of its batch, with so much time per prompt."""
        output = given("output", self.asked.output, "token", key="output")
        each = given("token per step", self.asked.decoding.tokens_per_step, "token", "of a sequence")
        steps = (output / each).named("steps per request", "x")
        decoding = (steps * step).named("decode steps", "ms")
        if read is None:
            return decoding
        batch = given("batch", self.asked.batch, note="given: sequences per replica", key="batch")
        return total([decoding, (batch * read).named("prefill of the batch", "ms")])

    def estimate(self, prices: Prices) -> Estimate:
        """Return the estimate."""
        step, read, asked = self.step, self.read, self.asked
        assert step.uncorrected is not None
        assert read.uncorrected is not None
        assert step.time is not None
        assert read.time is not None
        terms = {
            name: self.cycle(term, None if self.apart else read.terms.get(name)).named(name, "s")
            for name, term in step.terms.items()
        }
        time: Expression
        uncorrected: Uncorrected | None
        if self.apart:
            uncorrected, time = None, self.cycle(step.time, None)
        else:
            first = self.cycle(step.uncorrected.time, read.uncorrected.time).named("output before correction", "s")
            labels = dict(step.uncorrected.sized.labels) | {"mode": SERVING}
            uncorrected = Uncorrected(first, replace(step.uncorrected.sized, labels=labels))
            time = self.known.correct("decode", *uncorrected)
        time = apply("time_lower_bound", time, *terms.values()).named("output of a request", "s")
        title = f"{said(asked.input, EXACT_DIGITS)} + {said(asked.output, EXACT_DIGITS)} tokens"
        where = f"{asked.prefill_chips} + {asked.decode_chips} chips (prefill + decode)" if self.apart else ""
        words = [where] if where else []
        return Estimate(
            "serve", "serving", self.hardware, self.model, terms, time, "s", self.rates(prices, time), step.amounts,
            noted(*step.notes, *read.notes, no_power(self.hardware, prices)),
            (*words, *step.asked[1 if where else 0 : -1], title), step.verdict, uncorrected,
        )  # fmt: skip

    def first_token(self, read: Expression) -> Expression:
        """Return the time to the first token without a queue: the prefill, and apart the transfer of the KV cache."""
        if not self.apart:
            return read
        prompt = given("input", self.asked.input, "token", key="input")
        one = given("sequences", 1.0, note="one")
        cache = self.model.cache(one, prompt, element_bytes(self.asked.kv_precision, ""))
        chips = given("chips per replica", self._replica, "chip", "layout")
        rate = (self.hardware.link(self.hardware.chips + 1)[0] * chips).named("links of a replica", "GB/s")
        moved = apply("transfer_time_lower_bound", cache, rate).named("transfer of the KV cache", "ms")
        return total([read, moved]).named("TTFT, no queue", "ms")

    @property
    def _replica(self) -> int:
        return (self.asked.tp or 1) * (self.asked.pp or 1)

    def rates(self, prices: Prices, expected: Expression) -> list[Maker]:
        """Return the figures that follow from the time of an output: the expected one, or the limit."""
        output = given("output", self.asked.output, "token", key="output")
        tokens = (output + given("input", self.asked.input, "token", key="input")).named("tokens per request", "token")
        batch = given("batch", self.asked.batch, note="given: sequences per replica", key="batch")
        replicas = given("replicas", self.step.machine.chips // self._replica, note="layout")
        many = given("replicas of prefill", self.read.machine.chips // self._replica, note="layout")
        single, one = given("token of a user", 1.0, "token", ""), given("request", 1.0, "request", "")

        def read(time: Expression) -> Expression:
            assert self.read.time is not None
            return self.read.time if time is expected else self.read.longest

        def requests(time: Expression) -> Expression:
            decoded = (batch * replicas * one / time).named("requests decoded", "request/s")
            if not self.apart:
                return decoded
            prefilled = (many * one / read(time)).named("requests prefilled", "request/s")
            return apply("slower_rate", decoded, prefilled).named("requests", "request/s")

        def rate(time: Expression) -> Expression:
            return (requests(time) * output / one).named("output throughput", "token/s")

        return [
            Maker("rate", "output throughput", "token/s", rate),
            maker("rate_per_chip", "output throughput per chip", "token/s/chip", lambda time: rate(time) / self.chips),
            maker("total_rate_per_chip", "total throughput per chip, input included", "token/s/chip",
                  lambda time: requests(time) * tokens / one / self.chips),
            maker("time_per_output_token", "TPOT", "ms", lambda time: time * single / output),
            maker("rate_per_user", "throughput per user", "token/s", lambda time: output / time),
            Maker("ttft", "TTFT, no queue", "ms", lambda time: self.first_token(read(time))),
            Maker("requests", "requests", "request/s", requests),
            *of_serving(self.hardware, prices, rate, self.chips, "output tokens"),
        ]  # fmt: skip
