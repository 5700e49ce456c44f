"""The devices that PyTorch knows, as `timing.Device`: matrix products, loops over memory, collectives of processes."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import signal
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from calc.errors import UsageError
from calc.estimates.measuring.plan import FLOAT, KINDS, WIDTHS, Collective, Load, Product, Stream
from calc.estimates.measuring.timing import CannotRunError, Run

INSTALL = "measuring needs PyTorch, which is not installed: pip install 'chipcalc[measure]'"
PATIENCE = 20.0
"""So many seconds the processes of a collective may take to answer."""
BLOCK = 2**20
"""So many random numbers fill an array, over and over."""


def torch_for(kind: str) -> Any:
    """Return PyTorch, with what brings a kind of device into it.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    try:
        import torch
    except ImportError:
        raise UsageError(INSTALL) from None
    if kind == "npu":
        with contextlib.suppress(ImportError):
            import torch_npu  # noqa: F401
    return torch


def found(kind: str | None) -> str:
    """Return the kind of device that is asked for, or the first of `KINDS` that there is.

    Raises
    ------
    UsageError
        If there is none of that kind, or PyTorch is not installed.
    """
    there = [each for each in ([kind] if kind else KINDS) if _is_there(each)]
    if not there:
        known = ", ".join(each for each in KINDS if _is_there(each))
        raise UsageError(f"--device {kind}: PyTorch finds none on this machine; there is {known}")
    return there[0]


def _is_there(kind: str) -> bool:
    torch = torch_for(kind)
    if kind in ("cuda", "rocm") and (torch.version.hip is not None) != (kind == "rocm"):
        return False
    module = torch.backends.mps if kind == "mps" else getattr(torch, KINDS[kind].torch, None)
    return module is not None and bool(module.is_available())


