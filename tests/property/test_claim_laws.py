"""Claims on catalogs that are drawn: what may change a verdict, and what may not."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc import units
from calc.analysis.audit import NOT_COMPUTABLE, NOT_REPRODUCED, REPRODUCED, Audit, Auditor, Finding
from calc.analysis.comparison import Comparer
from calc.catalog import checks
from calc.catalog.catalog import Catalog
from calc.figures.policy import ORDER, Policy
from calc.sheets import schema
from calc.sheets.multipliers import interval
from tests import strategies
from tests.property.laws import FEW, readings, same
from tests.property.test_comparison_laws import LOOP, agrees, by_hand
from tests.strategies import Folder, folders

NAMES = ("peak_compute.bf16.dense", "memory_bandwidth", "scale_up_bandwidth", "power.all-in", "power.chip")
"""What reports may be added of: no count, on which the figures of others rest."""
COUNTS = ("chip_count", "rack_count", "dies_per_chip", "chips_per_superchip")
MATTERS = (
    "peak_compute", "peak_compute.bf16.dense", "memory_bandwidth", "memory_bandwidth.per-chip", "scale_up_bandwidth",
    "power", "power.all-in", "power_per_compute", "compute_per_power", "price", schema.OVERALL,
)  # fmt: skip
OTHERS = {"peak_compute.bf16.dense": "peak_compute.bf16.sparse", "memory_bandwidth": "scale_up_bandwidth"}
PAIRS = [("system-0", "system-1"), ("system-1", "system-0"), ("chip-0", "chip-1"), ("chip-1", "chip-0")]
# Ratios that sizes of drawn reports often have, in every form.
FACTORS = (
    "1 x", "1.0 x", "1.04 x", "1.2 x", "2 x", "2.0 x", "2.1 x", "4 x", "1/2 x", "1/1.2 x", "1/4 x", "1/2..4 x",
    "0.5..2 x", "5.3 x", "20 percent more", "100 percent more", "50 percent less", "50..60 percent of",
)  # fmt: skip
Claims = dict[str, dict[str, schema.Claim]]


@dataclass(frozen=True)
class Drawn:
    """A folder of sheets, and the claims of its sources."""

    folder: Folder
    claims: Claims


def claim(**fields: Any) -> schema.Claim:
    """Return a claim; its sense is that of its factor where none is given."""
    made = {"printed": "so many times", "locator": "table 1", "sense": "equal"} | fields
    if made.get("factor") and "sense" not in fields:
        allowed = interval(made["factor"], made.get("hedge"))
        low, high = allowed.low >= 1, allowed.high is not None and allowed.high <= 1
        made["sense"] = "higher" if low else "lower" if high else "equal"
    return schema.Claim.model_validate({key: held for key, held in made.items() if held is not None})


@st.composite
def single(draw: st.DrawFn, /) -> schema.Claim:
    """Draw a claim: a factor with or without a word beside it, or in one of five none."""
    subject, object = draw(st.sampled_from(PAIRS))
    matter = draw(st.sampled_from(MATTERS))
    factor = draw(st.sampled_from([*FACTORS * 4, *[None] * len(FACTORS)]))
    other = draw(st.sampled_from([None, OTHERS[matter]])) if factor and matter in OTHERS else None
    hedge = draw(st.sampled_from([None, None, "about", "almost", "more than", "up to"])) if factor else None
    said: dict[str, Any] = {} if factor else {"sense": draw(st.sampled_from(["ahead", "behind", "equal"]))}
    return claim(
        subject=subject, object=object, metric=matter, object_metric=other, factor=factor, hedge=hedge, **said
    )  # fmt: skip


@st.composite
def drawn(draw: st.DrawFn, /, **more: Any) -> Drawn:
    """Draw two chips and two systems whose sources claim things of one another."""
    folder = draw(folders(chips=2, must=("chip_count", *NAMES[:2]), max_reports=2, **more))
    keys = st.sampled_from([f"claim-{number}" for number in range(8)])
    own = st.dictionaries(keys, single(), min_size=1, max_size=5)
    return Drawn(folder, draw(st.dictionaries(st.sampled_from(sorted(folder.sources)), own, min_size=1, max_size=3)))


@contextmanager
def opened(made: Drawn, **policy: Any) -> Iterator[Auditor]:
    """Write what was drawn, check that nothing in it is at fault, and open it under a policy."""
    with TemporaryDirectory() as place:
        root = made.folder.write(Path(place))
        (root / "claims").mkdir()
        for source, claims in made.claims.items():
            body = {key: each.model_dump(exclude_none=True, exclude_defaults=True) for key, each in claims.items()}
            text = json.dumps({"id": source, "status": "as-reported", "claims": body}, indent=1)
            (root / "claims" / f"{source}.yaml").write_text(text, encoding="utf-8")
        catalog = Catalog(base=root)
        assert [str(p) for p in checks.problems(catalog)] == []
        yield Auditor(Comparer(catalog, Policy(**policy)))


def verdicts(found: Audit) -> dict[str, tuple[str, str]]:
    return {finding.id: (finding.own.verdict, finding.any.verdict) for finding in found.findings}


def own(found: Audit, source: str) -> dict[str, tuple[Any, ...]]:
    """Return what a source's own figures give for each of its claims with a factor."""
    return {
        f.id: (f.own.verdict, f.own.missing, [(one.on, one.ratio.numbers, one.nearest) for one in f.own.attempts])
        for f in found.findings
        if f.source == source and not f.qualitative
    }


