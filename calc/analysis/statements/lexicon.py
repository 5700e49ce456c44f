"""The words that name metrics, comparisons, hedges and whom a sentence credits, in English and Chinese.

All patterns are alternations without a repeat within a repeat, and are tried on sentences of bounded length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

ENGLISH = re.IGNORECASE
OVERALL = "overall"
ABOUT = "about:"
"""Begins what a claim may be about without there being a metric for it."""

CHEAP = "cheaper|less expensive|less costly"
DEAR = f"expensive|costly|costlier|pricier|pricey|{CHEAP}"
_DRAW = r"(?:(?:all-in|total|rack|system) ){0,2}power per"
BANDWIDTH = "bandwidth"
MEANT = {BANDWIDTH: ("memory_bandwidth", "scale_up_bandwidth", "scale_out_bandwidth")}
"""Words that do not say which of several metrics they are."""
# The first that fits is taken, so that what is longer stands before its parts.
MATTERS = (
    ("power_per_memory_bandwidth", rf"{_DRAW} (?:unit of )?(?:memory bandwidth|TB/s)|每TB/s功耗"),
    ("power_per_memory_capacity", rf"{_DRAW} (?:unit of )?(?:memory capacity|memory|TB(?!/))|每TB功耗"),
    ("power_per_chip", rf"{_DRAW} (?:chip|GPU|card|accelerator)"),
    ("power_per_compute", rf"{_DRAW} (?:unit of )?(?:\w+ ){{0,2}}(?:compute|T?FLOPS?|TFLOP/s)"),
    ("compute_per_power", r"(?:compute|computing|FLOPS?|performance) per watt|(?:power|energy) efficiency|"
                          r"(?:power|energy)[- ]efficient|能效比?|每瓦(?:性能|算力)"),
    (f"{ABOUT}throughput per power", r"(?:throughput|tokens(?: per second)?) per (?:megawatt|watt|MW|power)"),
    (f"{ABOUT}throughput per user", r"(?:throughput|tokens(?: per second)?) per user"),
    (f"{ABOUT}chips per rack", r"(?:cards|chips|GPUs|NPUs) per (?:cabinet|rack)"),
    (f"{ABOUT}performance per dollar", r"(?:performance|throughput) per dollar"),
    (f"{ABOUT}network cost", r"network(?:ing)? cost"),
    (f"{ABOUT}network power", r"network(?:ing)? power"),
    (f"{ABOUT}density", r"(?:compute |power )?density|算力密度"),
    ("host_memory_bandwidth", r"(?:(?:host|system|CPU) memory|(?:LP)?DDR\d\w*(?: memory)?) bandwidth"),
    ("host_memory_capacity", r"(?:host|system|CPU) memory|DRAM capacity|LPDDR\w*|DDR\d\w*"),
    ("memory_bandwidth", r"(?:memory|HBM\w*|VRAM) bandwidth|bandwidth of (?:the )?(?:memory|HBM)|"
                         r"(?:内存|显存|HBM)(?:总)?带宽|访存带宽"),
    ("die_to_die_bandwidth", r"(?:die-to-die|inter-die|chip-to-chip) bandwidth"),
    ("scale_out_bandwidth", r"scale[- ]out(?: network)?(?: bandwidth)?|scale-out带宽"),
    ("scale_up_domain", r"scale[- ]up domain|NVLink domain"),
    ("scale_up_latency", r"(?:interconnect|scale[- ]up|network) latency|互联时延|时延"),
    ("scale_up_bandwidth", r"(?:scale[- ]up|interconnect|NVLink|network|link|cross-node|inter-chip)(?: bandwidth)|"
                           r"NVLink|互联带宽|网络带宽|互连带宽|通信带宽"),
    ("cache", r"on-chip (?:memory|SRAM)|SRAM|last-level cache|片上(?:内存|缓存)"),
    ("memory_capacity", r"(?:memory|HBM) capacity|(?:GPU |HBM\w* |on-package )?memory(?! bandwidth)|HBM\d?\w?|VRAM|"
                        r"内存容量|显存容量|显存|内存"),
    ("throughput", r"(?:training|inference|decode|prefill|decoding)(?: (?:performance|throughput|speed))?|throughput|"
                   r"tokens? per second|训练(?:性能|速度)?|推理(?:性能|速度)?|吞吐量?"),
    ("peak_compute", r"(?:overall |total |peak |raw )?(?:compute|computing|processing)"
                     r"(?: (?:power|performance|capacity))?|"
                     r"[PTE]?FLOPS|(?:peta|tera|exa)flops|(?:BF16|FP16|FP8|FP4|INT8|FP32|FP64)(?: dense| sparse)?"
                     r"(?: (?:performance|throughput))?|算力|峰值性能|计算能力"),
    (BANDWIDTH, r"bandwidth|带宽"),
    ("power", r"(?:all-in |total |rack |system )*power(?: draw| consumption)?|electricity|energy consumption|TDP|"
              r"kilowatts?|draw(?:s|ing)?|consum(?:es?|ing)|功耗|耗电量?|功率"),
    (f"{ABOUT}energy", r"energy"),
    ("price", rf"price(?: tag)?|list price|(?:sells|sold) for|priced|costs(?= )|cost (?:more|less) than|{DEAR}|"
              r"更?昂?贵(?=[\d一两二三四五六七八九十约近了，。]|$)|便宜|售价|价格|单价"),
    (f"{ABOUT}cost", r"cost|TCO|成本"),
    ("die_area", r"(?:die|logic) (?:area|size)|芯片面积"),
    ("transistor_count", r"transistors|晶体管"),
    ("core_count", r"cores|核心数"),
    ("floor_space", r"floor space|footprint|占地(?:面积)?"),
    ("rack_count", r"racks|cabinets|机柜数?"),
    ("weight", r"weigh(?:t|s|ing)?\b|重量?"),
    ("mfu", r"MFU|model FLOPs? utili[sz]ation"),
    ("chip_count", r"(?:as many |number of |more |fewer )?(?:chips|accelerators|GPUs|NPUs|processors|cards)|"
                   r"芯片数量?|卡数|芯片规模"),
    (OVERALL, r"overall(?: performance)?|(?:all|some|certain|key|select(?:ed)?|several) (?:key )?"
              r"(?:metrics|benchmarks|areas)|performance|性能|powerful|advanced|faster|as fast"),
)  # fmt: skip
PART = (
    r"(?:of )?(?:its |the )?(?:[A-Z]\w{1,20}['’]s )?"
    r"(?:own |latest |new |domestic |self-developed |(?:颗|张|块|枚|个)(?:曦云)?|[x×] ?)?"
)
"""What may stand between a number and the name of what it counts."""
_BEGIN, _STOP = r"(?:(?<![A-Za-z])|(?=[\u3400-\u9fff]))", r"(?!(?<=[A-Za-z])[A-Za-z])"
"""Where a word begins and ends: not within a Latin one; Chinese has no blanks."""
_MATTER = re.compile(
    _BEGIN + "(?:" + "|".join(rf"(?P<m{place}>{words})" for place, (_, words) in enumerate(MATTERS)) + ")" + _STOP,
    ENGLISH,
)

PRECISION = re.compile(
    r"(?<![A-Za-z0-9])(?:(BF16|FP16|FP8|FP4|FP6|FP32|FP64|TF32|INT8|INT4)|(MXFP8)|(MXFP4|NVFP4))(?![0-9A-Za-z])",
    ENGLISH,
)
DENSE = re.compile(r"\b(?:dense|without sparsity)\b|稠密", ENGLISH)
SPARSE = re.compile(r"\b(?:sparse|with sparsity)\b|稀疏", ENGLISH)
SCOPES = (
    ("all-in", re.compile(r"all-in|including cooling|全系统", ENGLISH)),
    ("rack", re.compile(r"\b(?:rack power|rack[- ]level)\b", ENGLISH)),
    ("board", re.compile(r"\bboard power\b|板卡功耗", ENGLISH)),
)
PER_CHIP = re.compile(
    r"\b(?:per|each|a single|every)[- ](?:chip|GPU|NPU|accelerator|card|processor)\b|"
    r"\bper-(?:chip|GPU)\b|单卡|每卡|单芯片|每颗",
    ENGLISH,
)

_MORE = r"more|higher|greater|larger|bigger|faster|better|stronger|increase|improvement|additional|boost"
_LESS = r"less|lower|smaller|fewer|slower|shorter|reduction|weaker|decrease"
AFTER = re.compile(rf"[\s-]{{0,2}}(?:(?:the |an? |as )?(?:(?P<more>{_MORE})|(?P<less>{_LESS}|(?=cheaper))|"
                   rf"(?P<worse>worse)|"
                   rf"(?P<of>of|the|that|as (?:many|much|fast|powerful|large|high)))\b)", ENGLISH)  # fmt: skip
BEFORE = re.compile(
    r"(?:(?P<more>(?:improv|increas|rais|boost|exceed)\w*(?: by)?|(?:up|higher|more|faster|larger|greater)(?: by)?|"
    r"提升了?|提高了?|增加了?|高出|高|多出|多|增长|快|贵|领先)|"
    r"(?P<less>(?:reduc|cut|lower|decreas)\w*(?: by)?|(?:down|less|slower|smaller|fewer)(?: by)?|"
    r"降低了?|减少了?|便宜了?|低|少|慢))\s?(?:by |约|近|超过|超|至少|最高)?$", ENGLISH)  # fmt: skip

HEDGES = (
    ("up to", r"up to|no more than|not more than|as much as|as many as|a maximum of|最高(?:可达)?|高达|至多|最多"),
    ("just over", r"just over|a little over|slightly (?:over|more than)|略高于|略超"),
    ("almost", r"almost|nearly|close to|just under|将近|接近|近"),
    ("more than", r"no (?:less|fewer) than|not less than|more than|over|exceed(?:s|ing|ed)?|above|at least|"
                  r"in excess of|超过|逾|超|至少|不低于"),
    ("less than", r"less than|under|below|fewer than|(?:falls? |just )?short of|不到|不足|低于"),
    ("about", r"about|around|approximately|approx\.?|roughly|some|circa|~|≈|大约|约(?:为)?|左右"),
)  # fmt: skip
_HEDGE = re.compile(
    r"(?:" + "|".join(f"(?P<h{place}>{words})" for place, (_, words) in enumerate(HEDGES))
    + r")\s?(?:only |an? |the |some |\$|US\$|为其|其|为|达到?){0,2}$", ENGLISH,
)  # fmt: skip
LATER_HEDGE = re.compile(r"\s?(?:(?P<more>or more|plus\b|\+|以上|多)|(?P<about>左右|or so))", ENGLISH)

RANKINGS = (
    ("ahead", r"outperform\w*|surpass\w*|beats?|beaten|exceed\w*|outpace\w*|eclips\w*|overtak\w*|"
              r"trounc\w+|leapfrog\w*|superior to|ahead of|"
              r"better(?: [\w/-]+){0,4} than|(?:faster|more powerful|more advanced|stronger) than|"
              r"全面超越|超越|超过|领先于?|优于|胜过|强于"),
    ("behind", r"lag(?:s|ged|ging)? behind|lags?|trail(?:s|ed|ing)?|inferior to|falls? short of|behind|no match for|"
               r"worse(?: [\w/-]+){0,4} than|(?:weaker|slower|less powerful|less advanced) than|"
               r"落后于?|逊于|不如|不及|不敌|比不上|弱于"),
    ("equal", r"rival(?:s|led|ling)?|match(?:es|ed)?(?! for)|on par with|comparable (?:to|with)|compet(?:es?|ing) with|"
              r"challeng(?:es|ed|ing)|similar to|equal(?:s| to)?|媲美|相当于|对标|持平|匹敌|比肩"),
    ("higher", r"(?:costlier|pricier|costs? (?:\w+ )?more) than|"
               r"(?:more|higher|greater|larger|increased|bigger)(?: [\w/-]+){1,4} than|高于|多于|大于"),
    ("lower", r"(?:cheaper|costs? (?:\w+ )?less) than|"
              r"(?:less|lower|fewer|smaller|reduced|weaker)(?: [\w/-]+){1,4} than|低于|少于|小于"),
)  # fmt: skip
RANKING = re.compile(
    _BEGIN + "(?:" + "|".join(f"(?P<r{place}>{words})" for place, (_, words) in enumerate(RANKINGS))
    + ")" + _STOP + r"(?P<passive> by)?", ENGLISH,
)  # fmt: skip
OPPOSITE = {"ahead": "behind", "behind": "ahead", "higher": "lower", "lower": "higher", "equal": "equal"}

NEGATED = re.compile(
    r"\b(?:not(?! only| just| merely| simply| less than| more than)|never|cannot|no longer|"
    r"neither|nor|den(?:y|ie[sd])|doubt\w*|disput\w+|"
    r"refut\w+|rejects?|fail(?:s|ed)? to|far from|hardly|false|myth|wrong|"
    r"no (?:chip|GPU|NPU|system|rival|competitor|accelerator|machine|"
    r"faster|better|larger|higher|lower|cheaper|stronger))\b|"
    r"n['’]t\b|"
    r"没有|并非|并不|不是|不能|未能|无法|不会|否认|远未|质疑", ENGLISH)  # fmt: skip
CONDITION = re.compile(
    r"^\W*(?:whether|suppose|should|imagine|had|were)\b|(?<!even )(?<!as )\b(?:if|unless)\b|"
    r"如果|假如|假设|倘若|要是|^\W*若", ENGLISH)  # fmt: skip
EARLIER = re.compile(
    r"\b(?:last|previous|prior|past) (?:year|quarter|month)\b|\b(?:year|month|quarter)s? (?:before|ago|earlier)\b|"
    r"\byear[- ]on[- ]year\b|\byear[- ]over[- ]year\b|去年|上年|同比|上季度|此前一年", ENGLISH)  # fmt: skip
"""What is compared with itself at another time."""
PER_WATT = re.compile(r"\bper watt\b|每瓦", ENGLISH)
DIFFERENCE = re.compile(r"\s?(?:less|more|higher|lower|fewer|cheaper|extra)\b", ENGLISH)
"""After a figure that says by how much two things differ."""
PART_OF_A_SYSTEM = re.compile(
    r"\b(?:each|every|per)(?: single| compute)? (?:rack|cabinet|node|server|tray|board) (?:of|in)\b|"
    r"每(?:个|台)?(?:机柜|节点|服务器)", ENGLISH)  # fmt: skip
PART_OF_A_COUNT = re.compile(
    r"\bof (?:them|which|these|those)\b|\b(?:compute|computing|switch|network\w*|communications?|storage|bus) racks\b",
    ENGLISH,
)
"""In a count of some of what a system has."""
RESPECTIVE = re.compile(r"\brespectively\b|分别", ENGLISH)
EACH = re.compile(r"\b(?:each|both|apiece)\b|均|都", ENGLISH)
EVERY = re.compile(
    r"\b(?:all|every|each|any)(?: [\w-]+){0,3}? (?:metrics?|benchmarks?|areas?|respects?|measures?|aspects?|categor\w+|"
    r"dimensions?|counts?|ways?)\b|\bacross the board\b|\bin everything\b|"
    r"全面|(?:所有|全部|各项|每项|每一项)[^，。]{0,4}指标",
    ENGLISH)  # fmt: skip
"""That something holds on all metrics."""
QUESTION = re.compile(r"[?？]\W*$")
LOOKS = re.compile(
    r"\b(?:times|twice|double[sd]?|triple[sd]?|half|outperform|surpass|rival|versus|vs|compared|faster|slower|"
    r"more than|less than|better|worse|beat|cheaper|pricier|costlier)\w{0,3}\b|"
    r"\d\s?(?:[x×](?![\w])(?!(?-i: ?[A-Z]))|%)|"
    r"倍|相比|超越|领先|落后|媲美|比[^，。]{1,30}更", ENGLISH)  # fmt: skip
HARDWARE = re.compile(
    r"\b(?:export (?:controls?|licen[cs]es?|bans?)|compute|computing|BF16|FP\d{1,2}|INT8|GPUs?|NPUs?|TPUs?|"
    r"chips?|accelerators?|processors?|HBM\w*|[PTE]?FLOPS|(?:peta|tera|exa)flops|memory|bandwidth|"
    r"racks?|superpods?|optical (?:modules?|transceivers?)|transistors?|"
    r"supernodes?|data cent(?:er|re)s?|AI|inference|training)\b|"
    r"芯片|显存|算力|内存|带宽|超节点|加速卡|推理|训练|出口|\d ?(?:[GT]B(?:/s)?|k?W)(?![A-Za-z])", ENGLISH)  # fmt: skip
MONEY_OF_COMPANIES = re.compile(
    r"\b(?:revenue|sales|invest\w*|valu(?:ed|ation)|market (?:cap|value)|raised|funding|profits?|shares?|stock|orders?|"
    r"deal|contract|loss|budget|subsid\w+|worth|bought|fine[ds]?)\b|"
    r"营收|投资|市值|融资|利润|股价|订单|销售额", ENGLISH)  # fmt: skip
_NAME = r"[A-Z][\w.&-]{0,30}(?: [A-Z][\w.&-]{0,30}){0,3}"
CREDIT = re.compile(
    rf"(?:[Aa]ccording to|[Pp]er data from|[Dd]ata from|[Ee]stimates (?:by|from|of)) "
    rf"(?:the |analysts? (?:at |firm )?|research firm )?"
    rf"(?P<a>{_NAME})|(?:said|reported|estimated|claimed|expected|calculated) by (?P<f>{_NAME})|"
    rf"(?P<b>{_NAME}) (?:(?:executives?|officials?|analysts?|engineers?) )?"
    rf"(?:says?|said|claim(?:s|ed)|reports?|reported|estimate[sd]?|state[sd]|note[sd]?|argue[sd]|told|calculate[sd]?|"
    rf"wrote|writes|finds|found|puts?|believes?|expects?)\b|"
    rf"[,，”\"] ?(?:says?|said|wrote|writes|noted|claimed) (?:the |analysts? (?:at )?)?(?P<e>{_NAME})|"
    r"据(?P<c>\w{2,12}?)(?:报道|称|测算|分析|介绍|数据)|(?P<d>\w{2,8}?)(?:表示|宣称|声称)"
)


def matters(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a text names what is compared: begin, end, and the metric, head of ids, ``overall`` or matter."""
    for found in _MATTER.finditer(text):
        yield found.start(), found.end(), MATTERS[int((found.lastgroup or "m0")[1:])][0]


def hedge(before: str) -> tuple[str | None, int]:
    """Return the hedge that ends a text, one of `calc.sheets.multipliers.HEDGES`, and how long its words are."""
    tail = before[-28:]
    found = _HEDGE.search(tail)
    if not found:
        return None, 0
    place = next(place for place in range(len(HEDGES)) if found[f"h{place}"])
    start = found.start()
    if start and tail[start - 1].isascii() and tail[start - 1].isalnum() and tail[start].isalpha():
        return None, 0
    return HEDGES[place][0], len(tail) - start


def ranked(found: re.Match[str]) -> str:
    """Return the sense of a match of `RANKING`: "is outperformed by" is ``behind``."""
    sense = next(sense for place, (sense, _) in enumerate(RANKINGS) if found[f"r{place}"])
    return OPPOSITE[sense] if found["passive"] else sense


def credit(text: str, names: Sequence[tuple[int, int]]) -> str | None:
    """Return whom a sentence names for what it says, which is none of the names at some places; or None."""
    for found in CREDIT.finditer(text):
        said = found.lastgroup or "a"
        if not any(start < found.end(said) and found.start(said) < end for start, end in names):
            return found[said].rstrip(".")
    return None
