"""From a sentence to what it states: of which subject, against which, on which metric, how much, in whose words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from calc.analysis.statements import lexicon
from calc.analysis.statements.quantities import EVENTS, FACTOR, Factor, Figure, dates, factors, figures
from calc.analysis.statements.sentences import clauses, sentences
from calc.analysis.statements.subjects import MANY, Finder, Mention
from calc.sheets import metrics

MULTIPLIER, FIGURE, RANKING, COUNT, DATE = "multiplier", "figure", "ranking", "count", "date"
MOST = 2000
"""So many statements of one text are read; the rest is left, and said to be."""
NEAR = 70
"""How far from a number the word for its metric may stand, in characters."""


@dataclass(frozen=True)
class Statement:
    """What a text states, by its own words: places are in the text, ``number`` says in which sentence.

    ``metric`` is a metric, the head of ids where the text leaves qualifiers open, or ``overall``; ``about`` a matter
    without a metric; ``others`` are metrics that its words may mean as well. ``open`` says what the text leaves open.
    A name may fit several sheets. ``every`` says that a ranking is of all metrics.
    """

    start: int
    end: int
    text: str
    kind: str
    number: int
    subject: Mention | None
    object: Mention | None = None
    metric: str | None = None
    others: tuple[str, ...] = ()
    about: str | None = None
    factor: Factor | None = None
    figure: Figure | None = None
    date: str = ""
    sense: str = "higher"
    every: bool = False
    direction: str = ""
    per_chip: bool = False
    credited_to: str | None = None
    open: tuple[str, ...] = ()

    @property
    def matter(self) -> str:
        """What it is about: a metric, the head of ids, or words."""
        return self.metric or self.about or ""


@dataclass(frozen=True)
class NotUnderstood:
    """A sentence that looks like a comparison, and why nothing is said of it."""

    start: int
    end: int
    text: str
    why: str


def read(text: str, finder: Finder) -> tuple[list[Statement], list[NotUnderstood], int]:
    """Return the statements of a text, the sentences that were not understood, and how far it was read."""
    found: list[Statement] = []
    missed: list[NotUnderstood] = []
    before: tuple[Mention, ...] = ()
    sure = finder.is_about_hardware(text)
    for number, (start, sentence) in enumerate(sentences(text), 1):
        if len(found) + len(missed) >= MOST:
            return found, missed, start
        piece = _Sentence(sentence, finder, before, sure)
        stated = list(piece.statements()) if piece.mentions else []
        found += (replace(one, start=one.start + start, end=one.end + start, number=number) for one in stated)
        why = piece.why(stated)
        if why:
            left = len(sentence) - len(sentence.lstrip())
            kept = sentence.strip()
            missed.append(NotUnderstood(start + left, start + left + len(kept), kept, why))
        has_system = any(one.kind == "system" for one in piece.mentions)
        named = {one.ids: one for one in piece.mentions if not (one.component and has_system)}
        before = tuple(named.values()) or (before if piece.hardware else ())
    return found, missed, len(text)


def _blocked(sentence: str, named: int) -> str:
    """Return why nothing of a sentence is read; empty if it may be."""
    if lexicon.QUESTION.search(sentence):
        return "a question"
    if lexicon.CONDITION.search(sentence):
        return "a condition"
    return f"names more than {MANY} chips and systems" if named > MANY else ""


_MAKER = r"(?:[A-Z]\w+(?:['’]s)? ){0,2}"
_JOINED = re.compile(rf"(?:['’]s)?(?:\s?[,&、和与及]\s?|,? (?:and|or|&) |以及)(?:the |an? )?{_MAKER}(?:华为|英伟达)?")
_CHIP_OF = re.compile(
    r"\s?(?:AI )?(?:chip|GPU|NPU|accelerator|processor|die)?s? (?:of|in|inside|within) (?:the |an? )?" + _MAKER,
    re.IGNORECASE,
)
"""Between the name of a chip and that of a system, where the chip is meant."""
_SEVERAL = re.compile(
    r"(?<![A-Za-z] )\b(?:(?i:two|three|four|five|six|seven|eight|nine|ten|twelve|several|both|multiple|dozens of|"
    rf"hundreds of)|\d{{1,4}}) {_MAKER}$|[两三四五六七八九十几\d][台套个](?:华为|英伟达)?$"
)
_PLURAL = re.compile(
    r"s\b|[ -](?:systems|racks|units|supernodes|superpods|pods|clusters|machines|servers)\b", re.IGNORECASE
)
_TOPIC = re.compile(
    r"(?:['’]s)?[ -]?(?:(?:export|chip|GPU|AI) )?(?:bans?|sales|shipments?|orders?|exports?|licen[cs]\w+|inventory|"
    r"supply|supplies|demand|buyers?|customers?|revenue|market|deals?|stock|program(?:me)?s?)\b|"
    r"(?:出口|许可|订单|销量|库存|禁令|出货)"
)
"""After a name that says only of what an event, a trade or a law is."""
_CONTAINER = r"(?:super ?node|super ?pod|pod|system|rack|cabinet|cluster|server|machine)s?"
_CONTAINS = re.compile(
    rf"\b{_CONTAINER}(?:,| that| which)? (?:of|with|made of|built (?:from|of)|link(?:s|ing)|contain(?:s|ing)|"
    r"compris(?:es|ing|ed of)|consist(?:s|ing) of|hold(?:s|ing)|pack(?:s|ing)|using) (?:up to )?$", re.IGNORECASE,
)  # fmt: skip
_CONTAINED = re.compile(
    rf"[ -](?:chip |card |GPU )?{_CONTAINER}\b|"
    r"\s?(?:AI)?(?:芯片|加速卡|卡|GPU)?(?:组成)?的?[\u3400-\u9fff]{0,6}(?:超节点|集群|机柜|系统|服务器)", re.IGNORECASE,
)  # fmt: skip
_OF_SO_MANY = re.compile(
    r"(?<!\bin )(?<!\bof )(?<!\bfor )(?<!\bfrom )(?<!\bper )(?<!\bwithin )(?<!\binside )(?<!\binto )"
    r"\b(?:(?:its|this|the|an?|their) |(?P<maker>[A-Z]\w{1,20})['’]s )(?:new |own |latest )?"
    r"(?:(?P<many>\d{1,3}(?:,\d{3})+|\d{1,6})[ -](?:AI )?(?:chip|card|GPU|NPU|accelerator|processor)s?[ -]"
    rf"{_CONTAINER}\b|{_CONTAINER} (?:of|with) (?P<after>\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}) "
    r"(?:chips|cards|GPUs|NPUs|accelerators|processors)\b)|其(?P<zhmany>\d{1,6})[卡颗张]的?(?:芯片)?(?:超节点|集群|机柜|系统)",
    re.IGNORECASE,
)
"""A system that is told by how many chips it has: "its 128-chip system"; not where a chip is only said to be in it."""
_SO_MANY = re.compile(rf"(\d[\d,]*)\s?[x×颗张块枚个]?\s?{lexicon.PART}$")
_NOTHING_ELSE = re.compile(
    r"(?:[\W_]|\b(?:the|that|those|of|as|than|over|an?|its|is|compared|with|against|relative|to|versus|vs|more|better|"
    r"worse|so|much|rival|for|in|on|at)\b|(?-i:[A-Z])\w*|以上|左右|多)*", re.IGNORECASE,
)  # fmt: skip
"""Words that name nothing that could be compared."""
_IS_WHAT = re.compile(rf"\b(?:is|are|was) (?:all |about |roughly )?(?:what|how much) (?:the |an? )?{_MAKER}$")
_THAT = rf"(?:that of |those of |the |an? |its rival )?(?:the )?{_MAKER}"
_AGAINST = re.compile(
    rf"(?:\b(?:than|vs\.?|versus|over|compared (?:to|with)|against|relative to|by|unlike) {_THAT}|"
    r"(?:比|较|相比|相较于?|对比))$",
    re.IGNORECASE,
)
_OF = re.compile(rf"(?:\b(?:of|that|to|as|in|for) {_THAT}|(?:是|为|达到?|仅为|约为|相当于|的|于))$", re.IGNORECASE)
_OF_IT = re.compile(r"\s?(?:\S{0,6}的)?(?:约|近|超过|逾)?")
_ITS = re.compile(r"[\w ,.%'’/-]{0,40}?\b(?:of|for|in|on|by) " + _THAT + r"|\s|[ -][\w ]{0,12}")
_COMPARES = re.compile(rf"{lexicon.LOOKS.pattern}|(?<![A-Za-z\d])\d|\bagainst\b|\bunlike\b", re.IGNORECASE)
"""Between a figure and a name that it is only compared with."""
_WITH = re.compile(
    r"^\W*(?:with|at|(?:first |officially )?(?:\w{2,14}(?:ed|ing)|shown)(?: (?:in|on|at|by|with|from))?) "
    r"(?:its |the |about |some |up to |only )?$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"[,，]\s?(?:and|but|is|are|has|which|而|且|并)")
"""After a factor where the sentence goes on to another thing."""
_OTHER_MATTER = re.compile(
    r"\s(?:the|its) (?!(?:size|amount|level|figure|number|value|one|same|rate|total)\b)[a-z]{3,}\b(?!['’-])"
)
"""After a factor of something that is no metric: "nine times the software"."""
_BEHIND = re.compile(r"(?:(?!\b(?:and|but|with)\b)[\w /-]){0,40}[,(] ?(?:or |i\.e\.,? |roughly |which is |that is )?")
"""Between a compute rate and the factor that says how it compares."""
_BESIDE_A_BANDWIDTH = re.compile(
    r",? (?:and|with|at) (?:a |about |up to )?[\d.,]+ ?[GT]B(?:/s|ps)(?! of (?!HBM|memory))"
)
"""After an amount of memory that is named together with its bandwidth: "141 GB and 4.8 TB/s"."""
_THAN_A = re.compile(r" than (?:an? |the )?[a-z]")
_SET_AGAINST = re.compile(
    r"\b(?:against|versus|vs\.?|compared (?:to|with)|than|and|(?:up|down) from) (?:only |just |the |about )?$",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(
    r"\b(?:than|against|versus|vs\.?|compared (?:to|with)|as (?:much|many|high|large) as) "
    r"(?:(?:only|just|the|about) )?(?:[A-Z]\w{1,20}['’]s )?$"
)
"""Before a figure of something that has no name: "more than Nvidia's 145 kW"."""
_UP_TO = re.compile(r"[\w ]{0,40}(?:, | for | in | on | of )(?:the |an? )?(?:[A-Z]\w+(?:['’]s)? )?")
_SOME = re.compile(
    r"\s(?:(?:any|all|the|an?|its|their|other|older|previous|current|best|top)\s){0,3}(?:[\w’']{2,14}\s){0,3}"
    r"(?:chips?|GPUs?|accelerators?|processors?|systems?|machines?|racks?|generations?|predecessors?|rivals?|products?)\b",
    re.IGNORECASE,
)
"""What a name may be ranked against that is not in the catalog."""
_TIMES_THAT = re.compile(r"的[^，,。]{0,12}(?:倍|成|一半|分之[一二三四五六七八九])[^，,。]{0,4}[,，]")
"""After a name that the subject of a Chinese sentence is so many times; what follows is of the subject."""
_AGAINST_IT = re.compile(r" (?:of [\w ]{2,20} )?(?:against|versus|vs\.?|compared (?:with|to)) (?:only |just )?")
_COMPARED = re.compile(r"^\s?相比")
_RATHER = re.compile(
    r",(?! ?(?:which|whose)\b)[^,]{0,40}$|\b(?:deliver|provid|offer|reach|with|at|draw|consum)\w*\b[^,]{0,30}$|"
    r"\b(?:and|but) (?:also |it )?(?:has|costs?|uses?|needs?|holds?|carries|packs|contains|weighs)\b[^,]{0,30}$"
)


class _Sentence:
    """One sentence: its names, its numbers, and what they state together."""

    def __init__(self, text: str, finder: Finder, before: Sequence[Mention], sure: bool) -> None:
        self.text = text
        self.finder = finder
        self.mentions = finder.find(text, sure=sure)
        self.has_system = any(one.kind == "system" for one in self.mentions)
        self.hardware = lexicon.HARDWARE.search(text) is not None
        self.blocked = _blocked(text, len(self.mentions)) if self.mentions else ""
        self.sure = sure
        self.unclear = ""
        self.vague: list[tuple[int, int]] = []
        systems = list(self._of_so_many(before))
        said = finder.reference.match(text)
        places = [*((one.start, one.end) for one in (*self.mentions, *systems)), *self.vague]
        if said and not any(start < said.end() for start, _ in places):
            meant = self._meant(said, before)
            if len(meant) > 1:
                named = " or ".join(one.words for one in meant[:MANY])
                self.unclear = f"“{said[0].strip()}” may be {named}"
                self.hardware = True
            elif meant:
                self.mentions.insert(0, replace(meant[0], start=said.start(), end=said.start(), component=False))
        self.mentions = sorted((*self.mentions, *systems), key=lambda one: one.start)
        self.named = [one for one in self.mentions if not self._is_component(one) and not _TOPIC.match(text, one.end)]
        self.parts = {one.start: one.end for one in self.mentions if one.component}
        self.refused: list[str] = []
        self.unread: list[str] = []
        self.uncompared: list[str] = []

    def _meant(self, said: re.Match[str], before: Sequence[Mention]) -> list[Mention]:
        """Return which names of the sentence before a word such as "it", "the machine" or "Huawei's system" may mean.

        A word for a system means no chip, and one for a chip no system.
        """
        if said["any"]:
            return list(before)
        kind = "chip" if said["chip"] or said["zhchip"] else "system"
        maker = said["maker"] or said["zhmaker"]
        return [one for one in before if one.kind == kind and (not maker or self.finder.is_of(one, maker))]

    def _of_so_many(self, before: Sequence[Mention]) -> Iterator[Mention]:
        """Yield the systems that are told by how many chips they have, where one of the catalog alone is meant."""
        first = next((one.start for one in self.mentions if one.kind == "system"), len(self.text))
        for one in [one for one in self.mentions if one.component and one.start < first]:
            many = _SO_MANY.search(self.text[: one.start])
            said = many and (_CONTAINS.search(self.text, 0, many.start()) or _CONTAINED.match(self.text, one.end))
            if many and said:
                yield from self._told((min(said.start(), one.start), one.end), many[1], [one], [])
        for found in _OF_SO_MANY.finditer(self.text):
            start, end = found.span()
            owner = [one for one in self.mentions if one.end == found.end("maker")]
            held = owner or [one for one in self.mentions if one.end <= start] or list(before)
            if owner:
                start = owner[0].end + len("'s ")
            elif found["maker"]:
                held = [one for one in held if self.finder.is_of(one, found["maker"])]
            chips, systems = ([one for one in held if one.kind == kind] for kind in ("chip", "system"))
            if chips or (found[0][:3].casefold() == "its" and systems):
                count = found["many"] or found["after"] or found["zhmany"]
                yield from self._told((start, end), count, chips, systems)

    def _told(
        self, place: tuple[int, int], many: str, chips: Sequence[Mention], systems: Sequence[Mention]
    ) -> Iterator[Mention]:
        ids = {id for one in systems for id in one.ids}
        if len({one.ids for one in chips}) == 1:
            ids.update(id for each in chips[0].ids for id in self.finder.systems_of(each))
        fit = self.finder.of_so_many(sorted(ids), int(many.replace(",", "")))
        words = self.text[slice(*place)]
        if len(fit) == 1:
            yield Mention(*place, tuple(fit), "system", words)
        else:
            self.unclear = f"“{words}” may be {' or '.join(fit)}" if fit else f"“{words}” is no system of the catalog"
            self.hardware = True
            self.vague.append(place)

    def _before(self, at: int) -> list[Mention]:
        """Return the names before a place; where a system that is none of the catalog stands there, those after it."""
        begin = max((end for _, end in self.vague if end <= at), default=0)
        return [one for one in self.named if begin <= one.start and one.end <= at]

    def _is_component(self, mention: Mention) -> bool:
        """Whether a name is that of a part: something else is named that has it, or it is counted."""
        before = self.text[: mention.start].rstrip()
        others = any(one.kind == "system" and one.start < mention.start for one in self.mentions)
        return mention.component and (before[-1:].isdigit() or before[-1:] in "颗张块枚个x×" or others)

    def why(self, stated: Sequence[Statement]) -> str:
        """Return why a sentence that looks like a comparison, or has a figure of hardware, was not read, or not all.

        It is empty where all was read.
        """
        looks = lexicon.LOOKS.search(self.text) is not None
        if self.blocked or not self.mentions:
            figured = self.sure and any(map(self._is_of_hardware, figures(self.text, self.parts)))
            listed = figured or (looks and (self.mentions or self.hardware))
            return (self.blocked or self.unclear or "names no chip or system of the catalog") if listed else ""
        left = [*self.refused, *self.unread, *(self.uncompared if looks else ())]
        if looks and not stated:
            left.append(self.unclear or "what is compared with what, or on which metric, is not clear")
        return left[0] if left else ""

    def _is_of_hardware(self, figure: Figure) -> bool:
        """Whether a figure looks like one of a chip or system, by its unit; not money of companies, nor a purchase."""
        if any(one.start < figure.end and figure.start < one.end for one in self.mentions):
            return figure.counted and bool(self.unclear)
        if figure.unit.startswith(("USD", "CNY")):
            priced = any(one[2] in ("price", f"{lexicon.ABOUT}cost") for one in lexicon.matters(self.text))
            return (priced or bool(self.mentions)) and not lexicon.MONEY_OF_COMPANIES.search(self.text)
        return figure.counted or (figure.unit != "B" and figure.unit.lstrip("kMGTPEZi") in _LISTED)

    def statements(self) -> Iterator[Statement]:
        """Yield what the sentence states, from left to right, a place at most once."""
        if self.blocked:
            return
        taken: list[tuple[int, int]] = []
        made = [*self._multipliers(), *self._figures(), *self._dates()]
        made += self._rankings([one for one in made if one.kind == MULTIPLIER])
        for one in sorted(made, key=lambda one: (one.kind == RANKING, one.start)):
            if any(one.start < end and start < one.end for start, end in taken):
                continue
            taken.append((one.start, one.end))
            if why := self._refusal(one):
                self.refused.append(why)
            else:
                yield one

    def _refusal(self, one: Statement) -> str:
        """Return why what was read is not stated as such; empty if it is."""
        if lexicon.NEGATED.search(self.text, self._clause(one.start)[0], one.end):
            return "negated or doubted: what is denied is not checked"
        if any(side and self._is_of_several(side) for side in (one.subject, one.object)):
            return "several systems together"
        if one.figure and lexicon.PART_OF_A_SYSTEM.search(self.text, *self._clause(one.start)):
            return "of a part of the system"
        if one.kind == MULTIPLIER and not (one.subject and one.object) and lexicon.EARLIER.search(self.text):
            return "a comparison with an earlier time"
        return ""

    def _is_of_several(self, mention: Mention) -> bool:
        before = self.text[max(mention.start - 40, 0) : mention.start]
        return mention.kind == "system" and bool(
            _SEVERAL.search(before) and (before[-1:] in "台套个" or _PLURAL.match(self.text, mention.end))
        )

    def _clause(self, at: int) -> tuple[int, int]:
        return next(((a, b) for a, b in clauses(self.text) if a <= at < b), (0, len(self.text)))

    # -- factors --------------------------------------------------------------------------------

    def _multipliers(self) -> Iterator[Statement]:
        ends = {one.end for one in self.mentions}
        held = [one for one in factors(self.text, ends) if not self._counts(one)]
        sides: tuple[Mention | None, Mention | None] = None, None
        for factor, after in zip(held, [one.start for one in held[1:]] + [len(self.text)], strict=False):
            subject, object = self._sides(factor.start, factor.end)
            if subject is None and object is None:
                self.uncompared.append(f"what “{self.text[factor.start : factor.end].strip()}” compares is not clear")
                continue
            if object is None and sides[1] and subject and subject.ids == sides[1].ids:
                subject, object = sides
            sides = subject, object
            if factor.hedge is None and object and _OF_IT.fullmatch(self.text, object.end, factor.start):
                factor = factor.hedged(lexicon.hedge(self.text[: object.start])[0])
            matter, end = self._matter(factor, min(after, self._clause(factor.start)[1]), object)
            if matter is None:
                self.uncompared.append(f"the metric of “{self.text[factor.start : factor.end].strip()}” is not clear")
                continue
            if matter == "price" and object is None and _THAN_A.match(self.text, end):
                self.refused.append("the price is compared with something that is not in the catalog")
                continue
            sense = factor.sense
            if factor.text.startswith("1/") and "efficient" in self.text[factor.end - 12 : end]:
                matter = {"compute_per_power": "power_per_compute"}.get(matter, matter)
            if factor.text.startswith("1/") and "efficient" in self.text and matter.startswith("power_per_"):
                factor, sense = replace(factor, text=factor.text.removeprefix("1/")), "worse"
            rate = self._rate_before(factor.start) if matter in ("peak_compute", lexicon.OVERALL) else ""
            yield self._stated(
                MULTIPLIER, factor.start, end, subject, matter, object=object, factor=factor, sense=sense, rate=rate
            )

    def _rate_before(self, at: int) -> str:
        """Return the words of the compute rate that a factor is set behind: "148 TFLOPS at BF16, a sixth of"."""
        rates = (one for one in figures(self.text[:at], self.parts) if one.unit.endswith(("FLOP/s", "OP/s")))
        last = max(rates, key=lambda one: one.start, default=None)
        joined = last is not None and _BEHIND.fullmatch(self.text, last.end, at)
        return self._near(last.start, last.end) if last and joined else ""

    def _counts(self, factor: Factor) -> bool:
        """Whether "8x" counts what is named right after it."""
        return any(one.start - factor.end in (0, 1) and one.component for one in self.mentions)

    def _sides(self, start: int, end: int) -> tuple[Mention | None, Mention | None]:
        """Return subject and object of what stands at a place."""
        before = self._before(start)
        after = [one for one in self.named if one.start >= end]
        object = next((one for one in after if self._marked(one, end)), None)
        if object is None:
            object = next((one for one in reversed(before) if self._set_against(one)), None)
        joint = self.text[before[-1].end : start] if before else ""
        if object is None and _OF_IT.fullmatch(joint) and (len(before) > 1 or "的" in joint):
            object = before[-1]
        if object is None and after and len(before) == 1:
            object = after[0]
        others = [one for one in before if object is None or one.ids != object.ids]
        inside = [one for one in others if one.start >= self._clause(start)[0]]
        nearest = inside or others
        subject = nearest[0 if object in before else -1] if nearest else None
        if subject is None and object is not None and object in before:
            subject = next((one for one in after if one.ids != object.ids), None)
        if subject is None and object in after:
            subject = next((one for one in after if _IS_WHAT.search(self.text, object.end, one.start)), None)
        if subject is None and object is None and before:
            subject = before[-1]
        return subject, object

    def _marked(self, mention: Mention, end: int) -> bool:
        before = self.text[max(mention.start - 48, end) : mention.start]
        return _OF.search(before) is not None or _AGAINST.search(before) is not None

    def _set_against(self, mention: Mention) -> bool:
        before, after = self.text[max(mention.start - 48, 0) : mention.start], self.text[mention.end : mention.end + 4]
        verb = lexicon.RANKING.search(before)
        return bool(_AGAINST.search(before) or _COMPARED.match(after) or (verb and len(before) - verb.end() < 20))

    def _matter(self, factor: Factor, stop: int, object: Mention | None) -> tuple[str | None, int]:
        """Return what a factor is of, and where its words end: what follows it, else what stands before it."""
        begin = self._clause(factor.start)[0]
        found = [one for one in lexicon.matters(self.text[begin : factor.start]) if one[2] != lexicon.OVERALL]
        for start, end, matter in lexicon.matters(self.text[factor.end : min(stop, factor.end + NEAR)]):
            if object is not None and object.start >= factor.end and factor.end + start > object.end + 40:
                break
            if (found or matter == lexicon.OVERALL) and _GOES_ON.search(self.text[factor.end : factor.end + start]):
                break
            return matter, factor.end + end
        if _OTHER_MATTER.match(self.text, factor.end, stop):
            return None, factor.end
        if found:
            return found[-1][2], factor.end
        if any(lexicon.matters(self.text[begin : factor.start + 1])):
            return lexicon.OVERALL, factor.end
        rest = self.text[factor.end : object.start if object and object.start >= factor.end else stop]
        plain = object is not None and _NOTHING_ELSE.fullmatch(re.split("[,，]", rest)[0])
        return (lexicon.OVERALL, factor.end) if plain else (None, factor.end)

    # -- rankings -------------------------------------------------------------------------------

    def _rankings(self, said: Sequence[Statement]) -> Iterator[Statement]:
        for found in lexicon.RANKING.finditer(self.text):
            if any(one.start - 28 <= found.end() and found.start() <= one.end + 12 for one in said):
                continue
            subject = next(reversed(self._before(found.start())), None)
            object = next((one for one in self.named if one.start >= found.end()), None)
            if subject is None or (object is not None and subject.ids == object.ids):
                continue
            between = self.text[found.end() : object.start if object else len(self.text)][: NEAR + 1]
            if object is None or len(between) > NEAR or re.search(r"[,;，。]", between):
                if not (_SOME.match(between) and len(self.text[subject.end : found.start()]) < NEAR):
                    continue
                object = None
            stop = object.end if object else found.end()
            sense = lexicon.ranked(found)
            words = list(lexicon.matters(self.text[found.start() : object.start if object else found.end()]))
            after = re.split(r"\b(?:and|but)\b", self.text[stop : self._clause(stop - 1)[1]])[0]
            words += lexicon.matters(after[:NEAR])
            if not words and (sense in ("higher", "lower") or re.search(r"\bth(?:at|ose) of\b", between)):
                words = list(lexicon.matters(self.text[subject.end : found.start()]))
            matter = next((one[2] for one in words), lexicon.OVERALL)
            every = lexicon.EVERY.search(self.text, *self._clause(stop - 1)) is not None
            yield self._stated(RANKING, found.start(), stop, subject, matter, object=object, sense=sense, every=every)

    # -- figures and dates ----------------------------------------------------------------------

    def _figures(self) -> Iterator[Statement]:
        held = []
        for figure in figures(self.text, self.parts):
            if lexicon.DIFFERENCE.match(self.text, figure.end):
                self.unread.append(f"“{figure.text}” says by how much two differ")
                continue
            if figure.counted and lexicon.PART_OF_A_COUNT.search(figure.text):
                self.unread.append(f"“{figure.text}” counts a part of the system")
                continue
            subject = self._owner(figure.start, figure.end) or self._unnamed(figure)
            matter, end = self._measured(figure)
            if subject is not None and matter is not None:
                held.append((figure, subject, matter, end))
            elif self._is_of_hardware(figure):
                unnamed = self.unclear or f"the chip or system of “{figure.text}” is not named"
                self.unread.append(unnamed if subject is None else f"the metric of “{figure.text}” is not clear")
        for (subject, matter), group in groupby(held, key=lambda one: (one[1], one[2])):
            some = list(group)
            for name, figure, start, end in self._shared(subject, some):
                yield self._stated(COUNT if figure.counted else FIGURE, start, end, name, matter, figure=figure)

    def _unnamed(self, figure: Figure) -> Mention | None:
        """Return the systems of a chip, for a count of that chip in a system without a name."""
        chip = next((one for one in self.mentions if figure.start < one.start < figure.end and one.component), None)
        if chip is None or self.has_system:
            return None
        said = _CONTAINS.search(self.text, 0, figure.start) or _CONTAINED.match(self.text, figure.end)
        ids = tuple(id for each in chip.ids for id in self.finder.systems_of(each))
        if not said or not ids:
            return None
        start, end = min(said.start(), figure.start), max(figure.end, said.end())
        return Mention(start, end, ids, "system", self.text[start:end].strip(), unnamed=True)

    def _owner(self, start: int, end: int) -> Mention | None:
        """Return of what a figure is: the name before it, or the subject where that name is only compared with."""
        before = self._before(start)
        after = next((one for one in self.named if one.start >= end), None)
        leads = _WITH if not before else _SET_AGAINST
        if after and leads.search(self.text[:start]) and _UP_TO.fullmatch(self.text[end : after.start][: NEAR + 1]):
            return after
        if not before:
            between = self.text[end : after.start] if after else ""
            near = after is not None and _ITS.fullmatch(between[: NEAR + 1]) and not _COMPARES.search(between)
            return after if near else None
        last = before[-1]
        if len({one.ids for one in before}) == 1 and _OF_ANOTHER.search(self.text, last.end, start):
            return None
        kinds = [one.kind for one in before[-2:]]
        if kinds == ["chip", "system"] and _CHIP_OF.fullmatch(self.text, before[-2].end, last.start):
            return before[-2]
        others = [one for one in before if one.ids != last.ids]
        if others and _TIMES_THAT.match(self.text, last.end):
            return others[-1]
        if others and self._set_against(last) and _RATHER.search(self.text[last.end : start]):
            return others[0]
        return last

    def _shared(
        self, subject: Mention, group: Sequence[tuple[Figure, Mention, str, int]]
    ) -> Iterator[tuple[Mention, Figure, int, int]]:
        """Yield of which name each of some figures of one metric is, and the place of what says so.

        Names that are joined ("A and B") share as many figures in their order, or each has the one there is.
        """
        run = self._joined(subject, group[0][0].start)
        if len(run) == 1 and len(group) == 2 and _AGAINST_IT.fullmatch(self.text, group[0][0].end, group[1][0].start):
            before = {one.ids: one for one in self.named if one.end <= group[0][0].start}
            run = list(before.values())[-2:] if len(before) > 1 else run
        if len(run) == 1 or len(run) == len(group):
            for name, (figure, _, _, end) in zip(run * (len(group) // len(run)), group, strict=True):
                yield name, figure, figure.start, end
        elif len(group) == 1 and lexicon.EACH.search(self.text):
            ((figure, _, _, end),) = group
            yield from ((name, figure, name.start, name.end) for name in run[:-1])
            yield subject, figure, figure.start, end
        else:
            self.refused.append("several names share the figures, and not one each")

    def _joined(self, last: Mention, stop: int) -> list[Mention]:
        """Return the names that "and" joins to the last one before a figure, that one included."""
        run = [last]
        if last.end > stop or re.match(r"\s?[,，]? ?(?:which|whose|with\b|[,，])", self.text[last.end :]):
            return run
        for other in reversed([one for one in self.named if one.end <= last.start]):
            if not _JOINED.fullmatch(self.text, other.end, run[0].start):
                break
            run.insert(0, other)
        return run

    def _measured(self, figure: Figure) -> tuple[str | None, int]:
        """Return the metric of a figure, by its unit and the words around it, and where these words end."""
        begin, stop = self._clause(figure.start)
        around = self.text[max(begin, figure.start - NEAR) : figure.start]
        after = self.text[figure.end : min(stop, figure.end + NEAR)]
        after = re.split(r"[,，(]| and \d", after)[0]
        if other := FACTOR.search(after) or re.search(r"(?<![A-Za-z])\d", after):
            after = after[: other.start()]
        host = {"host_memory_capacity": "host_memory_bandwidth"} if figure.unit.endswith("/s") else {}
        words = [(host.get(one[2], one[2]), figure.end + one[1]) for one in lexicon.matters(after)]
        words += [(one[2], figure.end) for one in reversed(list(lexicon.matters(around)))]
        wanted = _BY_UNIT.get(figure.unit.lstrip("kMGTPEZi") if not figure.counted else figure.unit, ())
        if figure.unit.startswith(("USD", "CNY")):
            if len(re.findall(r"[$¥￥]|(?:dollars?|USD|yuan|RMB|CNY)\b|元", self.text)) == 1:
                words += [(one[2], figure.end) for one in lexicon.matters(self.text[begin:stop])]
            priced = any(one in ("price", f"{lexicon.ABOUT}cost") for one, _ in words)
            if not priced or lexicon.MONEY_OF_COMPANIES.search(self.text):
                return None, figure.end
            return f"price{'_per_hour' if figure.unit.endswith('/h') else ''}.{figure.unit[:3].lower()}", figure.end
        if len(wanted) == 1:
            return wanted[0], next((end for one, end in words if one == wanted[0]), figure.end)
        wanted += (lexicon.BANDWIDTH,) if wanted and wanted[0] in lexicon.MEANT[lexicon.BANDWIDTH] else ()
        named = sorted(((one, end) for one, end in words if one in wanted), key=lambda one: one[0] == lexicon.BANDWIDTH)
        if not named and "memory_capacity" in wanted and _BESIDE_A_BANDWIDTH.match(self.text, figure.end):
            return "memory_capacity", figure.end
        if named or lexicon.BANDWIDTH not in wanted:
            return named[0] if named else (None, figure.end)
        return lexicon.BANDWIDTH, figure.end

    def _dates(self) -> Iterator[Statement]:
        for start, end, date in dates(self.text):
            subject = self._owner(start, end)
            event = next(
                (name for name, words in EVENTS if words.search(self.text, max(start - NEAR, 0), end + 12)), None
            )
            if subject is not None and event:
                yield self._stated(DATE, start, end, subject, event, date=date)

    def _near(self, start: int, end: int) -> str:
        """Return the words in which a statement's qualifiers stand: from the last number to the next comma."""
        begin, stop = self._clause(start)
        before = re.split(r"\d[^ ]* ?[x%]|[,，] (?!dense|sparse)", self.text[max(begin, start - NEAR) : start])[-1]
        after = re.split(r"[,，]|\band \d", self.text[end : min(stop, end + NEAR)])[0]
        return before + self.text[start:end] + after

    # -- all ------------------------------------------------------------------------------------

    def _stated(
        self, kind: str, start: int, end: int, subject: Mention | None, matter: str, rate: str = "", **more: object
    ) -> Statement:
        """Return a statement with the qualifiers that its clause states, and what it leaves open.

        A factor of no other matter that is set behind a compute rate is of that ``rate``.
        """
        near = self._near(start, end)
        if rate and not lexicon.PRECISION.search(near):
            matter, near = "peak_compute", f"{near} {rate}"
        if (
            matter == "peak_compute"
            and "figure" not in more
            and lexicon.PER_WATT.search(self.text, *self._clause(start))
        ):
            matter = "compute_per_power"
        about = matter.removeprefix(lexicon.ABOUT) if matter.startswith(lexicon.ABOUT) else None
        left: list[str] = []
        metric = None if about else matter
        if metric == "peak_compute":
            metric, left = _rate(near)
        elif metric in ("power_per_compute", "compute_per_power"):
            rate, left = _rate(near)
            metric += rate.removeprefix("peak_compute")
        if metric and "power" in metric:
            scope = next((name for name, words in lexicon.SCOPES if words.search(near)), None)
            metric, left = (f"{metric}.{scope}", left) if scope and not left else (metric, [*left, "scope of power"])
        elif metric in ("scale_up_bandwidth", "scale_out_bandwidth") and not _DIRECTION.search(near):
            left = ["one direction or both"]
        elif metric == lexicon.OVERALL:
            left = [] if more.get("every") else ["metric"]
        metric, *others = lexicon.MEANT.get(metric or "", (metric,))
        if others:
            left = ["which bandwidth"]
        factor, object = more.get("factor"), more.get("object")
        if isinstance(factor, Factor) and factor.loose:
            left.append("times, or times more")
        if isinstance(object, Mention) and subject is not None and subject.kind != object.kind:
            left.append("per chip or per system")
        direction = found[0] if (found := _DIRECTION.search(near)) else ""
        chip = subject is not None and subject.kind == "chip" and f"{subject.words}{self.text[subject.end :][:12]}"
        of_chip = bool(chip and _ONE_CHIP.search(chip))
        return Statement(start, end, self.text[start:end], kind, 0, subject, metric=metric, about=about,
                         direction=direction, per_chip=lexicon.PER_CHIP.search(near) is not None or of_chip,
                         others=tuple(others), credited_to=self._credit(), open=tuple(left), **more)  # type: ignore[arg-type]  # fmt: skip

    def _credit(self) -> str | None:
        """Return whom the sentence names for what it says; a chip or system is nobody."""
        return lexicon.credit(self.text, [(one.start, one.end) for one in self.mentions])


