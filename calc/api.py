"""The public names of `calc` for Python and Jupyter: the methods of a `Workspace`, as functions of the shipped sheets.

Such a function takes the policy too, as keywords: those of `load`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from calc import units
from calc.analysis import attributes, workings
from calc.analysis.attributes import MetricGroup
from calc.analysis.audit import Audit, Auditor
from calc.analysis.comparison import CORE, Cell, Comparer, Comparison
from calc.analysis.export_control.classification import Classification, classify
from calc.analysis.export_control.quantities import UserInputs
from calc.analysis.expressions import evaluation
from calc.analysis.selection import Condition, Selection, gap, select
from calc.analysis.statements.checking import Check, Checker
from calc.catalog.catalog import Catalog
from calc.errors import UsageError
from calc.figures import derive, reprs
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
    from calc.estimates.estimator import Estimator

Words = str | Sequence[str]
Made = TypeVar("Made")
POLICY = tuple(option.name for option in OPTIONS)
"""The arguments that choose the headlines."""


def _several(words: Words) -> Sequence[str]:
    return [words] if isinstance(words, str) else words


class Subject:
    """A chip, a system or a model: its metrics, each with value, span and working.

    Examples
    --------
    >>> import calc
    >>> cm384 = calc.system("cm384")
    >>> cm384["memory_capacity"].value.to("TB").magnitude
    49.2

    Metrics are attributes too; what has no figure is an `AttributeError` that says so.

    >>> cm384.memory_capacity
    <49.2 TB (48 to 49.2), as-reported>
    >>> cm384.power
    power of cm384: 4 metrics, as-reported
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

    def cell(self, metric: str) -> Cell:
        """Return what is known of a metric: state, value, reports, origins, flags."""
        return self._comparer.cell(self._held, metrics.metric(metric).id)

    def __getitem__(self, metric: str) -> Result:
        """Return a metric's value with its span.

        Raises
        ------
        UsageError
            If there is no such metric, or nobody reports it; the message says what is known.
        """
        cell = self.cell(metric)
        if cell.result is None:
            raise UsageError(f"{metric} of {self.id}: {gap(cell)}")
        return cell.result

    def __getattr__(self, name: str) -> Result | MetricGroup:
        return attributes.attribute(self, (), name)

    def __dir__(self) -> list[str]:
        return sorted([*object.__dir__(self), *attributes.below(self)])

    def _ipython_key_completions_(self) -> list[str]:
        return self.metrics

    def to_frame(self) -> pd.DataFrame:
        """Return a row a metric as a pandas frame: all that have a value or words, and the gaps one may ask for.

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

    def history(self, metric: str | None = None) -> Table:
        """Return how the figure of a metric moved, and its reports in time with what became of each.

        Parameters
        ----------
        metric : str, optional
            A metric, or the head of several ids (``power``). Of what adds up over chips, the reports of
            the system's chip are there too. By default all metrics that have more than one dated report.

        Raises
        ------
        UsageError
            If there is no such metric, nobody reports it, or no metric has two dated reports.

        Examples
        --------
        >>> import calc
        >>> calc.system("nvl72").history("power.all-in")
        power.all-in of GB200 NVL72 (nvl72) in time
          date          reported  source                   edition                            used as
          power.all-in
          2026-02-05    145000 W  semianalysis-cm384-2026  revised newsletter edition (copy)  headline
        """
        of = self._comparer, self.id
        return history.chronicle(*of, metric) if metric else history.moved(*of)

    def plot(self, kind: str = "bars", ax: Axes | None = None, **more: Any) -> Axes:
        """Draw what is reported of it, as `calc.analysis.comparison.Comparison.plot` does: any kind but the ladder.

        ``more`` takes ``size`` and ``style`` too, as there.
        """
        return self._comparer.compare((self.id, self.id)).plot(kind, ax, **more)

    def _repr_html_(self) -> str:
        from calc.render.html import card

        return "".join(map(card, show.sheet(self._comparer, self.id)))

    def _repr_markdown_(self) -> str:
        from calc.render.markdown import as_markdown

        return "\n".join(map(as_markdown, show.sheet(self._comparer, self.id)))

    def __repr__(self) -> str:
        head = f"{self.name} ({self.id}), {self.kind} by {self.vendor}: {len(self.metrics)} metrics, as-reported"
        return reprs.page(head, [(name, self.cell(name).figure) for name in CORE[self.kind]])


class Workspace:
    """A catalog under a policy, with the same functions that `calc` has for the shipped one.

    ``overlays`` are folders of sheets to lay over the shipped ones; the other arguments are the policy, as on the
    command line.
    """

    @explicit
    def __init__(self, overlays: Sequence[Path | str] = (), *, merge: bool = False, **policy: Any) -> None:
        catalog = Catalog.from_environment(overlays, merge=merge)
        self.comparer = Comparer(catalog, Policy.parse(catalog, **policy))

    def chip(self, name: str) -> Subject:
        """Return a chip by its id or an alias."""
        return self._subject(name, "chip")

    def system(self, name: str) -> Subject:
        """Return a system by its id or an alias."""
        return self._subject(name, "system")

    def model(self, name: str) -> Subject:
        """Return a model by its id or an alias.

        Examples
        --------
        >>> import calc
        >>> v3 = calc.model("deepseek-v3")
        >>> v3.layers.value.magnitude, v3["parameters.active"].value.magnitude
        (61.0, 37000000000.0)
        """
        return self._subject(name, "model")

    def get(self, name: str) -> Subject:
        """Return a chip, a system or a model by its id or any of its names.

        Raises
        ------
        UsageError
            If nothing has the name, or if it fits several, which are listed.

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

    def compare(self, *names: str, baseline: str | None = None) -> Comparison:
        """Compare systems, or chips.

        Parameters
        ----------
        *names : str
            Two or more ids or aliases.
        baseline : str, optional
            What ratios are to; by default the last name.
        """
        return self.comparer.compare(names, baseline)

    def audit(self, *names: str, source: str | None = None, claim: str | None = None) -> Audit:
        """Recompute what was claimed.

        Parameters
        ----------
        *names : str
            No id, one or two: only claims about these, whichever is subject and whichever object.
        source, claim : str, optional
            Only what one source claims, or one claim (``SOURCE/CLAIM``).

        Examples
        --------
        >>> import calc
        >>> found = calc.audit(claim="semianalysis-cm384-2026/table-power")
        >>> found.findings[0].own.verdict
        'reproduced'
        """
        return self._auditor.audit(names, source, claim)

    def check(self, text: str) -> Check:
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

    def export_control(
        self, *names: str, on: str | None = None, die_area: str | None = None, planar: bool = False,
        data_centre: bool = True,
    ) -> Classification:  # fmt: skip
        """Hold chips against thresholds of US export rules: arithmetic, no legal classification.

        Parameters
        ----------
        *names : str
            Ids or aliases of chips; of a system, its chip is taken.
        on : str, optional
            Only rules that counted on this day.
        die_area : str, optional
            The die area in place of what is reported, or a range of it: ``"700..800 mm^2"``. [length^2]
        planar : bool
            Whether the chips have planar transistors only, so that performance density does not apply.
        data_centre : bool
            Whether they are designed or marketed for data centres.

        Returns
        -------
        Classification
            ``.chips``, each with ``.quantities`` and ``.tests``; ``.caveat`` belongs beside whatever is shown of it.

        Raises
        ------
        UsageError
            For an unknown name, a system without the sheet of its chip, a wrong day or area.

        References
        ----------
        The sheets in ``specs/rules``, each with its source; all were read in copies and secondary documents only.

        Examples
        --------
        >>> import calc
        >>> found = calc.export_control("h20")
        >>> found["h20"].quantities.tpp.value.magnitude
        2368.0
        >>> found["h20"].test("bis-3a090-2023").words
        'undecided: a or b or none'
        >>> calc.export_control("h20", die_area="814 mm^2")["h20"].test("bis-3a090-2023").answer
        'none'
        """
        return classify(self.comparer, names, on, UserInputs.parse(die_area, planar, data_centre))

    def chips(
        self, *columns: str, vendor: Words = (), family: Words = (), having: Words = (), where: Words = (),
        sort: str = "id", ascending: bool | None = None,
    ) -> pd.DataFrame:  # fmt: skip
        """Return the chips as a pandas frame, a row a chip, by their ids.

        Parameters
        ----------
        *columns : str
            Metrics to show, or heads of their ids (``power``); each has its headline in the column of its
            name, the ends of its span in ``NAME.low`` and ``NAME.high``, and its unit in ``attrs["units"]``.
        vendor, family : str or sequence of str
            Only any of these.
        having : str or sequence of str
            Only what has a figure for all of these metrics; each is a column too.
        where : str or sequence of str
            Conditions that must all hold, as ``"memory_capacity >= 128 GB"``; each metric is a column too.
        sort : str
            ``id``, ``name``, ``vendor``, ``reports``, or a metric; what has no figure comes last.
        ascending : bool, optional
            By default names from A to Z and numbers from the highest.

        Returns
        -------
        pandas.DataFrame
            Its index has the ids: ``list(calc.chips().index)``.

        Raises
        ------
        UsageError
            For a vendor, a family or a metric that there is none of, or a condition that is none.

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
        """Return the systems as a pandas frame, a row a system; arguments as of `chips`."""
        return self._list("system", columns, **asked)

    def models(self, *columns: str, **asked: Any) -> pd.DataFrame:
        """Return the models as a pandas frame, a row a model; arguments as of `chips`."""
        return self._list("model", columns, **asked)

    def _list(
        self, kind: str, columns: Sequence[str], vendor: Words = (), family: Words = (), having: Words = (),
        where: Words = (), sort: str = "id", ascending: bool | None = None,
    ) -> pd.DataFrame:  # fmt: skip
        from calc.render import frame

        conditions = [Condition.parse(text) for text in _several(where)]
        chosen = (_several(vendor), _several(family), _several(having), conditions)
        asked = Selection(columns, *chosen, sort, ascending)
        return frame.catalog(self.comparer, kind, select(self.comparer, [kind], asked), asked.names)

    def measured(self, phase: Words = (), chip: Words = (), model: Words = ()) -> list[Measurement]:
        """Return published measurements, in the order of their sources.

        Parameters
        ----------
        phase : str or sequence of str
            Only these: ``matmul``, ``allreduce`` (any collective), ``memory``, ``train``, ``prefill``, ``decode``.
        chip, model : str or sequence of str
            Only of any of these, by id or alias.

        Returns
        -------
        list of calc.sheets.measurements.Measurement
            Frozen records; ``value`` and the conditions are text as printed, with their units.

        Raises
        ------
        UsageError
            If there is no such phase, chip or model.

        Examples
        --------
        >>> import calc
        >>> [(one.id, one.value) for one in calc.measured("decode", chip="ascend-910c")]
        [('decode-dsv3-cm384-50ms', '1943 token/s/chip')]
        """
        return measurements.chosen(self.comparer, _several(phase), _several(chip), _several(model))

    def reports(self, *names: str) -> pd.DataFrame:
        """Return the whole long table as a pandas frame: a row a report.

        Parameters
        ----------
        *names : str
            Ids or aliases of chips and systems; by default all, the chips first.

        Returns
        -------
        pandas.DataFrame
            The columns of `calc export`: ``subject``, ``kind``, ``metric`` and ``number`` say which report it is,
            ``precision``, ``sparsity``, ``boundary``, ``direction``, ``per`` and ``basis`` how it is qualified,
            ``value`` and ``printed`` have its digits, ``low_si`` and ``high_si`` its value in ``unit_si``; then
            ``source``, ``locator`` and ``read``, and what became of it: ``fate``, ``readings``, which
            depend on the policy.

        Examples
        --------
        >>> import calc
        >>> found = calc.reports("nvl72")
        >>> found.loc[found["metric"] == "rack_count", ["subject", "value", "per", "fate"]].iloc[0].to_list()
        ['nvl72', '1 rack', 'system', 'headline']
        """
        from calc.render import frame

        return frame.reports(self.comparer, names or None)

    def sources(self, name: str | None = None) -> Table:
        """Return the documents that figures come from, as a table.

        Parameters
        ----------
        name : str, optional
            A source's id: that one in full. A chip's or a system's: those that its sheet cites, each below the
            one that it takes its figures from. By default all.

        Examples
        --------
        >>> import calc
        >>> calc.sources("wion-waic-2025")  # doctest: +ELLIPSIS
        wion-waic-2025
          field         value
          title         [Chinese AI firms join forces to build homegrown ecosystem]
          publisher     WION
        ...
        """
        return sources_table(self.comparer.catalog, name, self.comparer.policy)

    @cached_property
    def estimate(self) -> Estimator:
        """What systems and chips could do: ``estimate.decode(...)`` and so on, as the functions of `calc.estimate`."""
        from calc.estimates.estimator import Estimator

        return Estimator(self.comparer)

    def sweep(self, phase: str, *, columns: Sequence[str] | None = None, engine: str = "numpy",
              **asked: Any) -> pd.DataFrame:  # fmt: skip
        """Return estimates over grids as a pandas frame, a row a point.

        Rows run through the systems, models and layouts first, then through the numbers, the last one fastest.

        Parameters
        ----------
        phase : str
            ``train``, ``prefill``, ``decode``, ``memory`` or ``allreduce``.
        columns : sequence of str, optional
            Which results, by name: ``["time", "rate_per_chip"]``; by default all.
        engine : {'numpy', 'dask'}
            On whose arrays: Dask's need the extra ``dask``, and go to the cluster whose client is active.
        **asked
            The options of `calc.estimate`, each one value, a sequence of them, or a text: ``"1,2,4"``,
            ``"1:512:log2"`` (or ``log10``), ``"1000:9000:2000"`` by a step, ``"1:100:x9"`` for 9 points each the
            same factor apart.

        Returns
        -------
        pandas.DataFrame
            What was asked, in columns; ``fits`` says whether memory suffices (a single estimate refuses what does
            not fit), ``bound`` and ``binding`` the lower bound on time and the resource; then each result with its
            span in ``NAME.low`` and ``NAME.high``, and limit in ``NAME.bound``. ``attrs["units"]`` has the
            units, ``attrs["refused"]`` what could not be estimated and why: a precision without a peak, a layout
            that does not divide the chips. Its points are in no row.

        Raises
        ------
        UsageError
            For an option that there is not, a grid that is none, or if every combination is refused.

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
        return Checker(self.comparer)

    def evaluate(self, expression: str) -> Result:
        """Compute with figures, as `calc eval` does.

        Parameters
        ----------
        expression : str
            Figures as ``ID.METRIC``, numbers with units, ``+ - * /`` and parentheses, and ``to UNIT`` at the
            end. A minus next to a name has blanks around it. At most 1,000 characters.

        Returns
        -------
        Result
            Its span is over every combination of reports; a figure that occurs twice agrees with itself.

        Raises
        ------
        UsageError
            If the text is no expression, names what there is not, joins quantities that do not fit, or
            divides by zero; the message shows the place.
        DataError
            If a figure that it names is not reported.

        Examples
        --------
        >>> import calc
        >>> calc.evaluate("405e9 * 2 B / metax128.memory_capacity to percent")
        <9.888 percent, as-reported>
        >>> calc.evaluate("cm384.power.all-in / cm384.power.all-in").numbers
        (1.0, 1.0, 1.0)
        """
        return evaluation.evaluate(self.comparer, expression).result

    def explain(self, *names: str) -> Node:
        """Return the working of a figure (``id, metric``), of a ratio (``a, b, metric``) or of a claim as a tree."""
        if len(names) == 1 and "/" in names[0]:
            return workings.of_finding(workings.finding(self.comparer, names[0]))
        if len(names) not in (2, 3):
            raise UsageError("explain takes one or two ids and a metric, or the id of a claim")
        return workings.working(self.comparer, names[:-1], names[-1])


