"""Claims recomputed on the shipped sheets: the known cases, each own ratio derived anew, and the command line."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import pytest
import yaml

from calc.analysis.audit import NOT_COMPUTABLE, NOT_REPRODUCED, REPRODUCED, Audit, Auditor, Finding
from calc.api import load
from calc.errors import UsageError
from calc.sheets import metrics
from calc.sheets.multipliers import Interval, interval
from calc.units.numbers import RATIO_DIGITS, digits
from tests.running import ROOT, output, run

Json = dict[str, Any]
NEW, OLD = "semianalysis-cm384-2026", "semianalysis-cm384-2025"
TABLE = (
    "chip-compute", "chip-memory-capacity", "chip-memory-bandwidth", "chip-scale-up", "chip-scale-out", "compute",
    "memory-capacity", "memory-bandwidth", "scale-up", "scale-up-domain", "scale-out", "power", "power-per-compute",
    "power-per-memory-bandwidth", "power-per-memory-capacity",
)  # fmt: skip
VERDICTS = (REPRODUCED, NOT_REPRODUCED, NOT_COMPUTABLE)


@cache
def everything(**policy: Any) -> Audit:
    return load(**policy).audit()


def finding(claim: str, **policy: Any) -> Finding:
    return everything(**policy).finding(claim)


def verdicts(found: Finding) -> tuple[str, str]:
    return found.own.verdict, found.any.verdict


# -- the cases that must come out ------------------------------------------------------------------


@pytest.mark.parametrize("row", TABLE)
def test_each_ratio_row_of_the_table_follows_from_its_own_figures(row: str) -> None:
    assert verdicts(finding(f"{NEW}/table-{row}")) == (REPRODUCED, REPRODUCED)


def test_every_ratio_row_is_tried() -> None:
    keys = [f.id.partition("/")[2] for f in everything().findings if f.source == NEW]
    assert sorted(key for key in keys if key.startswith("table-")) == sorted(f"table-{row}" for row in TABLE)


@pytest.mark.parametrize(
    ("claim", "printed"),
    [
        ("power-by-tweaktown", "3.9x"), ("power-by-citic", "3.9x"), ("power-per-compute", "2.3 times"),
        ("power-per-memory-bandwidth", "1.8 times"), ("power-per-memory-capacity", "1.1 times"),
        ("compute", "almost double"), ("memory-bandwidth", "2.1x"), ("chip-overall", "one-third"),
    ],
)  # fmt: skip
def test_the_first_edition_follows_from_its_own_figures(claim: str, printed: str) -> None:
    found = finding(f"{OLD}/{claim}")
    assert (found.claim.printed, found.superseded) == (printed, True)
    assert verdicts(found) == (REPRODUCED, REPRODUCED)


@pytest.mark.parametrize("edition", [OLD, NEW])
def test_the_subtitle_follows_from_neither_edition(edition: str) -> None:
    """They print "2.6x lower FLOP per watt": 600 kW give 2.48, 559 kW give 2.31."""
    found = finding(f"{edition}/subtitle-compute-per-power")
    assert found.own.verdict == NOT_REPRODUCED
    assert found.own.best is not None
    assert 1 / found.own.best.ratio.numbers[0] == pytest.approx(2.482 if edition == NEW else 2.313, abs=5e-3)
    assert not found.own.best.close


@pytest.mark.parametrize("edition", [OLD, NEW])
def test_more_than_3_6_is_3_56_and_close(edition: str) -> None:
    found = finding(f"{edition}/memory-capacity")
    assert found.claim.hedge == "more than"
    assert found.own.verdict == NOT_REPRODUCED
    assert found.own.best is not None
    assert found.own.best.close
    assert 3.55 < found.own.best.ratio.numbers[1] <= found.own.best.nearest < 3.6


def test_one_third_of_a_chip_is_its_peak_compute() -> None:
    found = finding(f"{NEW}/chip-overall")
    assert verdicts(found) == (REPRODUCED, REPRODUCED)
    assert found.own.best is not None
    assert found.own.best.metric == "peak_compute.bf16.dense"
    assert found.own.best.ratio.numbers[0] == pytest.approx(780 / 2500)
    assert len(found.own.attempts) > 1, "a claim that names no metric is tried on each peak"


def test_1_9_of_memory_bandwidth_is_and_of_scale_up_is_not() -> None:
    """The page prints 573 TB/s for both systems beside a factor of 1.9."""
    memory, network = (finding(f"csgonghe-scalex640/{key}") for key in ("memory-bandwidth", "scale-up"))
    assert memory.own.verdict == REPRODUCED
    assert network.own.verdict == NOT_REPRODUCED
    assert network.own.best is not None
    assert network.own.best.ratio.numbers[0] == 1


def test_a_share_of_its_own_total_takes_a_count_from_others() -> None:
    """Of NVL72 the source prints the power and no count of chips; anybody's will do."""
    found = finding(f"{NEW}/budget-power-per-chip")
    assert found.own.verdict == REPRODUCED
    assert found.own.best is not None
    assert found.own.best.ratio.numbers[0] == pytest.approx(599_821 / 384 / (145_000 / 72))


