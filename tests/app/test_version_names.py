"""Names of versions while runs make new ones."""

from __future__ import annotations

from workbench.app.compose.version_names import VersionNames
from workbench.core.changes import Change
from workbench.core.content import Content, Message
from workbench.core.timeline import VersionLabel
from workbench.store.records import RunBegun

TEXT = Content((Message("system", "\n"), Message("user", "\n Be brief.\nAnd kind.")))


def _begun(run: str, version: int | None, summary: str = "", name: str = "#2") -> RunBegun:
    return RunBegun(run, 1, version, (version or 1,), Change(2, 0, summary), name)


def test_version_created_by_a_run_is_named_by_its_change() -> None:
    names = VersionNames()
    names.load([VersionLabel(1, "first", "First", "sample")])
    names.started("r", TEXT)
    assert names.recorded(_begun("r", 2, "Be brief."), of_this_prompt=True)
    assert names.labels == (
        VersionLabel(2, "Be brief.", "Be brief.", "#2"),
        VersionLabel(1, "first", "First", "sample"),
    )
    assert (names.name(2), names.name(3), names.name(None)) == ("#2", "", "")
    names.started("same text", TEXT)
    assert not names.recorded(_begun("same text", 2), of_this_prompt=True)
    names.started("all pinned", TEXT)
    assert not names.recorded(_begun("all pinned", None), of_this_prompt=True)
    assert len(names.labels) == 2
    assert names.recorded(_begun("the sample itself", 1, name="#3"), of_this_prompt=True)
    assert [(label.name, label.text) for label in names.labels] == [("#2", "Be brief."), ("#3", "first")]


def test_run_of_another_prompt_adds_no_name() -> None:
    names = VersionNames()
    names.started("r", TEXT)
    names.clear()
    assert not names.recorded(_begun("r", 7), of_this_prompt=False)
    assert names.labels == ()


def test_version_recorded_during_a_load_is_kept() -> None:
    names = VersionNames()
    names.started("r", TEXT)
    names.recorded(_begun("r", 3), of_this_prompt=True)
    names.load([VersionLabel(2), VersionLabel(1)])
    assert [label.number for label in names.labels] == [3, 2, 1]
    names.load([VersionLabel(3, "noted"), VersionLabel(2), VersionLabel(1)])
    assert [label.text for label in names.labels] == ["noted", "", ""]
