"""Importing packs, with real files and real databases."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests import depth
from tests.core import strategies as make
from tests.packs.making import BODIES, FILES, pack_prompts
from tests.store.making import LATER, NOW, run, text
from tests.usecases.packs.pack_house import House, house, mine
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Lane
from workbench.core.runs import Verdict
from workbench.packs.errors import PackError
from workbench.packs.pack_contents import PackAbout, PackPrompt
from workbench.packs.pack_reader import read_pack
from workbench.store import Store, StoreError
from workbench.usecases.packs.exporter import PackChoice
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompts import clean_name

__all__ = ["mine"]


def test_imported_pack_creates_the_same_prompt(mine: House, tmp_path: Path) -> None:
    first = mine.export(tmp_path / "out")
    assert mine.export(tmp_path / "again") == first
    with house(tmp_path, "other") as other:
        plan = other.bring(tmp_path / "out")
        assert [(one.state, one.words) for one in plan.prompts] == [("new", "New: 3 versions and 2 cases.")]
        assert [(v.number, v.parent, v.content) for v in other.store.versions("p")] == [
            (v.number, v.parent, v.content) for v in mine.store.versions("p")
        ]
        draft = other.store.draft("p")
        assert draft is not None
        assert (draft.content, draft.based_on) == (text("Where is {{order}}? Be brief."), 2)
        assert [one.pinned for one in draft.lanes] == [None, 1]
        assert other.export(tmp_path / "back") == first
        # What exists already is not imported again, on either side.
        before = other.dump()
        assert [one.state for one in other.bring(tmp_path / "out").prompts] == ["identical"]
        assert other.dump() == before
    before = mine.dump()
    assert [one.state for one in mine.bring(tmp_path / "out").prompts] == ["identical"]
    assert mine.dump() == before


def test_folder_and_tags_of_a_new_prompt_are_imported(mine: House, tmp_path: Path) -> None:
    mine.store.curation.organise_prompt("p", "Support", ("live", "de")).result()
    with house(tmp_path, "other") as other:
        mine.export(tmp_path / "one", versions="winner")
        other.bring(tmp_path / "one")
        assert [(row.folder, row.tags) for row in other.store.prompts()] == [("Support", ("live", "de"))]
        other.store.curation.organise_prompt("p", "Elsewhere").result()
        mine.store.mark("r3", "v2", Verdict("winner", (0,)), ("r3.0.0",), LATER).result()
        mine.export(tmp_path / "two", versions="winner")
        other.bring(tmp_path / "two")
        assert [row.folder for row in other.store.prompts()] == ["Elsewhere"], "an update moves no prompt"


def test_newer_version_is_imported_as_an_update(mine: House, tmp_path: Path) -> None:
    with house(tmp_path, "other") as other:
        mine.export(tmp_path / "one", versions="winner")
        other.bring(tmp_path / "one")
        mine.store.mark("r3", "v2", Verdict("winner", (0,)), ("r3.0.0",), LATER).result()
        mine.export(tmp_path / "two", versions="winner", about=PackAbout("x", "Two"))
        plan = other.bring(tmp_path / "two")
        assert [(one.state, one.action) for one in plan.prompts] == [("changed", "update")]
        assert [v.content for v in other.store.versions("p")] == [
            text("Where is {{order}}? Be brief."),
            text("Tell {{order}}"),
        ]
        assert other.store.versions("p")[1].parent == 1
        draft = other.store.draft("p")
        assert draft is not None
        assert draft.content == text("Where is {{order}}? Be brief."), "a draft is never overwritten"
        assert other.importer.undo() == "Removed: 1 version."
        assert [v.number for v in other.store.versions("p")] == [1]
        with pytest.raises(StoreError, match="undone already"):
            other.importer.undo()


def test_local_changes_make_an_update_conflict(mine: House, tmp_path: Path) -> None:
    with house(tmp_path, "other") as other:
        mine.export(tmp_path / "one", versions="winner")
        other.bring(tmp_path / "one")
        other.store.add_version("p", "theirs", text("Another way: {{order}}"), 1, LATER).result()
        mine.store.mark("r3", "v2", Verdict("winner", (0,)), ("r3.0.0",), LATER).result()
        mine.export(tmp_path / "two", versions="winner", about=PackAbout("x", "Two"))
        before = other.dump()
        plan = other.bring(tmp_path / "two")
        assert [(one.state, one.action) for one in plan.prompts] == [("conflicting", "skip")]
        assert other.dump() == before
        other.bring(tmp_path / "two", order_bot="add")
        assert sorted(row.name for row in other.store.prompts()) == ["Order bot", "Order bot"]
        assert other.importer.undo() == "Removed: 1 prompt."
        other.bring(tmp_path / "two", order_bot="update")
        assert [v.content for v in other.store.versions("p")][1:] == [
            text("Another way: {{order}}"),
            text("Tell {{order}}"),
        ]


def test_import_adds_cases_and_never_changes_them(mine: House, tmp_path: Path) -> None:
    with house(tmp_path, "other") as other:
        mine.export(tmp_path / "one")
        other.bring(tmp_path / "one")
        mine.store.packs.save_cases("p", [Case("c1", "First, changed", (("order", "9"),))]).result()
        mine.export(tmp_path / "two")
        other.bring(tmp_path / "two")
        assert [case.name for case in other.store.packs.cases("p")] == ["First", "Late", "First, changed"]
        first, late, arrived = other.store.packs.cases("p")
        mine_ = [replace(first, name="First!"), replace(late, name="Late!")]
        other.store.packs.save_cases("p", [*mine_, replace(arrived, name="mine now")]).result()
        assert [one.state for one in other.bring(tmp_path / "two").prompts] == ["identical"]
        with pytest.raises(StoreError, match="was edited after the import"):
            other.importer.undo()
        other.store.packs.save_cases("p", [*mine_, arrived]).result()
        assert other.importer.undo() == "Removed: 1 case."
        assert [case.name for case in other.store.packs.cases("p")] == ["First!", "Late!"]


def test_import_with_later_changes_cannot_be_undone(mine: House, tmp_path: Path) -> None:
    mine.export(tmp_path / "one")
    with house(tmp_path, "other") as other:
        other.bring(tmp_path / "one")
        other.store.begin_run(run("r9", text("Tell {{order}}"), based_on=3)).result()
        with pytest.raises(StoreError, match="was edited after the import"):
            other.importer.undo()
    with house(tmp_path, "third") as third:
        third.bring(tmp_path / "one")
        third.store.save_draft("p", Draft(text("typed since")), LATER).result()
        before = third.dump()
        with pytest.raises(StoreError, match="was edited after the import"):
            third.importer.undo()
        assert third.dump() == before
    changes: list[Callable[[Store], object]] = [
        lambda store: store.packs.save_cases("p", [*store.packs.cases("p"), Case("mine", "Mine")]),
        lambda store: store.packs.save_cases("p", [replace(one, name="x") for one in store.packs.cases("p")]),
        lambda store: store.set_version_note(store.versions("p")[0].uid, "Keep this"),
    ]
    for number, change in enumerate(changes):
        with house(tmp_path, f"changed{number}") as changed:
            changed.bring(tmp_path / "one")
            change(changed.store)
            with pytest.raises(StoreError, match="was edited after the import"):
                changed.importer.undo()
            assert len(changed.store.prompts()) == 1
    with house(tmp_path, "leaning") as leaning:
        mine.export(tmp_path / "winner", versions="winner")
        leaning.bring(tmp_path / "winner")
        leaning.bring(tmp_path / "one")
        before_, arrived = text("x"), leaning.store.versions("p")[-1].number
        for draft in (Draft(before_, based_on=arrived), Draft(before_, lanes=(Lane("A", "e", "m", pinned=arrived),))):
            leaning.store.save_draft("p", draft, LATER).result()
            with pytest.raises(StoreError, match="was edited after the import"):
                leaning.importer.undo()
        leaning.store.save_draft("p", Draft(before_, based_on=1), LATER).result()
        assert leaning.importer.undo() == "Removed: 2 versions."
    with house(tmp_path, "fourth") as fourth:
        fourth.bring(tmp_path / "one")
        assert fourth.importer.undo() == "Removed: 1 prompt."
        assert fourth.store.prompts() == []
        assert fourth.store.packs.known() == []
        assert [one.state for one in fourth.bring(tmp_path / "one").prompts] == ["new"]


def test_deleted_prompt_is_imported_as_a_new_one(mine: House, tmp_path: Path) -> None:
    mine.export(tmp_path / "one")
    mine.store.curation.delete_prompt("p", True).result()
    assert [one.state for one in mine.bring(tmp_path / "one").prompts] == ["new"]
    (row,) = mine.store.prompts()
    assert row.uid != "p"
    assert [one.state for one in mine.bring(tmp_path / "one").prompts] == ["identical"]
    mine.store.curation.delete_prompt("p", False).result()
    assert len(mine.store.prompts()) == 2


def test_impossible_import_choice_is_refused(mine: House, tmp_path: Path) -> None:
    mine.export(tmp_path / "one")
    with house(tmp_path, "other") as other:
        with pytest.raises(RefusedError, match="nothing to update"):
            other.bring(tmp_path / "one", order_bot="update")
        with pytest.raises(RefusedError, match="no prompt “x”"):
            other.bring(tmp_path / "one", x="add")
        assert other.store.prompts() == []


def test_partly_invalid_pack_imports_nothing(mine: House, tmp_path: Path) -> None:
    mine.export(tmp_path / "one")
    file = tmp_path / "one" / "cases" / "order-bot.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"3"', b'"\\ud800"', 1))
    with house(tmp_path, "other") as other:
        with pytest.raises(StoreError, match="half of a character"):
            other.bring(tmp_path / "one")
        assert other.store.prompts() == []
        file.write_bytes(b"{")
        with pytest.raises(PackError):
            other.bring(tmp_path / "one")


names = make.texts.map(lambda name: " ".join(name.split())[:50]).filter(
    lambda name: any(c.isprintable() and not c.isspace() for c in name)
)


def stored(store: Store, number: int, prompt: PackPrompt, name: str, sets: tuple[ValueSet, ...]) -> None:
    """Add a prompt to a history in the way the product does."""
    uid = f"p{number}"
    store.create_prompt(uid, clean_name(name), NOW).result()
    places: dict[str, int] = {}
    for version in prompt.versions:
        places[version.hash] = (
            store.add_version(
                uid, f"{uid}-{version.hash}", version.content, places.get(version.parent), NOW, version.note
            )
            .result()
            .number
        )
    taken = {case.uid for case in prompt.cases}
    free = next(name for name in map("c".__mul__, itertools.count(1)) if name not in taken)
    cases = [replace(case, uid=case.uid or free) for case in prompt.cases]
    known = {case.uid for case in cases}
    sets = tuple(one for one in sets if one.uid not in known)
    draft = Draft(prompt.content, prompt.values, prompt.lanes, places[prompt.main], sets)
    store.packs.save_cases(uid, cases).result()
    store.save_draft(uid, draft, NOW).result()


@depth.examples(8, 1000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(st.tuples(pack_prompts(), names, st.lists(make.sets, max_size=2)), min_size=1, max_size=2))
def test_any_content_survives_export_import_and_export(made: list[tuple[PackPrompt, str, list[ValueSet]]]) -> None:
    with tempfile.TemporaryDirectory() as folder, house(Path(folder), "a") as first, house(Path(folder), "b") as second:
        for file in FILES:
            first.store.add_blob(BODIES[file.hash], file.media_type).result()
        for number, (prompt, name, sets) in enumerate(made):
            stored(first.store, number, prompt, name, tuple({one.uid: one for one in sets}.values()))
        uids = [f"p{number}" for number in range(len(made))]
        out = first.export(Path(folder) / "out", *uids)
        assert first.export(Path(folder) / "out2", *uids) == out
        second.bring(Path(folder) / "out")
        assert second.export(Path(folder) / "back", *uids) == out
        before = second.dump()
        assert {one.state for one in second.bring(Path(folder) / "out").prompts} == {"identical"}
        assert second.dump() == before
        assert {one.state for one in first.importer.plan(Path(folder) / "out").prompts} == {"identical"}
        second.importer.undo()
        assert second.store.prompts() == []


def test_imported_pack_keeps_its_details_and_standing(mine: House, tmp_path: Path) -> None:
    mine.export(tmp_path / "one", versions="winner")
    with house(tmp_path, "other") as other:
        other.bring(tmp_path / "one")
        about = other.exporter.known(("p",))
        assert about is not None
        assert (about.name, about.licence, about.author) == ("Mine", "MIT", "Ada")
        standing = read_pack(tmp_path / "one").pack.prompts[0].standing
        assert standing is not None
        assert standing.verdicts == 1
        assert other.exporter.prepare(about, [PackChoice("p")]).pack.prompts[0].standing == standing


def test_imported_folder_is_the_next_export_target(mine: House, tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    mine.export(tmp_path / "repository" / "one")
    mine.export(tmp_path / "one.promptpack")
    uid = read_pack(tmp_path / "repository" / "one").pack.about.uid
    assert mine.exporter.place(uid) == tmp_path / "one.promptpack"
    with house(tmp_path, "other") as other:
        other.bring(tmp_path / "one.promptpack")
        # A file that was received, perhaps by mail, is not overwritten.
        assert other.exporter.place(uid) is None
        other.importer.undo()
        other.bring(tmp_path / "repository" / "one")
        assert other.exporter.place(uid) == tmp_path / "repository" / "one"
        (tmp_path / "repository").rename(tmp_path / "elsewhere")
        assert other.exporter.place(uid) is None


def test_minimal_manual_pack_is_imported(tmp_path: Path) -> None:
    """A pack that a person wrote by hand, with the fewest words that are enough."""
    folder = tmp_path / "byhand"
    (folder / "prompts").mkdir(parents=True)
    (folder / "pack.yaml").write_text("format: 1\nname: By hand\nprompts:\n  - slug: hello\n")
    (folder / "prompts" / "hello.prompt.yml").write_text("messages:\n  - {role: user, content: 'Hi {{name}}'}\n")
    with house(tmp_path, "other") as other:
        assert [one.state for one in other.bring(folder).prompts] == ["new"]
        (row,) = other.store.prompts()
        assert row.name == "hello"
        assert other.store.versions(row.uid)[0].content == Content((Message("user", "Hi {{name}}"),))
        assert [one.state for one in other.bring(folder).prompts] == ["identical"]