def test_an_attempt_names_the_metric_or_the_two_that_it_is_on() -> None:
    tried = [one for found in everything().findings for side in (found.own, found.any) for one in side.attempts]
    assert {one.metric == one.object_metric for one in tried} == {True, False}
    for one in tried:
        assert one.on.split(" against ") == list(dict.fromkeys((one.metric, one.object_metric)))


def test_an_answer_is_the_same_as_itself_alone() -> None:
    """However alike two are; and what is asked of it is a text."""
    found = finding(f"{NEW}/table-power")
    assert found.any.best is not None
    for one in (found.any.best, found.any, found, everything()):
        assert replace(one) != one == one  # type: ignore[type-var]
    with pytest.raises(UsageError, match="claim: 3; expected a text"):
        everything().finding(3)  # type: ignore[arg-type]


def test_seventy_percent_more_is_close_only_if_its_zero_is_rounding() -> None:
    found = finding(f"{NEW}/budget-compute")
    assert verdicts(found) == (NOT_REPRODUCED, NOT_REPRODUCED)
    assert found.own.best is not None
    assert found.own.best.close


# -- each own ratio derived anew -------------------------------------------------------------------

PREFIX = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
PLAIN = ("W", "B", "FLOP/s", "B/s", "chip")
MADE_OF = {
    "power_per_compute": ("power.all-in", "peak_compute.bf16.dense"),
    "power_per_memory_bandwidth": ("power.all-in", "memory_bandwidth"),
    "power_per_memory_capacity": ("power.all-in", "memory_capacity"),
    "compute_per_power": ("peak_compute.bf16.dense", "power.all-in"),
}


@cache
def sheet(id: str) -> Json:
    path = next(p for kind in ("chips", "systems") if (p := ROOT / "specs" / kind / f"{id}.yaml").is_file())
    body: Json = yaml.safe_load(path.read_text(encoding="utf-8"))
    return body


def amounts(report: Json) -> set[Fraction]:
    """Return a report's figure in plain units from its digits, one way; two where it leaves the direction open."""
    number, unit = report["value"].split(" ", 1)
    bits = Fraction(1)
    if unit.endswith(("b", "b/s")):
        unit, bits = unit.replace("b", "B"), Fraction(1, 8)
    scale = 1 if unit in PLAIN else PREFIX[unit[0]]
    assert unit in PLAIN or unit[1:] in PLAIN, unit
    half = Fraction(1, 2)
    ways = {"bidirectional": (half,), "unstated": (1, half)}.get(report.get("direction", ""), (1,))
    return {Fraction(number) * scale * bits * way for way in ways}


def said(id: str, metric: str, source: str) -> set[Fraction]:
    """Return the figures of a source: as printed of the whole, and count times what it prints of the chip.

    What leaves the direction open counts only where the source does not state it.
    """
    held = sheet(id)
    rows = [row for row in held["reports"].get(metric, ()) if row["source"] == source and "scope" not in row]
    stated = [row for row in rows if row.get("direction") != "unstated"]
    found = {each for row in stated or rows for each in amounts(row)}
    if "chip" in held and not metric.startswith(("power", "scale_up_domain")):
        counts = {each for row in held["reports"]["chip_count"] if "scope" not in row for each in amounts(row)}
        found |= {count * each for count in counts for each in said(held["chip"], metric, source)}
    return found


