"""``calc measure``: what it does with a device, told by one of known speed; and, where PyTorch is, with a real one."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from calc.catalog.catalog import Catalog
from calc.errors import UsageError
from calc.estimates.measuring import devices, plan, sheet, timing
from calc.estimates.measuring.plan import Collective, Load, Product, Stream
from tests.fake_device import CALENDAR, DAY, FakeDevice
from tests.running import Done, run

ID = f"measured-here-ascend-910b2-{DAY}"


def measured(patch: pytest.MonkeyPatch, device: FakeDevice, *args: str) -> Done:
    """Run the command as if a device were the one of this machine, on the device's own clock."""

    def machine(kind: str, ranks: int | None) -> FakeDevice:
        device.ranks = ranks or device.count
        return device

    with patch.context() as patched:
        patched.setattr(devices, "found", lambda kind: kind or "npu")
        patched.setattr(devices, "TorchDevice", machine)
        patched.setattr(sys.modules["calc.cli.measure"], "time", SimpleNamespace(monotonic=device.clock))
        patched.setattr(sys.modules["calc.cli.measure"], "datetime", CALENDAR)
        return run("measure", *args)


def held(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# -- times --------------------------------------------------------------------------------------


def timed(device: FakeDevice, *loads: Load, seconds: float = 10.0) -> tuple[list[timing.Timing], list[timing.LeftOut]]:
    return timing.measure(device, [loads], device.now + seconds, device.clock)


def test_the_median_of_repeats_after_a_warm_up() -> None:
    """Neither a slow first call nor one repeat that was held up changes the figure."""
    load = Product(4096, 4096, 4096, "bf16")
    device = FakeDevice(first=500.0, jitter=(1.0, 1.0, 1.0, 1.0, 1.0, 7.0, 1.0))
    (found,), _ = timed(device, load)
    assert found.seconds == pytest.approx(device.once(load))
    assert max(found.samples) == pytest.approx(7 * device.once(load))


def test_a_short_call_is_repeated_within_a_sample() -> None:
    """So that what starting and waiting take does not count: each sample lasts, whatever the call."""
    device = FakeDevice(latency=1e-6)
    (found,), _ = timed(device, Product(256, 256, 256, "bf16"), seconds=9.0)
    assert len(found.samples) == timing.REPEATS
    assert sum(found.samples) * found.calls == pytest.approx(9.0, rel=0.02)


def test_what_takes_too_long_is_left_out_with_all_that_is_larger() -> None:
    loads = [Product(side, side, side, "bf16") for side in plan.SQUARES]
    found, (left,) = timed(FakeDevice(flops=1e11), *loads, seconds=10.0)
    assert [each.load for each in found] + list(left.loads) == loads
    assert len(found) >= 3
    assert "--seconds" in left.reason
    again, _ = timed(FakeDevice(flops=1e11), *loads, seconds=120.0)
    assert len(again) > len(found)


def test_what_a_device_cannot_do_leaves_the_rest() -> None:
    found, left_out = timed(FakeDevice(without=("FP8",)), Product(8, 8, 8, "fp8"), Product(8, 8, 8, "bf16"))
    assert [each.load.kind for each in found] == ["BF16 matrix product"]
    assert [each.reason for each in left_out] == ["no kernel for FP8 matrix product"]


def test_few_rows_read_their_weights_from_memory() -> None:
    """A product of few rows goes through more weights than a cache holds; one of a square has one matrix."""
    rows = [load for loads in plan.series(2**40, plan.WIDTHS, []) for load in loads
            if isinstance(load, Product) and load.m < load.n]  # fmt: skip
    assert {load.m for load in rows} == set(plan.ROWS)
    for load in rows:
        assert load.copies * load.n * load.k * plan.WIDTHS[load.precision] >= plan.ROTATED
    assert Product(8192, 8192, 8192, "bf16").copies == 1


# -- sheets -------------------------------------------------------------------------------------


def test_a_sheet_of_an_overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written with its source, passes `validate`, and is listed and shown like the shipped ones."""
    specs = tmp_path / "mine"
    done = measured(monkeypatch, FakeDevice(count=8), "--specs", str(specs))
    assert done.code == 0, done.err
    assert held(specs) == [f"measured/{ID}.yaml", f"sources/m/{ID}.yaml"]
    assert "Ascend910B2 (ascend-910b2)" in done.out
    checked = run("validate", str(specs), "--specs", str(specs), "--check-format")
    assert checked.code == 0, checked.out + checked.err
    key = f"{ID}-matmul-bf16-4096x4096x4096"
    shown = run("show", key, "--specs", str(specs)).out
    for said in ("99.28 TFLOP/s", "4096x4096x4096", "bf16", "1 chip", "PyTorch 2.9.0, torch_npu 2.9.0", "median of 9"):
        assert said in " ".join(shown.split()), said
    listed = run("list", "measured", "--chip", "ascend-910b2", "--specs", str(specs), "--format", "csv").out
    catalog = Catalog([specs])
    own = {key: one for key, one in catalog.measurements.items() if one.source == ID}
    assert all(key in listed for key in own)
    phases = {phase: [one for one in own.values() if one.phase == phase] for phase in ("matmul", "memory-bandwidth")}
    assert len(phases["matmul"]) == 2 * (len(plan.SQUARES) + len(plan.ROWS))
    assert len(phases["memory-bandwidth"]) == len(plan.KERNELS) * len(plan.ARRAYS)
    source = catalog.source(ID)
    assert (source.title, source.date, source.kind) == (f"[measured here, {DAY}]", DAY, "dataset")


@pytest.mark.parametrize(
    ("load", "seconds", "expected"),
    [
        (Product(8192, 8192, 8192, "int8"), 1e-3, {"value": "1.100 POP/s", "shape": "8192x8192x8192"}),
        (Stream("triad", 2**30), 1e-3, {"value": "3.221 TB/s", "payload": "1073741824 B"}),
        (
            Collective("all-reduce", 2**28, 8), 1e-3,
            {"quantity": "bus-bandwidth", "value": "469.8 GB/s", "chips": "8 chip", "setting": "1 node of 8"},
        ),
        (
            Collective("all-gather", 2**13, 8), 2.5e-5,
            {"quantity": "latency", "value": "25.00 us", "payload": "8192 B", "operation": "all-gather"},
        ),
    ],
    ids=lambda held: held.kind if isinstance(held, Product | Stream | Collective) else None,
)  # fmt: skip
def test_the_conditions_of_a_measurement(load: Load, seconds: float, expected: dict[str, str]) -> None:
    setup = sheet.Setup("ascend-910b2", "Ascend910B2", "PyTorch 2.9.0", "HCCL", "calc measure 0.1.0", DAY, devices=8)
    row = sheet.row(setup, timing.Timing(load, (seconds, seconds / 2, seconds * 3), 4))
    assert {key: row[key] for key in expected} == expected
    assert "ranks_per_chip" not in row
    assert ("HCCL" in row["backend"]) == isinstance(load, Collective)


def test_dies_that_are_devices_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate is then per die, and collectives count chips."""
    args = ("--specs", str(tmp_path), "--chip", "ascend-910c", "--devices-per-chip", "2", "--id", "dies")
    done = measured(monkeypatch, FakeDevice(count=4, name="Ascend910_9391"), *args)
    assert done.code == 0, done.err
    own = Catalog([tmp_path]).measured("dies")
    square = own["dies-matmul-bf16-4096x4096x4096"]
    assert (square.value, square.chips, square.ranks_per_chip) == ("99.28 TFLOP/s/die", "1 chip", 2)
    assert {one.chips for one in own.values() if one.operation} == {"1 chip", "2 chip"}
    assert run("validate", str(tmp_path), "--specs", str(tmp_path)).code == 0


def test_several_processes_of_one_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    args = ("--specs", str(tmp_path), "--ranks", "4", "--id", "cpu")
    assert measured(monkeypatch, FakeDevice(), *args).code == 0
    own = Catalog([tmp_path]).measured("cpu").values()
    assert {(one.chips, one.ranks_per_chip) for one in own if one.operation} == {("1 chip", 2), ("1 chip", 4)}
    assert {one.ranks_per_chip for one in own if not one.operation} == {None}


# -- the command --------------------------------------------------------------------------------


def test_a_dry_run_prints_the_sheets_and_writes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = measured(monkeypatch, FakeDevice(), "--dry-run")
    assert done.code == 0, done.err
    assert f"id: {ID}\n" in done.out
    assert "phase: matmul" in done.out
    assert held(tmp_path) == []


@pytest.mark.parametrize("seconds", ["5", "60", "120"])
def test_the_time_that_is_asked_for(seconds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    device = FakeDevice(count=8, precisions=tuple(plan.WIDTHS), flops=1e12, bandwidth=1e10, latency=1e-3)
    begun = device.now
    assert measured(monkeypatch, device, "--dry-run", "--seconds", seconds).code == 0
    assert 0.5 * float(seconds) < device.now - begun <= float(seconds)


def test_never_more_than_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    done = measured(monkeypatch, FakeDevice(), "--dry-run", "--seconds", "121")
    assert (done.code, "121" in done.err) == (2, True)


@pytest.mark.parametrize("at", ["copy", "BF16", "INT8"])
def test_an_interruption_writes_nothing(at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def trouble(load: Load) -> None:
        if at in load.kind:
            raise KeyboardInterrupt

    device = FakeDevice(count=2, trouble=trouble)
    done = measured(monkeypatch, device, "--specs", str(tmp_path / "mine"))
    assert (done.code, done.err) == (130, "\nerror: interrupted\n")
    assert list(tmp_path.iterdir()) == []
    assert device.started == []  # its processes are ended


def test_a_second_sheet_of_a_day_needs_an_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = ("--specs", str(tmp_path))
    assert measured(monkeypatch, FakeDevice(), *specs).code == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.yaml")}
    device = FakeDevice()
    begun = device.now
    done = measured(monkeypatch, device, *specs)
    assert (done.code, "--id" in done.err) == (2, True)
    assert device.now == begun  # it is said before anything is measured
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.yaml")} == before
    assert measured(monkeypatch, FakeDevice(), *specs, "--id", "again").code == 0
    assert run("validate", str(tmp_path), "--specs", str(tmp_path)).code == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("NVIDIA H200", ("h200-sxm", "h200-nvl", "--chip ID")),
        ("AMD EPYC 9575F 64-Core Processor", ("names no single chip", "--chip ID", "new chip ID")),
    ],
)
def test_a_name_that_is_no_single_chip_is_refused(
    name: str, said: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = measured(monkeypatch, FakeDevice(name=name), "--specs", str(tmp_path / "mine"))
    assert done.code == 2
    assert [words for words in said if words not in done.err] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "chip"),
    [("NVIDIA A100-SXM4-80GB", "a100-sxm"), ("AMD Instinct MI300X", "mi300x"), ("MetaX C550", "metax-c550")],
)
def test_a_chip_by_the_name_of_its_device(name: str, chip: str) -> None:
    assert sheet.chip_called(Catalog(), name) == chip


