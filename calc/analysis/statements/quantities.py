"""Factors, figures, counts and dates in a sentence: "more than three times", "559 kW", "$8.2 million", 一点七倍."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from calc.analysis.statements import lexicon
from calc.errors import UnitError
from calc.sheets.multipliers import interval

_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORDS = {word: str(place + 1) for place, word in enumerate(_ONES)} | {"fifteen": "15", "twenty": "20", "thirty": "30",
          "fifty": "50", "hundred": "100"}  # fmt: skip
_PARTS = {"half": "2", "third": "3", "quarter": "4", "fourth": "4", "fifth": "5", "sixth": "6", "tenth": "10"}
_CHINESE = {digit: place for place, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMBER = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d{1,9})?"
_HAN = r"[零一二两三四五六七八九十百]{1,6}(?:点[零一二三四五六七八九]{1,4})?"
_SPELLED = "|".join(sorted(_WORDS, key=len, reverse=True))
_TIMES = r"(?:x|X|×)(?![A-Za-z0-9])|[- ]?times\b|[- ]?fold\b| vezes\b|倍"
FACTOR = re.compile(
    rf"(?<![A-Za-z0-9.,/_])(?P<sign>[+-])?(?P<between>between )?"
    rf"(?:(?P<low>\d{{1,3}},\d{{1,2}}(?=\s?(?:x|×|vezes))|{_NUMBER})(?:(?:x|%|％|倍)?(?=\s?(?:[-–‑~～至到]|to |and )))?"
    rf"(?:\s?(?(between)and|(?:[-–‑~～至到]|to))\s?(?P<high>{_NUMBER}))?"
    rf"\s?(?:(?P<times>{_TIMES})|(?P<percent>%|％|percent\b|per cent\b))"
    rf"|(?P<word>{_SPELLED})(?:(?:[- ](?:to|or|and)[- ](?P<upto>{_SPELLED}))?[- ]times|[- ]?fold)\b"
    r"|(?P<twice>twice|double[sd]?|two-fold)\b(?! (?:precision|data|speed))|(?P<triple>triple[sd]?|thrice)\b"
    r"|(?P<quad>quadruple[sd]?)\b|(?P<half>half|halved|halves)\b(?![- ]precision)"
    rf"|(?P<top>one|two|three|an?)[- ](?P<part>third|quarter|fourth|fifth|sixth|tenth)s?\b"
    r"|(?P<slash>1/\d{1,2})(?=\s?(?:of|the|as)\b)"
    rf"|(?P<by>a factor of (?P<factor>{_SPELLED}|{_NUMBER})))"
    rf"|(?P<zh>{_HAN})(?:[至到](?P<zhto>{_HAN}))?倍(?P<zhextra>半)?|(?P<zhtwice>翻倍|翻番|翻一番)"
    rf"|(?P<zhhalf>一半|减半)|百分之(?P<zhpercent>{_HAN})|(?P<zhdown>\d{{1,3}}|{_HAN})分之(?P<zhup>\d{{1,3}}|{_HAN})"
    r"|(?P<zhtenths>[1-9](?:\.\d)?|[一二两三四五六七八九])成(?P<zhmore>[一二三四五六七八九半]?)"
    r"(?![为本功员立都品长熟果就分绩效交])", re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True)
class Factor:
    """A factor as printed, in the form that claims have; ``loose`` where two readings are usual ("3倍" after 提升).

    A ``part`` is a half, a third and so on.
    """

    start: int
    end: int
    text: str
    sense: str
    hedge: str | None
    loose: bool = False
    part: bool = False

    def hedged(self, hedge: str | None) -> Factor:
        """Return it with a hedge. What bounds a part ("less than a third") bounds it as a share, not its inverse."""
        if not self.part or hedge in (None, "about"):
            return replace(self, hedge=hedge)
        share = (100 / Decimal(self.text[2:-2])).quantize(Decimal("0.1")).normalize()
        return replace(self, text=f"{share:f} percent of", hedge=hedge)


@dataclass(frozen=True)
class Figure:
    """A number with its unit, which is of the vocabulary; ``counted`` where it is a number of things.

    ``digits`` are those printed, as `calc.sheets.multipliers.interval` reads them; ``scale`` is what "million" says.
    """

    start: int
    end: int
    text: str
    unit: str
    digits: str
    scale: int
    hedge: str | None
    counted: bool = False


def numeral(text: str) -> Decimal:
    """Return the value of a Chinese numeral.

    Examples
    --------
    >>> numeral("一百二十"), numeral("三点六"), numeral("十五")
    (Decimal('120'), Decimal('3.6'), Decimal('15'))
    """
    whole, _, rest = text.partition("点")
    total = held = 0
    for sign in whole:
        if sign in "十百":
            total, held = total + (held or 1) * (10 if sign == "十" else 100), 0
        else:
            held = _CHINESE[sign]
    digits = "".join(str(_CHINESE[sign]) for sign in rest)
    return Decimal(f"{total + held}{'.' * bool(digits)}{digits}")


_JOINED = re.compile(rf"(?:\d|\b(?:{_SPELLED}))(?:\s?[x×%倍])?(?P<and>\s?(?:,? and|、|和) ?)$", re.IGNORECASE)


def factors(sentence: str, names: Collection[int] = ()) -> Iterator[Factor]:
    """Yield the factors in a sentence; ``names`` has the places where names end, which are no numbers before "and".

    A percentage that is neither more, less nor of something is none.
    """
    for found in FACTOR.finditer(sentence):
        before, after = sentence[max(found.start() - 28, 0) : found.start()], sentence[found.end() : found.end() + 24]
        joined = None if found["between"] else _JOINED.search(before)
        if joined and found.start() - len(before) + joined.start("and") not in names:
            continue
        made = _factor(found, before, after)
        if made:
            yield made


def _factor(found: re.Match[str], before: str, after: str) -> Factor | None:
    number, kind, sense = _printed(found)
    if not number:
        return None
    end = found.end()
    if later := lexicon.LATER_HEDGE.match(after):
        end, after = end + later.end(), after[later.end() :]
    follows, precedes = lexicon.AFTER.match(after), lexicon.BEFORE.search(before)
    way = follows.lastgroup if follows else None
    if found["sign"]:
        way = "more" if found["sign"] == "+" else "less"
    if kind == "percent":
        of = "of" if found["zhpercent"] or found["zhtenths"] else None
        way = way or (precedes.lastgroup if precedes else None) or of
        if way in (None, "worse"):
            chinese = after.lstrip()[:1] in ("，", "。", "") and bool(re.search(r"[\u3400-\u9fff]", before))
            if not chinese:
                return None
            way = "of"
        text, sense = f"{number} percent {way}", "lower" if way == "less" else "higher"
        if way == "of":
            sense = "lower" if Decimal(number.rpartition("..")[2]) < 100 else "higher"
    else:
        down = way == "less" or (way is None and precedes is not None and precedes.lastgroup == "less")
        sense = "lower" if down != (sense == "lower") else "higher"
        sense = "worse" if way == "worse" else sense
        text = f"{'1/' if kind == 'part' or down else ''}{number} x" if kind != "share" else number
        by = way or (precedes.lastgroup if precedes else None)
        if kind in ("part", "share") and by in ("more", "less"):
            share = text.partition(" ")[0] if kind == "share" else f"{100 / Decimal(number):.0f}"
            kind, text, sense = "percent", f"{share} percent {by}", "lower" if by == "less" else "higher"
    hedge, length = lexicon.hedge(before)
    if later:
        hedge = "more than" if later["more"] else "about"
    try:
        interval(text, hedge)
    except UnitError:
        return None
    loose = bool(kind == "times" and "倍" in found[0] and precedes and precedes.lastgroup == "more")
    if follows and follows.lastgroup not in (None, "of"):
        end += follows.end()
    return Factor(found.start() - length, end, text, sense, None, loose, kind == "part").hedged(hedge)


def _printed(found: re.Match[str]) -> tuple[str, str, str]:
    """Return the digits of a factor, its kind (times, part, share, percent), and its sense."""
    if found["low"]:
        low, high = _plain(found["low"]), _plain(found["high"] or "")
        ordered = high and Decimal(low) < Decimal(high)
        return f"{low}..{high}" if ordered else low, "times" if found["times"] else "percent", "higher"
    if found["word"]:
        upto = found["upto"]
        if upto and " and " in found[0] and not found["between"]:
            return "", "", ""
        return f"{_WORDS[found['word'].lower()]}{f'..{_WORDS[upto.lower()]}' if upto else ''}", "times", "higher"
    for name, number in (("twice", "2"), ("triple", "3"), ("quad", "4"), ("zhtwice", "2")):
        if found[name]:
            return number, "times", "higher"
    if found["half"] or found["zhhalf"]:
        return "2", "part", "lower"
    if found["slash"]:
        return _share(1, max(int(found["slash"][2:]), 1))
    if found["part"]:
        top = {"a": 1, "an": 1}.get(found["top"].lower()) or int(_WORDS[found["top"].lower()])
        return _share(top, int(_PARTS[found["part"].lower()]))
    if found["zhdown"]:
        up, down = (int(said if said.isdecimal() else numeral(said)) for said in found.group("zhup", "zhdown"))
        return _share(up, down) if 0 < up <= down else ("", "", "")
    if found["zh"]:
        low, high = str(numeral(found["zh"])), str(numeral(found["zhto"])) if found["zhto"] else ""
        low = f"{low}.5" if found["zhextra"] else low
        return f"{low}..{high}" if high and Decimal(low) < Decimal(high) else low, "times", "higher"
    if found["zhpercent"]:
        return str(numeral(found["zhpercent"])), "percent", "higher"
    if said := found["zhtenths"]:
        digits = said.replace(".", "") if said.isascii() else str(_CHINESE[said])
        more = found["zhmore"] and str(_CHINESE.get(found["zhmore"], 5))
        return f"{digits + more:0<2}", "percent", "higher"
    said = found["factor"]
    return _WORDS.get(said.lower()) or _plain(said), "times", "higher"


def _share(top: int, bottom: int) -> tuple[str, str, str]:
    """Return a fraction: one part as such, more of them in percent as two digits have it."""
    if top == 1:
        return str(bottom), "part", "lower"
    return f"{round(100 * top / bottom)} percent of", "share", "lower" if top < bottom else "higher"


def _plain(number: str) -> str:
    """Return digits without marks between thousands, and a decimal comma as a point."""
    if re.fullmatch(r"\d{1,3},\d{1,2}", number):
        return number.replace(",", ".")
    return number.replace(",", "").replace("，", "")


# -- figures --------------------------------------------------------------------------------------

_PREFIXES = {"kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P", "exa": "E", "zetta": "Z", "K": "k"}
UNITS = (
    ("FLOP/s", r"(?<=\d[TPE])(?![A-Za-z0-9/])|FLOP/s|FLOPS|FLOPs|flops|Flops|FLOPs/s"), ("OP/s", r"OPS|OPs|OP/s"),
    ("B/s", r"B/s|Bps|bytes?(?:/s| per second)"), ("b/s", r"b/s|bps|bits?(?:/s| per second)"), ("B", r"B|bytes?"),
    ("W", r"W|[Ww]atts?|瓦"), ("Hz", r"Hz"), ("g", r"g|grams?|公?克"), ("t", r"tonnes?|metric tons?|吨"),
    ("m^2", r"m²|m2|m\^2|square met(?:er|re)s?|平方米"), ("mm^2", r"mm²|mm2|mm\^2|square millimet(?:er|re)s?|平方毫米"),
)  # fmt: skip
"""Units that take prefixes, and how they are written."""
COUNTS = (
    ("chip", r"(?:AI )?(?:chips|GPUs|NPUs|TPUs|XPUs|accelerators|processors|cards)\b|"
             r"(?:颗|枚|块|个)(?:[A-Za-z]{2,12} )?(?:AI)?(?:芯片|NPU|GPU)|"
             r"张(?:加速)?卡|卡(?=集群|规模|超节点)"),
    ("rack", r"(?:racks|cabinets)\b|个?机柜"), ("node", r"(?:nodes|servers|compute nodes)\b|个?节点|台服务器"),
    ("transistor", r"transistors\b|个?晶体管"), ("cpu", r"CPUs\b|[颗枚块个](?:[A-Za-z]{2,12} )?CPU"),
    ("module", r"optical (?:modules|transceivers)\b|个?光模块"),
)  # fmt: skip
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "K": 3, "M": 6, "m": 6, "bn": 9, "B": 9,
           "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8, "万亿": 12}  # fmt: skip
_PREFIXED = "|".join(rf"(?P<u{place}>{written})" for place, (_, written) in enumerate(UNITS))
_COUNTED = "|".join(rf"(?P<c{place}>{written})" for place, (_, written) in enumerate(COUNTS))
FIGURE = re.compile(
    rf"(?<![A-Za-z0-9.,/_])(?P<between>[Bb]etween )?(?:(?P<usd>US\$|\$)|(?P<cny>¥|￥|RMB\s?|CN¥))?(?P<low>{_NUMBER})"
    rf"(?:\s?(?(between)and|(?:[-–‑~～至到]|to))\s?(?:US)?[$¥￥]?(?P<high>{_NUMBER}))?"
    r"(?:[\s-]?(?P<scale>thousand|million|billion|trillion|bn|万亿|百万|千万|亿|万|千(?!瓦)|[kKmMB](?![\w/])))?"
    r"(?:[\s-]?(?:(?P<prefix>kilo|mega|giga|tera|peta|exa|zetta|Kilo|Mega|Giga|Tera|Peta|Exa|千|兆|[kKMGTPEZ]i?)?[ -]?"
    rf"(?:{_PREFIXED})(?![A-Za-z0-9])|(?P<dollars>(?:US )?dollars?\b|USD\b|美元)|(?P<yuan>yuan\b|RMB\b|CNY\b|元)"
    rf"|(?:(?:of )?(?:(?!and|or)[^\W\d]\w{{1,11}}[- ]){{0,2}}?)(?:{_COUNTED})))?"
)
_PART = re.compile(rf"\s?{lexicon.PART}\s?")
_HOURLY = re.compile(r"\s?(?:per|an|a|/)\s?(?:(?:GPU|chip|card|accelerator)[- ])?(?:hour|h)\b", re.IGNORECASE)


_BEFORE_LAST = re.compile(rf"(?<![A-Za-z0-9.,/_])(?:{_NUMBER})(?=,? and |, |、|和|与)")
_SHARING = re.compile(rf"(?:(?:,? and |, |、|和|与)(?:US)?[$¥￥]?(?:(?:{_NUMBER})(?=[,、]|,? and |和|与))?){{1,4}}")
"""What joins numbers that share one unit, which stands after the last: "384 and 72 chips"."""


def figures(sentence: str, components: dict[int, int]) -> Iterator[Figure]:
    """Yield the figures in a sentence; ``components`` has the places where names of what is counted begin and end."""
    held: list[Figure] = []
    for one in sorted(_figures(sentence, components), key=lambda one: one.start):
        low = held[-1] if held else None
        gap = sentence[low.end : one.start] if low else ""
        between = low is not None and low.text.lower().startswith("between")
        joins = gap in (" to ", "至", "到") or (gap == " and " and between)
        if low and joins and (low.unit, low.scale) == (one.unit, one.scale) and _rises(low.digits, one.digits):
            both = f"{low.digits}..{one.digits}"
            held[-1] = replace(low, end=one.end, text=sentence[low.start : one.end], digits=both)
        else:
            held.append(one)
    return iter(held)


def _rises(low: str, high: str) -> bool:
    return ".." not in low + high and Decimal(low) < Decimal(high)


def _figures(sentence: str, components: dict[int, int]) -> Iterator[Figure]:
    respective = lexicon.RESPECTIVE.search(sentence) is not None
    shared: set[int] = set()
    for found in reversed(list(FIGURE.finditer(sentence))) if respective else FIGURE.finditer(sentence):
        if found.start("low") in shared:
            continue
        unit, counted, end = _unit(found), False, found.end()
        after = _PART.match(sentence, found.end("low"))
        begins = after.end() if after else found.end("low")
        if (not unit or unit == "chip") and begins in components:
            unit, counted, end = "chip", True, components[begins]
        if not unit or (sentence[found.start(0) : end][-1:] in tuple("TPE") and "算力" not in sentence):
            continue
        if unit in ("USD", "CNY") and (hour := _HOURLY.match(sentence, end)):
            unit, end = f"{unit}/h", hour.end()
        low, high = _plain(found["low"]), _plain(found["high"] or found["low"])
        if not 0 < Decimal(low) <= Decimal(high):
            continue
        hedge, length = lexicon.hedge(sentence[max(found.start() - 28, 0) : found.start()])
        if hedge in ("more than", "less than") and sentence[: found.start()].endswith(" the "):
            hedge, length = None, 0
        if later := lexicon.LATER_HEDGE.match(sentence, end):
            hedge, end = ("more than" if later["more"] else "about"), later.end()
        counted = counted or any(unit == name for name, _ in COUNTS)
        start = found.start() - length
        digits = f"{low}..{high}" if low != high else low
        scale = 10 ** _SCALES.get(found["scale"] or "", 0)
        for other in _BEFORE_LAST.finditer(sentence, 0, found.start()) if respective else ():
            if _SHARING.fullmatch(sentence, other.end(), found.start()):
                shared.add(other.start())
                yield Figure(*other.span(), other[0], unit, _plain(other[0]), scale, None, counted)
        yield Figure(start, end, sentence[start:end], unit, digits, scale, hedge, counted)


def _unit(found: re.Match[str]) -> str:
    """Return the unit of a match of `FIGURE`, of the vocabulary; empty where it has none."""
    if found["usd"] or found["dollars"]:
        return "USD"
    if found["cny"] or found["yuan"]:
        return "CNY"
    for place, (unit, _) in enumerate(COUNTS):
        if found[f"c{place}"]:
            return unit
    for place, (unit, _) in enumerate(UNITS):
        if found[f"u{place}"] is not None:
            prefix = found["prefix"] or ""
            prefix = {"千": "k", "兆": "M"}.get(prefix) or _PREFIXES.get(prefix.lower()) or prefix.replace("K", "k")
            return f"{prefix}{unit}"
    return ""


# -- dates ----------------------------------------------------------------------------------------

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DATE = re.compile(
    rf"(?P<y>20\d\d)-(?P<m>\d\d)(?:-(?P<d>\d\d))?(?!\d)|"
    rf"(?:(?P<d1>\d{{1,2}}) )?(?P<mon>{_MONTH}) (?:(?P<d2>\d{{1,2}}),? )?(?P<y1>20\d\d)"
    r"|(?P<y2>20\d\d)年(?:(?P<m2>\d{1,2})月(?:(?P<d3>\d{1,2})日)?)?|\b(?:in|since) (?P<y3>20\d\d)(?![\d-])"
)
EVENTS = (
    ("event_date.announced", re.compile(r"\b(?:announc|unveil|introduc)\w{1,4}\b|发布|公布", re.IGNORECASE)),
    ("event_date.shown", re.compile(r"\b(?:showcased|first shown|debuted|demonstrated)\b|亮相|展出", re.IGNORECASE)),
    ("release_date", re.compile(r"\b(?:launched|released|shipped|went on sale)\b|上市|推出", re.IGNORECASE)),
)


def dates(sentence: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a sentence has a date, and the date as sheets write it, as exact as printed."""
    for found in _DATE.finditer(sentence):
        year = found["y"] or found["y1"] or found["y2"] or found["y3"]
        month = found["m"] or found["m2"] or (found["mon"] and str(_MONTHS.index(found["mon"][:3].lower()) + 1))
        day = found["d"] or found["d1"] or found["d2"] or found["d3"]
        yield found.start(), found.end(), "-".join([year, *(part.zfill(2) for part in (month, day) if part and month)])