def figures(id: str, metric: str, source: str) -> set[Fraction]:
    parts = MADE_OF.get(metric.partition(".")[0])
    if parts is None:
        return said(id, metric, source)
    return {a / b for a, b in product(*(said(id, part, source) for part in parts))}


DERIVED_ANEW = [
    *(f"{NEW}/table-{row}" for row in TABLE),
    *(f"{NEW}/{key}" for key in ("compute", "memory-capacity", "memory-bandwidth", "power",
                                 "subtitle-compute-per-power", "power-per-memory-capacity")),
    *(f"csgonghe-scalex640/{key}" for key in ("memory-bandwidth", "scale-up")),
    f"{OLD}/memory-bandwidth", f"{OLD}/memory-capacity",
]  # fmt: skip


@pytest.mark.parametrize("claim", DERIVED_ANEW)
def test_own_ratios_derived_anew_from_the_digits_printed(claim: str) -> None:
    """Value and both ends are quotients of the printed figures; the verdict is that of exact fractions."""
    found = finding(claim)
    best, metric = found.own.best, found.claim.metric
    assert best is not None
    assert metric is not None
    above, below = (figures(id, metric, found.source) for id in (found.claim.subject, found.claim.object))
    ratios = sorted({a / b for a in above for b in below})
    value, low, high = best.ratio.numbers
    assert (low, high) == (pytest.approx(float(ratios[0]), rel=1e-12), pytest.approx(float(ratios[-1]), rel=1e-12))
    assert any(value == pytest.approx(float(ratio), rel=1e-12) for ratio in ratios)
    held = found.claimed
    assert held is not None
    inside = [r for r in ratios if (held.low < r or (held.low == r and not held.low_open))
              and (held.high is None or r < held.high or (held.high == r and not held.high_open))]  # fmt: skip
    assert found.own.verdict == (REPRODUCED if inside else NOT_REPRODUCED)


# -- what every finding says -----------------------------------------------------------------------


def test_a_verdict_is_one_of_the_contract() -> None:
    for found in everything().findings:
        for side in (found.own, found.any):
            counted = re.fullmatch(r"supported by (\d+) metrics?", side.verdict)
            assert side.verdict in VERDICTS or (counted and found.qualitative), found.id
            assert (side.verdict == NOT_COMPUTABLE) == bool(side.missing), found.id
            assert (side.verdict in (REPRODUCED, NOT_REPRODUCED)) == bool(side.attempts), found.id


def test_a_verdict_is_that_of_its_attempts() -> None:
    """Reproduced exactly if the nearest ratio of some attempt lies in the printed interval."""
    for found in everything().findings:
        for side in (found.own, found.any):
            for one in side.attempts:
                assert found.claimed is not None
                _, low, high = one.ratio.numbers
                assert low <= one.nearest <= high, found.id
                assert one.inside == found.claimed.holds(one.nearest), found.id
                assert not (one.inside and one.close), found.id
            if side.attempts:
                assert (side.verdict == REPRODUCED) == any(one.inside for one in side.attempts), found.id


def test_own_figures_are_among_all_of_them() -> None:
    """Whatever a source's figures that still speak reproduce, some combination of all reports reproduces."""
    for found in everything().findings:
        set_aside = found.superseded or found.id == "csgonghe-scalex640/scale-up"
        if found.own.verdict == REPRODUCED and not set_aside:
            assert found.any.verdict == REPRODUCED, found.id


def test_differing_bases_are_named() -> None:
    named = 0
    for found in everything().findings:
        claim = found.claim
        if claim.object_basis and claim.object_basis != claim.basis:
            words = claim.object_basis if claim.object_basis != "unstated" else "not stated"
            assert claim.basis in found.mismatch, found.id
            assert words in found.mismatch, found.id
            named += 1
        else:
            assert claim.basis not in found.mismatch, found.id
    assert named > 10


