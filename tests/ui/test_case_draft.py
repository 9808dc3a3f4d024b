"""The draft that a tested cell opens in Compose: its case as it is now, never a hold-out case."""

from __future__ import annotations

from dataclasses import replace

from tests.app.testing.standin_source import StandInSuites
from tests.store.making import lane, text
from workbench.core.cases import Case
from workbench.core.drafts import Draft, ValueSet
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import CellDetail
from workbench.ui.features.testing.cell_actions import case_draft

TESTED = Case("c", "Late", (("q", "as tested"),))
NOW = ValueSet("c", "Late order", (("q", "now"),))
OTHER = ValueSet("o", "Other", (("q", "other"),), ticked=True)
BEFORE = Draft(text("draft"), (("q", "typed"),), (lane("A"),), 1, (OTHER,), "o")


def detail(case: Case = TESTED) -> CellDetail:
    return replace(StandInSuites(4).cell("r", "s", CellKey(0, 0, 0)), case=case)


def test_case_is_opened_as_it_is_now() -> None:
    draft = case_draft(BEFORE, detail(), text("column"), NOW, "new")
    assert (draft.content, draft.values, draft.active) == (text("column"), NOW.values, "c")
    assert draft.sets == (replace(OTHER, values=(("q", "typed"),), ticked=False), replace(NOW, ticked=True))


def test_edits_in_compose_are_newer_than_the_history() -> None:
    mine = replace(NOW, values=(("q", "mine"),))
    draft = case_draft(
        replace(BEFORE, sets=(mine,), active="c", values=(("q", "typing"),)), detail(), text("x"), NOW, "new"
    )
    assert (draft.values, [one.values for one in draft.sets]) == ((("q", "typing"),), [(("q", "typing"),)])


def test_deleted_case_is_opened_as_it_was_tested() -> None:
    draft = case_draft(BEFORE, detail(), text("x"), None, "new")
    assert draft.sets[-1] == ValueSet("c", "Late", TESTED.values, ticked=True)
    assert [lane.slot for lane in draft.lanes] == ["new"]


def test_case_of_the_hold_out_gives_its_values_only() -> None:
    draft = case_draft(BEFORE, detail(replace(TESTED, held_out=True)), text("x"), None, "new")
    assert (draft.values, draft.active, [one.uid for one in draft.sets]) == (TESTED.values, "", ["o"])
    assert [(one.uid, one.values) for one in draft.run_sets] == [("", TESTED.values)]
