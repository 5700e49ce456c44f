"""The table of metrics: what each id means, on which basis it is held, how it adds up.

Qualifiers are part of the id: ``peak_compute.bf16.dense`` and ``peak_compute.bf16.sparse`` are two
metrics, and so are ``power.rack`` and ``power.all-in``. A metric whose qualifier the source left
open ends in ``unstated`` and meets only its like. Values that somebody measured are a metric of
their own too, with ``.measured`` at the end.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from calc.errors import UsageError, did_you_mean

Adds = Literal["sum", "domain", "count", "none"]
Better = Literal["higher", "lower", "neither"]

MODEL = "model"
"""The group of what only a model has, and the kind of its sheet."""
GROUPS = ("chips", "compute", "memory", "scale-up", "scale-out", "power", "price", "physical", MODEL)
SUBJECT = "subject"

# FP64 is printed of the vector units and, apart from that, of the matrix units ("FP64 Tensor Core").
PRECISIONS = ("fp64", "fp64-matrix", "fp32", "tf32", "bf16", "fp16", "fp8", "fp6", "fp4", "int8", "int4")
_SHARED = ("fp16/bf16", "fp8/fp6", "fp16/bf16/tf32", "fp8/fp16/bf16/tf32", "fp8/fp4")
DENSE_ONLY = ("fp64", "fp64-matrix", "fp32")
"""What has no sparse rate: tables with a column for it leave it empty here (glennklockwood.com, garden, B200)."""
SHARED_PRECISIONS = {shared: tuple(shared.split("/")) for shared in _SHARED}
SPARSITIES = ("dense", "sparse", "unstated")
BOUNDARIES = ("chip", "board", "node", "rack", "cooling", "all-in", "unstated")
UNSTATED = "unstated"
PER_CHIP = "per-chip"
CHOSEN = "chosen"
"""The formula of a metric that shows another one, the best that a subject has (`calc.figures.derive.CHOICES`)."""
MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class Dimension:
    """What values of one kind look like: an example, and the range in which a figure is plausible."""

    example: str
    low: str
    high: str


DIMENSIONS = {
    "b/s": Dimension("900 GB/s", "1 Mb/s", "100 EB/s"),
    "b": Dimension("192 GB", "1 kB", "10 EB"),
    "FLOP/s": Dimension("780 TFLOP/s", "1 GFLOP/s", "10 ZFLOP/s"),
    "W": Dimension("700 W", "1 W", "10 GW"),
    "s": Dimension("1.2 us", "1 ns", "1 s"),
    "kg": Dimension("1360 kg", "1 g", "10000 t"),
    "m": Dimension("3.2 km", "1 mm", "100000 km"),
    "mm^2": Dimension("814 mm^2", "1 mm^2", "100000 mm^2"),
    "m^2": Dimension("1000 m^2", "0.1 m^2", "1e8 m^2"),
    "Hz": Dimension("1.65 GHz", "1 MHz", "100 GHz"),
    "OP*b/s": Dimension("4992 TOP*b/s", "1 TOP*b/s", "1e12 TOP*b/s"),
    "OP*b/s/m^2": Dimension("5.92 TOP*b/s/mm^2", "0.0001 TOP*b/s/mm^2", "1e6 TOP*b/s/mm^2"),
    "USD": Dimension("8200000 USD", "1 USD", "1e12 USD"),
    "CNY": Dimension("60000000 CNY", "1 CNY", "1e13 CNY"),
    "token/s": Dimension("1943 token/s", "0.001 token/s", "1e12 token/s"),
    "token/FLOP": Dimension("1.29 token/s per TFLOP/s", "1e-9 token/s per TFLOP/s", "1e6 token/s per TFLOP/s"),
    "W per FLOP/s": Dimension("2.00 W per TFLOP/s", "0.0001 W per TFLOP/s", "1e6 W per TFLOP/s"),
    "W per b/s": Dimension("488.1 W per TB/s", "0.001 W per TB/s", "1e9 W per TB/s"),
    "W per b": Dimension("12.2 kW per TB", "0.001 W per TB", "1e9 W per TB"),
    "x": Dimension("1.15 x", "0.001 x", "1000 x"),
    "percent": Dimension("40 percent", "0.1 percent", "100 percent"),
    "token": Dimension("131072 token", "1 token", "1e9 token"),
}  # fmt: skip


_OF_MODELS = Dimension("61 x", "1 x", "1e15 x")
"""Of counts and widths in a model's sheet, which have no unit."""
COUNTED = ("chip", "node", "cpu", "core", "rack", "module", "switch", "cable", "port", "stack", "plane", "nic")