def test_a_claim_on_something_without_a_sheet_or_a_metric_says_which() -> None:
    ids = {path.stem for kind in ("chips", "systems") for path in (ROOT / "specs" / kind).glob("*.yaml")}
    for found in everything().findings:
        claim = found.claim
        gone = [name for name in (claim.subject, claim.object) if name not in ids]
        if claim.about:
            assert verdicts(found) == (NOT_COMPUTABLE, NOT_COMPUTABLE), found.id
            assert claim.about in found.any.missing, found.id
        elif gone:
            assert verdicts(found) == (NOT_COMPUTABLE, NOT_COMPUTABLE), found.id
            assert found.any.missing == f"no sheet for {' and '.join(dict.fromkeys(gone))}"


def test_a_missing_figure_is_named_with_whose_it_is() -> None:
    found = finding("guancha-cm384-waic-2025/memory-bandwidth")
    assert found.own.missing == "no memory_bandwidth of nvl72"
    assert found.any.verdict == REPRODUCED


# -- claims without a factor -----------------------------------------------------------------------


@pytest.mark.parametrize("names", [("cm384", "nvl72"), ("nvl72", "cm384"), ("ascend-910c", "gb200")], ids=" ".join)
def test_lists_of_metrics_follow_from_the_spans_of_compare(names: tuple[str, str]) -> None:
    """Ahead and behind are disjoint spans in the JSON of ``compare``; each reported metric stands in one list."""
    body = json.loads(output("compare", *names, "--format", "json"))
    lists = json.loads(output("audit", *names, "--format", "json"))["contrast"]
    rows = {row["metric"]: row for row in body["rows"]}
    for name in (*lists["ahead"], *lists["behind"], *lists["overlapping"]):
        ratio, better = rows[name]["ratios"][names[0]], rows[name]["better"]
        more, less = ratio["low"] > 1, ratio["high"] < 1
        place = "overlapping" if not (more or less) else "ahead" if more == (better == "higher") else "behind"
        assert better in ("higher", "lower")
        assert name in lists[place], name
    for name in lists["open"]:
        assert rows[name]["ratios"][names[0]]["open"]
    placed = [name for held in lists.values() for name in held]
    assert len(placed) == len(set(placed))
    for name, row in rows.items():
        if row["better"] == "neither" or {"unstated", "measured"} & {*name.split(".")} or metrics.metric(name).formula:
            continue
        known = sum(cell["value"] is not None for cell in row["cells"].values())
        assert (name in (*lists["not_comparable"], *lists["not_reported"])) == (known < 2), name


def test_a_claim_without_a_factor_gets_the_lists() -> None:
    found = finding("wion-waic-2025/overall")
    whole = load().audit("cm384", "nvl72").contrast
    assert whole is not None
    assert found.qualitative
    assert found.any.contrast is not None
    assert found.any.contrast.ahead == whole.ahead
    assert found.any.verdict == f"supported by {len(whole.ahead)} metrics"
    assert "compute_16bit.dense" in whole.ahead
    assert "memory_capacity.per-chip" in whole.behind


def test_rivals_is_answered_by_the_metrics_on_which_the_spans_overlap() -> None:
    found = finding("crystal-pakistan-waic-2025/overall")
    assert found.claim.sense == "equal"
    assert found.any.contrast is not None
    many = len(found.any.contrast.overlapping) + len(found.any.contrast.level)
    assert found.any.verdict == f"supported by {many} metric{'s' if many != 1 else ''}"


@pytest.mark.parametrize(
    "names", [("gb200", "cm384"), ("cm384", "gb200"), ("cm384",), ("cm384", "cm384"), ("h100", "cm384")]
)
def test_what_is_not_two_of_one_kind_is_not_compared(names: tuple[str, ...]) -> None:
    found = load().audit(*names)
    assert (found.comparison, found.contrast) == (None, None)
    assert found.names == tuple(dict.fromkeys(names))


# -- laws ------------------------------------------------------------------------------------------