def admissible(found: Finding) -> bool:
    """Whether a reproduction rests on what nobody has set aside."""
    chosen = (one for each in found.any.attempts if each.inside for one in each.chosen)
    return not any(report.set_aside for one in chosen for _, report in one.reports())


def turned(each: schema.Claim) -> schema.Claim | None:
    """Return the same claim made of the object, or None where no factor can say it."""
    factor = each.factor
    if factor and not factor.endswith(" x"):
        return None
    other = {"ahead": "behind", "behind": "ahead", "higher": "lower", "lower": "higher"}.get(each.sense, each.sense)
    return claim(
        subject=each.object, object=each.subject, metric=each.object_metric or each.metric, hedge=each.hedge,
        object_metric=each.metric if each.object_metric else None, sense=other,
        factor=factor and (factor.removeprefix("1/") if factor.startswith("1/") else f"1/{factor}"),
    )  # fmt: skip


@FEW
@given(drawn(is_open=True, apart=True, ranges=True))
def test_the_other_way_round_the_verdict_is_the_same(made: Drawn) -> None:
    """Subject and object exchanged, the factor inverted: one over each ratio, the same verdicts."""
    back = {source: {key: turned(each) for key, each in held.items()} for source, held in made.claims.items()}
    whole: Claims = {
        source: made.claims[source] | {f"{key}-back": each for key, each in held.items() if each}
        for source, held in back.items()
    }
    with opened(replace(made, claims=whole)) as auditor:
        found = {finding.id: finding for finding in auditor.audit().findings}
        for id, there in found.items():
            if f"{id}-back" in found:
                check_inverse(there, found[f"{id}-back"])


def check_inverse(there: Finding, back: Finding) -> None:
    for side, other in ((there.own, back.own), (there.any, back.any)):
        assert side.verdict == other.verdict, there.id
        mine = {(one.metric, one.object_metric): one for one in side.attempts}
        its = {(one.object_metric, one.metric): one for one in other.attempts}
        assert mine.keys() == its.keys()
        for names, one in mine.items():
            value, low, high = its[names].ratio.numbers
            assert same(one.ratio.numbers, (1 / value, 1 / high, 1 / low)), there.id
            assert (one.inside, one.close) == (its[names].inside, its[names].close)
        if side.contrast and other.contrast:
            assert side.contrast.ahead == other.contrast.behind
            assert side.contrast.overlapping == other.contrast.overlapping