class Metric(NamedTuple):
    """One line of the table.

    Parameters
    ----------
    id : str
        With all qualifiers.
    title : str
        What a reader sees.
    group : str
        One of `GROUPS`.
    like : str
        A unit of the dimension (without ``/chip`` and the like); empty for a metric held as text.
    per : str
        The canonical basis: ``subject`` (a chip in a chip sheet, the system in a system sheet), or
        the thing that the figure is always for (``node``, ``chip``...). Empty where none makes sense.
    adds : str
        ``sum``: the system's is count x the chip's. ``domain``, ``count``, ``none``: it is not.
    better : str
        ``higher``, ``lower``, or ``neither``.
    chip_unit, system_unit : str
        Display units in a chip's and in a system's sheet.
    directed : bool
        A report must say ``direction``.
    listed : bool
        Only listed, never in a span: its conditions are part of it and differ from row to row.
    formula : str
        Its recipe in `calc.figures.derive` if the metric is computed from others, whoever prints it besides.
    words : tuple of str
        Of a metric held as text, the only words that there are; empty if any will do.
    """

    id: str
    title: str
    group: str
    like: str
    per: str = SUBJECT
    adds: Adds = "none"
    better: Better = "neither"
    chip_unit: str = ""
    system_unit: str = ""
    directed: bool = False
    listed: bool = False
    formula: str = ""
    words: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether values are words (a cooling method), not quantities."""
        return not self.like

    @property
    def counts(self) -> bool:
        """Whether values are numbers of things, of which there may be none."""
        return self.like in COUNTED or (self.group == MODEL and self.like == "x")

    def suits(self, kind: str) -> bool:
        """Whether a sheet of this kind (``chip``, ``system`` or ``model``) can have it."""
        if MODEL in (kind, self.group):
            return kind == self.group
        return kind != "chip" or self._of_chips

    @property
    def _of_chips(self) -> bool:
        """Whether a single chip can have it: no count of what a system is made of, no power beyond a board's."""
        if self.family == "power":
            return self.id.removeprefix("power.") in ("chip", "board", UNSTATED)
        return self.adds != "count" or self.id == "cpu_core_count"

    @property
    def full_title(self) -> str:
        """The title as it stands without the heading of its group: "Scale-up: bandwidth, one way"."""
        if self.group in ("scale-up", "scale-out") and self.group not in self.title:
            first = self.title[:1].lower() if self.title[1:2].islower() else self.title[:1]
            return f"{self.group.capitalize()}: {first}{self.title[1:]}"
        return self.title

    @property
    def family(self) -> str:
        """The id without qualifiers."""
        return self.id.partition(".")[0]

    def own_per(self, kind: str) -> str:
        """Return what a figure in a sheet of this kind is for, unless it says so itself; empty where none makes sense."""
        return kind if self.per == SUBJECT else self.per

    @property
    def dimension(self) -> Dimension:
        """Example and plausible range of values."""
        if self.words:
            return Dimension(self.words[0], "", "")
        if self.group == MODEL and self.like == "x":
            return _OF_MODELS
        return DIMENSIONS.get(self.like) or Dimension(f"384 {self.like}", f"0.01 {self.like}", f"1e15 {self.like}")

    def unit(self, kind: str) -> str:
        """Return the display unit in a sheet of this kind."""
        return (self.chip_unit if kind == "chip" else self.system_unit) or self.chip_unit or self.like