def swapped(found: Finding) -> Finding | None:
    """Return the finding on the same claim made of the object, or None where no factor can say it."""
    claim, update = found.claim, {}
    if claim.factor:
        if not claim.factor.endswith(" x"):
            return None
        update["factor"] = claim.factor.removeprefix("1/") if claim.factor.startswith("1/") else f"1/{claim.factor}"
    turned = {"ahead": "behind", "higher": "lower", "better": "worse"}
    update |= {
        "subject": claim.object, "object": claim.subject, "metric": claim.object_metric or claim.metric,
        "object_metric": claim.metric if claim.object_metric else None,
        "sense": (turned | {b: a for a, b in turned.items()}).get(claim.sense, claim.sense),
    }  # fmt: skip
    source, _, key = found.id.partition("/")
    return Auditor(found.comparer).finding(source, key, claim.model_copy(update=update))


def test_the_other_way_round_the_answer_is_the_same() -> None:
    """Subject and object exchanged and the factor inverted: the same verdicts, one over each ratio, lists that swap."""
    for found in everything().findings:
        other = swapped(found)
        if other is None:
            continue
        assert verdicts(found) == verdicts(other), found.id
        for side, back in ((found.own, other.own), (found.any, other.any)):
            if side.best and back.best:
                value, low, high = back.best.ratio.numbers
                assert side.best.ratio.numbers == pytest.approx((1 / value, 1 / high, 1 / low)), found.id
                assert side.best.close == back.best.close, found.id
            if side.contrast and back.contrast:
                assert set(side.contrast.ahead) == set(back.contrast.behind), found.id


@pytest.mark.parametrize("prefer", ["maker", "press", NEW, OLD])
def test_what_is_preferred_changes_no_verdict(prefer: str) -> None:
    """It moves the headline within the span; what some combination gives, some combination still gives."""
    here = {f.id: verdicts(f) for f in everything().findings}
    assert {f.id: verdicts(f) for f in everything(prefer=prefer).findings} == here


def answer(found: Finding) -> tuple[object, ...]:
    best = [side.best and (side.best.on, side.best.ratio.numbers, side.best.nearest) for side in (found.own, found.any)]
    return (*verdicts(found), *best, found.own.missing, found.any.missing, found.mismatch)


@pytest.mark.parametrize(
    "asked",
    [("cm384", "nvl72"), ("nvl72", "cm384"), ("cm384",), ("gb200",), ("h100",), ("cloudmatrix384",)],
    ids=" ".join,
)
def test_an_audit_of_some_is_some_of_the_audit(asked: tuple[str, ...]) -> None:
    ids = {"cm384" if name == "cloudmatrix384" else name for name in asked}
    part = {f.id: answer(f) for f in load().audit(*asked).findings}
    assert part == {
        f.id: answer(f) for f in everything().findings if ids <= {f.claim.subject, f.claim.object}
    }  # fmt: skip
    assert part


def test_an_audit_of_a_source_or_a_claim_is_some_of_the_audit() -> None:
    whole = everything()
    part = load().audit(source=NEW).findings
    assert [f.id for f in part] == [f.id for f in whole.findings if f.source == NEW]
    assert [answer(f) for f in part] == [answer(f) for f in whole.findings if f.source == NEW]
    (one,) = load().audit(claim=f"{NEW}/table-power").findings
    assert answer(one) == answer(whole.finding(f"{NEW}/table-power"))


def bounded(allowed: Interval) -> list[tuple[Fraction, Fraction | None]]:
    """Return what is left of a bound on one side of which the claim says the way: "up to 30x higher" is above 1."""
    return [(Fraction(1), allowed.high)] * (allowed.low == 0) + [(allowed.low, Fraction(1))] * (allowed.high is None)


def test_every_factor_of_the_claims_is_read() -> None:
    """Interval and printed words of a claim are about one number."""
    for found in everything().findings:
        claim = found.claim
        if claim.factor:
            allowed = interval(claim.factor, claim.hedge)
            assert found.claimed is not None
            assert (found.claimed.low, found.claimed.high) in ((allowed.low, allowed.high), *bounded(allowed)), found.id
            if re.fullmatch(r"[\d.]+x", claim.printed):
                assert claim.factor.removeprefix("1/") == f"{claim.printed[:-1]} x", found.id


