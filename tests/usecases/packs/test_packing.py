"""Exporting and importing packs, with real files and real databases."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests import depth
from tests.core import strategies as make
from tests.packs.making import BODIES, FILES, pack_prompts
from tests.store.making import LATER, NOW, done, lane, run, text
from workbench.core.blocks import Attachment
from workbench.core.cases import Case, Check
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Lane
from workbench.core.runs import Verdict
from workbench.packs.errors import PackError
from workbench.packs.pack_contents import PackAbout, PackPrompt
from workbench.packs.pack_reader import read_pack
from workbench.store import Store, StoreError, open_store
from workbench.store.sqlite import sqlite3
from workbench.usecases.packs.exporter import PackChoice, PackExporter
from workbench.usecases.packs.importer import Action, PackImporter, PackImportPlan
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompts import clean_name


class House:
    """A history with the use cases for packs."""

    def __init__(self, store: Store, prefix: str) -> None:
        numbers = itertools.count(1)

        def uid() -> str:
            return f"{prefix}{next(numbers)}"

        self.store = store
        self.exporter = PackExporter(store, uid, lambda: LATER)
        self.importer = PackImporter(store, uid, lambda: LATER)

    def export(
        self, path: Path, *prompts: str, versions: str = "all", about: PackAbout | None = None
    ) -> dict[str, bytes]:
        uids = prompts or tuple(row.uid for row in reversed(self.store.prompts()))
        about = about or self.exporter.known(uids) or PackAbout("", "Mine", "What it is.", "MIT", "Ada")
        made = self.exporter.prepare(about, [PackChoice(uid, versions) for uid in uids])  # type: ignore[arg-type]
        self.exporter.write(made, path)
        return snapshot(path)

    def bring(self, path: Path, **actions: Action) -> PackImportPlan:
        plan = self.importer.plan(path)
        self.importer.apply(plan, {slug.replace("_", "-"): action for slug, action in actions.items()})
        return plan

    def dump(self) -> list[object]:
        """Return all visible data of the prompts."""
        return [
            (
                row.name,
                [(v.number, v.hash, v.parent, v.note) for v in self.store.versions(row.uid)],
                self.store.draft(row.uid),
                self.store.packs.cases(row.uid),
            )
            for row in sorted(self.store.prompts(), key=lambda row: row.uid)
        ]


def snapshot(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


@contextmanager
def house(folder: Path, name: str) -> Iterator[House]:
    numbers = itertools.count(1)
    with closing(open_store(folder / f"{name}.db", now=NOW, uid=lambda: f"{name}-s{next(numbers)}")) as store:
        yield House(store, name)


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[House]:
    """A history with a prompt of three versions, runs, verdicts, cases and sets."""
    with house(tmp_path, "mine") as one:
        store = one.store
        store.create_prompt("p", "Order bot", NOW)
        store.begin_run(run("r1", text("Where is {{order}}?"), lanes=(lane("A", "vendor/one"), lane("B", "two"))))
        store.finish_output("r1.0.0", done("On its way."), LATER)
        store.finish_output("r1.1.0", done("No idea. Ask ada@example.org."), LATER)
        store.begin_run(run("r2", text("Where is {{order}}? Be brief."), based_on=1))
        store.finish_output("r2.0.0", done("Late."), LATER)
        store.begin_run(run("r3", text("Tell {{order}}"), based_on=1))
        store.finish_output("r3.0.0", done("Yes."), LATER)
        store.mark("r2", "v1", Verdict("winner", (0,)), ("r2.0.0",), LATER)
        store.packs.save_cases(
            "p", [Case("c1", "First", (("order", "3"),), (Check("contains", value='"3"'),))]
        ).result()
        store.save_draft(
            "p",
            Draft(
                text("Tell {{order}} now"),
                (("order", "1"),),
                (Lane("A", "echo", "echo"), Lane("B", "litellm", "gpt-5", pinned=1)),
                3,
                (ValueSet("s1", "Late", (("order", "2"),)),),
            ),
            LATER,
        ).result()
        yield one


def test_full_pack_contains_everything_and_uses_the_winner(mine: House, tmp_path: Path) -> None:
    made = mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", "all")])
    (prompt,) = made.pack.prompts
    assert [version.content for version in prompt.versions] == [
        text("Where is {{order}}?"),
        text("Where is {{order}}? Be brief."),
        text("Tell {{order}}"),
    ]
    assert prompt.content == text("Where is {{order}}? Be brief.")
    assert [version.parent for version in prompt.versions] == ["", *(prompt.versions[0].hash,) * 2]
    assert [case.name for case in prompt.cases] == ["First", "Late"]
    assert [(one.model, one.pinned) for one in prompt.lanes] == [("echo", None), ("gpt-5", 1)]
    assert prompt.standing is not None
    assert (prompt.standing.verdicts, prompt.standing.rows) == (1, ())
    assert prompt.standing.remarks == ("No verdict compares two models or versions.",), (
        "there is no advice to judge more"
    )
    assert made.notes == ()


def test_pack_contains_only_chosen_versions(mine: House) -> None:
    winner = mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p")]).pack.prompts[0]
    assert [version.content for version in winner.versions] == [text("Where is {{order}}? Be brief.")]
    assert [one.model for one in winner.lanes] == ["echo"]
    chosen = mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", (1, 3))])
    assert chosen.pack.prompts[0].content == text("Tell {{order}}")
    assert chosen.notes == (
        "The draft of “Order bot” has changes that are not in a version yet; they are not in the pack.",
    )
    with pytest.raises(RefusedError, match="A version of “Order bot” is gone"):
        mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", (9,))])


def test_version_made_after_an_export_or_import_is_exported(tmp_path: Path) -> None:
    with house(tmp_path, "a") as one, house(tmp_path, "b") as other:
        one.store.create_prompt("p", "Order bot", NOW)
        one.store.begin_run(run("r1", text("First"))).result()
        for which in ("winner", "all"):
            one.export(tmp_path / which, versions=which)
        one.store.begin_run(run("r2", text("Second"), based_on=1)).result()
        for which in ("winner", "all"):
            one.export(tmp_path / which, versions=which)
            assert read_pack(tmp_path / which).pack.prompts[0].content == text("Second")
        # After an import: the same, until a new version is based on it.
        one.store.mark("r1", "v1", Verdict("winner", (0,)), ("r1.0.0",), LATER).result()
        one.store.finish_output("r1.0.0", done("x"), LATER).result()
        came = one.export(tmp_path / "all")
        other.bring(tmp_path / "all")
        assert other.export(tmp_path / "back", versions="winner") == came
        other.store.begin_run(run("r3", text("Third"), based_on=1)).result()
        other.export(tmp_path / "back", versions="winner")
        assert read_pack(tmp_path / "back").pack.prompts[0].content == text("Third")


def test_winner_export_after_a_full_export_has_one_version(mine: House, tmp_path: Path) -> None:
    everything = mine.export(tmp_path / "all")
    mine.export(tmp_path / "winner", versions="winner")
    assert len(read_pack(tmp_path / "winner").pack.prompts[0].versions) == 1
    with house(tmp_path, "other") as other:
        other.bring(tmp_path / "all")
        assert other.export(tmp_path / "back", versions="winner") == everything


def test_new_prompt_does_not_take_the_file_name_of_another(mine: House, tmp_path: Path) -> None:
    mine.export(tmp_path / "out", "p")
    about = mine.exporter.known(("p",))
    assert about is not None
    mine.store.rename_prompt("p", "Renamed", LATER).result()
    mine.store.create_prompt("q", "Order bot", NOW).result()
    mine.store.add_version("q", "q1", text("Another bot"), None, NOW).result()
    made = mine.exporter.prepare(about, [PackChoice("q"), PackChoice("p")])
    assert [prompt.slug for prompt in made.pack.prompts] == ["order-bot-2", "order-bot"]


def test_prompt_with_only_a_draft_cannot_be_exported(mine: House) -> None:
    mine.store.create_prompt("q", "Empty", NOW).result()
    with pytest.raises(RefusedError, match="only a draft"):
        mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("q")])
    with pytest.raises(RefusedError, match="at least one"):
        mine.exporter.prepare(PackAbout("", "Mine"), [])


def test_evidence_is_optional_and_leaves_out_blind_runs(mine: House, tmp_path: Path) -> None:
    mine.store.begin_run(replace(run("r4", text("Tell {{order}}"), based_on=3), blind=True)).result()
    mine.store.finish_output("r4.0.0", done("secret"), LATER).result()
    assert mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p")]).evidence == {}
    made = mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", "all")], with_evidence=True)
    lines = [json.loads(line) for line in made.evidence["order-bot"].splitlines()]
    assert [line["run"] for line in lines] == ["r1", "r2", "r3"]
    assert lines[1]["value_sets"][0]["verdict"] == {"kind": "winner", "lanes": [1], "blind": False}
    assert lines[0]["outputs"][1]["text"] == "No idea. Ask ada@example.org."
    assert made.notes == ("Left out of the evidence: 1 iteration whose names are hidden until they are judged.",)
    mine.exporter.write(made, tmp_path / "out")
    from workbench.packs.validator import problems

    assert problems(tmp_path / "out") == []
    assert mine.importer.plan(tmp_path / "out").notes == (
        "The evidence of this pack is not imported. Run “workbench pack show --evidence” to read it.",
    )


def test_possible_disclosures_and_file_sizes_are_listed(mine: House) -> None:
    made = mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", "all")], with_evidence=True)
    (finding,) = made.disclosed()
    assert finding.sentence == "evidence/order-bot.jsonl: an e-mail address (a…@example.org)"
    assert dict(made.sizes()).keys() == {
        "pack.yaml",
        "README.md",
        "promptfooconfig.yaml",
        "prompts/order-bot.prompt.yml",
        "cases/order-bot.jsonl",
        "evidence/order-bot.jsonl",
    }


def test_keys_in_json_escapes_and_attachments_are_found(mine: House) -> None:
    """Line ends and back slashes stand as escapes in JSON; attached texts are files of their own."""
    key = "sk-proj-abcdefghijklmnop1234"
    note = f"The key is\n{key}\n".encode()
    hash_ = mine.store.add_blob(note, "text/plain").result()
    mine.store.create_prompt("q", "Keys", NOW)
    content = Content((Message("user", "See.", (Attachment(hash_, "text/plain", "note.txt"),)),))
    mine.store.begin_run(run("r9", content, prompt="q"))
    mine.store.finish_output("r9.0.0", done(f"Here:\n{key}\nin C:\\Users\\ada\\notes"), LATER)
    values = (("text", f"a\u2028\n{key}"),)
    mine.store.packs.save_cases("q", [Case("k", "", values)]).result()
    made = mine.exporter.prepare(PackAbout("", "Keys"), [PackChoice("q")], with_evidence=True)
    assert [(finding.where, finding.what) for finding in made.disclosed()] == [
        ("cases/keys.jsonl", "an API key"),
        ("evidence/keys.jsonl", "an API key"),
        ("evidence/keys.jsonl", "a path in a home folder"),
        (f"attachments/{hash_[:12]}… (note.txt)", "an API key"),
    ]


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


@pytest.mark.parametrize("parent", ["1", "4 - id"], ids=["own", "circle"])
@pytest.mark.parametrize("versions", ["winner", "all"])
def test_versions_with_circular_parents_are_exported(mine: House, tmp_path: Path, parent: str, versions: str) -> None:
    with closing(sqlite3.connect(mine.store.path, isolation_level=None)) as connection:
        connection.execute(f"UPDATE versions SET parent_id = {parent}")
    mine.export(tmp_path / "out", versions=versions)
    with house(tmp_path, "other") as other:
        other.bring(tmp_path / "out")
        assert {v.hash for v in other.store.versions("p")} <= {v.hash for v in mine.store.versions("p")}


def test_evidence_leaves_out_iterations_of_another_prompts_version(mine: House) -> None:
    mine.store.create_prompt("q", "Other", NOW).result()
    with closing(sqlite3.connect(mine.store.path, isolation_level=None)) as connection:
        connection.execute("UPDATE versions SET prompt_id = (SELECT id FROM prompts WHERE uid = 'q') WHERE number = 3")
    made = mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", "all")], with_evidence=True)
    assert made.notes[-1] == "Left out of the evidence: 1 iteration of versions that are not in the pack."


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


def test_stopped_export_keeps_the_existing_folder(mine: House, tmp_path: Path) -> None:
    before = mine.export(tmp_path / "one")
    heard: list[tuple[int, int]] = []

    def stop(done: int, of: int) -> None:
        heard.append((done, of))
        raise KeyboardInterrupt

    made = mine.exporter.prepare(PackAbout("", "Other"), [PackChoice("p", "all")])
    with pytest.raises(KeyboardInterrupt):
        mine.exporter.write(made, tmp_path / "one", stop)
    assert heard == [(1, 5)]
    assert snapshot(tmp_path / "one") == before


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