@FEW
@given(drawn(is_open=True, apart=True, ranges=True))
def test_reproduced_means_that_some_combination_is_inside(made: Drawn) -> None:
    """The loop over all combinations finds a ratio in the interval exactly where the verdict says so."""
    with opened(made) as auditor:
        for found in auditor.audit().findings:
            for side in (found.own, found.any):
                for one in side.attempts:
                    check_attempt(found, one)
                    check_meant(found.claim, one.metric, one.object_metric)
                if side.attempts:
                    assert (side.verdict == REPRODUCED) == any(one.inside for one in side.attempts)


def check_meant(each: schema.Claim, *tried: str) -> None:
    """What is tried is what the claim names, as far as it does; two stated bases meet only where the claim says so."""
    if each.object_metric is None:
        first, second = (name.split(".") for name in tried)
        assert all(one == other or "unstated" in (one, other) for one, other in zip(first, second, strict=True)), tried
    for asked, name in zip((each.metric, each.object_metric or each.metric), tried, strict=True):
        assert asked is not None
        if asked != schema.OVERALL:
            assert name.split(".")[0] == asked.split(".")[0]
            words = zip(asked.split(".")[1:], name.split(".")[1:], strict=False)
            assert all(one == other or other == "unstated" for one, other in words), (asked, name)


def check_attempt(found: Finding, one: Any) -> None:
    axes = list(readings(one.ratio.expression))
    choices = [reading.candidates for reading in axes]
    if math.prod(map(len, choices)) > LOOP:
        return
    unit = units.unit(one.ratio.unit)
    looped = [
        by_hand(one.ratio.expression, {id(r): c for r, c in zip(axes, cell, strict=True)}).to(unit).magnitude
        for cell in itertools.product(*choices)
        if agrees(cell)
    ]
    assert found.claimed is not None
    assert one.inside == any(map(found.claimed.holds, looped)), found.id
    assert any(same(one.nearest, number) for number in looped)


def times(value: str, factor: int) -> str:
    """Say a value so many times as large."""
    number, unit = value.split(" ", 1)
    return f"{'..'.join(str(Decimal(end) * factor) for end in number.split('..'))} {unit}"


@FEW
@given(drawn(apart=True, ranges=True), st.sampled_from([2, 3, 10]), st.data())
def test_a_source_that_prints_all_twice_as_large_says_the_same(made: Drawn, factor: int, data: st.DataObject) -> None:
    """All figures of one source scaled (no counts) leave what its own figures give."""
    source = data.draw(st.sampled_from(sorted(made.claims)))
    scaled = made.folder
    for sheet in made.folder.sheets():
        for name, rows in sheet.reports.items():
            if name not in COUNTS:
                new = [
                    r.model_copy(update={"value": times(r.value, factor)}) if r.source == source else r for r in rows
                ]
                sheets = scaled.chips if sheet.kind == "chip" else scaled.systems
                scaled = scaled.with_reports(sheets[sheet.id], name, new)
    with opened(made) as before, opened(replace(made, folder=scaled)) as after:
        first, second = own(before.audit(), source), own(after.audit(), source)
        assert {id: held[0] for id, held in first.items()} == {id: held[0] for id, held in second.items()}
        for id, (_, _, attempts) in first.items():
            assert same([numbers for _, numbers, _ in attempts], [numbers for _, numbers, _ in second[id][2]]), id


@st.composite
def added(draw: st.DrawFn, made: Drawn, source: str) -> Drawn:
    """Draw the same catalog with a few fully stated reports of one more source."""
    folder = Folder(
        made.folder.sources | {source: draw(strategies.sources(1, 1))["source-0"]},
        made.folder.chips, made.folder.systems,
    )  # fmt: skip
    for _ in range(draw(st.integers(1, 3))):
        sheet = draw(st.sampled_from(folder.sheets()))
        known = strategies.CHIP_METRICS if sheet.kind == "chip" else strategies.SYSTEM_METRICS
        name = draw(st.sampled_from([name for name in NAMES if name in known]))
        report = draw(strategies.reports(name, [source], sheet.kind))  # type: ignore[arg-type]
        report = report.model_copy(update={"per": None})
        folder = folder.with_reports(sheet, name, [*sheet.reports.get(name, ()), report])
    return replace(made, folder=folder)