# -- the command line ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("cm38", "nvl72"), "no chip, system or model 'cm38'; did you mean 'cm384'"),
        (("cm384", "no-such-thing"), "no chip, system or model 'no-such-thing'; `list` shows all ids"),
        (("cm384", "nvl72", "gb200"), "audit takes no id, one or two"),
        (("--source", "semianalysis-cm384-2027"), "no source of claims 'semianalysis-cm384-2027'; did you mean"),
        (("--source", "nvidia-gb200-nvl72-page"), "no claim of nvidia-gb200-nvl72-page is recorded"),
        (("--source", ""), "no source of claims ''"),
        (("--claim", f"{NEW}/table-pwoer"), f"did you mean '{NEW}/table-power'"),
        (("--claim", f"{NEW}/zzz"), f"no claim '{NEW}/zzz'; "),
        (("--claim", "nonsense"), "no source of claims 'nonsense'; `audit` lists all claims by source"),
        (("--claim", ""), "no source of claims ''"),
        (("--claim", f"{NEW}/table-power", "--source", OLD), f"no claim '{NEW}/table-power'"),
        (("--as-of", "some day"), "'some day' is not a date"),
        (("--prefer", "nobody"), "cannot prefer 'nobody'"),
        (("--format", "html"), "'html' is not one of"),
    ],
)  # fmt: skip
def test_a_wrong_call_says_what_is_wrong(call: tuple[str, ...], said: str) -> None:
    done = run("audit", *call)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ((f"{NEW}/table-pwoer",), f"did you mean '{NEW}/table-power'"),
        (("nobody/table-power",), "no source of claims 'nobody'"),
        ((f"{NEW}/",), f"no claim '{NEW}/'"),
        (("/",), "no source of claims ''"),
        ((f"{NEW}/table-power", "--as-of", "2024"), "is undated, or dated after --as-of"),
        ((f"{NEW}/table-power", "nvl72"), "no chip, system or model"),
        ((NEW,), "explain takes one or two ids and a metric"),
    ],
)
def test_a_wrong_explain_of_a_claim_says_what_is_wrong(call: tuple[str, ...], said: str) -> None:
    done = run("explain", *call)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_one_claim_of_one_source_may_be_said_with_both() -> None:
    alone = output("audit", "--claim", f"{NEW}/table-power", "--format", "json")
    assert output("audit", "--claim", f"{NEW}/table-power", "--source", NEW, "--format", "json") == alone


def test_audit_alone_is_of_all_claims() -> None:
    body = json.loads(output("audit", "--format", "json"))
    files = sorted(path.stem for path in (ROOT / "specs" / "claims").glob("*.yaml"))
    assert list(dict.fromkeys(f["source"] for f in body["findings"])) == files
    many = sum(len(yaml.safe_load(p.read_text("utf-8"))["claims"]) for p in (ROOT / "specs" / "claims").glob("*.yaml"))
    assert len(body["findings"]) == many
    assert (body["subjects"], body["contrast"]) == ([], None)


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown"])
def test_an_earlier_day_leaves_out_later_claims_and_says_so(form: str) -> None:
    said = output("audit", "cm384", "nvl72", "--as-of", "2025-07-28", "--format", form)
    assert f"{NEW}/" not in said
    if form != "csv":
        assert re.search(rf"{NEW}", re.sub(r"\s", "", said))
    body = json.loads(output("audit", "cm384", "nvl72", "--as-of", "2025-07-28", "--format", "json"))
    whole = json.loads(output("audit", "cm384", "nvl72", "--format", "json"))
    assert NEW in body["later_left_out"]
    heard = {f["claim"] for f in whole["findings"] if f["source"] not in body["later_left_out"]}
    assert {f["claim"] for f in body["findings"]} == heard
    assert not any(f["superseded"] for f in body["findings"]), "what supersedes them is later"


def test_no_claim_is_older_than_the_first() -> None:
    said = output("audit", "cm384", "nvl72", "--as-of", "2020")
    assert "No claim is recorded." in said
    assert "Left out" in said


