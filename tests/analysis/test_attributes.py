"""Metrics as attributes, for completion in a notebook, and what ``repr`` shows of each answer."""

from __future__ import annotations

import copy
import re

import pytest

import calc
from calc.analysis import attributes, scorecard
from calc.analysis.attributes import MetricGroup
from calc.api import Subject
from calc.errors import UsageError
from calc.figures.results import Result
from calc.sheets import metrics

SUBJECTS = {"cm384": calc.system, "nvl72": calc.system, "ascend-910c": calc.chip, "metax-c550": calc.chip}


def get(subject: Subject, path: tuple[str, ...]) -> object:
    found: object = subject
    for word in path:
        found = getattr(found, word)
    return found


def test_each_metric_has_a_path_of_its_own_that_python_can_say() -> None:
    every = [*metrics.TABLE, *(f"{name}.measured" for name in metrics.TABLE)]
    paths = {attributes.path(name): name for name in every}
    assert len(paths) == len(every)
    assert all(word.isidentifier() for path in paths for word in path)
    heads = {path[:n] for path in paths for n in range(1, len(path))}
    assert heads & set(paths) == set()


def test_no_metric_hides_behind_what_a_subject_has_of_its_own() -> None:
    subject = calc.system("cm384")
    own = {*object.__dir__(subject), *vars(subject)}
    assert own & {attributes.path(name)[0] for name in metrics.TABLE} == set()


@pytest.mark.parametrize("id", SUBJECTS)
def test_attributes_lead_to_what_the_brackets_give(id: str) -> None:
    subject = SUBJECTS[id](id)
    for name in subject.metrics:
        found = get(subject, attributes.path(name))
        assert isinstance(found, Result)
        assert (found.numbers, found.unit) == (subject[name].numbers, subject[name].unit)


@pytest.mark.parametrize("id", SUBJECTS)
def test_completion_offers_what_has_a_value_and_nothing_else(id: str) -> None:
    subject = SUBJECTS[id](id)
    reached = set()
    waiting: list[tuple[str, ...]] = [(word,) for word in dir(subject) if word not in object.__dir__(subject)]
    while waiting:
        path = waiting.pop()
        found = get(subject, path)
        if isinstance(found, MetricGroup):
            below = dir(found)
            assert below
            waiting += [(*path, word) for word in below]
        else:
            reached.add(path)
    assert reached == {attributes.path(name) for name in subject.metrics}
    assert subject._ipython_key_completions_() == subject.metrics


def test_some_of_them() -> None:
    cm384 = calc.system("cm384")
    assert cm384.memory_bandwidth.numbers == cm384["memory_bandwidth"].numbers
    assert cm384.memory_bandwidth_per_chip.unit == "TB/s/chip"
    assert cm384.power.all_in.numbers[0] == 599.821
    assert cm384.peak_compute.bf16.dense.unit == "PFLOP/s"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("weight",), "weight of cm384: not reported"),
        (("memory_bandwith",), "no metric 'memory_bandwith'; did you mean 'memory_bandwidth'"),
        (("power", "al_in"), "no metric 'power.al_in'; did you mean 'all_in'"),
        (("power", "cooling"), "power.cooling of cm384: not reported"),
        (("qqq",), "`.metrics` lists all"),
    ],
)
def test_what_is_not_there_is_an_attribute_error(path: tuple[str, ...], words: str) -> None:
    with pytest.raises(AttributeError, match=words):
        get(calc.system("cm384"), path)


def test_what_is_held_as_words_says_them() -> None:
    with pytest.raises(UsageError, match="memory_type of gb200: held as words: 'HBM3E'"):
        calc.chip("gb200")["memory_type"]


def test_a_subject_can_be_asked_and_copied_like_any_object() -> None:
    cm384 = calc.system("cm384")
    assert not hasattr(cm384, "_repr_nothing_")
    assert not hasattr(cm384.power, "_repr_nothing_")
    for one in (cm384, cm384.power):
        assert dir(copy.copy(one)) == dir(one)


def test_the_package_offers_its_public_names() -> None:
    import calc.catalog.catalog

    assert [name for name in dir(calc) if not name.startswith("_")] == sorted(calc.__all__)


# -- repr -----------------------------------------------------------------------------------------


def test_a_result_has_unit_and_span_once() -> None:
    assert repr(calc.system("cm384").memory_capacity) == "<cm384 memory_capacity: 49.2 TB (48 to 49.2), as-reported>"
    assert str(calc.system("cm384").chip_count) == "384 chip, as-reported"
    assert repr(calc.system("cm384").power.all_in) == "<cm384 power.all-in: 599.821 kW, as-reported>"


def test_a_cell_says_what_it_rests_on() -> None:
    cm384 = calc.system("cm384")
    cell = cm384.cell("power.all-in")
    assert repr(cell) == "<cm384 power.all-in: 599.821 kW, 1 report, 1 origin, as-reported>"
    assert repr(cm384.cell("weight")) == "<cm384 weight: not reported>"


def test_a_gap_says_what_the_sheet_knows() -> None:
    text = repr(calc.system("metax128").cell("power.all-in"))
    assert text.startswith("<metax128 power.all-in: not reported"), text


def test_a_subject_shows_the_core_and_its_gaps() -> None:
    lines = str(calc.system("cm384")).splitlines()
    assert lines[0].startswith("cm384: CloudMatrix 384, system by Huawei, ")
    assert lines[0].endswith(" metrics, as-reported")
    assert any(line.split(None, 1) == ["memory_capacity", "49.2 TB (48 to 49.2)"] for line in lines)
    assert any(line.split(None, 1) == ["weight", "not reported"] for line in lines)


def test_a_comparison_shows_what_the_command_does() -> None:
    """The answer first: who leads on what, then the rows of the scorecard, and no wider than a page."""
    found = calc.compare("cm384", "nvl72")
    assert repr(found) == f"<cm384 vs nvl72: {len(found.rows)} metrics, as-reported; ratios to nvl72>"
    lines = [line.strip() for line in str(found).splitlines()]
    assert lines[0] == "CloudMatrix 384 vs GB200 NVL72 (as-reported)"
    assert lines[1].startswith("CloudMatrix 384 leads: whole system")
    for line in scorecard.lines(found):
        assert any(text.startswith(f"{line.title} ") for text in lines), line.title
    assert max(map(len, lines)) <= 100


def test_a_row_is_a_line() -> None:
    text = repr(calc.compare("cm384", "nvl72").row("weight"))
    assert text == "<weight, as-reported: cm384 not reported; nvl72 1,360 kg (1,360 to 1,400)>"


def test_a_finding_says_both_verdicts_and_what_is_missing() -> None:
    found = calc.audit("cm384", "nvl72")
    text = repr(found.finding("semianalysis-cm384-2026/table-power"))
    assert text.startswith("<semianalysis-cm384-2026/table-power, as-reported: “4.1x” (4.05 to 4.15); own matches 4.14")
    text = str(found.finding("capacity-cm384-2025/compute"))
    assert "no figures" in text


def test_an_audit_shows_some_findings_and_counts_the_rest() -> None:
    found = calc.audit("cm384", "nvl72")
    assert repr(found) == f"<cm384 and nvl72: {len(found.findings)} claims, as-reported>"
    lines = str(found).splitlines()
    assert lines[0] == f"Claims about cm384 and nvl72: {len(found.findings)}"
    assert re.fullmatch(r"  \.\.\. and \d+ more", lines[-2])
    assert repr(calc.audit("cs-3")) == "<cs-3: 0 claims, as-reported>"
