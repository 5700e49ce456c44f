"""`calc export`: what each form holds, what the validators of others say of it, and what it leaves untouched."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from calc import units
from calc.analysis import longtables
from calc.analysis.comparison import Comparer
from calc.analysis.history import IN_SPAN, SHOWN, history
from calc.catalog.catalog import Catalog
from calc.figures.policy import Policy
from calc.render import jsonld
from calc.sheets import fields, metrics, schema
from tests.rebuilding import Row, tables
from tests.running import ROOT, output, run

TABLES = (
    "reports", "sources", "subjects", "metrics", "remarks", "family", "predecessor", "same_as", "gaps",
    "contradictions", "claims", "measurements",
)  # fmt: skip
Change = Callable[[list[Row]], Any]
OVERLAY = """\
id: cm384
status: as-reported
aliases: ["=1+1, “昇腾”\\n超节点"]
reports:
  memory_capacity:
    - {value: 48.90..49.20 TB, printed: "a \\"quoted\\", 引用\\n text", source: wion-waic-2025, locator: a page,
       note: "before\\nafter"}
"""


@cache
def comparer() -> Comparer:
    return Comparer(Catalog(), Policy())


@cache
def document() -> Row:
    found: Row = json.loads(output("export", "--format", "json"))
    return found


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "package"
    assert output("export", "-o", str(folder)) == ""
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# -- what is in it --------------------------------------------------------------------------------


def test_a_package_is_a_table_each_and_the_descriptor(package: Path) -> None:
    assert {path.name for path in package.iterdir()} == {"datapackage.json", *(f"{name}.csv" for name in TABLES)}


def test_every_report_is_a_row_with_its_digits() -> None:
    rows = iter(document()["reports"])
    catalog = comparer().catalog
    for kind in schema.RECORDS:
        for id in catalog.ids(kind):
            for name, reports in catalog.sheet(kind, id).reports.items():
                for number, report in enumerate(reports, 1):
                    row = next(rows)
                    assert [row[key] for key in ("subject", "kind", "metric", "number")] == [id, kind, name, number]
                    assert row["printed"] == report.as_printed
                    said = report.model_dump(mode="json", exclude={"printed", "per", "of"})
                    assert {key: row[key] for key in said} == said
    assert next(rows, None) is None


def test_values_are_the_same_amount_in_base_units() -> None:
    """By pint, where the table is by exact scales; what the figure is for divides the unit, where it is counted."""
    for row in document()["reports"]:
        if metrics.metric(row["metric"]).is_text:
            assert [row[name] for name in ("low_si", "high_si", "low_exact", "high_exact", "unit_si")] == [None] * 5
            continue
        counted = row["per"] if row["per"] in units.VOCABULARY else None
        parsed = units.split(row["value"])
        for end, number in (("low", parsed.low), ("high", parsed.high)):
            amount = units.quantity(float(number), parsed.unit)
            amount = amount / units.quantity(1, counted) if counted else amount
            assert amount.to(units.unit(row["unit_si"])).magnitude == pytest.approx(row[f"{end}_si"], rel=1e-12)
            assert float(Decimal(row[f"{end}_exact"])) == row[f"{end}_si"]


@pytest.mark.parametrize(
    ("subject", "metric", "value", "exact", "unit"),
    [
        ("cm384", "power.all-in", "599821 W", "599821", "W"),
        ("cm384", "scale_up_bandwidth", "1075200 Gb/s", "1075200000000000", "b/s"),
        ("cm384", "chip_count", "384 chip", "384", "chip"),
        ("nvl72", "memory_capacity", "13.4 TB", "107200000000000", "b/rack"),
        ("ascend-910c", "dies_per_chip", "2 die", "2", "die/chip"),
        ("ascend-910c", "core_count.matrix", "24 core", "24", "core/die"),
        ("gb200", "scale_up_bandwidth", "1.8 TB/s", "14400000000000", "b/s/chip"),
        ("atlas-800t-a3", "power.node", "16.2 kW", "16200", "W/node"),
        ("nvl72", "weight", "1.36 t", "1360", "kg/rack"),
        ("nvl72", "chips_per_node", "4 chip", "4", "chip/node"),
    ],
)
def test_figures(subject: str, metric: str, value: str, exact: str, unit: str) -> None:
    rows = [r for r in document()["reports"] if (r["subject"], r["metric"], r["value"]) == (subject, metric, value)]
    assert {(row["low_exact"], row["high_exact"], row["unit_si"]) for row in rows} == {(exact, exact, unit)}


def test_a_range_has_two_ends() -> None:
    rows = [row for row in document()["reports"] if ".." in row["value"] and row["unit_si"]]
    assert rows
    assert all(row["low_si"] < row["high_si"] for row in rows)


@pytest.mark.parametrize(
    ("value", "scale"),
    [
        ("0.000000000000000000000000001 b", 1),
        ("1.2345678901234567890123456789012345678901 PiB", 8 * 1024**5),
        ("1e-9..1e60 b", 1),
        ("0.00 b", 1),
        ("-1.50 B", 8),
    ],
)
def test_no_digit_is_lost_however_long(value: str, scale: int) -> None:
    report = schema.Report(value=value, source="a", locator="b")
    found = longtables.in_si(report, metrics.metric("memory_capacity"), None)
    ends = value.split(" ")[0].split("..")
    assert [Fraction(found[name]) for name in ("low_exact", "high_exact")] == [
        Fraction(end) * scale for end in (ends[0], ends[-1])
    ]
    assert not {"e", "E"} & set(found["low_exact"] + found["high_exact"])


def test_qualifiers_in_columns_make_the_id_again() -> None:
    for name in metrics.TABLE:
        plain = name.removesuffix(f".{metrics.PER_CHIP}")
        found = metrics.named_qualifiers(plain)
        assert list(found) == [key for key in metrics.QUALIFIERS if key in found], name
        assert ".".join([metrics.metric(plain).family, *found.values()]) == plain
        assert found.get("precision", "fp8") in {*metrics.PRECISIONS, *metrics.SHARED_PRECISIONS, metrics.UNSTATED}
        assert found.get("sparsity", "dense") in metrics.SPARSITIES, name
        assert found.get("boundary", "all-in") in metrics.BOUNDARIES, name


def test_the_fate_of_a_report_is_that_of_its_reading() -> None:
    """Shown is what heads a reading; excluded is what `history` says is in none, with the same reason."""
    told = dict.fromkeys(row["fate"] for row in document()["reports"])
    assert {SHOWN, IN_SPAN} < set(told)
    for subject in document()["subjects"]:
        sheet = comparer().catalog.sheet(subject["kind"], subject["id"])
        held = comparer().reader.of(sheet)
        heads = {name: reading.headline.report for name, reading in held.held.items()}
        taken = {id(c.report) for reading in held.held.values() for c in reading.candidates}
        for row in longtables.reports(comparer(), [sheet.id]):
            report = sheet.reports[row["metric"]][row["number"] - 1]
            assert (row["fate"] == SHOWN) == any(heads[name] is report for name in row["readings"])
            assert (row["fate"] in (SHOWN, IN_SPAN)) == bool(row["readings"]) == (id(report) in taken)
            if not row["readings"] and row["metric"] in metrics.variants(row["metric"]):
                events = history(comparer(), sheet.id, row["metric"])
                assert row["fate"] in [event.fate for event in events if event.report is report]


def test_names_in_any_script_and_the_gaps_are_there() -> None:
    assert any("昇腾" in alias for row in document()["subjects"] for alias in row["aliases"])
    assert {row["state"] for row in document()["gaps"]} == {"not_reported", "not_applicable"}
    claims = sum(len(comparer().catalog.claims(source)) for source in comparer().catalog.claim_sources())
    assert len(document()["claims"]) == claims
    assert len(document()["sources"]) == len(comparer().catalog.source_ids())


def test_what_it_says_of_itself() -> None:
    said = document()["package"]
    assert said["licenses"][0]["name"] == "CC-BY-4.0"
    assert all(title["title"].startswith("Epoch AI") for title in said["sources"])
    assert said["created"][:10] in {row["date"] or row["seen"] for row in document()["sources"]}
    assert document()["status"] == "as-reported"


def test_a_later_field_comes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a sheet holds is in the record; the tables take it from there."""

    class Later(schema.Chip):
        colour: schema.Text | None = schema.optional("what colour it has", "Some colour")
        successors: tuple[schema.Kin, ...] = ()

    monkeypatch.setitem(schema.RECORDS, "chip", Later)
    found = {table.name: table for table in longtables.tables(Comparer(Catalog(), Policy()))}
    (colour,) = [one for one in found["subjects"].fields if one.name == "colour"]
    assert colour.meaning == "What colour it has."
    assert {row["colour"] for row in found["subjects"].rows if row["kind"] == "chip"} == {"Some colour"}
    assert [one.name for one in found["successors"].fields][:3] == ["subject", "number", "printed"]


