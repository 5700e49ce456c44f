"""How far published measurements lie from what is computed, and what follows for a case that nobody measured.

Each measurement says by what factor a time was longer than the terms of its estimate. The logarithms of these factors
are pooled by a Gaussian process (partial pooling, or kriging): two cases have the more in common the more they share,
of vendor, chip, number format, kind of model and source, and the nearer they are in size. A case that was measured on
the same chip takes the factor of its neighbours, within a narrow range; one of another vendor takes what all have in
common, and its range is as wide as vendors differ.

Reference: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), chapters 2 and 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

Array = Any
STEPS = 8
"""Into how many steps an octave of a size is divided where a pool is looked up."""


@dataclass(frozen=True)
class PooledCase:
    """What a pool looks at: ``labels`` in words (an absent one is shared with nobody), ``sizes`` in octaves."""

    labels: Mapping[str, str]
    sizes: Mapping[str, float | Array]


@dataclass(frozen=True)
class Sample:
    """A measurement in a pool: the logarithm of measured over computed time, and its case."""

    measurement: str
    log_factor: float
    case: PooledCase
    date: str = ""


@dataclass(frozen=True)
class Part:
    """A part of the covariance: how much cases vary that share ``labels``, and how far they are alike in size.

    ``deviation`` is a standard deviation of log factors. With ``by_size`` it fades with the distance in sizes.
    """

    labels: tuple[str, ...]
    deviation: float
    by_size: bool = False


@dataclass(frozen=True)
class Kernel:
    """The covariance of log factors of a phase: its parts, lengths in octaves by size, and the noise of one run."""

    parts: tuple[Part, ...]
    lengths: Mapping[str, float]
    noise: float
    mean: float = 0.0

    def between(self, one: Mapping[str, Array], other: Mapping[str, Array]) -> Array:
        """Return the covariance of cases: labels and sizes are arrays, those of ``other`` along the last axis."""
        apart: Array = 0.0
        for name, length in self.lengths.items():
            apart = apart + ((one[name][..., None] - other[name]) / length) ** 2
        near = np.exp(-0.5 * apart)
        found: Array = 0.0
        for part in self.parts:
            same: Array = 1.0
            for name in part.labels:
                mine, theirs = one[name][..., None], other[name]
                same = same * ((mine == theirs) & (mine >= 0))
            found = found + part.deviation**2 * same * (near if part.by_size else 1.0)
        return found

    @property
    def variance(self) -> float:
        """The variance of the log factor of a case that shares nothing with any other, one run."""
        return sum(part.deviation**2 for part in self.parts) + self.noise**2


@dataclass(frozen=True, eq=False)
class Pool:
    """The measurements of a phase, and the covariance that joins them.

    ``part_of`` is the pool from which some were left out, with the places of the others in it: what those have in
    common is known there, and each measurement is left out once.
    """

    kernel: Kernel
    samples: Sequence[Sample]
    part_of: tuple[Pool, Array] | None = None

    @cached_property
    def _codes(self) -> dict[str, dict[str, int]]:
        if self.part_of:
            return self.part_of[0]._codes
        names = {name for part in self.kernel.parts for name in part.labels}
        return {
            name: {label: at for at, label in enumerate(dict.fromkeys(
                sample.case.labels[name] for sample in self.samples if name in sample.case.labels))}
            for name in sorted(names)
        }  # fmt: skip

    def _coded(self, cases: Sequence[PooledCase]) -> dict[str, Array]:
        """Return labels as numbers, those that no sample has as -1, and sizes as arrays."""
        found: dict[str, Array] = {
            name: np.array([codes.get(case.labels.get(name, ""), -1) for case in cases])
            for name, codes in self._codes.items()
        }
        return found | {name: np.array([float(case.sizes[name]) for case in cases]) for name in self.kernel.lengths}

    @cached_property
    def table(self) -> dict[str, Array]:
        """Labels and sizes of the samples, an array each."""
        if self.part_of:
            whole, kept = self.part_of
            return {name: column[kept] for name, column in whole.table.items()}
        return self._coded([sample.case for sample in self.samples])

    @cached_property
    def covariance(self) -> Array:
        """The covariance of the samples, with the noise of each."""
        if self.part_of:
            whole, kept = self.part_of
            return whole.covariance[np.ix_(kept, kept)]
        return self.kernel.between(self.table, self.table) + self.kernel.noise**2 * np.eye(len(self.samples))

    @cached_property
    def _precision(self) -> Array:
        """The inverse of the covariance; of a part that is most of a pool, from the inverse P of the whole.

        With A kept and B left out, it is P_AA - P_AB P_BB^-1 P_BA: the inverse of a partitioned matrix.
        """
        if self.part_of and 2 * len(self.samples) > len(self.part_of[0].samples):
            whole, kept = self.part_of
            out = np.delete(np.arange(len(whole.samples)), kept)
            found, across = whole._precision[np.ix_(kept, kept)], whole._precision[np.ix_(kept, out)]
            return found - across @ np.linalg.solve(whole._precision[np.ix_(out, out)], across.T)
        return np.linalg.inv(self.covariance)

    @cached_property
    def _weights(self) -> Array:
        """The weights of the samples' deviations from the mean."""
        return self._precision @ (np.array([sample.log_factor for sample in self.samples]) - self.kernel.mean)

    def predict(self, case: PooledCase) -> tuple[Array, Array]:
        """Return mean and standard deviation of the log factor of one run of a case.

        Parameters
        ----------
        case : PooledCase
            Its sizes may be arrays that broadcast.

        Returns
        -------
        mean, deviation : ndarray
            Dimensionless, of the shape of the sizes.
        """
        sizes = np.broadcast_arrays(*(np.asarray(case.sizes[name], dtype=float) for name in self.kernel.lengths))
        shape = sizes[0].shape if sizes else ()
        if not self.samples:
            return np.full(shape, self.kernel.mean), np.full(shape, np.sqrt(self.kernel.variance))
        one: dict[str, Array] = {
            name: np.array([codes.get(case.labels.get(name, ""), -1)]) for name, codes in self._codes.items()
        }
        flat = {name: size.reshape(-1) for name, size in zip(self.kernel.lengths, sizes, strict=True)}
        shared = self.kernel.between(one | flat, self.table)
        # Row by row: a product of whole matrices rounds differently with the number of its rows, and a sweep that goes
        # on after an interruption has others than one that does not.
        mean = self.kernel.mean + np.array([(row * self._weights).sum() for row in shared])
        explained = np.array([(row * (self._precision * row).sum(axis=-1)).sum() for row in shared])
        left = self.kernel.variance - explained
        return mean.reshape(shape), np.sqrt(np.maximum(left, self.kernel.noise**2)).reshape(shape)

    def looked_up(self, labels: Mapping[str, str], sizes: Mapping[str, Array]) -> tuple[Array, Array]:
        """Return `predict` for sizes taken at the nearest eighth of an octave, each combination worked out once."""
        rounded = np.broadcast_arrays(*(np.rint(np.asarray(sizes[name]) * STEPS).astype(np.int64)
                                        for name in self.kernel.lengths))  # fmt: skip
        if not rounded:
            return self.predict(PooledCase(labels, {}))
        keys, places = np.unique(np.stack([one.reshape(-1) for one in rounded]), axis=1, return_inverse=True)
        known = self._known.setdefault(tuple(sorted(labels.items())), {})
        if missing := [key for key in map(tuple, keys.T.tolist()) if key not in known]:
            table = np.array(missing, dtype=float).T / STEPS
            found = self.predict(PooledCase(labels, dict(zip(self.kernel.lengths, table, strict=True))))
            known |= zip(missing, zip(*found, strict=True), strict=True)
        picked = np.array([known[key] for key in map(tuple, keys.T.tolist())])[places.reshape(-1)]
        return picked[:, 0].reshape(rounded[0].shape), picked[:, 1].reshape(rounded[0].shape)

    @cached_property
    def _known(self) -> dict[tuple[tuple[str, str], ...], dict[tuple[int, ...], tuple[float, float]]]:
        return {}

    def nearest(self, case: PooledCase, most: int = 12) -> list[str]:
        """Return the measurements with which a case has the most in common, those first; sizes as single numbers."""
        if not self.samples:
            return []
        shared = self.kernel.between(self._coded([case]), self.table)[0]
        order = np.argsort(-shared, kind="stable")[:most]
        return [self.samples[at].measurement for at in order]

    def keeping(self, wanted: Callable[[Sample], bool]) -> Pool:
        """Return the pool of the samples that are wanted; the pool itself if that is all of them."""
        kept = [at for at, one in enumerate(self.samples) if wanted(one)]
        if len(kept) == len(self.samples):
            return self
        return Pool(self.kernel, [self.samples[at] for at in kept], (self, np.array(kept, dtype=int)))

    def with_samples(self, samples: Sequence[Sample]) -> Pool:
        """Return the pool with more samples."""
        return Pool(self.kernel, [*self.samples, *samples]) if samples else self