def _rows() -> list[Metric]:
    rate = {"adds": "sum", "better": "higher", "chip_unit": "GB/s", "system_unit": "TB/s"}
    m = Metric
    return [
        m("chip_count", "Chips", "chips", "chip", adds="count"),
        m("dies_per_chip", "Dies per chip", "chips", "die", "chip"),
        m("chips_per_superchip", "Chips per superchip", "chips", "chip", "superchip"),
        m("node_count", "Nodes", "chips", "node", adds="count"),
        m("chips_per_node", "Chips per node", "chips", "chip", "node"),
        m("cpu_count", "CPUs", "chips", "cpu", adds="count"),
        m("cpus_per_node", "CPUs per node", "chips", "cpu", "node"),
        m("cpu_core_count", "CPU cores", "chips", "core", adds="count"),
        m("core_count.matrix", "Matrix cores", "chips", "core"),
        m("core_count.vector", "Vector cores", "chips", "core"),
        m("core_count.multiprocessor", "Multiprocessors", "chips", "core"),
        m("transistor_count", "Transistors", "chips", "transistor"),
        m("die_area", "Die area", "chips", "mm^2"),
        m("clock", "Clock", "chips", "Hz", "", chip_unit="GHz"),
        m("die_to_die_bandwidth", "Die to die, one way", "chips", "b/s", "chip", "none", "higher", "GB/s", directed=True),
        m("chip_to_cpu_bandwidth", "Chip to CPU, one way", "chips", "b/s", directed=True, **rate),  # type: ignore[arg-type]
        m("io_bandwidth", "All inputs and outputs, one way", "chips", "b/s", better="higher", chip_unit="GB/s", directed=True),
        m("process", "Process", "chips", ""),
        m("release_date", "Release", "chips", ""),
        m("throughput", "Throughput", "compute", "token/s", listed=True, better="higher"),
        m("throughput_per_compute", "Throughput per compute", "compute", "token/FLOP", "", listed=True,
          better="higher", chip_unit="token/s per TFLOP/s"),
        m("time_per_output_token", "Time per output token", "compute", "s", "", listed=True, better="lower", chip_unit="ms"),
        m("mfu", "Model FLOPs utilisation", "compute", "percent", "", listed=True, better="higher"),
        m("expert_parallel_latency.dispatch", "Latency of expert dispatch", "compute", "s", "", listed=True,
          better="lower", chip_unit="us"),
        m("expert_parallel_latency.combine", "Latency of expert combine", "compute", "s", "", listed=True,
          better="lower", chip_unit="us"),
        m("expert_parallel_bandwidth.dispatch", "Bandwidth of expert dispatch", "compute", "b/s", "", listed=True,
          better="higher", chip_unit="GB/s"),
        m("expert_parallel_bandwidth.combine", "Bandwidth of expert combine", "compute", "b/s", "", listed=True,
          better="higher", chip_unit="GB/s"),
        m("total_processing_performance", "Total processing performance (TPP)", "compute", "OP*b/s", chip_unit="TOP*b/s"),
        m("memory_capacity", "Memory capacity", "memory", "b", adds="sum", better="higher", chip_unit="GB", system_unit="TB"),
        m("memory_bandwidth", "Memory bandwidth", "memory", "b/s", adds="sum", better="higher", chip_unit="TB/s"),
        m("memory_type", "Memory type", "memory", ""),
        m("memory_stack_count", "Memory stacks", "memory", "stack"),
        m("memory_stack_capacity", "Capacity of a stack", "memory", "b", "stack", chip_unit="GB"),
        m("cache", "Last-level cache", "memory", "b", chip_unit="MB", better="higher"),
        m("host_memory_capacity", "Host memory", "memory", "b", better="higher", chip_unit="GB", system_unit="TB"),
        m("host_memory_bandwidth", "Host memory bandwidth", "memory", "b/s", better="higher", chip_unit="TB/s"),
        m("fast_memory_capacity", "Chip and host memory", "memory", "b", better="higher", chip_unit="GB", system_unit="TB"),
        m("scale_up_domain", "Chips in one domain", "scale-up", "chip", "", "domain", "higher"),
        m("scale_up_bandwidth", "Bandwidth, one way", "scale-up", "b/s", directed=True, **rate),  # type: ignore[arg-type]
        m("scale_up_pair_bandwidth", "Between two chips, one way", "scale-up", "b/s", "", "none", "higher", "GB/s", directed=True),
        m("bisection_bandwidth", "Bisection bandwidth, one way", "scale-up", "b/s", better="higher", chip_unit="GB/s",
          system_unit="TB/s", directed=True),
        m("scale_up_latency", "Latency between chips", "scale-up", "s", "", "none", "lower", "us"),
        m("scale_up_ports", "Ports", "scale-up", "port", adds="sum"),
        m("scale_up_port_rate", "Rate of a port, one way", "scale-up", "b/s", "port", "none", "higher", "GB/s", directed=True),
        m("scale_up_lane_rate", "Rate of a lane, one way", "scale-up", "b/s", "", chip_unit="Gb/s"),
        m("scale_up_plane_count", "Planes", "scale-up", "plane", adds="count"),
        m("switch_count.scale-up", "Switches or switch trays", "scale-up", "switch", adds="count"),
        m("switch_chip_count.tier-1", "Switch chips, first tier", "scale-up", "switch", adds="count"),
        m("switch_chip_count.tier-2", "Switch chips, second tier", "scale-up", "switch", adds="count"),
        m("switch_chips_per_tray", "Switch chips per tray", "scale-up", "switch", ""),
        m("optical_module_count.scale-up", "Optical modules, scale-up", "scale-up", "module", adds="sum", better="lower"),
        m("cable_count", "Cables", "scale-up", "cable", adds="count"),
        m("cable_length", "Cable length", "scale-up", "m", chip_unit="km"),
        m("scale_out_bandwidth", "Bandwidth, one way", "scale-out", "b/s", directed=True, **rate),  # type: ignore[arg-type]
        m("scale_out_pair_bandwidth", "Between two hosts, one way", "scale-out", "b/s", "", "none", "higher", "GB/s", directed=True),
        m("scale_out_ports", "Ports", "scale-out", "port", adds="sum"),
        m("scale_out_port_rate", "Rate of a port, one way", "scale-out", "b/s", "port", "none", "higher", "GB/s", directed=True),
        m("switch_count.scale-out", "Switches", "scale-out", "switch", adds="count"),
        m("optical_module_count.scale-out", "Optical modules, scale-out", "scale-out", "module", adds="sum", better="lower"),
        m("optical_module_count", "Optical modules, both networks", "scale-out", "module", adds="sum", better="lower"),
        m("optical_module_rate", "Rate of an optical module, one way", "scale-out", "b/s", "module", "none", "neither", "Gb/s"),
        m("nics_per_node", "Network cards per node", "scale-out", "nic", "node"),
        m("pcie_bandwidth", "PCIe, one way", "scale-out", "b/s", "chip", "none", "higher", "GB/s", directed=True),
        m("pcie", "PCIe", "scale-out", ""),
        m("pue", "PUE", "power", "x", "", "none", "lower"),
        m("price.usd", "Price in USD", "price", "USD", better="lower"),
        m("price.cny", "Price in CNY", "price", "CNY", better="lower"),
        m("rack_count", "Racks", "physical", "rack", adds="count", better="lower"),
        m("compute_rack_count", "Compute racks", "physical", "rack", adds="count"),
        m("switch_rack_count", "Switch racks", "physical", "rack", adds="count"),
        m("chips_per_compute_rack", "Chips per compute rack", "physical", "chip", "rack", "none", "higher"),
        m("weight", "Weight", "physical", "kg", better="lower"),
        m("floor_space", "Floor space", "physical", "m^2", better="lower"),
        m("form_factor", "Form factor", "physical", ""),
        m("cooling", "Cooling", "physical", ""),
    ]  # fmt: skip


