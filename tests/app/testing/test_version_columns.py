"""Columns of several versions: what is missing to compare two of them, and whether the tested text has changed."""

from __future__ import annotations

from dataclasses import replace

from workbench.app.testing.source import SuiteOverview
from workbench.app.testing.version_columns import changed_since, missing_lanes, version_lanes
from workbench.core.lanes import Lane, Params
from workbench.core.testing.grid import SuiteColumn, SuiteRun
from workbench.core.testing.settings import SuiteSettings

MINI, LARGE = Lane("a", "e", "mini"), Lane("b", "e", "large", label="big")
WARM = replace(MINI, slot="c", params=Params(temperature=0.9))


def test_a_version_is_added_with_every_model_once() -> None:
    assert version_lanes((MINI, LARGE, WARM), 3) == tuple(replace(one, pinned=3) for one in (MINI, LARGE, WARM))
    twice = (replace(MINI, slot="x", pinned=1), MINI, LARGE)
    assert version_lanes(twice, 3) == (replace(MINI, slot="x", pinned=3), replace(LARGE, pinned=3))
    assert version_lanes((), 3) == ()


def test_only_what_is_missing_is_added() -> None:
    columns = (MINI, LARGE, replace(MINI, slot="d", pinned=3, label="old"))
    assert version_lanes(columns, 3) == (replace(LARGE, pinned=3),)
    assert version_lanes(columns, None) == ()
    assert missing_lanes((replace(LARGE, samples=4), WARM), columns) == (WARM,)


def test_text_has_changed_if_the_current_version_was_not_tested() -> None:
    def columns(version: int, *lanes: Lane) -> tuple[SuiteColumn, ...]:
        versions = [lane.pinned or version for lane in lanes]
        return tuple(
            SuiteColumn(place, lane, number, f"#{number}")
            for place, (lane, number) in enumerate(zip(lanes, versions, strict=True))
        )

    def changed(now: tuple[SuiteColumn, ...], ran: tuple[SuiteColumn, ...]) -> str:
        overview = SuiteOverview("p", SuiteSettings(), now, ())
        found = changed_since(overview, SuiteRun("r", 1, "", 1, 1, ran, 0, 1, 1))
        return "" if found is None else found.version_name

    old = replace(LARGE, pinned=1)
    assert changed(columns(2, old, MINI), columns(2, old, MINI)) == ""
    assert changed(columns(0, old, MINI), columns(2, old, MINI)) == "#2"
    assert changed(columns(2, old), columns(2, old)) == ""
    assert changed(columns(5, MINI), columns(2, old)) == "", "the text was not tested"
