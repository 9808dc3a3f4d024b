"""`workbench pack` on real files and a real database, with echo as the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import LATER, NOW, done, opened, run, text
from workbench.cli.exit_codes import FAILED, OK, WRONG_USE
from workbench.cli.main import main
from workbench.core.cases import Case, Check
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.runs import Verdict


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW)
    store.begin_run(run("r1", text("Where is {{order}}?")))
    store.finish_output("r1.0.0", done("On its way."), LATER)
    store.begin_run(run("r2", text("Tell {{order}}"), based_on=1))
    store.finish_output("r2.0.0", done("Ask ada@example.org"), LATER)
    store.mark("r2", "v1", Verdict("winner", (0,)), ("r2.0.0",), LATER)
    store.save_draft("p", Draft(text("Tell {{order}}"), (("order", "1"),), (Lane("A", "echo", "echo"),), 2), LATER)
    store.packs.save_cases("p", [Case("c", "Late", (("order", "77"),), (Check("contains", value='"77"'),))]).result()
    store.close()
    return path


def say(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    code = main(["pack", *map(str, args)])
    out = capsys.readouterr()
    return code, out.out, out.err


def document(capsys: pytest.CaptureFixture[str], *args: object) -> Any:
    code, out, err = say(capsys, *args, "--json")
    assert (code, err) == (OK, "")
    assert out.isascii()
    return json.loads(out)


def test_pack_is_exported_imported_compared_and_undone(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack, other = tmp_path / "p.promptpack", tmp_path / "other.db"
    made = document(capsys, "export", pack, "--prompt", "Order bot", "--licence", "MIT", "--db", db)
    assert made["pack"] == str(pack)
    assert pack.exists()
    assert [one["path"] for one in made["files"]][:2] == ["pack.yaml", "README.md"]
    shown = document(capsys, "show", pack)
    assert (shown["licence"], shown["prompts"][0]["variables"]) == ("MIT", ["order"])
    opened(other).close()
    preview = document(capsys, "import", pack, "--preview", "--db", other)
    assert [(one["state"], one["action"], one["prompt"]) for one in preview["prompts"]] == [("new", "add", "")]
    done_ = document(capsys, "import", pack, "--db", other)
    assert done_["prompts"][0]["prompt"] == "p"
    assert document(capsys, "import", pack, "--db", other)["prompts"][0]["state"] == "identical"
    assert document(capsys, "diff", pack, "--db", other)["prompts"] == [
        {"slug": "order-bot", "state": "same", "diff": ""}
    ]
    assert document(capsys, "undo", "--db", other)["sentence"] == "Removed: 1 prompt."
    code, _, err = say(capsys, "undo", "--db", other)
    assert (code, "There is no import to undo" in err) == (FAILED, True)


def test_export_preview_reports_disclosures_and_writes_nothing(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = tmp_path / "out"
    args = ("export", pack, "--prompt", "Order bot", "--evidence", "--db", db)
    code, out, _ = say(capsys, *args, "--preview")
    assert code == OK
    assert "Would be disclosed: evidence/order-bot.jsonl: an e-mail address (a…@example.org)" in out
    assert out.endswith("Nothing was written.\n")
    code, _, err = say(capsys, *args)
    assert code == WRONG_USE
    assert "add --disclose" in err
    assert not pack.exists()
    code, out, _ = say(capsys, *args, "--disclose")
    assert (code, "1 prompt written" in out) == (OK, True)
    assert say(capsys, "validate", pack)[:2] == (OK, "The pack is sound.\n")


def test_evidence_is_exported_shown_and_validated(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = tmp_path / "out"
    args = ("--prompt", "Order bot", "--versions", "all", "--evidence", "--disclose", "--db", db)
    assert say(capsys, "export", pack, *args)[0] == OK
    assert "evidence: 2 iterations; --evidence shows them" in say(capsys, "show", pack)[1]
    assert document(capsys, "show", pack)["prompts"][0]["iterations"] == 2
    assert "models: echo" in say(capsys, "show", pack)[1]
    told = document(capsys, "show", pack, "--evidence")["prompts"][0]["evidence"]
    assert [one["outputs"][0]["text"] for one in told] == ["On its way.", "Ask ada@example.org"]
    out = say(capsys, "show", pack, "--evidence")[1]
    assert "\nAsk ada@example.org\n(won by " in out
    assert "\nOn its way.\n(not judged)" in out
    file = pack / "evidence" / "order-bot.jsonl"
    file.write_text('{"run":"r1"}\n')
    code, _, err = say(capsys, "show", pack, "--evidence")
    assert (code, "evidence/order-bot.jsonl, line 1: 'version' is a required property" in err) == (WRONG_USE, True)


def test_ambiguous_prompt_name_is_refused_and_uid_is_accepted(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = tmp_path / "out"
    say(capsys, "export", pack, "--prompt", "Order bot", "--db", db)
    say(capsys, "import", pack, "--choose", "order-bot=add", "--db", db)
    code, _, err = say(capsys, "export", tmp_path / "two", "--prompt", "Order bot", "--db", db)
    assert (code, "name one of " in err) == (WRONG_USE, True)
    assert say(capsys, "export", tmp_path / "two", "--prompt", "p", "--db", db)[0] == OK


def test_export_refuses_the_directory_of_another_pack(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = opened(db)
    store.create_prompt("q", "Other", NOW)
    store.begin_run(run("r9", text("Something else"), prompt="q")).result()
    store.close()
    say(capsys, "export", tmp_path / "out", "--prompt", "Order bot", "--db", db)
    code, _, err = say(capsys, "export", tmp_path / "out", "--prompt", "Other", "--db", db)
    assert (code, "of other prompts. Choose another folder" in err) == (WRONG_USE, True)
    assert document(capsys, "show", tmp_path / "out")["prompts"][0]["name"] == "Order bot"
    assert say(capsys, "export", tmp_path / "out", "--prompt", "Order bot", "--versions", "all", "--db", db)[0] == OK
    assert say(capsys, "export", tmp_path / "X.PromptPack", "--prompt", "Other", "--db", db)[0] == OK
    assert (tmp_path / "X.PromptPack").is_file()


def test_changed_prompt_file_is_reported(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(capsys, "export", tmp_path / "one", "--prompt", "Order bot", "--db", db)
    say(capsys, "export", tmp_path / "two", "--prompt", "Order bot", "--versions", "#1", "--db", db)
    code, out, _ = say(capsys, "diff", tmp_path / "one", tmp_path / "two")
    assert code == FAILED
    assert '-    content: "Tell {{order}}"' in out
    assert '+    content: "Where is {{order}}?"' in out
    file = tmp_path / "one" / "prompts" / "order-bot.prompt.yml"
    file.write_text(file.read_text().replace("Tell", "Say"))
    code, out, _ = say(capsys, "validate", tmp_path / "one")
    assert code == FAILED
    assert "changed after the export" in out
    _, out, _ = say(capsys, "import", tmp_path / "one", "--db", db)
    assert "order-bot: changed, update." in out


def test_freshly_imported_pack_has_no_differences(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where the version that is used is not the newest one."""
    store = opened(db)
    store.begin_run(run("r3", text("Newer {{order}}"), based_on=2)).result()
    store.close()
    say(capsys, "export", tmp_path / "out", "--prompt", "Order bot", "--versions", "all", "--db", db)
    file = tmp_path / "out" / "prompts" / "order-bot.prompt.yml"
    file.write_text(file.read_text().replace("name: Order bot\n", "name: Order bot\ndescription: Tells.\n"))
    opened(tmp_path / "other.db").close()
    say(capsys, "import", tmp_path / "out", "--db", tmp_path / "other.db")
    assert say(capsys, "diff", tmp_path / "out", "--db", tmp_path / "other.db")[:2] == (OK, "order-bot: same\n")