def test_a_device_on_which_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    done = measured(monkeypatch, FakeDevice(without=("memory", "product")), "--dry-run")
    assert (done.code, done.out) == (1, "")
    assert "no kernel for memory copy" in done.err


def test_without_pytorch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    done = run("measure", "--specs", str(tmp_path / "mine"))
    assert (done.code, done.out) == (2, "")
    assert "pip install 'chipcalc[measure]'" in done.err
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_it_says_what_to_give() -> None:
    done = run("measure")
    assert (done.code, "--specs" in done.err) == (2, True)


# -- a real device ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch")


@pytest.mark.parametrize(
    "load",
    [Stream("copy", 2**20), Stream("triad", 2**20), *(Product(64, 64, 64, each) for each in ("bf16", "fp32", "int8"))],
    ids=lambda load: load.kind,
)
def test_a_load_on_this_processor(torch: Any, load: Load) -> None:
    with devices.TorchDevice("cpu") as device:
        run = device.prepare(load)
        assert 0 < run(1) < 60
        assert 0 < run(3) < 60


def test_products_are_what_they_are_called(torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operation that is timed multiplies the one matrix by the other."""
    device = devices.TorchDevice("cpu")
    made: list[Any] = []
    random = device._random
    monkeypatch.setattr(device, "_random", lambda *asked: made.append(random(*asked)) or made[-1])
    product = device._product(Product(48, 48, 48, "fp32"))(0)
    left, right = made
    expected = (left[:, None, :] * right[None, :, :]).sum(dim=2)
    assert bool(torch.allclose(product, expected, atol=1e-4))
    assert len(set(left.flatten().tolist())) > 1000


def test_collectives_of_two_processes(torch: Any) -> None:
    loads = [Collective(operation, 2**16, 2) for operation in plan.OPERATIONS]
    with devices.TorchDevice("cpu", 2) as device:
        device.start(plan.rank_counts(2), time.monotonic() + 120)
        processes = device._group._processes
        seconds = {load.operation: device.prepare(load)(3) for load in loads}
        assert all(0 < each < 60 for each in seconds.values())
        processes[1].terminate()
        processes[1].join()
        with pytest.raises(timing.CannotRunError):
            device.prepare(loads[0])(1)
    assert not any(process.is_alive() for process in processes)


def test_processes_that_do_not_start_in_time(torch: Any) -> None:
    with devices.TorchDevice("cpu", 2) as device:
        with pytest.raises(timing.CannotRunError, match="no answer in time"):
            device.start([2], time.monotonic())
        with pytest.raises(timing.CannotRunError):
            device.prepare(Collective("all-reduce", 2**16, 2))


def test_this_processor_has_no_more_devices_than_it_has(torch: Any) -> None:
    assert devices.found("cpu") == "cpu"
    assert devices.TorchDevice("cpu").count == 1
    with pytest.raises(UsageError, match="--device mps: PyTorch finds none"):
        devices.found("mps") if not devices._is_there("mps") else devices.found("xpu")