def _compute_rows() -> list[Metric]:
    rows = []
    for precision in (*PRECISIONS, *SHARED_PRECISIONS, UNSTATED):
        operation = "OP" if precision.startswith("int") else "FLOP"
        for sparsity in SPARSITIES:
            format, _, units = precision.partition("-")
            name = "precision unstated" if precision == UNSTATED else f"{format.upper()} {units}".rstrip()
            kind = "sparsity unstated" if sparsity == UNSTATED else sparsity
            rows.append(
                Metric(f"peak_compute.{precision}.{sparsity}", f"{name} {kind}", "compute", "FLOP/s",
                       adds="sum", better="higher", chip_unit=f"T{operation}/s", system_unit=f"P{operation}/s")
            )  # fmt: skip
    return rows


def _power_rows() -> list[Metric]:
    # A node's power is always a node's; the others are the subject's own. Only what a chip draws adds up.
    words = ("chips only", "board", "per node", "rack", "cooling loop", "all-in", "boundary unstated")
    return [
        Metric(f"power.{boundary}", f"Power, {of}", "power", "W", "node" if boundary == "node" else SUBJECT,
               "sum" if boundary == "chip" else "none", "lower", "W", "kW")
        for boundary, of in zip(BOUNDARIES, words, strict=True)
    ]  # fmt: skip