@cache
def workspace(**policy: Any) -> Workspace:
    """Return the workspace of the shipped sheets under a policy, made once."""
    return Workspace(**policy)


@explicit
def load(*overlays: Path | str, **policy: Any) -> Workspace:
    """Return a workspace over folders of your own sheets, or under a policy of your own.

    Parameters
    ----------
    *overlays : path
        Folders of sheets to lay over the shipped ones.
    as_of : str, optional
        Only what was known by a day: ``"2025-07-28"``, ``"2025-07"``, ``"2025"``.
    prefer : str, optional
        A kind of source, or a source, whose reports come first.
    strict : bool
        Whether what a source leaves open is read no way at all.
    merge : bool
        Whether sheets that are said to be of one machine are read as one.

    Raises
    ------
    UsageError
        If a folder holds no sheets, or the policy's words are wrong.
    """
    return Workspace(overlays, **policy)


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

    column, name = (tuple(f"{one}={held}" for one, held in (given or {}).items()) for given in (columns, names))
    request = ImportRequest(Path(path), column=column, name=name, **said)
    return importing.import_table(request, [] if folder is None else [str(folder)], write=write)


def quantity(text: str) -> Quantity:
    """Return a number and its unit, of the vocabulary that the sheets are written in.

    Raises
    ------
    UnitError
        If the text is no such thing; the message says what to write instead.

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

    @wraps(method)
    def ask(*names: Any, **asked: Any) -> Made:
        policy = {name: asked.pop(name) for name in POLICY if name in asked}
        return method(of(workspace(**policy)), *names, **asked)

    policy = [one for one in inspect.signature(load).parameters.values() if one.kind is one.KEYWORD_ONLY]
    signature = inspect.signature(method)
    named = sorted([*[*signature.parameters.values()][1:], *policy], key=lambda one: one.kind)
    ask.__signature__ = signature.replace(parameters=named)  # type: ignore[attr-defined]
    return ask


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
sweep = shipped(Workspace.sweep)