def test_imported_hold_out_has_no_differences(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = opened(db)
    store.packs.save_cases("p", [Case(f"c{n}", "", (("order", str(n)),), held_out=n > 1) for n in range(4)]).result()
    store.close()
    say(capsys, "export", tmp_path / "out", "--prompt", "Order bot", "--versions", "all", "--hold-out", "--db", db)
    assert say(capsys, "diff", tmp_path / "out", "--db", db)[:2] == (OK, "order-bot: same\n")


def test_huge_texts_are_compared_from_both_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The smallest difference of two such texts would take hours."""
    for name, start in (("one", 0), ("two", 7)):
        (tmp_path / name / "prompts").mkdir(parents=True)
        (tmp_path / name / "pack.yaml").write_text("format: 1\nprompts:\n  - slug: p\n")
        lines = "".join(f"      {(start + n * n) % 151}\n" for n in range(60_000))
        (tmp_path / name / "prompts" / "p.prompt.yml").write_text(
            f"messages:\n  - role: user\n    content: |\n      same\n{lines}      end\n"
        )
    code, out, _ = say(capsys, "diff", tmp_path / "one", tmp_path / "two")
    assert code == FAILED
    assert "\n@@ -6,60007 +6,60007 @@\n-      0\n" in out
    assert "\n+      7\n" in out
    assert "same" not in out.partition("@@")[2]


def test_prompt_of_a_pack_runs_with_its_cases(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack, other = tmp_path / "pack", tmp_path / "other.db"
    say(capsys, "export", pack, "--prompt", "Order bot", "--db", db)
    opened(other).close()
    code, out, _ = say(capsys, "run", pack, "--case", "Late", "--json", "--db", other)
    assert code == OK
    ran = json.loads(out)
    assert (ran["version"], ran["values"], ran["lanes"][0]["text"]) == (1, {"order": "77"}, "Tell 77")
    code, out, _ = say(capsys, "run", pack, "--var", "order=9", "--json", "--db", other)
    assert json.loads(out)["version"] == 1
    code, _, err = say(capsys, "run", pack, "--case", "x", "--db", other)
    assert (code, "The cases are: “Late”" in err) == (WRONG_USE, True)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("export", "out", "--versions", "first"), "has no version “first”"),
        (("export", "out", "--prompt", "nobody"), "There is no prompt"),
        (("import", "nowhere"), "cannot be read"),
        (("show", "nowhere"), "cannot be read"),
        (("import", ".", "--choose", "x=drop"), "not a pack"),
    ],
)
def test_wrong_usage_is_reported(
    db: Path, args: tuple[str, ...], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = [str(tmp_path / arg) if arg in ("out", "nowhere", ".") else arg for arg in args]
    code, _, err = say(capsys, *places, *(["--db", db] if args[0] != "show" else []))
    assert code == WRONG_USE
    assert words in err