@FEW
@given(drawn(apart=True, ranges=True), st.data())
def test_another_report_takes_no_reproduction_away(made: Drawn, data: st.DataObject) -> None:
    """Where nothing is left open, what some combination gives it still gives; own figures are what they were."""
    more = data.draw(added(made, "source-new"))
    with opened(made) as before, opened(more) as after:
        first, second = before.audit(), after.audit()
        then = verdicts(second)
        for found in first.findings:
            if found.any.verdict == REPRODUCED and admissible(found):
                assert then[found.id][1] == REPRODUCED, found.id
        for source in made.claims:
            assert own(first, source) == own(second, source)


@FEW
@given(drawn(is_open=True, apart=True))
def test_an_audit_of_some_is_some_of_the_audit(made: Drawn) -> None:
    """Asked for by source, by claim or by subjects, a finding is what it is among all."""
    with opened(made) as auditor:
        whole = auditor.audit()
        all_of_it = verdicts(whole)
        for source in made.claims:
            part = verdicts(auditor.audit(source=source))
            assert part == {id: held for id, held in all_of_it.items() if id.startswith(f"{source}/")}
        for finding in whole.findings[:3]:
            assert verdicts(auditor.audit(claim=finding.id)) == {finding.id: all_of_it[finding.id]}
        for names in (["system-0"], ["chip-0", "chip-1"], ["system-1", "system-0"]):
            named = {f.id for f in whole.findings if {*names} <= {f.claim.subject, f.claim.object}}
            assert verdicts(auditor.audit(names)) == {id: all_of_it[id] for id in named}


@FEW
@given(drawn(is_open=True, apart=True, ranges=True))
def test_what_is_preferred_changes_no_verdict(made: Drawn) -> None:
    """It moves the headline alone: every verdict, every list and every end of a span stay."""
    with opened(made) as auditor:
        here, catalog = auditor.audit(), auditor.catalog
        for prefer in (ORDER[0], *list(made.folder.sources)[:2]):
            there = Auditor(Comparer(catalog, Policy(prefer=prefer))).audit()
            assert verdicts(there) == verdicts(here), prefer
            for one, other in zip(here.findings, there.findings, strict=True):
                assert one.any.contrast == other.any.contrast or lists(one) == lists(other)
                for side, its in ((one.own, other.own), (one.any, other.any)):
                    ends = [[a.ratio.numbers[1:] for a in each.attempts] for each in (side, its)]
                    assert same(*ends), (one.id, prefer)


def lists(found: Finding) -> list[tuple[str, ...]]:
    held = found.any.contrast
    return [] if held is None else [held.ahead, held.behind, held.overlapping, held.not_comparable, held.not_reported]


@FEW
@given(drawn(is_open=True, apart=True), st.randoms(use_true_random=False))
def test_the_order_of_claims_never_matters(made: Drawn, random: Any) -> None:
    """Claims stand in a sheet in any order, and what one is found to be does not depend on the others."""
    mixed: Claims = {}
    for source, held in made.claims.items():
        keys = list(held)
        random.shuffle(keys)
        mixed[source] = {key: held[key] for key in keys}
    first_of_each = {source: dict([next(iter(held.items()))]) for source, held in mixed.items()}
    with opened(made) as one, opened(replace(made, claims=mixed)) as other:
        whole = verdicts(one.audit())
        assert verdicts(other.audit()) == whole
    with opened(replace(made, claims=first_of_each)) as alone:
        assert verdicts(alone.audit()).items() <= whole.items()