def test_every_column_says_what_it_means() -> None:
    for table in longtables.tables(comparer()):
        assert [one.name for one in table.fields if one.meaning.strip(".") == ""] == [], table.name
        assert all(list(row) == [one.name for one in table.fields] for row in table.rows)


def test_reports_of_some_subjects_alone() -> None:
    rows = longtables.reports(comparer(), ["CloudMatrix 384", "gb200"])
    assert [row for row in document()["reports"] if row["subject"] == "gb200"] == [
        row for row in rows if row["subject"] == "gb200"
    ]
    assert {row["subject"] for row in rows} == {"cm384", "gb200"}


# -- the forms ------------------------------------------------------------------------------------


def test_csv_holds_what_json_holds(package: Path) -> None:
    def no_lists(rows: list[Row]) -> list[Row]:
        return [{name: value if value != [] else None for name, value in row.items()} for row in rows]

    found = tables(package)
    for name in TABLES:
        assert found[name] == no_lists(document()[name]), name


def test_csv_alone_is_the_table_of_reports(package: Path, tmp_path: Path) -> None:
    text = output("export")
    assert text.encode() == (package / "reports.csv").read_bytes()
    assert output("export", "-o", str(tmp_path / "alone.csv")) == ""
    assert (tmp_path / "alone.csv").read_bytes() == text.encode()