_ONE_CHIP = re.compile(r"^\S+[ -](?:GPU|chip|die|accelerator)s?\b|\bGPU in\b", re.IGNORECASE)
"""The name of a superchip where its chip is meant."""
_DIRECTION = re.compile(r"\b(?:uni|bi)directional\b|one[- ]way|both (?:ways|directions)|单向|双向", re.IGNORECASE)
_BANDWIDTHS = (
    "memory_bandwidth", "host_memory_bandwidth", "scale_up_bandwidth", "scale_out_bandwidth", "die_to_die_bandwidth",
)  # fmt: skip
_BY_UNIT = {
    "FLOP/s": ("peak_compute",), "OP/s": ("peak_compute",), "W": ("power",), "chip": ("chip_count",),
    "rack": ("rack_count",), "node": ("node_count",), "transistor": ("transistor_count",), "cpu": ("cpu_count",),
    "module": ("optical_module_count",), "Hz": ("clock",),
    "B": ("memory_capacity", "host_memory_capacity", "cache"),
    "g": ("weight",), "t": ("weight",), "m^2": ("floor_space",), "mm^2": ("die_area",),
    "B/s": _BANDWIDTHS, "b/s": _BANDWIDTHS,
}  # fmt: skip
"""The metrics that a figure in a unit may be of; of several, the words beside it decide."""
_LISTED = ("FLOP/s", "OP/s", "W", "B", "B/s", "b/s")
"""A figure in these units that is not read is listed."""


def _rate(near: str) -> tuple[str, list[str]]:
    """Return the metric of a compute rate with the qualifiers stated in a text, and those that are left open."""
    precision = lexicon.PRECISION.search(near)
    ways = [way for way, words in (("dense", lexicon.DENSE), ("sparse", lexicon.SPARSE)) if words.search(near)]
    if not precision:
        return "peak_compute", ["precision", *([] if len(ways) == 1 else ["dense or sparse"])]
    name = (precision[1] or ("fp8" if precision[2] else "fp4")).lower()
    if len(ways) == 1:
        return f"peak_compute.{name}.{ways[0]}", []
    return f"peak_compute.{name}", [] if name in metrics.DENSE_ONLY else ["dense or sparse"]
