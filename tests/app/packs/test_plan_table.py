"""The table of an import preview, and the choices made in it."""

from __future__ import annotations

from workbench.app.packs.plan_table import PlanTable, possible
from workbench.core.content import Content
from workbench.packs.pack_contents import Pack, PackAbout, PackPrompt, PackVersion
from workbench.packs.pack_reader import ReadPack
from workbench.usecases.packs.importer import PackImportPlan, PlannedPrompt, State


def plan(*states: State) -> PackImportPlan:
    prompts = tuple(
        PackPrompt(f"u{at}", f"Prompt {at}", f"p{at}", "h", (PackVersion("h", Content()),))
        for at, _ in enumerate(states)
    )
    planned = tuple(
        PlannedPrompt(one, state, one.uid, "" if state == "new" else "here")
        for one, state in zip(prompts, states, strict=True)
    )
    return PackImportPlan(ReadPack(Pack(PackAbout("a", "Bots"), prompts), {}), planned, "/tmp/bots")


def test_states_set_default_actions_and_limit_the_choices() -> None:
    table = PlanTable()
    table.show_plan(plan("new", "changed", "identical", "conflicting"))
    assert list(table.actions.values()) == ["add", "update", "skip", "skip"]
    assert table.summary == "Prompts: 1 added, 1 updated, 2 skipped. Nothing in your history is changed or removed."
    table.choose(range(4), "update")
    assert list(table.actions.values()) == ["add", "update", "skip", "update"]
    table.choose(range(4), "skip")
    assert not table.brings
    assert table.summary == "Nothing will be imported."
    assert [possible(one) for one in map(table.prompt, range(4)) if one] == [
        ("add", "skip"),
        ("update", "add", "skip"),
        ("add", "skip"),
        ("update", "add", "skip"),
    ]


def test_choice_for_many_prompts_emits_one_change() -> None:
    table = PlanTable()
    table.show_plan(plan(*(["new"] * 500)))
    told: list[tuple[int, int]] = []
    table.dataChanged.connect(lambda first, last, _: told.append((first.row(), last.row())))
    table.choose(range(500), "skip")
    assert told == [(0, 499)]
    table.choose(range(500), "skip")
    assert len(told) == 1


def test_pack_already_imported_has_nothing_new() -> None:
    table = PlanTable()
    table.show_plan(plan("identical", "identical"))
    assert table.summary == "Nothing new: everything is already in your history."