@FEW
@given(drawn(is_open=True, apart=True), strategies.dates())
def test_a_day_leaves_out_the_claims_that_came_later(made: Drawn, day: str) -> None:
    """What is left out is named, and of the others each is found."""
    with opened(made) as auditor:
        policy = Policy.parse(auditor.catalog, as_of=day)
        found = Auditor(Comparer(auditor.catalog, policy)).audit()
        late = {source for source in made.claims if policy.too_late(made.folder.sources[source])}
        assert set(found.late) == late
        assert {f.source for f in found.findings} == set(made.claims) - late


def row(value: str, source: str, **more: Any) -> schema.Report:
    return schema.Report.model_validate({"value": value, "source": source, "locator": "table 1", **more})


def catalog_of(reports: dict[str, dict[str, tuple[schema.Report, ...]]], one: schema.Claim) -> Drawn:
    """Return two chips and two systems with these reports, and one claim of the source `said`."""
    sources = {id: schema.Source(title=id, publisher=id, kind="press", date="2025") for id in ("other", "said")}
    own: dict[str, Any] = {"vendor": "V", "status": "as-reported"}
    made = {
        id: schema.RECORDS[id[:-2]].model_validate(
            {
                "id": id,
                "name": id,
                **own,
                "reports": reports.get(id, {}),
                **({"chip": f"chip{id[-2:]}"} if id[0] == "s" else {}),
            }
        )
        for id in ("chip-0", "chip-1", "system-0", "system-1")
    }
    chips = {id: sheet for id, sheet in made.items() if isinstance(sheet, schema.Chip)}
    systems = {id: sheet for id, sheet in made.items() if isinstance(sheet, schema.System)}
    return Drawn(Folder(sources, chips, systems), {"said": {"it": one}})


def the(made: Drawn) -> Finding:
    with opened(made) as auditor:
        (found,) = auditor.audit().findings
        return found


def test_own_totals_rest_on_own_counts() -> None:
    """Where a source prints how many chips there are, its totals are its own count times its own figure."""
    figure = {"memory_bandwidth": (row("1 TB/s", "said"),)}
    counts = {"chip_count": (row("10 chip", "said"), row("20 chip", "other"))}
    reports = {
        "chip-0": figure,
        "chip-1": figure,
        "system-0": counts,
        "system-1": {"chip_count": (row("10 chip", "said"),)},
    }
    twice = claim(subject="system-0", object="system-1", metric="memory_bandwidth", factor="2 x")
    found = the(catalog_of(reports, twice))
    assert found.own.verdict != REPRODUCED
    assert found.any.verdict == REPRODUCED


def test_a_stated_report_may_decide_how_an_open_one_is_read() -> None:
    """One of two ways in which another report takes a reproduction away: read both ways for want of a better, then not.

    The other: a figure that was set aside speaks for its own source as long as there is no admissible one.
    """
    open_one, stated = (
        row("100 GB/s", "other", direction="unstated"),
        row("100 GB/s", "said", direction="unidirectional"),
    )
    half = {"scale_up_bandwidth": (row("50 GB/s", "said", direction="unidirectional"),)}
    level = claim(subject="chip-0", object="chip-1", metric="scale_up_bandwidth", factor="1.0 x")
    before = catalog_of({"chip-0": {"scale_up_bandwidth": (open_one,)}, "chip-1": half}, level)
    after = catalog_of({"chip-0": {"scale_up_bandwidth": (open_one, stated)}, "chip-1": half}, level)
    assert the(before).any.verdict == REPRODUCED
    assert the(after).any.verdict != REPRODUCED


def test_what_a_relay_prints_counts_as_own() -> None:
    """A claim known through another source alone stands beside that source's figures."""
    figures = {f"chip-{n}": {"memory_bandwidth": (row(f"{n + 1} TB/s", "other"),)} for n in (0, 1)}
    half = {"subject": "chip-0", "object": "chip-1", "metric": "memory_bandwidth", "factor": "1/2 x"}
    assert the(catalog_of(figures, claim(**half, read="relay", relay="other"))).own.verdict == REPRODUCED
    assert (
        the(catalog_of(figures, claim(**half))).own.missing
        == "no memory_bandwidth of chip-0 and no memory_bandwidth of chip-1"
    )