# -- all forms agree -------------------------------------------------------------------------------

PAIR = ("audit", "cm384", "nvl72")


def cells(row: Json) -> dict[str, str]:
    """Return a finding of the JSON as the CSV prints it."""
    flat = {f"claimed_{key}": row["claimed"][key] for key in ("text", "low", "high", "hedge", "sense")}
    for side in ("own", "any"):
        flat |= {f"{side}_{key}": row[side][key] for key in ("value", "low", "high", "nearest", "verdict", "missing")}
    flat |= {
        key: row[key] for key in ("claim", "subject", "object", "metric", "source", "locator", "mismatch", "basis")
    }
    return {key: "" if value is None else str(value) for key, value in flat.items()}


@pytest.mark.parametrize("call", [PAIR, ("audit",), ("audit", "ascend-910c", "gb200")], ids=" ".join)
def test_csv_holds_the_findings_of_the_json(call: tuple[str, ...]) -> None:
    body = json.loads(output(*call, "--format", "json"))["findings"]
    rows = list(csv.DictReader(io.StringIO(output(*call, "--format", "csv"))))
    assert all(None not in row and None not in row.values() for row in rows)
    assert [{key: row[key] for key in cells(found)} for row, found in zip(rows, body, strict=True)] == [
        cells(found) for found in body
    ]
    for row, found in zip(rows, body, strict=True):
        assert row["ahead"].split() == found.get("ahead", [])


def shown(found: Json) -> set[str]:
    """The numbers of a finding a table shows: what comes nearest to the claim; "2.6x lower" the other way round."""
    numbers = [found[side]["value"] if found[side]["nearest"] is None else found[side]["nearest"]
               for side in ("own", "any")]  # fmt: skip
    if (found["claimed"]["factor"] or "").startswith("1/"):
        numbers = [number and 1 / number for number in numbers]
    return {digits(number, RATIO_DIGITS, pad=True) for number in numbers if number is not None}


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_digit_and_no_word_of_a_finding_is_cut(width: int) -> None:
    """Each ratio stands whole at every width, and each verdict and each word printed, though broken into lines."""
    body = json.loads(output(*PAIR, "--format", "json"))["findings"]
    text = output(*PAIR, width=width)
    seen = set(re.findall(r"\d+(?:\.\d+)?", text))
    assert {number for found in body for number in shown(found)} - seen == set()
    assert "…" not in text
    letters = re.sub(r"\s", "", text)
    for found in body:
        for word in (*found["claimed"]["text"].split(), *found["claim"].partition("/")[2].split("-")):
            assert word in letters, found["claim"]


def test_markdown_has_a_row_for_each_finding() -> None:
    body = json.loads(output(*PAIR, "--format", "json"))["findings"]
    lines = [line for line in output(*PAIR, "--format", "markdown").splitlines() if "“" in line and line[:1] == "|"]
    assert len(lines) == len(body)
    for line, found in zip(lines, body, strict=True):
        assert found["claimed"]["text"].replace("*", r"\*") in line
        assert shown(found) <= set(re.findall(r"\d+(?:\.\d+)?", line)), found["claim"]


@pytest.mark.parametrize(
    "call", [("audit",), PAIR, ("audit", "--help"), ("explain", f"{NEW}/table-power")], ids=" ".join
)  # fmt: skip
def test_nothing_claims_more_than_arithmetic(call: tuple[str, ...]) -> None:
    said = output(*call).casefold()
    for word in ("verified", "confirmed", "is true", "is false", "correct", "wrong", "ground truth"):
        assert word not in said, word


def test_every_claim_can_be_explained() -> None:
    """The tree of each claim has both recomputations, and is that of its finding."""
    ours = load()
    for found in everything().findings:
        node = ours.explain(found.id)
        assert node["source"] == found.source
        assert node["printed"] == found.claim.printed
        assert len(node["inputs"]) >= 2
        words = [part["why"] or part["text"] for part in node["inputs"]]
        assert any(found.own.words in word for word in words), found.id
        assert any(found.any.words in word for word in words), found.id
    assert finding(f"{NEW}/table-power").explain().count("matches") == 2
