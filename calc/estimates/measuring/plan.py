"""What is run: shapes of matrix products, sizes of arrays and of messages, as far as the memory of a device allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTHS = {"bf16": 2, "fp16": 2, "fp8": 1, "int8": 1, "tf32": 4, "fp32": 4}
"""The number formats of matrix products, each with the bytes of a number."""
SQUARES = (256, 512, 1024, 2048, 4096, 8192, 16384)
ROWS = (1, 8, 32, 128, 512, 2048)
"""Rows of a product with a wide square matrix, as in decoding: one row a token."""
WIDE = 8192
ROTATED = 2**29
"""So many bytes of weights take turns in a product of few rows, so that no cache holds them."""
ARRAYS = tuple(2**power for power in (26, 28, 30, 32))
KERNELS = {"copy": 2, "triad": 3}
"""The loops over memory, each with the arrays that it reads or writes, as STREAM counts them."""
MESSAGES = tuple(2**power for power in (13, 16, 19, 22, 25, 28, 30))
OPERATIONS = ("all-reduce", "all-gather", "reduce-scatter", "all-to-all", "broadcast")
FLOAT = 4
"""The bytes of a number of arrays and messages: FP32."""


class DeviceKind(NamedTuple):
    """A kind of device: what PyTorch calls it, and the library by which its processes exchange, if there is one."""

    torch: str
    exchange: str


KINDS = {
    "cuda": DeviceKind("cuda", "nccl"), "rocm": DeviceKind("cuda", "nccl"), "npu": DeviceKind("npu", "hccl"),
    "xpu": DeviceKind("xpu", "xccl"), "mps": DeviceKind("mps", ""), "cpu": DeviceKind("cpu", "gloo"),
}  # fmt: skip
"""The kinds of device, in the order in which one is looked for."""


@dataclass(frozen=True)
class Product:
    """A matrix product, M x K by K x N, in one number format."""

    m: int
    n: int
    k: int
    precision: str

    @property
    def amount(self) -> int:
        """The operations, in FLOP."""
        return 2 * self.m * self.n * self.k

    @property
    def copies(self) -> int:
        """How many matrices K x N take turns: several where there are few rows."""
        return 1 if self.m == self.n else -(-ROTATED // (self.n * self.k * WIDTHS[self.precision]))

    @property
    def memory(self) -> int:
        """The bytes that it holds; a result has at most 4 bytes a number."""
        width = WIDTHS[self.precision]
        return width * self.k * (self.m + self.copies * self.n) + 4 * self.m * self.n

    @property
    def kind(self) -> str:
        """What is run, whatever its size."""
        return f"{self.precision.upper()} matrix product"


@dataclass(frozen=True)
class Stream:
    """A loop over arrays in memory: ``a = b`` or ``a = b + s c``; ``size`` is that of one array, in bytes."""

    kernel: str
    size: int

    @property
    def amount(self) -> int:
        """The bytes that are read and written."""
        return KERNELS[self.kernel] * self.size

    memory = amount

    @property
    def kind(self) -> str:
        """What is run, whatever its size."""
        return f"memory {self.kernel}"


@dataclass(frozen=True)
class Collective:
    """A collective of some ranks, of an array of ``size`` bytes as nccl-tests counts it."""

    operation: str
    size: int
    ranks: int

    @property
    def share(self) -> int:
        """The numbers of one rank's share; all shares have as many."""
        return self.size // (FLOAT * self.ranks)

    @property
    def amount(self) -> int:
        """The bytes of the whole array: those asked for, less what is no share."""
        return FLOAT * self.ranks * self.share

    @property
    def memory(self) -> int:
        """The bytes that a rank holds at most."""
        return 2 * self.size

    @property
    def kind(self) -> str:
        """What is run, whatever its size."""
        return f"{self.operation} on {self.ranks} ranks"


Load = Product | Stream | Collective


def series(memory: int, precisions: Sequence[str], ranks: Sequence[int]) -> list[list[Load]]:
    """Return what to run: lists of one kind each, in which every load is larger than the one before.

    Parameters
    ----------
    memory : int
        The bytes that are free on a device; half of them are used at most.
    precisions : sequence of str
        Number formats of matrix products, of `WIDTHS`.
    ranks : sequence of int
        How many ranks a collective has: 2 or more, see `rank_counts`; empty for no collectives.
    """
    fitting = ([load for load in each if 2 * load.memory <= memory] for each in _all(precisions, ranks))
    return [each for each in fitting if each]


def _all(precisions: Sequence[str], ranks: Sequence[int]) -> Iterator[list[Load]]:
    for kernel in KERNELS:
        yield [Stream(kernel, size) for size in ARRAYS]
    for precision in precisions:
        yield [Product(side, side, side, precision) for side in SQUARES]
        yield [Product(rows, WIDE, WIDE, precision) for rows in ROWS]
    for count in ranks:
        for operation in OPERATIONS:
            yield [Collective(operation, size, count) for size in MESSAGES]


def rank_counts(most: int, per_chip: int = 1) -> list[int]:
    """Return how many ranks take part in collectives: powers of two and all of them, in whole chips.

    Examples
    --------
    >>> rank_counts(1), rank_counts(6), rank_counts(16, per_chip=4)
    ([], [2, 4, 6], [4, 8, 16])
    """
    powers = {2**power for power in range(1, most.bit_length())}
    return sorted(count for count in powers | {most} if 1 < count <= most and count % per_chip == 0)