def test_what_a_source_withdrew_is_still_its_own_and_no_admissible_report() -> None:
    """A figure that is set aside speaks for whoever printed it, and for nobody else."""
    slip = row("4 TB/s", "said", set_aside="plainly a slip")
    figures = {
        "chip-0": {"memory_bandwidth": (slip, row("1 TB/s", "other"))},
        "chip-1": {"memory_bandwidth": (row("2 TB/s", "said"),)},
    }
    found = the(catalog_of(figures, claim(subject="chip-0", object="chip-1", metric="memory_bandwidth", factor="2 x")))
    assert (found.own.verdict, found.any.verdict) == (REPRODUCED, NOT_REPRODUCED)


def test_what_is_nothing_is_no_object() -> None:
    """No ratio to a figure of 0: the claim is not computable, and the audit of the others goes on."""
    figures = {f"system-{n}": {"optical_module_count": (row(f"{5 - 5 * n} module", "said"),)} for n in (0, 1)}
    found = the(
        catalog_of(figures, claim(subject="system-0", object="system-1", metric="optical_module_count", factor="2 x"))
    )
    assert found.own.verdict == NOT_COMPUTABLE
    assert found.own.missing


@pytest.mark.parametrize(("one", "other"), [("chip", "system"), ("system", "chip")])
def test_a_chip_and_a_system_have_no_ratio(one: str, other: str) -> None:
    """Whichever comes first; that the two differ is said beside what the claim itself mixes."""
    figures = {f"{kind}-0": {"memory_bandwidth": (row("4 TB/s", "said"),)} for kind in (one, other)}
    said = {"subject": f"{one}-0", "object": f"{other}-0"}
    found = the(catalog_of(figures, claim(**said, metric="memory_bandwidth", factor="2 x", basis="fp8")))
    assert found.own.missing == found.any.missing == "a chip's figure and a system's have no ratio"
    assert found.mismatch == f"a {one} against a {other}"
    found = the(catalog_of(figures, claim(**said, metric=schema.OVERALL, sense="ahead")))
    assert found.own.missing == found.any.missing == "a chip and a system have no metric in common"


@pytest.mark.parametrize(
    ("metric", "sense", "many"),
    [(schema.OVERALL, "higher", 1), (schema.OVERALL, "lower", 0), (schema.OVERALL, "ahead", 1),
     (schema.OVERALL, "behind", 0), ("price_per_memory_capacity", "higher", 0),
     ("price_per_memory_capacity", "lower", 1)],
)  # fmt: skip
def test_higher_is_ahead_where_no_metric_is_named(metric: str, sense: str, many: int) -> None:
    """A lower price is better: as a claim on the price it is lower, and as one on all it is ahead."""
    figures = {
        f"chip-{n}": {"memory_capacity": (row("80 GB", "said"),), "price.usd": (row(f"{400 + 100 * n} USD", "said"),)}
        for n in (0, 1)
    }
    found = the(catalog_of(figures, claim(subject="chip-0", object="chip-1", metric=metric, sense=sense)))
    assert found.own.verdict == found.any.verdict == f"supported by {many} metric{'s' * (many != 1)}"


@pytest.mark.parametrize("other", ["80 GB", "60..90 GB"])
def test_equal_is_answered_where_nothing_is_ahead(other: str) -> None:
    """One figure that is level, or whose ranges share a part, is enough."""
    figures = {f"chip-{n}": {"memory_capacity": (row(text, "said"),)} for n, text in enumerate(("80 GB", other))}
    found = the(catalog_of(figures, claim(subject="chip-0", object="chip-1", metric=schema.OVERALL, sense="equal")))
    assert found.own.verdict == found.any.verdict == "supported by 1 metric"