def _model_rows() -> list[Metric]:
    """Return what a model's sheet holds, as it is built: counts and widths without a unit, and lengths in tokens."""

    def n(id: str, title: str) -> Metric:
        return Metric(id, title, MODEL, "x", "")

    return [
        n("parameters.total", "Parameters"),
        n("parameters.active", "Parameters active per token"),
        n("parameters.mtp", "Parameters of multi-token prediction, beside the total"),
        n("layers", "Layers"),
        n("dense_layers", "Layers with a dense FFN"),
        n("hidden_width", "Hidden width"),
        n("ffn_width", "Width of a dense FFN"),
        n("ffn_matrices", "Matrices of an FFN (3 if gated, else 2)"),
        Metric("attention", "Attention", MODEL, "", "", words=("mha", "gqa", "mqa", "mla")),
        n("attention_heads", "Query heads"),
        n("kv_heads", "Key and value heads"),
        n("head_width", "Width of a head"),
        n("q_lora_rank", "Rank of compressed queries"),
        n("kv_lora_rank", "Rank of compressed keys and values"),
        n("qk_nope_width", "Query and key width without position"),
        n("qk_rope_width", "Query and key width with position"),
        n("v_head_width", "Value width of a head"),
        Metric("attention_window", "Attention window", MODEL, "token", ""),
        n("windowed_layers", "Layers with an attention window"),
        n("experts", "Routed experts"),
        n("experts_per_token", "Routed experts per token"),
        n("expert_groups", "Groups of routed experts"),
        n("expert_groups_per_token", "Groups of routed experts per token"),
        n("shared_experts", "Shared experts"),
        n("expert_ffn_width", "Width of an expert"),
        n("vocabulary", "Vocabulary"),
        Metric("embeddings", "Input and output embeddings", MODEL, "", "", words=("tied", "untied")),
        Metric("context_length", "Context length", MODEL, "token", "", better="higher"),
    ]


