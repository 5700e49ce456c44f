"""Where sources stand makes no difference: one file each, all in one, or some of them in an overlay."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from calc.catalog import checks
from calc.catalog.catalog import Catalog
from calc.catalog.origins import Origins
from calc.sheets import folders, schema
from tests import strategies


def write(layer: Path, found: dict[str, schema.Source], alone: bool) -> None:
    """Write sources in files of their own, or in one."""
    (layer / "chips").mkdir(parents=True)
    if not alone:
        (layer / folders.SOURCE_LIST).write_text(strategies.sources_text(found) if found else "", encoding="utf-8")
    for id, source in found.items() if alone else ():
        held = source.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        path = folders.source_path(layer, id, folders.EDITIONS if source.supersedes else "")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"id": id} | held, ensure_ascii=False), encoding="utf-8")


@given(found=strategies.sources(), data=st.data(), alone=st.lists(st.booleans(), min_size=2, max_size=2))
def test_sources_are_the_same_wherever_they_stand(
    found: dict[str, schema.Source], data: st.DataObject, alone: list[bool]
) -> None:
    above = data.draw(st.lists(st.sampled_from(sorted(found)), unique=True, max_size=len(found) - 1))
    parts = [{id: source for id, source in found.items() if (id in above) == over} for over in (False, True)]
    with tempfile.TemporaryDirectory() as temporary:
        whole, *layers = (Path(temporary) / name for name in ("whole", "base", "over"))
        write(whole, found, alone=False)
        for layer, part, form in zip(layers, parts, alone, strict=True):
            write(layer, part, form or not part)
        one, other = Catalog(base=whole), Catalog([layers[1]], layers[0])
        assert list(map(str, checks.problems(other))) == []
        assert sorted(other.source_ids()) == one.source_ids() == sorted(found)
        for id, source in found.items():
            assert other.source(id) == one.source(id) == source
            assert Origins(other).roots(id) == Origins(one).roots(id)
        newer = [{old: sorted(ids) for old, ids in each.superseded.items()} for each in (one, other)]
        assert newer[0] == newer[1]
