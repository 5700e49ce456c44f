"""Sentences made of the shipped claims: their printed words and the names of both sides, by templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from calc.catalog.catalog import Catalog
from calc.sheets import metrics, schema

PHRASES = {
    "overall": "overall performance", "throughput": "inference throughput", "peak_compute": "compute",
    "memory_capacity": "memory capacity", "memory_bandwidth": "memory bandwidth", "chip_count": "chips",
    "scale_up_bandwidth": "interconnect bandwidth", "scale_out_bandwidth": "scale-out bandwidth", "power": "power",
    "power.all-in": "all-in power", "power.board": "board power", "power_per_compute": "power per FLOP",
    "power_per_memory_bandwidth": "power per TB/s", "power_per_memory_capacity": "power per TB",
    "compute_per_power": "performance per watt", "die_area": "die area", "floor_space": "floor space",
    "core_count": "cores", "cache": "on-chip memory", "price": "price", "scale_up_domain": "scale-up domain",
    "scale_up_latency": "interconnect latency", "die_to_die_bandwidth": "die-to-die bandwidth", "mfu": "MFU",
    "power_per_chip.all-in": "all-in power per chip",
}  # fmt: skip
CHINESE = {"scale_up_bandwidth": "互联带宽", "throughput": "推理性能", "peak_compute": "算力", "overall": "性能"}
COMPARATIVE = re.compile(r"\b(more|higher|greater|larger|faster|bigger|lower|less|worse|efficient|as many)\b")
HAN = re.compile(r"[\u3400-\u9fff]")
RANKS = {"ahead": "outperforms", "behind": "lags behind", "equal": "rivals"}


@dataclass(frozen=True)
class Made:
    """A claim, the kind of its template, and the sentence; the object is None if it has no sheet."""

    id: str
    kind: str
    claim: schema.Claim
    sentence: str
    subject: str
    object: str | None


def made(catalog: Catalog) -> Iterator[Made]:
    """Yield a sentence for each shipped claim whose subject has a sheet."""
    for source in catalog.claim_sources():
        for key, claim in catalog.claims(source).items():
            if not catalog.has_sheet(claim.subject):
                continue
            has_object = catalog.has_sheet(claim.object)
            names = (
                _name(catalog, claim.subject),
                _name(catalog, claim.object) if has_object else "older Nvidia machine",
            )
            kind, sentence = _sentence(claim, *names)
            yield Made(f"{source}/{key}", kind, claim, sentence, claim.subject, claim.object if has_object else None)


def _name(catalog: Catalog, id: str) -> str:
    sheet = catalog.subject(id)
    return {"gb200": "GB200", "gb300": "GB300"}.get(id, sheet.name)


def _phrase(claim: schema.Claim) -> str:
    metric = claim.metric
    if metric is None:
        return claim.about or ""
    if metric in PHRASES:
        return PHRASES[metric]
    family, *rest = metric.split(".")
    if family.startswith("power_per_"):
        rate = " ".join(
            word.upper() if word[0].isalpha() and word[-1].isdigit() else word for word in rest if word != "all-in"
        )
        words = PHRASES[family].replace("power per ", f"power per {rate} ".rstrip() + " ")
        return f"{'all-in ' if 'all-in' in rest else ''}{words}"
    rate = " ".join(word for word in rest if word != metrics.UNSTATED and word != "all-in")
    return f"{rate.upper().replace('DENSE', 'dense').replace('FP16/BF16', 'BF16')} {PHRASES[family]}".strip()


def _sentence(claim: schema.Claim, subject: str, object: str) -> tuple[str, str]:
    """Return the kind of a claim and a sentence that says it."""
    printed, phrase, factor = claim.printed, _phrase(claim), claim.factor
    if claim.hedge and re.fullmatch(r"[\d.]+ ?(?:x|X|%|倍)?", printed):
        printed = f"{claim.hedge} {printed}"
    if factor is None:
        if claim.sense in RANKS:
            return "ranking", f"The {subject} {RANKS[claim.sense]} the {object} in {phrase}."
        return "ranking", f"The {subject} has {claim.sense} {phrase} than the {object}."
    if HAN.search(printed):
        return "chinese", f"{subject}的{CHINESE.get(claim.metric or '', phrase)}是{object}的{printed}。"
    if "percent of" in factor:
        return "share", f"The {subject} reaches {printed} of the {phrase} of the {object}."
    if "percent" in factor:
        way = "" if COMPARATIVE.search(printed) or printed[0] in "+-" else " less" if "less" in factor else " more"
        return "percent", f"The {subject} has {printed}{way} {phrase} than the {object}."
    if factor.startswith("1/"):
        if re.search(r"third|half|quarter", printed):
            return "part", f"The {subject} has {printed} the {phrase} of the {object}."
        return (
            "lower",
            f"The {subject} has {printed}{'' if COMPARATIVE.search(printed) else ' lower'} {phrase} than the {object}.",
        )
    if "power-efficient" in printed or "less efficient" in printed:
        return "worse", f"The {subject} is {printed} in {phrase} than the {object}."
    if claim.sense == "worse":
        return "worse", f"The {subject} has {printed} {phrase} than the {object}."
    if "as many" in printed:
        return "times", f"The {subject} has {printed} {phrase} as the {object}."
    if COMPARATIVE.search(printed):
        printed = printed.removesuffix(f" {phrase.split()[0]}")
        return "times", f"The {subject} has {printed} {phrase} than the {object}."
    plain = re.sub(r"^(?:approximately |about )?([\d.]+)$", r"\g<0> times", printed)
    return "times", f"The {subject} has {plain} the {phrase} of the {object}."
