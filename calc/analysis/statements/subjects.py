"""Which chips and systems a text names: by id, name or alias, with the maker before it or not, and in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise, product

from calc.analysis.statements.lexicon import HARDWARE, PART
from calc.catalog.catalog import Catalog
from calc.catalog.names import LATIN
from calc.sheets.folders import HARDWARE as KINDS

_ATOM = re.compile(r"[A-Za-zÀ-ÿ]+|[0-9]+|[\u3400-\u9fff]")
_GAPS = ("", *" ._-\u2010\u2011\u2013\u00a0")
MOST = 24
"""So many letter runs, numbers and Chinese characters a name has at most."""
MANY = 16
"""A sentence that names more is a list, of which no rule tells what is compared with what; no more are looked for."""
_FORM = re.compile(r"\s(?:SXM\d?|PCIe|NVL|OAM|\d+ ?GB|Active)(?=\s|$)")
_OTHER_AFTER = re.compile(
    r"[ -](?:Ultra|Pro|Max|Mini|Super|Lite|Plus|Next|II|Ti|CPX|NVL\d+\w*|SuperCluster|SuperPod|Ultraserver)(?![a-z])"
)
_HEAD_GOES_ON = re.compile(r"[ -]?\d|[ -][A-Z]|-[a-z]")
"""After the first word of a system's name where it is another name: "CloudMatrix 9000", "CloudMatrix-Infer"."""
_OTHER_BEFORE = re.compile(r"(?:DGX|HGX|MGX|RTX|GeForce|Quadro|Xeon|Galaxy|Volvo|Rubin|[A-Z]{1,2}\d{3}\w?)[ -]$")
_OWNER = re.compile(r"([A-Za-z]+)['’]s $")
_SYSTEM = r"(?:system|machine|rack|cluster|supernode|superpod)"
_COMPONENT = re.compile(
    r"(?:(?<![A-Za-z0-9,])\d(?:[\d,]{0,9}\d)?\+?\s?[x×]?|\b(?:with|using|powered by|based on|built (?:on|from|with)|"
    r"of its|equipped with|housing|packs?|"
    r"containing|links|connects|comprises|combin(?:es|ing))|搭载|采用|基于|集成|内置)\s?"
    rf"{PART}\s?$", re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True)
class Mention:
    """A name in a sentence: where it stands, what it names (several sheets, where it fits several), and its words.

    A ``component`` is what something is made of or counted in: "384 Ascend 910C chips". What is ``unnamed`` is told by
    its chips alone: "a supernode of 128 C550 chips".
    """

    start: int
    end: int
    ids: tuple[str, ...]
    kind: str
    words: str
    component: bool = False
    weak: bool = False
    unnamed: bool = False


@dataclass(frozen=True)
class _Name:
    kind: str
    ids: tuple[str, ...]
    gaps: frozenset[int]
    weak: bool


