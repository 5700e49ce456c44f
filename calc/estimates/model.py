"""A language model as expressions over its reported widths: parameters, cache and operations of a token."""

from __future__ import annotations

import re
from functools import cached_property

from calc.analysis.comparison import Comparer
from calc.errors import UsageError
from calc.figures.operations import Expression, Operation, apply, total
from calc.figures.readings import Reading, Readings
from calc.figures.results import Result, given

_OTHER_ATTENTION = {
    "linear_layers": "{:g} linear-attention layers",
    "mamba_layers": "{:g} Mamba layers",
    "selected_tokens": "sparse attention to {:g} selected tokens",
}
"""Metrics of what no estimate knows, and how a refusal names it."""


class LanguageModel:
    """How a model is built, from the readings of its sheet."""

    def __init__(self, held: Readings) -> None:
        self.held, self.id, self.name = held, held.sheet.id, held.sheet.name

    def has(self, *names: str) -> bool:
        """Whether all of these metrics are reported."""
        return all(self.held.get(name) for name in names)

    def need(self, name: str) -> Reading:
        """Return the reading of a metric; refuse if nobody reports it."""
        if found := self.held.get(name):
            return found
        if name in self.held.sheet.reports:
            raise UsageError(f"{name} of {self.id}: no report of it is dated on or before the day asked for (--as-of)")
        raise UsageError(
            f"{name} of {self.id} is not reported, and this estimate needs it; `show {self.id}` lists "
            "what is, and an overlay (--specs) can add it"
        )

    @property
    def is_latent(self) -> bool:
        """Whether its keys and values are cached compressed (MLA)."""
        return self.has("kv_lora_rank")

    @property
    def has_experts(self) -> bool:
        """Whether some of its layers route tokens to experts."""
        return self.has("experts")

    # -- layers ---------------------------------------------------------------------------------

    @cached_property
    def layers(self) -> Expression:
        """All layers. [dimensionless]."""
        return self.need("layers")

    @cached_property
    def expert_layers(self) -> Expression:
        """Layers with experts. [dimensionless]."""
        dense = self.held.get("dense_layers")
        return (self.layers - dense).named("layers with experts", "x") if dense else self.layers

    # -- parameters -----------------------------------------------------------------------------

    def _of(self, formula: str, *names: str) -> Operation:
        """Return a formula applied to metrics of the model."""
        return apply(formula, *map(self.need, names))

    @cached_property
    def _attention(self) -> Expression:
        ranks = ("q_lora_rank", "kv_lora_rank", "qk_nope_width", "qk_rope_width", "v_head_width")
        kind, widths = ("latent_attention", ranks) if self.is_latent else ("attention", ("kv_heads", "head_width"))
        found = self._of(f"{kind}_parameters", "hidden_width", "attention_heads", *widths)
        return found.named("attention of a layer", "param")

    @cached_property
    def attention(self) -> Expression:
        """The parameters of attention in all layers. [param]."""
        return apply("layers_parameters", self.layers, self._attention).named("attention", "param")

    @cached_property
    def output_table(self) -> Expression:
        """The parameters of the output table (LM head). [param]."""
        return self._table("output table")

    @cached_property
    def tables(self) -> Expression:
        """The parameters of the embedding tables: one if they are tied, else two. [param]."""
        if self._is_tied:
            return self.output_table
        return (self.output_table + self._table("input table")).named("embedding tables", "param")

    def _feed_forward(self, width: str, label: str) -> Expression:
        matrices = self.held.get("ffn_matrices")
        ungated = matrices is not None and matrices.headline.value == 2
        found = self._of(f"feed_forward_parameters{'_ungated' if ungated else ''}", "hidden_width", width)
        return found.named(label, "param")

    @cached_property
    def expert(self) -> Expression:
        """The parameters of one expert. [param]."""
        return self._feed_forward("expert_ffn_width", "one expert")

    @cached_property
    def _blocks(self) -> list[Expression]:
        """What every token meets in the layers: attention, dense blocks, shared experts, routers."""
        parts: list[Expression] = [self.attention]
        dense = self.layers if not self.has_experts else self.held.get("dense_layers")
        if dense is not None and (not isinstance(dense, Reading) or dense.headline.value > 0):
            block = self._feed_forward("ffn_width", "dense block")
            parts.append(apply("layers_parameters", dense, block).named("dense blocks", "param"))
        if self.has_experts:
            router = self._of("router_parameters", "hidden_width", "experts").named("router", "param")
            parts.append(apply("layers_parameters", self.expert_layers, router).named("routers", "param"))
            shared = self.held.get("shared_experts")
            if shared and shared.headline.value > 0:
                parts.append((self.expert_layers * shared * self.expert).named("shared experts", "param"))
        return parts

    def _table(self, label: str) -> Expression:
        one = given("tables", 1, note="of the model")
        found = apply("embedding_parameters", self.need("hidden_width"), self.need("vocabulary"), one)
        return found.named(label, "param")

    @cached_property
    def in_layers(self) -> Expression:
        """What every token meets, without the tables. [param]."""
        return apply("parameters_sum", *self._blocks).named("met by every token, in the layers", "param")

    @cached_property
    def common(self) -> Expression:
        """What every token meets when one is written: the layers' part and the output table. [param]."""
        return apply("parameters_sum", *self._blocks, self.output_table).named("met by every token", "param")

    @cached_property
    def unrouted(self) -> Expression:
        """All but the routed experts. [param]."""
        if self._is_tied:
            return self.common
        both = apply("parameters_sum", self.common, self._table("input table"))
        return both.named("all but routed experts", "param")

    @cached_property
    def active(self) -> Expression:
        """Parameters that work on a token: 2 operations each. [param]."""
        return self._whole("active", "active for a token", "common", "experts_per_token")

    @cached_property
    def active_in_layers(self) -> Expression:
        """The same without the output table, which a prompt needs once. [param]."""
        return self._whole("active", "active for a token of a prompt", "in_layers", "experts_per_token")

    @cached_property
    def total(self) -> Expression:
        """All parameters. [param]."""
        return self._whole("total", "all parameters", "unrouted", "experts")

    def _whole(self, reported: str, label: str, common: str, experts: str) -> Expression:
        """Return what is common to all tokens and so many experts; as it is reported where no widths are."""
        if not self.is_drawn:
            count = self.need(f"parameters.{reported}")
            return (count * given("unit", 1.0, "param", "")).named(f"parameters {reported}", "param")
        base: Expression = getattr(self, common)
        many = self.held.get(experts)
        if not self.has_experts or many is None:
            return base
        part = (self.expert_layers * many * self.expert).named(f"{label}: experts", "param")
        return apply("parameters_sum", base, part).named(label, "param")

    @cached_property
    def routed(self) -> Expression | None:
        """All routed experts; None where there are none. [param]."""
        if not self.has_experts:
            return None
        return (self.expert_layers * self.need("experts") * self.expert).named("routed experts", "param")

    @cached_property
    def _is_tied(self) -> bool:
        return any(report.value == "tied" for report in self.held.sheet.reports.get("embeddings", ()))

    @cached_property
    def is_drawn(self) -> bool:
        """Whether enough widths are reported to count the parameters."""
        names = ["layers", "hidden_width", "attention_heads", "vocabulary"]
        names += ["q_lora_rank", "qk_nope_width"] if self.is_latent else ["kv_heads", "head_width"]
        names += ["expert_ffn_width", "experts_per_token"] if self.has_experts else ["ffn_width"]
        return self.has(*names)

    # -- attention ------------------------------------------------------------------------------

    @cached_property
    def _spans(self) -> list[tuple[Expression, Reading | None]]:
        """The layers that attend to all tokens, and those to a window of them, with the window."""
        windowed, window = self.held.get("windowed_layers"), self.held.get("attention_window")
        if windowed is None or window is None:
            return [(self.layers, None)]
        return [((self.layers - windowed).named("layers without a window", "x"), None), (windowed, window)]

    def cache(self, sequences: Expression, context: Expression, element: Expression) -> Expression:
        """Return the cache of some sequences; layers with a window hold no more than that. [information]."""
        parts = []
        for layers, window in self._spans:
            held = apply("cached_tokens", context, window).named("tokens in the window", "token") if window else context
            each = self.cache_per_token(element, layers)
            parts.append(apply("kv_cache_bytes", sequences, held, each).named("KV cache", "GB"))
        return parts[0] if len(parts) == 1 else total(parts).named("KV cache", "GB")

    def cache_per_token(self, element: Expression, layers: Expression | None = None) -> Expression:
        """Return the cache of a token of one sequence in some layers, by default in all. [information/token]."""
        latent = self.is_latent
        name, widths = "latent_cache" if latent else "kv_cache", ("kv_lora_rank", "qk_rope_width")
        read = map(self.need, widths if latent else ("kv_heads", "head_width"))
        made = apply(f"{name}_per_token", layers or self.layers, *read, element)
        return made.named("KV cache of a token", "kB/token")

    def kv_share(self, tp: int) -> int:
        """Return among how many ranks of TP the cache of a layer is divided: by heads; compressed (MLA), by none."""
        return 1 if self.is_latent else min(tp, int(self.need("kv_heads").headline.value))

    def decode_core(self, context: Expression) -> Expression:
        """Return the operations of attention's core for a token that is written, in all layers. [operation/token]."""
        widths = ("kv_lora_rank", "qk_rope_width") if self.is_latent else ("head_width",)
        return self._core(f"{'absorbed' if self.is_latent else 'attention'}_core_flops", widths, context, 1.0)

    def causal_core(self, length: Expression, convention: str = "causal") -> Expression:
        """Return the operations of attention's core for a token of a prompt, in all layers. [operation/token].

        Of a causal prompt a token meets half of the others on average; in a window, all of the window's.
        """
        widths = ("qk_nope_width", "qk_rope_width", "v_head_width") if self.is_latent else ("head_width",)
        name = f"{'latent' if self.is_latent else 'attention'}_core_flops{'' if convention == 'full' else '_causal'}"
        return self._core(name, widths, length, 1.0 if convention == "full" else 2.0)

    def _core(self, name: str, widths: tuple[str, ...], length: Expression, times: float) -> Expression:
        parts = []
        for layers, window in self._spans:
            met = length
            if window is not None:
                reach = (window * given("times", times, note="of the model")).named("tokens in reach", "token")
                met = apply("cached_tokens", length, reach).named("tokens met", "token")
            one = apply(name, met, *map(self.need, ("attention_heads", *widths)))
            one = one.named("attention core, a layer", "MFLOP/token")
            parts.append((layers * one).named("attention core of the layers", "GFLOP/token"))
        return parts[0] if len(parts) == 1 else total(parts).named("attention core of the layers", "GFLOP/token")


