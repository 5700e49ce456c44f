"""The public names of `calc` for Python and Jupyter: the methods of a `Workspace`, as functions of the shipped sheets.

These functions take the keywords of `load`, too.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

from calc import units
from calc.analysis import attributes, workings
from calc.analysis.attributes import MetricGroup
from calc.analysis.audit import Audit, Auditor
from calc.analysis.comparison import CORE, Cell, Comparer, Comparison
from calc.analysis.export_control.classification import Classification, classify
from calc.analysis.export_control.quantities import UserInputs
from calc.analysis.expressions import evaluation
from calc.analysis.selection import Condition, Selection, gap, select
from calc.catalog.catalog import Catalog
from calc.errors import UsageError, unknown
from calc.figures import derive, reprs
from calc.figures.arguments import PROSE, checked
from calc.figures.arguments import check as checked_call
from calc.figures.explanation import Node
from calc.figures.policy import OPTIONS, Policy, explicit
from calc.figures.readings import Readings
from calc.figures.results import Result
from calc.sheets import metrics
from calc.sheets.measurements import Measurement
from calc.units import Quantity
from calc.views import history, measurements, show
from calc.views.sources import sources_table
from calc.views.tables import Table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from calc.analysis.importing import Imported
    from calc.analysis.statements.checking import Check, Checker
    from calc.estimates.estimator import Estimator
    from calc.estimates.frontier import Frontier

Words = str | Sequence[str]
Made = TypeVar("Made")
POLICY = tuple(option.name for option in OPTIONS)
"""The arguments that choose the headlines."""


def _several(words: Words) -> Sequence[str]:
    return [words] if isinstance(words, str) else words


class Subject:
    """A chip, a system or a model: its metrics, each with value, range and working.

    Examples
    --------
    >>> import calc
    >>> cm384 = calc.system("cm384")
    >>> cm384["memory_capacity"].value.to("TB").magnitude
    49.2

    Metrics are attributes, too. A metric without a figure raises an `AttributeError` that says why.

    >>> cm384.memory_capacity
    <cm384 memory_capacity: 49.2 TB (48 to 49.2), as-reported>
    >>> print(cm384.power)
    cm384 power: 4 metrics, as-reported
      chip           268.8 kW
      all_in         599.821 kW
      unstated       599.821 kW (500 to 600)
      chip_per_chip  700 W/chip
    >>> cm384.weight
    Traceback (most recent call last):
    AttributeError: weight of cm384: not reported
    """

    def __init__(self, comparer: Comparer, held: Readings) -> None:
        self._comparer, self._held = comparer, held
        self.id, self.name, self.vendor, self.kind = held.sheet.id, held.sheet.name, held.sheet.vendor, held.sheet.kind
        self.sheet = held.sheet

    @property
    def metrics(self) -> list[str]:
        """The ids of all metrics that have a value, reported or derived."""
        return list(derive.available([self._held]))

    @checked
    def cell(self, metric: str) -> Cell:
        """Return everything known about a metric: state, value, reports, independent origins, flags."""
        return self._comparer.cell(self._held, metrics.metric(metric).id)

    @checked
    def __getitem__(self, metric: str) -> Result:
        """Return the value of a metric, with its range.

        Raises
        ------
        UsageError
            If the metric does not exist or is not reported; the message says what is known.
        """
        cell = self.cell(metric)
        if cell.result is None:
            raise UsageError(f"{metric} of {self.id}: {gap(cell)}")
        return cell.result

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of `metrics`, as a dictionary does."""
        return iter(self.metrics)

    def __getattr__(self, name: str) -> Result | MetricGroup:
        return attributes.attribute(self, (), name)

    def __dir__(self) -> list[str]:
        return sorted([*object.__dir__(self), *attributes.below(self)])

    def _ipython_key_completions_(self) -> list[str]:
        return self.metrics

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas frame with one row per metric: those with a value or words, and the gaps.

        Columns: ``subject``, ``metric``, ``title``, ``group``, ``unit``, ``better``, ``state``, ``status``, ``value``
        with ``low`` and ``high`` in ``unit``, ``text``, ``formula``, ``reports``, ``origins``, ``not_in_span``, the
        ``source`` of the headline and how it was ``read``, all ``sources``, ``flags``.

        Examples
        --------
        >>> import calc
        >>> frame = calc.system("cm384").to_frame().set_index("metric")
        >>> frame.loc["memory_capacity", ["value", "low", "high"]].to_list()
        [49.2, 48.0, 49.2]
        >>> frame.loc["weight", ["state", "value"]].to_list()
        ['not_reported', <NA>]
        """
        from calc.render import frame

        return frame.subject(self._comparer, self._held)

    @checked
    def history(self, metric: str | None = None) -> Table:
        """Return how the figure of a metric moved, and its reports by date, with how each is used.

        Parameters
        ----------
        metric : str, optional
            A metric, or the first part of several ids (``power``). For metrics that add up over chips, the reports of
            the system's chip are included. By default all metrics that have more than one dated report.

        Raises
        ------
        UsageError
            If the metric does not exist or is not reported, or if no metric has two dated reports.

        Examples
        --------
        >>> import calc
        >>> print(calc.system("nvl72").history("power.all-in"))
        power.all-in of GB200 NVL72 (nvl72) in time
        Power, all-in: headline 145 kW (semianalysis-cm384-2026), 1 report.
          Only one dated report in the range: 145 kW (2026-02-05, semianalysis-cm384-2026).
        <BLANKLINE>
          date          reported  source                   edition                            used as
          power.all-in
          2026-02-05    145000 W  semianalysis-cm384-2026  revised newsletter edition (copy)  headline
        """
        of = self._comparer, self.id
        return history.chronicle(*of, metric) if metric else history.moved(*of)

    @checked
    def plot(self, kind: str = "bars", ax: Axes | None = None, **more: Any) -> Axes:
        """Draw its figures, as `calc.analysis.comparison.Comparison.plot` does: any kind except the ladder.

        ``more`` takes ``size`` and ``style`` too, as there.
        """
        return self._comparer.compare((self.id, self.id)).plot(kind, ax, **more)

    def _repr_html_(self) -> str:
        from calc.render.html import card

        return "".join(map(card, show.sheet(self._comparer, self.id)))

    def _repr_markdown_(self) -> str:
        from calc.render.markdown import as_markdown

        return "\n".join(map(as_markdown, show.sheet(self._comparer, self.id)))

    def _titled(self) -> str:
        return f"{self.id}: {self.name}, {self.kind} by {self.vendor}, {len(self.metrics)} metrics, as-reported"

    def __repr__(self) -> str:
        return reprs.line(self._titled())

    def __str__(self) -> str:
        return reprs.page(self._titled(), [(name, self.cell(name).figure) for name in CORE[self.kind]])


class Workspace:
    """A catalog and a policy, with the same functions that `calc` has for the shipped catalog.

    Parameters
    ----------
    overlays : sequence of path
        Folders of sheets to add to the shipped ones.
    merge : bool
        Whether to merge sheets reported to be the same machine.
    **policy
        The other keywords of `load`: ``as_of``, ``prefer``, ``strict``.
    """

    @checked
    @explicit
    def __init__(self, overlays: Sequence[Path | str] = (), *, merge: bool = False, **policy: Any) -> None:
        catalog = Catalog.from_environment(overlays, merge=merge)
        self.comparer = Comparer(catalog, Policy.parse(catalog, **policy))

    def __repr__(self) -> str:
        policy = self.comparer.policy
        day = f"sources dated on or before {policy.as_of}" if policy.as_of else "sources of any date"
        return reprs.line(f"{self.comparer.catalog.counted}, as-reported; {policy.words}{day}")

    @checked
    def chip(self, name: str) -> Subject:
        """Return a chip by its id or an alias."""
        return self._subject(name, "chip")

    @checked
    def system(self, name: str) -> Subject:
        """Return a system by its id or an alias."""
        return self._subject(name, "system")

    @checked
    def model(self, name: str | os.PathLike[str]) -> Subject:
        """Return a model by its id or an alias, or by the path of its ``config.json`` or of the folder that holds it.

        Raises
        ------
        UsageError
            If there is none.
        SheetError
            If the architecture in the file, or a field of it, is not understood; each is named.

        Examples
        --------
        >>> import calc
        >>> v3 = calc.model("deepseek-v3")
        >>> v3.layers.value.magnitude, v3["parameters.active"].value.magnitude
        (61.0, 37000000000.0)
        """
        return self._subject(os.fspath(name), "model")

    @checked
    def get(self, name: str) -> Subject:
        """Return a chip, a system or a model by its id or any of its names.

        Raises
        ------
        UsageError
            If no sheet has the name, or several have it; the message lists them.

        Examples
        --------
        >>> import calc
        >>> calc.get("NVIDIA H100 SXM").id, calc.get("CloudMatrix 384").kind
        ('h100-sxm', 'system')
        """
        return self._subject(name)

    def _subject(self, name: str, kind: str | None = None) -> Subject:
        catalog = self.comparer.catalog
        sheet = catalog.sheet(*catalog.resolve(name, kind))
        return Subject(self.comparer, self.comparer.reader.of(sheet))

    @checked
    def compare(self, *names: str, baseline: str | None = None) -> Comparison:
        """Compare chips, systems or models.

        Parameters
        ----------
        *names : str
            Two or more ids or aliases.
        baseline : str, optional
            Denominator of the ratios; by default the last name.
        """
        return self.comparer.compare(names, baseline)

    @checked
    def audit(self, *names: str, source: str | None = None, claim: str | None = None) -> Audit:
        """Recompute published claims.

        Parameters
        ----------
        *names : str
            Up to two ids: only claims about these, as subject or as object.
        source, claim : str, optional
            Only the claims of one source, or one claim (``SOURCE/CLAIM``).

        Examples
        --------
        >>> import calc
        >>> found = calc.audit(claim="semianalysis-cm384-2026/table-power")
        >>> found.findings[0].own.verdict
        'reproduced'
        """
        return self._auditor.audit(names, source, claim)

    @checked
    def check(self, text: Annotated[str, PROSE]) -> Check:
        """Find what a text states of chips and systems, and answer it by published figures.

        Parameters
        ----------
        text : str
            English or Chinese prose, of any length. It is read by rules; what looks like a comparison and is not
            understood is listed.

        Returns
        -------
        Check
            ``answers`` has the statements with their verdicts, ``not_understood`` the rest, ``summary`` the counts;
            ``to_html()`` is the text with its statements marked.

        Examples
        --------
        >>> import calc
        >>> found = calc.check("The CloudMatrix 384 has 2.1x the memory bandwidth of the GB200 NVL72.")
        >>> [(one.subject, one.object, one.metric, one.verdict) for one in found.answers]
        [('cm384', 'nvl72', 'memory_bandwidth', 'matches')]
        """
        return self._checker.check(text)

    @checked
    def export_control(
        self, *names: str, on: str | None = None, die_area: str | None = None, planar: bool = False,
        data_centre: bool = True,
    ) -> Classification:  # fmt: skip
        """Check chips against thresholds of US export rules: arithmetic, not a legal classification.

        Parameters
        ----------
        *names : str
            Ids or aliases of chips; for a system, its chip is checked.
        on : str, optional
            Only the rules in force on this day.
        die_area : str, optional
            The die area instead of the reported one, or a range: ``"700..800 mm^2"``. [length^2]
        planar : bool
            Whether the chips have planar transistors only, so that performance density does not apply.
        data_centre : bool
            Whether they are designed or marketed for data centres.

        Returns
        -------
        Classification
            ``.chips``, each with ``.quantities`` and ``.tests``; show ``.caveat`` with every result.

        Raises
        ------
        UsageError
            For an unknown name, a system without the sheet of its chip, a wrong day or area.

        References
        ----------
        The sheets in ``specs/rules``, each with its source; all were read in copies and secondary documents.

        Examples
        --------
        >>> import calc
        >>> found = calc.export_control("h20")
        >>> found["h20"].quantities.tpp.value.magnitude
        2368.0
        >>> found["h20"].test("bis-3a090-2023").words
        'undecided: a, b or none'
        >>> calc.export_control("h20", die_area="814 mm^2")["h20"].test("bis-3a090-2023").answer
        'none'
        """
        if not names:
            raise UsageError("export control is checked of one or more chips, such as h20; calc.chips() lists them")
        return classify(self.comparer, names, on, UserInputs.parse(die_area, planar, data_centre))

    def chips(
        self, *columns: str, vendor: Words = (), family: Words = (), having: Words = (), where: Words = (),
        sort: str = "id", ascending: bool | None = None,
    ) -> pd.DataFrame:  # fmt: skip
        """Return the chips as a pandas frame, one row per chip; the index has the ids.

        Parameters
        ----------
        *columns : str
            Metrics to show, or first parts of their ids (``power``). The headline is in the column of the metric, its
            range in ``NAME.low`` and ``NAME.high``, whether a qualifier is missing in ``NAME.open``, the number of
            independent origins (at most) in ``NAME.origins``, its unit in ``attrs["units"]``.
        vendor, family : str or sequence of str
            Only these vendors, or families.
        having : str or sequence of str
            Only chips with a figure for all of these metrics; each becomes a column.
        where : str or sequence of str
            Conditions that must all hold, such as ``"memory_capacity >= 128 GB"``; each metric becomes a column.
        sort : str
            ``id``, ``name``, ``vendor``, ``reports``, or a metric; chips without a figure come last.
        ascending : bool, optional
            By default names from A to Z and numbers from the highest.

        Returns
        -------
        pandas.DataFrame
            Its index has the ids: ``list(calc.chips().index)``.

        Raises
        ------
        UsageError
            For an unknown vendor, family or metric, or an invalid condition.

        Examples
        --------
        >>> import calc
        >>> found = calc.chips(vendor="Huawei", where="memory_capacity >= 128 GB", sort="memory_bandwidth")
        >>> found.loc["ascend-910c", ["memory_capacity", "memory_bandwidth.low", "memory_bandwidth.high"]].to_list()
        [128.0, 3.2, 3.2]
        >>> found.attrs["units"]
        {'memory_capacity': 'GB/chip', 'memory_bandwidth': 'TB/s/chip'}
        """
        return self._list("chip", columns, vendor, family, having, where, sort, ascending)

    def systems(self, *columns: str, **asked: Any) -> pd.DataFrame:
        """Return the systems as a pandas frame, one row per system; arguments as in `chips`."""
        return self._list("system", columns, **asked)

    def models(self, *columns: str, **asked: Any) -> pd.DataFrame:
        """Return the models as a pandas frame, one row per model; arguments as in `chips`."""
        return self._list("model", columns, **asked)

    @checked
    def _list(
        self, kind: str, columns: Sequence[str], vendor: Words = (), family: Words = (), having: Words = (),
        where: Words = (), sort: str = "id", ascending: bool | None = None,
    ) -> pd.DataFrame:  # fmt: skip
        from calc.render import frame

        conditions = [Condition.parse(text) for text in _several(where)]
        chosen = (_several(vendor), _several(family), _several(having), conditions)
        asked = Selection(columns, *chosen, sort, ascending)
        return frame.catalog(self.comparer, kind, select(self.comparer, [kind], asked), asked.names)

    @checked
    def measured(self, phase: Words = (), chip: Words = (), model: Words = ()) -> list[Measurement]:
        """Return published measurements, in the order of their sources.

        Parameters
        ----------
        phase : str or sequence of str
            Only these: ``matmul``, ``memory-bandwidth``, ``allreduce`` (any collective), ``memory``, ``train``,
            ``prefill``, ``decode``.
        chip, model : str or sequence of str
            Only these, by id or alias.

        Returns
        -------
        list of calc.sheets.measurements.Measurement
            Frozen records; ``value`` and the conditions are text as printed, with their units.

        Raises
        ------
        UsageError
            For an unknown phase, chip or model.

        Examples
        --------
        >>> import calc
        >>> [(one.id, one.value) for one in calc.measured("decode", chip="ascend-910c", model="deepseek-v3")][:1]
        [('decode-dsv3-cm384-50ms', '1943 token/s/chip')]
        """
        return measurements.chosen(self.comparer, _several(phase), _several(chip), _several(model))

    @checked
    def reports(self, *names: str) -> pd.DataFrame:
        """Return all reports as a pandas frame, one row per report.

        Parameters
        ----------
        *names : str
            Ids or aliases of chips and systems; by default all, chips first.

        Returns
        -------
        pandas.DataFrame
            The columns of `calc export`: ``subject``, ``kind``, ``metric`` and ``number`` identify the report;
            ``precision``, ``sparsity``, ``boundary``, ``direction``, ``per`` and ``basis`` are its qualifiers;
            ``value`` and ``printed`` have its digits, ``low_si`` and ``high_si`` its value in ``unit_si``; then
            ``source``, ``locator`` and ``read``. ``fate`` and ``readings`` say how the policy uses it.

        Examples
        --------
        >>> import calc
        >>> found = calc.reports("nvl72")
        >>> found.loc[found["metric"] == "rack_count", ["subject", "value", "per", "fate"]].iloc[0].to_list()
        ['nvl72', '1 rack', 'system', 'headline']
        """
        from calc.render import frame

        return frame.reports(self.comparer, names or None)

    @checked
    def sources(self, name: str | None = None) -> Table:
        """Return the sources of figures, as a table.

        Parameters
        ----------
        name : str, optional
            With the id of a source: that source. With the id of a chip or a system: the sources of its sheet, each
            below the one that it takes its figures from. By default all.

        Examples
        --------
        >>> import calc
        >>> print(calc.sources("wion-waic-2025"))  # doctest: +ELLIPSIS
        wion-waic-2025
          field         value
          title         [Chinese AI firms join forces to build homegrown ecosystem]
          publisher     WION
        ...
        """
        return sources_table(self.comparer.catalog, name, self.comparer.policy)

    @cached_property
    def estimate(self) -> Estimator:
        """Estimates on this catalog: ``estimate.decode(...)`` and so on, as in `calc.estimate`."""
        from calc.estimates.estimator import Estimator

        return Estimator(self.comparer)

    @checked
    def frontier(
        self, model: str, *, system: Words = (), chip: Words = (), input: float | str, output: float | str, **asked: Any
    ) -> Frontier:  # fmt: skip
        """Return the best layouts and batches of systems and chips for a workload.

        Parameters
        ----------
        model : str
            Id or alias.
        system, chip : str or sequence of str
            Which hardware.
        input, output : float or str
            Tokens per prompt and per output. [token]
        **asked
            Limits ``tpot`` and ``ttft`` [time], ``per`` (``chip``, ``kW``, ``USD``), ``chips`` at most, ``batch`` sizes
            (``"1:512:log2"``), ``precision``, ``chip_price`` and other options of serving.

        Returns
        -------
        Frontier
            With ``machines``, ``best(tpot)``, ``leads``, ``to_frame()``, ``plot()``.

        Examples
        --------
        >>> import calc
        >>> found = calc.frontier("llama-3.1-8b", chip="h100-sxm", input="1k", output="1k", tpot="50ms")
        >>> found.machines[0].best().tpot.value <= 0.05
        True
        """
        from calc.estimates import frontier

        machines = [*(("system", one) for one in _several(system)), *(("chip", one) for one in _several(chip))]
        return frontier.frontier(self.estimate, model, machines, input=input, output=output, **asked)

    @checked
    def sweep(self, phase: str, *, columns: Sequence[str] | None = None, engine: str = "numpy",
              **asked: Any) -> pd.DataFrame:  # fmt: skip
        """Return estimates over grids as a pandas frame, one row per point.

        Rows run through the systems, models and layouts first, then through the numbers, the last one fastest.

        Parameters
        ----------
        phase : str
            ``train``, ``prefill``, ``decode``, ``memory`` or ``allreduce``.
        columns : sequence of str, optional
            Which results, by name: ``["time", "rate_per_chip"]``; by default all.
        engine : {'numpy', 'dask'}
            The array library. Dask needs the extra ``dask``, and uses the cluster of the active client.
        **asked
            The options of `calc.estimate`, each one value, a sequence of them, or a text: ``"1,2,4"``,
            ``"1:512:log2"`` (or ``log10``), ``"1000:9000:2000"`` by a step, ``"1:100:x9"`` for 9 points each the
            same factor apart.

        Returns
        -------
        pandas.DataFrame
            The options, in columns; ``fits`` says whether the model fits into memory; ``bound`` and ``binding`` are the
            limit on time and the bottleneck; then each result with its range in ``NAME.low`` and ``NAME.high``, and
            its limit in ``NAME.bound``. ``attrs["units"]`` has the units; ``attrs["refused"]`` has the combinations
            without an estimate, and why: a precision without a peak, a layout that does not divide the chips.

        Raises
        ------
        UsageError
            For an unknown option or an invalid grid, or if no combination can be estimated.

        Examples
        --------
        >>> import calc
        >>> found = calc.sweep("decode", model="deepseek-v3", system="cm384", precision="int8", batch="32:128:log2",
        ...                    context=[4096, 1_000_000])
        >>> found[["batch", "context", "fits", "binding"]].iloc[[0, 5]].values.tolist()
        [[32.0, 4096.0, True, 'memory'], [128.0, 1000000.0, False, 'memory']]
        >>> found.attrs["units"]["time.low"]
        'ms'
        """
        from calc.estimates.sweeps import sweep
        from calc.render import frame

        return frame.sweep(sweep(self.estimate, phase, asked, columns), engine)

    @cached_property
    def _auditor(self) -> Auditor:
        return Auditor(self.comparer)

    @cached_property
    def _checker(self) -> Checker:
        from calc.analysis.statements.checking import Checker

        return Checker(self.comparer)

    @checked
    def evaluate(self, expression: Annotated[str, PROSE]) -> Result:
        """Compute an expression with figures, as `calc eval` does.

        Parameters
        ----------
        expression : str
            Figures as ``ID.METRIC``, numbers with units, ``+ - * /`` and parentheses, and ``to UNIT`` at the
            end. Write spaces around a minus that follows a name. At most 1,000 characters.

        Returns
        -------
        Result
            Its range is over every combination of reports; a figure that occurs twice has one value.

        Raises
        ------
        UsageError
            For an invalid expression, an unknown name, incompatible units or a division by zero; the message shows
            the place.
        DataError
            If a figure in it is not reported.

        Examples
        --------
        >>> import calc
        >>> calc.evaluate("405e9 * 2 B / metax128.memory_capacity to percent")
        <405e9 * 2 B / metax128.memory_capacity: 9.888 percent, as-reported>
        >>> calc.evaluate("cm384.power.all-in / cm384.power.all-in").numbers
        (1.0, 1.0, 1.0)
        """
        return evaluation.evaluate(self.comparer, expression).result

    @checked
    def explain(self, *names: str) -> Node:
        """Return the working of a figure (``id, metric``), a ratio (``a, b, metric``) or a claim, as a tree.

        Raises
        ------
        UsageError
            For an unknown id, metric or claim, or if the metric is not reported.
        """
        if len(names) == 1 and "/" in names[0]:
            return workings.of_finding(workings.finding(self.comparer, names[0]))
        if len(names) not in (2, 3):
            raise UsageError("explain takes one or two ids and a metric, or the id of a claim")
        return workings.working(self.comparer, names[:-1], names[-1])


@cache
def workspace(**policy: Any) -> Workspace:
    """Return the workspace of the shipped sheets with a policy; the same one for the same policy."""
    return Workspace(**policy)


@checked
@explicit
def load(*overlays: Path | str, **policy: Any) -> Workspace:
    """Return a workspace with sheets of your own, or with another policy.

    Parameters
    ----------
    *overlays : path
        Folders of sheets to add to the shipped ones.
    as_of : str, optional
        Use only sources dated on or before this day: ``"2025-07-28"``, ``"2025-07"``, ``"2025"``.
    prefer : str, optional
        A kind of source, or a source, to prefer for the headline.
    strict : bool
        Whether never to infer missing qualifiers.
    merge : bool
        Whether to merge sheets reported to be the same machine.

    Raises
    ------
    UsageError
        If a folder contains no sheets, or a keyword has an invalid value.
    """
    return Workspace(overlays, **policy)


@checked
def import_table(
    path: Path | str,
    folder: Path | str | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    write: bool = False,
    **said: Any,
) -> Imported:
    """Return what a table of chips or systems adds to a folder of your own sheets, and write it there if asked.

    Parameters
    ----------
    path : path
        A CSV, TSV, JSON, YAML or Markdown file with a row for each chip or system.
    folder : path, optional
        The folder, which is made if it is not there; `load` reads it afterwards. Only writing needs one.
    columns : mapping, optional
        By header, what a column holds: ``{"Mem (GB)": "memory_capacity:GB", "Notes": "ignore"}``.
    names : mapping, optional
        By a name of the table, the id of its sheet, or ``"ignore"``.
    write : bool
        Whether to write; by default nothing is.
    **said
        What else is known of it: ``kind``, ``map``, ``vendor``, ``source``, ``title``, ``publisher``, ``source_kind``,
        ``date``, ``url``, ``table``, ``transposed``, as `calc.catalog.importing.plan.ImportRequest` has them.

    Raises
    ------
    UsageError
        If what is said of it cannot be, or there is no folder to write to.
    DataError
        If the file holds no table.
    """
    from calc.analysis import importing
    from calc.catalog.importing.plan import ImportRequest

    hints = get_type_hints(ImportRequest)
    for one, value in said.items():
        if one not in hints:
            raise unknown("argument", one, hints, " of import_table")
        checked_call(one, value, hints[one])
    column, name = (tuple(f"{one}={held}" for one, held in (given or {}).items()) for given in (columns, names))
    request = ImportRequest(Path(path), column=column, name=name, **said)
    return importing.import_table(request, [] if folder is None else [str(folder)], write=write)


@checked
def quantity(text: str) -> Quantity:
    """Return a quantity from a text: a number and a unit of the vocabulary of the sheets.

    Raises
    ------
    UnitError
        If the text is not a number and a known unit; the message says what to write instead.

    Examples
    --------
    >>> import calc
    >>> calc.quantity("400 Gb/s").to("GB/s").magnitude
    50.0
    >>> calc.quantity("1 Gbps")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    calc.errors.UnitError: 'Gbps' is not a unit of the vocabulary; expected ...; write '1 Gb/s'
    """
    return units.parse(text)


def shipped(method: Callable[..., Made], of: Callable[[Workspace], Any] = lambda whole: whole) -> Callable[..., Made]:
    """Return a method of a workspace, or of a part of it, as a function of the shipped sheets that takes the policy."""
    inner = getattr(method, "__wrapped__", method)  # its arguments are checked here

    @wraps(method)
    def ask(*names: Any, **asked: Any) -> Made:
        policy = {name: asked.pop(name) for name in POLICY if name in asked}
        return inner(of(workspace(**policy)), *names, **asked)

    policy = [one for one in inspect.signature(load).parameters.values() if one.kind is one.KEYWORD_ONLY]
    signature = inspect.signature(method)
    named = sorted([*[*signature.parameters.values()][1:], *policy], key=lambda one: one.kind)
    ask.__signature__ = signature.replace(parameters=named)  # type: ignore[attr-defined]
    return checked(ask)


get = shipped(Workspace.get)
chip = shipped(Workspace.chip)
system = shipped(Workspace.system)
model = shipped(Workspace.model)
measured = shipped(Workspace.measured)
chips = shipped(Workspace.chips)
systems = shipped(Workspace.systems)
models = shipped(Workspace.models)
reports = shipped(Workspace.reports)
sources = shipped(Workspace.sources)
compare = shipped(Workspace.compare)
audit = shipped(Workspace.audit)
check = shipped(Workspace.check)
explain = shipped(Workspace.explain)
evaluate = shipped(Workspace.evaluate)
export_control = shipped(Workspace.export_control)
frontier = shipped(Workspace.frontier)
sweep = shipped(Workspace.sweep)
