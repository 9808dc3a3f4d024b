"""Exporting packs, with real files and real databases."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, done, run, text
from tests.usecases.packs.pack_house import House, house, mine, snapshot
from workbench.core.blocks import Attachment
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.runs import Verdict
from workbench.packs.pack_contents import PackAbout
from workbench.packs.pack_reader import read_pack
from workbench.store.sqlite import sqlite3
from workbench.usecases.packs.exporter import PackChoice
from workbench.usecases.problems import RefusedError

__all__ = ["mine"]


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