def test_parquet_holds_what_json_holds(tmp_path: Path) -> None:
    assert output("export", "--format", "parquet", "-o", str(tmp_path / "folder")) == ""
    assert {path.name for path in (tmp_path / "folder").iterdir()} == {
        "datapackage.json", *(f"{name}.parquet" for name in TABLES),
    }  # fmt: skip
    for name in TABLES:
        assert parquet.read_table(tmp_path / "folder" / f"{name}.parquet").to_pylist() == document()[name]
    assert output("export", "--format", "parquet", "-o", str(tmp_path / "one.parquet")) == ""
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "folder" / "reports.parquet").read_bytes()
    about = parquet.read_schema(tmp_path / "one.parquet").field("unit_si").metadata
    assert about[b"description"].decode() == fields.added("reports", "unit_si")[0].meaning


def test_json_ld_loses_nothing_when_it_is_expanded() -> None:
    """Every field that has a value is a property of its node, and every link leads to a node."""
    from pyld import jsonld as processor

    body = json.loads(output("export", "--format", "jsonld"))
    (dataset,) = processor.expand(body, {"base": "https://not.absolute/"})
    assert dataset["@type"][0] == "https://schema.org/Dataset"
    nodes = dataset["https://schema.org/hasPart"]
    assert len(nodes) == len(body["hasPart"]) == sum(len(document()[name]) for name in TABLES)
    known = {node["@id"] for node in nodes}
    assert len(known) == len(nodes)
    for written, node in zip(body["hasPart"], nodes, strict=True):
        assert len(node) == len(written)
        links = [one["@id"] for held in node.values() if isinstance(held, list) for one in held if "@id" in one]
        assert {link for link in links if link.startswith((jsonld.URN, "https://not.absolute/"))} <= known


def test_json_ld_says_where_a_figure_comes_from() -> None:
    nodes = {node["@id"]: node for node in json.loads(output("export", "--format", "jsonld"))["hasPart"]}
    row = next(row for row in document()["reports"] if row["relay"] and row["low_si"] and ".." not in row["value"])
    node = nodes[jsonld.iri("reports", row["subject"], row["metric"], row["number"])]
    assert node["@type"][0] == "schema:Observation"
    assert node["source"] == jsonld.iri("sources", row["source"])
    assert node["wasDerivedFrom"] == jsonld.iri("sources", row["relay"])
    assert (node["value_si"], node["unit_si"]) == (row["low_si"], row["unit_si"])
    assert jsonld.CONTEXT["source"]["@id"] == "prov:hadPrimarySource"


