"""The file that `make calibrate` writes: efficiencies, pools of measurements, and usual scale-up domains of chips."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("fitted.json")


@lru_cache(maxsize=1)
def held() -> dict[str, Any]:
    """Return what the file holds."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def domains() -> dict[str, tuple[int, str]]:
    """Return by chip how many share the fast links in the system of it that has the most reports, and its id."""
    return {chip: (many, system) for chip, (many, system) in held().get("domains", {}).items()}
