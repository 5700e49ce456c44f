"""A language model as expressions over its reported widths: parameters, cache and operations of a token."""

from __future__ import annotations

from functools import cached_property

from calc.analysis.comparison import Comparer
from calc.errors import UsageError
from calc.figures.operations import Expression, apply, total
from calc.figures.readings import Reading, Readings
from calc.figures.results import given


class LanguageModel:
    """How a model is built.

    Parameters
    ----------
    held : Readings
        What is held of the model.
    """

    def __init__(self, held: Readings) -> None:
        self.held, self.id, self.name = held, held.sheet.id, held.sheet.name

    def has(self, *names: str) -> bool:
        """Whether all of these metrics are reported."""
        return all(self.held.get(name) for name in names)

    def need(self, name: str) -> Reading:
        """Return the reading of a metric.

        Raises
        ------
        UsageError
            If nobody reports it.
        """
        if found := self.held.get(name):
            return found
        if name in self.held.sheet.reports:
            raise UsageError(f"{name} of {self.id}: no report of it was known by the day asked for (--as-of)")
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

    @cached_property
    def _attention(self) -> Expression:
        ranks = ["q_lora_rank", "kv_lora_rank", "qk_nope_width", "qk_rope_width", "v_head_width"]
        kind, widths = ("latent_attention", ranks) if self.is_latent else ("attention", ["kv_heads", "head_width"])
        names = ["hidden_width", "attention_heads", *widths]
        return apply(f"{kind}_parameters", *map(self.need, names)).named("attention of a layer", "param")

    @cached_property
    def _gate(self) -> str:
        matrices = self.held.get("ffn_matrices")
        ungated = matrices is not None and matrices.headline.value == 2
        return "feed_forward_parameters_ungated" if ungated else "feed_forward_parameters"

    @cached_property
    def expert(self) -> Expression:
        """The parameters of one expert. [param]."""
        return apply(self._gate, self.need("hidden_width"), self.need("expert_ffn_width")).named("one expert", "param")

    @cached_property
    def _blocks(self) -> list[Expression]:
        """What every token meets in the layers: attention, dense blocks, shared experts, routers."""
        parts: list[Expression] = [apply("layers_parameters", self.layers, self._attention).named("attention", "param")]
        dense = self.layers if not self.has_experts else self.held.get("dense_layers")
        if dense is not None and (not isinstance(dense, Reading) or dense.headline.value > 0):
            block = apply(self._gate, self.need("hidden_width"), self.need("ffn_width")).named("dense block", "param")
            parts.append(apply("layers_parameters", dense, block).named("dense blocks", "param"))
        if self.has_experts:
            router = apply("router_parameters", self.need("hidden_width"), self.need("experts")).named(
                "router", "param"
            )
            parts.append(apply("layers_parameters", self.expert_layers, router).named("routers", "param"))
            shared = self.held.get("shared_experts")
            if shared and shared.headline.value > 0:
                parts.append((self.expert_layers * shared * self.expert).named("shared experts", "param"))
        return parts

    def _tables(self, many: int, label: str) -> Expression:
        return apply(
            "embedding_parameters",
            self.need("hidden_width"),
            self.need("vocabulary"),
            given("tables", many, note="of the model"),
        ).named(label, "param")

    @cached_property
    def in_layers(self) -> Expression:
        """What every token meets, without the tables. [param]."""
        return apply("parameters_sum", *self._blocks).named("met by every token, in the layers", "param")

    @cached_property
    def common(self) -> Expression:
        """What every token meets when one is written: the layers' part and the output table. [param]."""
        return apply("parameters_sum", *self._blocks, self._tables(1, "output table")).named(
            "met by every token", "param"
        )

    @cached_property
    def active(self) -> Expression:
        """Parameters that work on a token: 2 operations each. [param]."""
        if not self.is_drawn:
            return self._reported("parameters.active")
        return self._with_experts("active for a token", self.common, self.held.get("experts_per_token"))

    @cached_property
    def active_in_layers(self) -> Expression:
        """The same without the output table, which a prompt needs once. [param]."""
        if not self.is_drawn:
            return self._reported("parameters.active")
        return self._with_experts("active for a token of a prompt", self.in_layers, self.held.get("experts_per_token"))

    @cached_property
    def total(self) -> Expression:
        """All parameters. [param]."""
        if not self.is_drawn:
            return self._reported("parameters.total")
        base = self.common
        if not self._is_tied:
            base = apply("parameters_sum", base, self._tables(1, "input table")).named(
                "all but routed experts", "param"
            )
        return self._with_experts("all parameters", base, self.held.get("experts"))

    @cached_property
    def routed(self) -> Expression | None:
        """All routed experts; None where there are none. [param]."""
        if not self.has_experts:
            return None
        return (self.expert_layers * self.need("experts") * self.expert).named("routed experts", "param")

    @cached_property
    def unrouted(self) -> Expression:
        """All but the routed experts. [param]."""
        if self._is_tied:
            return self.common
        return apply("parameters_sum", self.common, self._tables(1, "input table")).named(
            "all but routed experts", "param"
        )

    def _with_experts(self, label: str, base: Expression, many: Reading | None) -> Expression:
        if not self.has_experts or many is None:
            return base
        part = (self.expert_layers * many * self.expert).named(f"{label}: experts", "param")
        return apply("parameters_sum", base, part).named(label, "param")

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

    def _reported(self, name: str) -> Expression:
        return (self.need(name) * given("unit", 1.0, "param", "")).named(name.replace(".", " "), "param")

    # -- attention ------------------------------------------------------------------------------

    @cached_property
    def _spans(self) -> list[tuple[Expression, Reading | None]]:
        """The layers that attend to all tokens, and those to a window of them, with the window."""
        windowed, window = self.held.get("windowed_layers"), self.held.get("attention_window")
        if windowed is None or window is None:
            return [(self.layers, None)]
        return [((self.layers - windowed).named("layers without a window", "x"), None), (windowed, window)]

    def cache_per_token(self, element: Expression) -> Expression:
        """Return the cache of a token of one sequence, all layers holding it. [information/token]."""
        return self._cached(self.layers, element)

    def cache(self, sequences: Expression, context: Expression, element: Expression) -> Expression:
        """Return the cache of some sequences; layers with a window hold no more than that. [information]."""
        parts = []
        for layers, window in self._spans:
            held = apply("cached_tokens", context, window).named("tokens in the window", "token") if window else context
            parts.append(apply("kv_cache_bytes", sequences, held, self._cached(layers, element)).named("cache", "GB"))
        return parts[0] if len(parts) == 1 else total(parts).named("cache", "GB")

    def _cached(self, layers: Expression, element: Expression) -> Expression:
        if self.is_latent:
            parts = (layers, self.need("kv_lora_rank"), self.need("qk_rope_width"), element)
            return apply("latent_cache_per_token", *parts).named("cache of a token", "kB/token")
        parts = (layers, self.need("kv_heads"), self.need("head_width"), element)
        return apply("kv_cache_per_token", *parts).named("cache of a token", "kB/token")

    def decode_core(self, context: Expression) -> Expression:
        """Return the operations of attention's core for a token that is written, in all layers. [operation/token]."""
        kind, widths = (
            ("absorbed", ["kv_lora_rank", "qk_rope_width"]) if self.is_latent else ("attention", ["head_width"])
        )
        return self._in_all_layers(f"{kind}_core_flops", ["attention_heads", *widths], context, 1.0)

    def causal_core(self, length: Expression, convention: str = "causal") -> Expression:
        """Return the operations of attention's core for a token of a prompt, in all layers. [operation/token].

        Of a causal prompt a token meets half of the others on average; in a window, all of the window's.
        """
        widths = ["qk_nope_width", "qk_rope_width", "v_head_width"] if self.is_latent else ["head_width"]
        name = f"{'latent' if self.is_latent else 'attention'}_core_flops{'' if convention == 'full' else '_causal'}"
        return self._in_all_layers(name, ["attention_heads", *widths], length, 1.0 if convention == "full" else 2.0)

    def _in_all_layers(self, name: str, widths: list[str], length: Expression, times: float) -> Expression:
        parts = []
        for layers, window in self._spans:
            met = length
            if window is not None:
                reach = (window * given("times", times, note="of the model")).named("tokens in reach", "token")
                met = apply("cached_tokens", length, reach).named("tokens met", "token")
            one = apply(name, met, *map(self.need, widths)).named("attention core, a layer", "MFLOP/token")
            parts.append((layers * one).named("attention core of the layers", "GFLOP/token"))
        return parts[0] if len(parts) == 1 else total(parts).named("attention core of the layers", "GFLOP/token")


def find_model(comparer: Comparer, name: str) -> LanguageModel:
    """Return a model by its id or an alias."""
    catalog = comparer.catalog
    return LanguageModel(comparer.reader.of(catalog.sheet(*catalog.resolve(name, "model"))))