# What the recipes of `calc.figures.derive` compute from two metrics: id, title, group, unit of the dimension, what is
# better, display unit. Those of a compute rate, of a rate or a capacity, and of either over power or price.
_Ratio = tuple[str, str, str, str, str, str]
_OF_COMPUTE: tuple[_Ratio, ...] = (
    ("ridge_point.{q}", "Ridge point, {c}", "memory", "FLOP/b", "neither", "{op}/B"),
    ("memory_bandwidth_per_compute.{q}", "Memory bytes per {op}, {c}", "memory", "b/FLOP", "higher", "B/{op}"),
    ("scale_up_bandwidth_per_compute.{q}", "Bytes per {op}, {c}", "scale-up", "b/FLOP", "higher", "B/{op}"),
    ("scale_out_bandwidth_per_compute.{q}", "Bytes per {op}, {c}", "scale-out", "b/FLOP", "higher", "B/{op}"),
)  # fmt: skip
_OF_COMPUTE_AND_POWER: tuple[_Ratio, ...] = (
    ("power_per_compute.{q}.{tail}", "Power per {c}, {words}", "power", "W per FLOP/s", "lower", "W per T{op}/s"),
    ("compute_per_power.{q}.{tail}", "{c} per watt, {words}", "power", "FLOP/s per W", "higher", "T{op}/s per W"),
)  # fmt: skip
_OF_COMPUTE_AND_PRICE: tuple[_Ratio, ...] = (
    ("price_per_compute.{q}.{tail}", "{words} per {c}", "price", "{words} per FLOP/s", "lower", "{words} per T{op}/s"),
    ("compute_per_price.{q}.{tail}", "{c} per {words}", "price", "FLOP/s per {words}", "higher", "G{op}/s per {words}"),
)  # fmt: skip
_OF_MEMORY_AND_POWER: tuple[_Ratio, ...] = (
    ("power_per_{what}.{tail}", "Power per {name}, {words}", "power", "W per {like}", "lower", "W per T{byte}"),
    ("{what}_per_power.{tail}", "{Name} per watt, {words}", "power", "{like} per W", "higher", "G{byte} per W"),
)
_OF_MEMORY_AND_PRICE: tuple[_Ratio, ...] = (
    ("price_per_{what}.{tail}", "{words} per {name}", "price", "{words} per {like}", "lower", "{words} per T{byte}"),
)


def _ratio_rows(compute: list[Metric], power: list[Metric]) -> list[Metric]:
    """Return what the recipes of `calc.figures.derive` compute from two of the metrics above."""
    rows = [
        Metric("chips_per_rack", "Chips per rack", "physical", "chip", "rack", "none", "higher", formula="chips_per_rack"),
        Metric("performance_density", "Performance density (TPP per die area)", "compute", "OP*b/s/m^2", "",
               chip_unit="TOP*b/s/mm^2", formula="performance_density"),
    ]  # fmt: skip

    def add(pattern: _Ratio, **words: str) -> None:
        id, title, group, like, better, unit = (text.format(**words) for text in pattern)
        formula = id.partition(".")[0]
        rows.append(Metric(id, title, group, like, "", "none", better, unit, formula=formula))  # type: ignore[arg-type]

    # What leaves the precision open is in no reading, but an audit takes it as printed.
    single = [c for c in compute if "/" not in c.id and not c.id.startswith("peak_compute.unstated")]
    single += [c for c in compute if c.id == f"peak_compute.{UNSTATED}.{UNSTATED}"]
    # A node's power is per node, and a cooling loop's is not drawn by the chips: no ratio to the whole.
    watts = [
        {"tail": p.id.removeprefix("power."), "words": p.title.removeprefix("Power, ")}
        for p in power
        if p.id not in ("power.node", "power.cooling")
    ]
    costs = [{"tail": "usd", "words": "USD"}, {"tail": "cny", "words": "CNY"}]
    for c in single:
        of = {"q": c.id.removeprefix("peak_compute."), "op": c.chip_unit[1:-2], "c": c.title}
        for pattern in _OF_COMPUTE:
            add(pattern, **of)
        for over, patterns in ((watts, _OF_COMPUTE_AND_POWER), (costs, _OF_COMPUTE_AND_PRICE)):
            for what, pattern in itertools.product(over, patterns):
                add(pattern, **of, **what)
    rows += [
        Metric("compute_16bit.dense", "16-bit compute, dense", "compute", "FLOP/s", SUBJECT, "sum", "higher",
               "TFLOP/s", "PFLOP/s", formula=CHOSEN),
        Metric("power_scopes", "Power, scopes differ", "power", "W", SUBJECT, "none", "lower", "W", "kW", formula=CHOSEN),
    ]  # fmt: skip
    rows += [
        Metric(f"power_per_chip.{watt['tail']}", f"Power per chip of the system, {watt['words']}", "power", "W", "chip",
               "none", "lower", "W", formula="power_per_chip")
        for watt in watts if watt["tail"] in ("rack", "all-in", UNSTATED)
    ]  # fmt: skip
    for name, like, byte in (("memory bandwidth", "b/s", "B/s"), ("memory capacity", "b", "B")):
        of = {"what": name.replace(" ", "_"), "name": name, "Name": name.capitalize(), "like": like, "byte": byte}
        for over, patterns in ((watts, _OF_MEMORY_AND_POWER), (costs, _OF_MEMORY_AND_PRICE)):
            for what, pattern in itertools.product(over, patterns):
                add(pattern, **of, **what)
    return rows