@pytest.mark.parametrize(("metric", "what"), [(schema.OVERALL, "figure"), ("memory_capacity", "memory_capacity")])
def test_where_the_two_have_nothing_in_common_that_is_what_is_missing(metric: str, what: str) -> None:
    found = the(catalog_of({}, claim(subject="chip-0", object="chip-1", metric=metric, sense="ahead")))
    assert found.own.missing == found.any.missing == f"no {what} for both on one basis"


def test_one_figure_is_not_taken_for_two_values() -> None:
    """Two systems with as many of one chip are level, however its reports disagree: none prints twice as much."""
    counts = {f"system-{n}": {"chip_count": (row("10 chip", "said"),)} for n in (0, 1)}
    figures = {"chip-0": {"memory_bandwidth": (row("1 TB/s", "said"), row("2 TB/s", "other"))}}
    twice = claim(subject="system-0", object="system-1", metric="memory_bandwidth", factor="2 x")
    made = catalog_of(counts | figures, twice)
    folder = made.folder
    systems = {id: sheet.model_copy(update={"chip": "chip-0"}) for id, sheet in folder.systems.items()}
    shared = replace(made, folder=Folder(folder.sources, folder.chips, systems))
    assert the(shared).any.verdict == NOT_REPRODUCED
    level = twice.model_copy(update={"factor": "1.0 x", "sense": "equal"})
    assert the(replace(shared, claims={"said": {"it": level}})).any.verdict == REPRODUCED


def test_up_to_so_many_times_higher_is_higher() -> None:
    """A bound on one side ends at 1 where the claim says which way: half is not "up to 4 x higher", 1.5 times is."""
    for size, verdict in (("1 TB/s", NOT_REPRODUCED), ("2 TB/s", NOT_REPRODUCED), ("3 TB/s", REPRODUCED)):
        figures = {f"chip-{n}": {"memory_bandwidth": (row(held, "said"),)} for n, held in enumerate((size, "2 TB/s"))}
        both = {"metric": "memory_bandwidth", "hedge": "up to"}
        there = claim(subject="chip-0", object="chip-1", factor="4 x", sense="higher", **both)
        back = claim(subject="chip-1", object="chip-0", factor="1/4 x", sense="lower", **both)
        assert [the(catalog_of(figures, one)).any.verdict for one in (there, back)] == [verdict, verdict], size


def test_whom_a_source_credits_stands_in_for_figures_that_it_does_not_print() -> None:
    """And is named; where the credited one prints none either, what is missing is the source's own."""
    figures = {f"chip-{n}": {"memory_bandwidth": (row(f"{n + 1} TB/s", "other"),)} for n in (0, 1)}
    half = claim(subject="chip-0", object="chip-1", metric="memory_bandwidth", factor="1/2 x", credited_to="other")
    found = the(catalog_of(figures, half))
    assert (found.own.verdict, found.own.by) == (REPRODUCED, "other")
    found = the(catalog_of(figures | {"chip-1": {}}, half))
    assert (found.own.verdict, found.own.by) == (NOT_COMPUTABLE, "")
    assert found.own.missing == "no memory_bandwidth of chip-0 and no memory_bandwidth of chip-1"


def test_two_stated_bases_meet_only_where_the_claim_says_so() -> None:
    """An eighth is BF16 against FP8: what a claim names that says both, and not what one means that says neither."""
    figures = {
        f"chip-{n}": {
            "peak_compute.bf16.dense": (row(f"{1 + n} TFLOP/s", "said"),),
            "peak_compute.fp8.dense": (row(f"{7 + n} TFLOP/s", "said"),),
        }
        for n in (0, 1)
    }
    pair = {"subject": "chip-0", "object": "chip-1", "factor": "1/8 x"}
    both = claim(**pair, metric="peak_compute.bf16.dense", object_metric="peak_compute.fp8.dense")
    assert the(catalog_of(figures, both)).any.verdict == REPRODUCED
    for matter in ("peak_compute", "peak_compute.bf16.dense", schema.OVERALL):
        assert the(catalog_of(figures, claim(**pair, metric=matter))).any.verdict == NOT_REPRODUCED, matter