class Finder:
    """Finds the names of chips and systems in sentences; made once for a catalog."""

    def __init__(self, names: Catalog) -> None:
        self._catalog = names
        self._names: dict[str, _Name] = {}
        self._begun: set[str] = set()
        self.systems_of = names.systems_of
        makers = "|".join(map(re.escape, names.makers()))
        self._makers = re.compile(rf"(?<![A-Za-z])(?:{makers})(?![A-Za-z])", re.IGNORECASE)
        self.reference = re.compile(
            r"^\W*(?:据[^，,]{1,20}[，,])?"
            r"(?:(?P<any>it|its|they|它|其)|(?:this|the) (?P<chip>chip)|该(?P<zhchip>芯片)|"
            rf"(?:(?:this|the|(?P<maker>(?:the )?(?:{makers})(?:['’]s)?)) {_SYSTEM}|"
            rf"(?:该|(?P<zhmaker>{makers})的?)(?:系统|集群|超节点|机柜)))"
            r"(?![A-Za-z-]| (?:learning|translation|vision|software|vendor|maker|memory|board)\b)", re.IGNORECASE,
        )  # fmt: skip
        generic: dict[str, set[str]] = {}
        for name, kind, id in names.spoken(KINDS):
            self._add(name, kind, (id,))
            if kind == "chip" and (short := _FORM.sub("", name)) != name:
                generic.setdefault(short, set()).add(id)
        heads: dict[str, set[str]] = {}
        for head, id in names.heads():
            heads.setdefault(head, set()).add(id)
        self._heads = {head.casefold() for head in heads}
        for kind, short_names in (("chip", generic), ("system", heads)):
            for name, ids in short_names.items():
                self._add(name, kind, tuple(sorted(ids)), replaces=False)

    def _add(self, name: str, kind: str, ids: tuple[str, ...], *, replaces: bool = True) -> None:
        for spelled in _spellings(name):
            atoms = list(_ATOM.finditer(spelled))
            bare = "".join(atom[0] for atom in atoms).casefold()
            if not len(bare) > 1 or not atoms or len(atoms) > MOST or re.match(r"[\d,]+ ", spelled):
                continue
            gaps, length = set(), 0
            for one, after in pairwise(atoms):
                length += len(one[0])
                if after.start() > one.end() or (one[0].isalpha() and (len(one[0]) > 2 or not one[0].isascii())):
                    gaps.add(length)
            plain = bare.isalpha() and bare.isascii() and len(atoms) == 1
            weak = plain or re.fullmatch(r"[a-z]{1,2}\d{2,3}[a-z]?", bare) is not None
            known = self._names.get(bare)
            if known and (not replaces or known.ids == ids):
                gaps |= known.gaps if known.ids == ids else set()
                if known.ids != ids:
                    continue
            self._names[bare] = _Name(kind, ids, frozenset(gaps), weak)
            part = ""
            for atom in atoms:
                part += atom[0].casefold()
                self._begun.add(part)

    def find(self, sentence: str, *, sure: bool = False) -> list[Mention]:
        """Return the names in a sentence from left to right, the longest first where several begin at one place.

        Short names such as H20, and those that are words, count only beside another name, or in a text on hardware.
        """
        found = list(islice(self._walk(sentence), MANY + 1))
        sure = sure or not all(one.weak for one in found) or len({one.ids for one in found}) > 1
        return found if sure or self.is_about_hardware(sentence) else []

    def is_of(self, mention: Mention, maker: str) -> bool:
        """Whether what a name means is of a maker, in Latin or in Chinese."""
        said = re.sub(r"^the |['’]s$", "", maker, flags=re.IGNORECASE)
        said = LATIN.get(said, said).casefold()
        return any(self._catalog.subject(id).vendor.casefold() == said for id in mention.ids)

    def of_so_many(self, ids: Iterable[str], many: int) -> list[str]:
        """Return those of some systems that have so many chips in all; where none has, those with as many per rack."""
        whole, part = [], []
        for id in ids:
            reports = self._catalog.subject(id).reports.get("chip_count", ())
            counts = {report.per for report in reports if report.value == f"{many} chip" and not report.set_aside}
            whole += [id] if counts & {None, "system"} else []
            part += [id] if counts else []
        return whole or part

    def is_about_hardware(self, text: str) -> bool:
        """Whether a text has a word of hardware, or names a maker."""
        return bool(HARDWARE.search(text) or self._makers.search(text))

    def _walk(self, sentence: str) -> Iterator[Mention]:
        atoms = [(*atom.span(), atom[0].casefold()) for atom in _ATOM.finditer(sentence)]
        place = 0
        while place < len(atoms):
            start, end, bare = atoms[place]
            best, last = self._whole(sentence, bare, start, end, ()), place
            gaps: tuple[int, ...] = ()
            for at in range(place + 1, len(atoms)) if bare in self._begun else ():
                begin, stop, more = atoms[at]
                if begin > end + 1 or f"{bare}{more}" not in self._begun or sentence[end:begin] not in _GAPS:
                    break
                if begin > end and sentence[end] != "-":
                    gaps = (*gaps, len(bare))
                bare, end = f"{bare}{more}", stop
                if known := self._whole(sentence, bare, start, end, gaps):
                    best, last = known, at
            if best is None:
                place += 1
                continue
            end, place = atoms[last][1], last + 1
            if sentence[start:end].casefold() in self._heads and _HEAD_GOES_ON.match(sentence, end):
                continue
            if _OTHER_AFTER.match(sentence, end) or _OTHER_BEFORE.search(sentence[max(start - 12, 0) : start]):
                continue
            component = _COMPONENT.search(sentence[max(start - 40, 0) : start]) is not None and best.kind == "chip"
            weak = best.weak and not self._has_maker(sentence, start, end)
            yield Mention(start, end, best.ids, best.kind, sentence[start:end], component, weak)

    def _whole(self, sentence: str, bare: str, start: int, end: int, gaps: tuple[int, ...]) -> _Name | None:
        """Return the name that stands at a place, if it is written as one, and nothing goes on there."""
        known = self._names.get(bare)
        if known is None or not known.gaps.issuperset(gaps) or not _is_whole(sentence, start, end):
            return None
        return known if not known.weak or sentence[start].isupper() else None

    def _has_maker(self, sentence: str, start: int, end: int) -> bool:
        """Whether the maker of what a name names stands before it as an owner: "Nvidia's H20"."""
        owner = _OWNER.search(sentence[max(start - 24, 0) : start])
        return owner is not None and f"{owner[1]}{sentence[start:end]}".casefold() in self._names


def _is_whole(sentence: str, start: int, end: int) -> bool:
    """Whether no letter or digit of the same script goes on where a name begins or ends; a plural may."""
    before, after = sentence[start - 1 : start], sentence[end : end + 2]
    if before.isascii() and before.isalnum():
        return False
    return not (after[:1].isascii() and after[:1].isalnum()) or (after[:1] == "s" and not after[1:].isalnum())


def _spellings(name: str) -> set[str]:
    """Return a name, and the same with the Chinese names of makers and families in place of the Latin ones."""
    words = [[(latin, latin), *((latin, chinese) for chinese, held in LATIN.items() if held == latin)]
             for latin in dict.fromkeys(LATIN.values()) if latin and latin in name]  # fmt: skip
    found = set()
    for chosen in product(*words):
        made = name
        for latin, written in chosen:
            made = made.replace(latin, written)
        found.add(made)
    return found