def _shares(rows: list[Metric]) -> list[Metric]:
    """What adds up over chips has a share per chip, shown in a system's sheet."""
    return [
        row._replace(
            id=f"{row.id}.{PER_CHIP}", title=f"{row.title}, per chip", per="chip", adds="none",
            system_unit=row.chip_unit or row.like, formula="per_chip",
        )
        for row in rows
        if row.adds == "sum" and "/" not in row.id and not row.id.startswith("peak_compute.unstated")
    ]  # fmt: skip


def _table() -> dict[str, Metric]:
    rows, compute, power = _rows(), _compute_rows(), _power_rows()
    reported = rows + compute + power + _model_rows()
    computed = _ratio_rows(compute, power)
    everything = reported + computed + _shares(reported + computed)
    everything.sort(key=lambda row: GROUPS.index(row.group))
    return {row.id: row for row in everything}


ALIASES = {
    "injection_bandwidth": f"scale_up_bandwidth.{PER_CHIP}",
    "aggregate_bandwidth": "scale_up_bandwidth",
}
TABLE = _table()


@lru_cache(maxsize=4096)
def metric(name: str) -> Metric:
    """Look a metric up by its id.

    Parameters
    ----------
    name : str
        An id of the table, one of `ALIASES`, or either with ``.measured`` at the end.

    Raises
    ------
    UsageError
        If there is none; the message names the nearest.

    Examples
    --------
    >>> metric("peak_compute.bf16.dense").unit("system")
    'PFLOP/s'
    """
    name = ALIASES.get(name, name)
    if name in TABLE:
        return TABLE[name]
    base, dot, last = name.rpartition(".")
    if dot and last == MEASURED and base in TABLE:
        found = TABLE[base]
        return found._replace(id=name, title=f"{found.title}, measured", adds="none")
    raise UsageError(f"no metric {name!r}; {suggest(name)}")


_PLACES = {name: index for index, name in enumerate(TABLE)}


def place(name: str) -> tuple[int, str]:
    """Return where an id stands in the table, for sorting; what was measured follows its own kind."""
    return _PLACES.get(name.removesuffix(f".{MEASURED}"), len(_PLACES)), name


_USUAL = {
    "tdp": "a TDP is power.chip, power.board, or power.unstated where the source does not say of what",
    "tgp": "a TGP is power.board, or power.unstated where the source does not say of what",
    **dict.fromkeys(("flops", "tflops"), "compute is peak_compute.PRECISION.dense, .sparse or .unstated"),
    **dict.fromkeys(("hbm", "vram"), "say which: memory_capacity, memory_bandwidth or memory_type"),
    **dict.fromkeys(("interconnect", "network"),
                    "say which: scale_up_bandwidth within a domain, scale_out_bandwidth beyond it"),
    "nvlink": "a link among the chips of one domain is scale_up_bandwidth",
    "cost": "a price is price.usd or price.cny",
    "params": "a model's are parameters.total and parameters.active",
}  # fmt: skip
"""Words of data sheets that name no metric here, and what they mean."""