SIZE_OFF = 0.03
"""By so much the count of a shape may differ from that of the weights: norms and biases, multi-token prediction."""


def find_model(comparer: Comparer, name: str) -> LanguageModel:
    """Return a model by its id or an alias, or by the path of its configuration.

    Raises
    ------
    UsageError
        If there is none, if it has layers that no estimate knows, or if the shape in a configuration does not count to
        the parameters that the index of its weights gives.
    """
    catalog = comparer.catalog
    kind, id = catalog.resolve(name, "model")
    found = LanguageModel(comparer.reader.of(catalog.sheet(kind, id)))
    if id in catalog.configured:
        _refuse_another_size(found)
    for metric, kind in _OTHER_ATTENTION.items():
        if held := found.held.get(metric):
            said = kind.format(held.headline.value)
            raise UsageError(f"{found.name} has {said}; estimates know softmax attention only")
    return found


def _counted(model: LanguageModel) -> float:
    """Return the parameters that a shape counts to."""
    return float(Result(model.total, "param").numbers[0])


def _refuse_another_size(model: LanguageModel) -> None:
    """Refuse a shape that does not count to the parameters that are printed: something of it is not understood."""
    printed = model.held.get("parameters.total")
    if printed and model.is_drawn and abs(_counted(model) / printed.headline.value - 1) > SIZE_OFF:
        raise UsageError(
            f"the shape of {model.name} counts to {_billions(_counted(model))} parameters, "
            f"{printed.headline.lead().locator} gives {_billions(printed.headline.value)}: something of the "
            "architecture is not understood; write a sheet by hand: `new model ID --specs DIR`"
        )


def _billions(count: float) -> str:
    return f"{count / 1e9:.4g}e9"


def sizes(model: LanguageModel) -> str:
    """Return how many parameters a shape counts to, and how many are printed, as words."""
    printed = model.held.get("parameters.total")
    said = "no count is printed"
    if printed:
        said = f"{_billions(printed.headline.value)} by {printed.headline.lead().locator}"
    hint = re.search(r"(?<![\w.])(\d+x)?\d+(\.\d+)?[BbMm](?![a-z])", model.name)
    return f"{_billions(_counted(model))} by the shape, {said}" + (f"; the name says {hint[0]}" if hint else "")