class TorchDevice:
    """The first device of a kind, with processes for collectives on it and those after it.

    A context, at whose end the processes are ended.

    Parameters
    ----------
    kind : str
        One of `KINDS` that is there, see `found`.
    ranks : int, optional
        How many processes there are for collectives, by default one a device; more than that only on a CPU.

    Raises
    ------
    UsageError
        If there are too few devices.
    """

    def __init__(self, kind: str, ranks: int | None = None) -> None:
        self.kind, self.torch, self.device = kind, torch_for(kind), KINDS[kind].torch
        self.module = getattr(self.torch, self.device)
        self.count = 1 if kind in ("mps", "cpu") else int(self.module.device_count())
        self.ranks = self.count if ranks is None else ranks
        if self.ranks > self.count and kind != "cpu":
            raise UsageError(f"--ranks {self.ranks}: there are only {self.count} devices of the kind {kind}")
        self.precisions = [each for each in WIDTHS if each != "tf32" or kind == "cuda"]
        self._group: _Group | None = None

    @property
    def name(self) -> str:
        """What the device calls itself."""
        if self.kind == "cpu":
            return _told("/proc/cpuinfo", r"model name\s*: *(.+)") or platform.processor() or platform.machine()
        return f"{platform.machine()} GPU" if self.kind == "mps" else str(self.module.get_device_name(0))

    @property
    def backend(self) -> str:
        """The libraries that run the loads, with their versions."""
        names = [f"PyTorch {self.torch.__version__}"]
        if self.kind in ("cuda", "rocm"):
            names += [f"CUDA {self.torch.version.cuda}" if self.kind == "cuda" else f"HIP {self.torch.version.hip}"]
        if self.kind == "npu":
            import torch_npu

            names += [f"torch_npu {torch_npu.__version__}"]
        return ", ".join(names)

    @property
    def exchange(self) -> str:
        """The library that collectives go through, with its version where it says one."""
        version = self.module.nccl.version() if self.device == "cuda" else ()
        return " ".join(filter(None, (KINDS[self.kind].exchange.upper(), ".".join(map(str, version)))))

    @property
    def memory(self) -> int:
        """The bytes that are free."""
        if self.kind == "cpu":
            kilobytes = _told("/proc/meminfo", r"MemAvailable: *(\d+) kB")
            return int(kilobytes) * 1024 if kilobytes else os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
        if self.kind == "mps":
            return int(self.module.recommended_max_memory())
        return int(self.module.mem_get_info()[0])

    def __enter__(self) -> TorchDevice:
        return self

    def __exit__(self, *_: object) -> None:
        if self._group:
            self._group.close()

    def start(self, counts: Sequence[int], end: float) -> None:
        """Start the processes for collectives of so many ranks; after a time of the monotonic clock none is waited for.

        Raises
        ------
        CannotRunError
            If they do not start.
        """
        self._group = _Group(self.torch, self.kind, counts, end)

    def prepare(self, load: Load) -> Run:
        """Return what runs a load, with all arrays in place.

        Raises
        ------
        CannotRunError
            If PyTorch does not have what the load needs; so may what is returned.
        """
        if isinstance(load, Collective):
            if self._group is None:
                raise CannotRunError("its processes did not start")
            return self._group.prepare(load)
        with _in_words():
            call = self._product(load) if isinstance(load, Product) else self._stream(load)
        return _timed(call, self._wait)

    def _wait(self) -> None:
        if self.kind != "cpu":
            self.module.synchronize()

    def _stream(self, load: Stream) -> Callable[[int], object]:
        torch = self.torch
        arrays = [torch.ones(load.size // FLOAT, device=self.device) for _ in range(load.memory // load.size)]
        if load.kernel == "copy":
            return lambda _: arrays[0].copy_(arrays[1])
        return lambda _: torch.add(arrays[1], arrays[2], alpha=3.0, out=arrays[0])

    def _product(self, load: Product) -> Callable[[int], object]:
        """Return what multiplies, each time by the next copy of the right matrix, which is held by columns."""
        torch = self.torch
        torch.set_float32_matmul_precision("high" if load.precision == "tf32" else "highest")
        left = self._random(load.m, load.k, load.precision)
        rights = [self._random(load.n, load.k, load.precision).t() for _ in range(load.copies)]
        if load.precision == "fp8":
            one = torch.ones((), device=self.device)
            return lambda turn: torch._scaled_mm(left, rights[turn % load.copies], one, one, out_dtype=torch.bfloat16)
        if load.precision == "int8":
            return lambda turn: torch._int_mm(left, rights[turn % load.copies])
        out = torch.empty((load.m, load.n), device=self.device, dtype=left.dtype)
        return lambda turn: torch.mm(left, rights[turn % load.copies], out=out)

    def _random(self, rows: int, columns: int, precision: str) -> Any:
        """Return a matrix of random numbers: power, and so the clock, depends on what is multiplied."""
        torch, total = self.torch, rows * columns
        block = torch.randn(min(BLOCK, total), device=self.device)
        block = (block * 16).to(torch.int8) if precision == "int8" else block.to(self._format(precision))
        whole = torch.empty(total, device=self.device, dtype=block.dtype)
        for start in range(0, total, BLOCK):
            whole[start : start + BLOCK] = block[: total - start]
        return whole.reshape(rows, columns)

    def _format(self, precision: str) -> Any:
        if precision == "fp8":
            # CDNA 3 has the variant of the format without negative zero, and that alone.
            chip = getattr(self.module.get_device_properties(0), "gcnArchName", "") if self.kind == "rocm" else ""
            return self.torch.float8_e4m3fnuz if chip.startswith("gfx94") else self.torch.float8_e4m3fn
        return {"bf16": self.torch.bfloat16, "fp16": self.torch.float16}.get(precision, self.torch.float32)


def _timed(call: Callable[[int], object], wait: Callable[[], None]) -> Run:
    """Return what calls so many times, waits for the end and returns the seconds."""

    def run(calls: int) -> float:
        with _in_words():
            wait()
            begun = time.perf_counter()
            for turn in range(calls):
                call(turn)
            wait()
            return time.perf_counter() - begun

    return run


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Say what PyTorch cannot do in the first line of its own words."""
    try:
        yield
    except (RuntimeError, ValueError, TypeError, AttributeError) as error:
        raise CannotRunError(next(iter(str(error).strip().splitlines()), type(error).__name__)) from error


def _told(file: str, pattern: str) -> str:
    """Return what Linux says in one of its files; elsewhere an empty text."""
    said = re.search(pattern, Path(file).read_text(encoding="utf-8")) if os.path.isfile(file) else None
    return said[1] if said else ""


# -- processes for collectives --------------------------------------------------------------------


class _Group:
    """Processes, one a rank, that run collectives on request; this process only asks and waits."""

    def __init__(self, torch: Any, kind: str, counts: Sequence[int], end: float) -> None:
        self._end = end
        with _in_words():
            self._store = torch.distributed.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
        spawn = torch.multiprocessing.get_context("spawn")
        self._pipes: list[Any] = []
        self._processes: list[Any] = []
        ends = []
        for rank in range(max(counts)):
            mine, its = spawn.Pipe()
            given = (kind, rank, tuple(counts), self._store.port, its)
            self._processes.append(spawn.Process(target=_serve, args=given, daemon=True))
            self._pipes.append(mine)
            ends.append(its)
        try:
            for process, its in zip(self._processes, ends, strict=True):
                process.start()
                its.close()  # so that the end of the process is seen here
            self._answers(max(counts), end)
        except BaseException:
            self.close()
            raise

    def prepare(self, load: Collective) -> Run:
        """Return what runs a collective and returns the seconds of the slowest rank."""
        self._ask(load, load.ranks)
        return lambda calls: max(self._ask(calls, load.ranks))

    def _ask(self, request: object, ranks: int) -> list[float]:
        if not self._pipes:
            raise CannotRunError("its processes ended after an earlier failure")
        for pipe in self._pipes[:ranks]:
            with contextlib.suppress(OSError):  # of a process that has ended there is no answer either
                pipe.send(request)
        return self._answers(ranks, min(self._end, time.monotonic() + PATIENCE))

    def _answers(self, ranks: int, until: float) -> list[float]:
        answers = []
        for pipe in self._pipes[:ranks]:
            if not pipe.poll(max(0.0, until - time.monotonic())):
                self.close()
                raise CannotRunError("its processes gave no answer in time")
            try:
                answers.append(pipe.recv())
            except EOFError as error:
                self.close()
                raise CannotRunError("a process of it ended") from error
        for answer in answers:
            if isinstance(answer, str):
                raise CannotRunError(answer)
        return answers

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            if process.is_alive():
                process.terminate()
        for process in self._processes:
            if process.pid is not None:
                process.join()
        self._pipes, self._processes = [], []


def _serve(kind: str, rank: int, counts: tuple[int, ...], port: int, pipe: Any) -> None:
    """Run the collectives that are asked for, as one rank of several, until this process is ended.

    What is sent is a `Collective` to prepare or a number of calls; what is answered is seconds, or why not.
    """
    # Whoever interrupts the command ends it, and that ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore", FutureWarning)  # newer releases rename some of the collectives
    try:
        torch, device, groups = _joined(kind, rank, counts, port)
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")
        return
    pipe.send(0.0)
    run: Run | None = None
    while True:
        request = pipe.recv()
        try:
            if isinstance(request, Collective):
                run = None
                run = _exchange(torch, device, groups[request.ranks], request)
                pipe.send(0.0)
            elif run:
                pipe.send(run(request))
        except CannotRunError as error:
            pipe.send(str(error))


def _joined(kind: str, rank: int, counts: tuple[int, ...], port: int) -> tuple[Any, str, dict[int, Any]]:
    """Join the other ranks; return PyTorch, this rank's device, and the group of each count of ranks."""
    torch, most = torch_for(kind), max(counts)
    dist = torch.distributed
    device = KINDS[kind].torch
    if kind == "cpu":
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // most))
    else:
        device = f"{device}:{rank}"
        getattr(torch, KINDS[kind].torch).set_device(rank)
    store = dist.TCPStore("127.0.0.1", port, is_master=False)
    dist.init_process_group(KINDS[kind].exchange, store=store, rank=rank, world_size=most)
    return torch, device, {count: dist.new_group(list(range(count))) for count in counts}


def _exchange(torch: Any, device: str, group: Any, load: Collective) -> Run:
    dist = torch.distributed

    def array(shares: int) -> Any:
        return torch.zeros(shares * load.share, device=device)

    def wait() -> None:
        if device != "cpu":
            getattr(torch, device.partition(":")[0]).synchronize()

    with _in_words():
        call = _operation(dist, group, array, load)
        sign = torch.zeros(1, device=device)
        run = _timed(lambda _: call(), wait)

    def together(calls: int) -> float:
        with _in_words():
            dist.all_reduce(sign, group=group)
        return run(calls)

    return together


def _operation(dist: Any, group: Any, array: Callable[[int], Any], load: Collective) -> Callable[[], object]:
    """Return one call of a collective, its arrays in place; the sizes are those that nccl-tests counts."""
    whole, other = array(load.ranks), array(1 if load.operation in ("all-gather", "reduce-scatter") else load.ranks)
    calls: dict[str, Callable[[], object]] = {
        "all-reduce": lambda: dist.all_reduce(whole, group=group),
        "all-gather": lambda: dist.all_gather_into_tensor(whole, other, group=group),
        "reduce-scatter": lambda: dist.reduce_scatter_tensor(other, whole, group=group),
        "all-to-all": lambda: dist.all_to_all_single(other, whole, group=group),
        "broadcast": lambda: dist.broadcast(whole, src=0, group=group),
    }
    return calls[load.operation]