def suggest(name: str, reported: bool = False) -> str:
    """Say which metrics, or which of those that a sheet may report, are near a name that is none."""
    under = [known for known in TABLE if known.startswith(f"{name}.") and not TABLE[known].formula]
    if under:
        return f"say which: {', '.join(under[:8])}{', and more' if len(under) > 8 else ''}"
    words = {word for word in name.casefold().replace("-", ".").replace("_", ".").split(".") if word in _USUAL}
    if words:
        return "; ".join(_USUAL[word] for word in sorted(words))
    if reported:
        return did_you_mean(name, [known for known, row in TABLE.items() if not row.formula])
    return did_you_mean(name, [*TABLE, *ALIASES]) or "`list metrics` shows them all"


@lru_cache(maxsize=256)
def under(head: str) -> tuple[str, ...]:
    """Return the metrics that an id or the head of ids may mean, in the order of the table.

    A share per chip is meant only where it is named, and a precision given for two counts for each.

    Examples
    --------
    >>> under("price")
    ('price.usd', 'price.cny')
    """
    if head in TABLE or head in ALIASES:
        return tuple(variants(ALIASES.get(head, head)))
    return tuple(n for n in TABLE if n.startswith(f"{head}.") and not n.endswith(f".{PER_CHIP}") and "/" not in n)


def qualifiers(name: str) -> tuple[str, ...]:
    """Return what follows the family in an id: ``("bf16", "dense")``, ``("all-in",)``."""
    return tuple(name.split(".")[1:])


QUALIFIERS = ("precision", "sparsity", "boundary", "qualifier")
"""What the qualifiers of an id may say; ``qualifier`` is any other (``scale-up``, ``usd``)."""


def named_qualifiers(name: str) -> dict[str, str]:
    """Return the qualifiers of an id by what they say, of `QUALIFIERS`.

    Examples
    --------
    >>> named_qualifiers("peak_compute.bf16.dense")
    {'precision': 'bf16', 'sparsity': 'dense'}
    >>> named_qualifiers("power.all-in"), named_qualifiers("price.usd")
    ({'boundary': 'all-in'}, {'qualifier': 'usd'})
    """
    words = list(qualifiers(name))
    found = dict(zip(QUALIFIERS, (words.pop(0), words.pop(0)), strict=False)) if len(words) > 1 else {}
    return found | {"boundary" if word in BOUNDARIES else "qualifier": word for word in words}


def variants(name: str) -> list[str]:
    """Return the metrics that an id with a shared precision counts for, each in its own right."""
    family, *rest = name.split(".")
    if rest and rest[0] in SHARED_PRECISIONS:
        return [".".join((family, precision, *rest[1:])) for precision in SHARED_PRECISIONS[rest[0]]]
    return [name]


@lru_cache(maxsize=65536)
def concerns(reported: str, name: str) -> bool:
    """Whether a report held under one id is of interest to whoever asks for another.

    It is if both are one metric (shared precisions count for both, shares and measured values are of
    the same kind), or if the report leaves open the precision or the sparsity that is asked for.
    """
    if reported.partition(".")[0] != name.partition(".")[0]:
        return False
    base = name.removesuffix(f".{MEASURED}").removesuffix(f".{PER_CHIP}")
    if base == reported or base in variants(reported):
        return True
    if not (reported.startswith("peak_compute.") and base.startswith("peak_compute.")):
        return False
    _, precision, sparsity = reported.split(".")
    asked, kind = base.split(".")[1:3]
    same = precision == UNSTATED or asked in (precision, *SHARED_PRECISIONS.get(precision, ()))
    return same and UNSTATED in (precision, sparsity, kind)


def without_last(name: str) -> list[str]:
    """Return the metrics of what leaves open what comes last in an id: the sparsity, or the boundary of power."""
    family, *rest = name.split(".")
    tail = [rest.pop()] if rest[-1:] == [PER_CHIP] else []
    if family not in ("peak_compute", "power") or not rest or rest[-1] in (UNSTATED, "node", "cooling"):
        return []
    found = ".".join((family, *rest[:-1], UNSTATED, *tail))
    return [found] if found in TABLE else []


def covers(head: str, name: str) -> bool:
    """Whether a metric id is ``head`` itself or one of its family (``peak_compute``, ``power``)."""
    return name == head or name.startswith(f"{head}.")