def test_the_same_sheets_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    """In another process, with other hashes, on another day."""
    call = [sys.executable, "-m", "calc", "export", "-o", str(tmp_path / "again")]
    env = {key: value for key, value in os.environ.items() if not key.startswith("CALC_")}
    subprocess.run(call, cwd=ROOT, env=env | {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}, check=True)
    assert content(tmp_path / "again") == content(package)


# -- what others say of it ------------------------------------------------------------------------


def faults(descriptor: Path) -> list[tuple[str, str]]:
    """Return what frictionless finds: the table and the type of each fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from frictionless import validate

        found = validate(str(descriptor))
    told = [("", error.type) for error in found.errors]
    return told + [(task.name, error.type) for task in found.tasks for error in task.errors]


def test_the_package_is_valid(package: Path) -> None:
    assert faults(package / "datapackage.json") == []


def corrupt(package: Path, to: Path, changes: list[tuple[str, Change]], *, sealed: bool = False) -> Path:
    """Copy a package with something changed in tables; without its checksums, unless it is to stay sealed."""
    for name, held in content(package).items():
        (to / name).write_bytes(held)
    for table, change in changes:
        path = to / f"{table}.csv"
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        change(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    body = json.loads((to / "datapackage.json").read_bytes())
    for one in [] if sealed else body["resources"]:
        del one["bytes"], one["hash"]
    (to / "datapackage.json").write_text(json.dumps(body), encoding="utf-8")
    return to / "datapackage.json"


@pytest.mark.parametrize(
    "wrong",
    [
        [
            ("reports", lambda rows: rows[3].update(source="nobody"), "foreign-key"),
            ("reports", lambda rows: rows[4].update(low_si="many"), "type-error"),
            ("reports", lambda rows: rows[5].update(direction="sideways"), "constraint-error"),
            ("reports", lambda rows: rows.append(rows[6]), "primary-key"),
            ("subjects", lambda rows: rows[0].update(status="true"), "constraint-error"),
            ("sources", lambda rows: rows[0].update(cites="not a list"), "type-error"),
            ("claims", lambda rows: rows.append(rows[0]), "primary-key"),
        ],
        [
            ("reports", lambda rows: rows[3].update(subject="nothing"), "foreign-key"),
            ("reports", lambda rows: rows[4].update(value=""), "constraint-error"),
            ("subjects", lambda rows: rows[-1].update(chip="nothing"), "foreign-key"),
        ],
    ],
    ids=len,
)
def test_the_descriptor_finds_what_is_wrong(
    wrong: list[tuple[str, Change, str]], package: Path, tmp_path: Path
) -> None:
    """Each of several faults once, and nothing else: to read a package takes longer than all there is to find."""
    found = faults(corrupt(package, tmp_path, [(table, change) for table, change, _ in wrong]))
    assert sorted(found) == sorted((table, fault) for table, _, fault in wrong)


def test_the_descriptor_finds_a_file_that_was_changed(package: Path, tmp_path: Path) -> None:
    other: list[tuple[str, Change]] = [("gaps", lambda rows: rows[0].update(note="other"))]
    found = faults(corrupt(package, tmp_path, other, sealed=True))
    assert ("gaps", "hash-count") in found


def test_an_overlay_is_in_it_and_marked(tmp_path: Path) -> None:
    (tmp_path / "mine" / "systems").mkdir(parents=True)
    (tmp_path / "mine" / "systems" / "cm384.yaml").write_text(OVERLAY, encoding="utf-8")
    assert output("export", "--specs", str(tmp_path / "mine"), "-o", str(tmp_path / "package")) == ""
    assert faults(tmp_path / "package" / "datapackage.json") == []
    found = tables(tmp_path / "package")
    (row,) = [row for row in found["reports"] if row["layer"]]
    assert (row["subject"], row["layer"]) == ("cm384", str(tmp_path / "mine"))
    assert (row["value"], row["printed"]) == ("48.90..49.20 TB", 'a "quoted", 引用\n text')
    assert row["note"] == "before\nafter"
    assert (row["low_exact"], row["high_exact"]) == ("391200000000000", "393600000000000")
    assert "=1+1, “昇腾”\n超节点" in next(row for row in found["subjects"] if row["id"] == "cm384")["aliases"]


# -- what it leaves untouched, and what it says ---------------------------------------------------


def test_an_earlier_export_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "package"
    target.mkdir(mode=0o750)
    output("export", "--format", "parquet", "-o", str(target))
    assert run("export", "-o", str(target)).code == 0
    assert {path.suffix for path in target.iterdir()} == {".csv", ".json"}
    assert target.stat().st_mode & 0o777 == 0o750
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


def test_a_folder_is_whole_or_untouched(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "package"
    target.mkdir()
    for name, held in content(package).items():
        (target / name).write_bytes(held)
    (target / "gaps.csv").write_text("older", encoding="utf-8")
    descriptor = json.loads((target / "datapackage.json").read_text(encoding="utf-8"))
    (row,) = [one for one in descriptor["resources"] if one["path"] == "gaps.csv"]
    row["hash"] = f"sha256:{hashlib.sha256(b'older').hexdigest()}"
    (target / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    before, rename = content(target), os.rename

    def fails(source: Path, to: Path) -> None:
        if Path(source).name == "new":
            raise OSError(28, "No space left on device")
        rename(source, to)

    monkeypatch.setattr(os, "rename", fails)
    done = run("export", "-o", str(target))
    assert (done.code, done.err) == (2, f"error: cannot write {str(target)!r}: No space left on device\n")
    assert content(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


@pytest.mark.parametrize(
    ("make", "path", "message"),
    [
        (
            {"there/notes.txt": "mine", "there/reports.csv": "mine too"}, "there",
            "'there' contains other files (notes.txt, reports.csv); nothing was changed. Choose a new "
            "folder, an empty one, or one that contains only an earlier export",
        ),
        (
            {"there/datapackage.json": '{"name": "another", "resources": [{"path": "a.csv"}]}', "there/a.csv": ""},
            "there",
            "'there' contains other files (a.csv, datapackage.json); nothing was changed. Choose a new "
            "folder, an empty one, or one that contains only an earlier export",
        ),
        (
            {"there/datapackage.json": '{"name": "chipcalc", "resources": [{"path": "a.csv"}]}',
             **{f"there/{name}": "" for name in ("a.csv", "b", "c", "d", "e/f")}}, "there",
            "'there' contains other files (a.csv, b, c and 3 more); nothing was changed. Choose a new "
            "folder, an empty one, or one that contains only an earlier export",
        ),
        ({"file": "mine"}, "file", "'file' is a file; choose a new folder"),
        ({}, ".", "'.' is or contains the current folder; choose a new folder"),
        ({}, "..", "'..' is or contains the current folder; choose a new folder"),
        ({}, "", "'' is or contains the current folder; choose a new folder"),
        ({}, "no/such/place", "cannot write 'no/such/place': No such file or directory"),
        ({"file": "mine"}, "file/below", "cannot write 'file/below': Not a directory"),
        ({}, "long" * 100, f"cannot write '{'long' * 100}': File name too long"),
        ({"a.csv/b": "mine"}, "a.csv", "cannot write 'a.csv': Is a directory"),
    ],
)  # fmt: skip
def test_nothing_of_the_users_is_lost(
    make: dict[str, str], path: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in make.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    done = run("export", "-o", path)
    assert (done.code, done.out, done.err) == (2, "", f"error: {message}\n")
    left = {p.relative_to(tmp_path).as_posix(): p.read_text("utf-8") for p in tmp_path.rglob("*") if p.is_file()}
    assert left == make


def test_parquet_needs_a_file_and_its_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = run("export", "--format", "parquet")
    message = "error: Parquet needs an output file or folder: -o reports.parquet or -o DIR\n"
    assert (done.code, done.out, done.err) == (2, "", message)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = run("export", "--format", "parquet", "-o", str(tmp_path / "package"))
    message = "error: Parquet needs pyarrow, which is not installed: pip install 'chipcalc[parquet]'\n"
    assert (done.code, done.out, done.err) == (2, "", message)
    assert list(tmp_path.iterdir()) == []


def test_a_bad_sheet_is_named_and_nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine/systems").mkdir(parents=True)
    Path("mine/systems/cm384.yaml").write_text(OVERLAY.replace("49.20 TB", "49.20"), encoding="utf-8")
    done = run("export", "--specs", "mine", "-o", "package")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: mine/systems/cm384.yaml:6:")
    assert not Path("package").exists()


@pytest.mark.parametrize("form", ["csv", "json", "jsonld"])
def test_a_reader_that_has_seen_enough(form: str) -> None:
    call = f"{sys.executable} -m calc export --format {form} | head -c 10"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", call], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, len(done.stdout), done.stderr) == (0, 10, b"")
