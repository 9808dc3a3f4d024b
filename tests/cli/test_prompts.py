"""`workbench prompt` and `case`, and prompts and values from arguments, files and standard input."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from tests.usecases.making import PATIENCE_S, draft, opened
from workbench.cli.main import main
from workbench.core.cases import Case
from workbench.core.lanes import BUILTIN_MODEL, LITELLM, Lane, Params
from workbench.usecases.lane_presets import LanePresets

PROMPT = (
    "name: Greeter\nmodel: echo\nmessages:\n  - role: user\n    content: Hello {{name}}\ntestData:\n  - name: Ada\n"
)


class Piped(io.TextIOWrapper):
    """Standard input in a pipe."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(io.BytesIO(raw), "utf-8")


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let standard input hold one text."""
    monkeypatch.setattr(sys, "stdin", Piped("Übersetze\r\nalles.\n".encode()))


def editor(tmp_path: Path, script: str) -> dict[str, str]:
    """Return an environment whose editor is this shell script; $1 is the file."""
    path = tmp_path / "my editor"
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {**os.environ, "EDITOR": f"'{path}'", "VISUAL": ""}


def said(capsys: pytest.CaptureFixture[str], *args: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    code = main(list(args), env)
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_prompt_as_an_argument_is_run_and_kept_under_its_beginning(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = "Say {{word}} " + "very " * 20 + "loudly"
    for number in (1, 2):
        code, out, err = said(capsys, "run", "--db", db, text, "--var", "word=hi", "--model", "echo")
        assert (code, out) == (0, f"{text.replace('{{word}}', 'hi')}\n")
        assert f"Recorded as #{number} of “Say {{{{word}}}} very" in err
    code, out, _ = said(capsys, "prompt", "list", "--db", db)
    assert [line.split("\t")[1][-1] for line in out.splitlines() if "very" in line] == ["…"]


def test_prompt_from_standard_input_is_exact(db: str, piped: None, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "run", "--db", db, "-", "--prompt", "German", "--model", "echo")
    assert (code, out) == (0, "Übersetze\nalles.\n")
    assert "of “German”" in err


def test_value_comes_from_standard_input_or_a_file(
    db: str, piped: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_bytes(b"Dear\r\nA")
    values = ["--var", "a=-", "--var", f"b=@{letter}", "--var", "c=@@you", "--var", "d=x=y"]
    code, out, _ = said(capsys, "run", "--db", db, "{{a}}|{{b}}|{{c}}|{{d}}", *values, "--model", "echo")
    assert (code, out) == (0, "Übersetze\nalles.\n|Dear\nA|@you|x=y\n")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["-", "--var", "a=-"], "Prompt and value cannot both come from standard input."),
        (
            ["{{a}}{{b}}", "--var", "a=-", "--var", "b=-"],
            "Only one value can come from standard input.",
        ),
        (["{{a}}", "--var", "a=@no-such-file"], "The file no-such-file for a cannot be read"),
        (["{{a}}", "--var", "a"], "“a” is not the value of a variable. Write it as name=value."),
        ([" "], "The prompt is empty."),
    ],
)
def test_text_that_cannot_be_had_is_refused(
    args: list[str], sentence: str, db: str, piped: None, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, "run", "--db", db, *args, "--model", "echo")
    assert (code, out) == (2, "")
    assert sentence in err


def test_file_with_bytes_that_are_no_text_is_refused(
    db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.bin"
    file.write_bytes(b"\xff\xfe")
    code, _, err = said(capsys, "run", "--db", db, "{{a}}", "--var", f"a=@{file}", "--model", "echo")
    assert code == 2
    assert "is not UTF-8 text" in err


def test_prompt_is_created_from_text_and_shown_as_a_file(
    db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, "prompt", "new", "Translator", "To French: {{text}}", "--db", db, "--model", "echo")
    uid = out.strip()
    assert (code, err) == (0, f"Created “Translator”. Run it with workbench run --prompt Translator --db {db}\n")
    code, shown, _ = said(capsys, "prompt", "show", "transl", "--db", db)
    assert (code, shown) == (
        0,
        'name: Translator\nmessages:\n  - role: user\n    content: "To French: {{text}}"\n',
    )
    file = tmp_path / "t.prompt.yml"
    file.write_text(shown, "utf-8")
    code, out, _ = said(capsys, "run", "--prompt", str(file), "--var", "text=a", "--model", "echo", "--db", db)
    assert (code, out) == (0, "To French: a\n")
    document = json.loads(said(capsys, "prompt", "show", uid, "--json", "--db", db)[1])
    assert (document["prompt"], document["name"], document["versions"]) == (uid, "Translator", ["#1"])
    assert document["lanes"] == [{"endpoint": "echo", "model": "echo", "params": {}}]
    assert said(capsys, "prompt", "new", "translator", "--db", db)[0] == 2


def test_prompt_begins_with_the_preset_chosen_for_new_ones(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    def lanes_of(*args: str) -> tuple[list[tuple[str, object]], str]:
        code, out, err = said(capsys, *args, "--json", "--db", db)
        assert code == 0
        return [(lane["model"], lane["params"]) for lane in json.loads(out)["lanes"]], err

    assert lanes_of("prompt", "new", "First", "text", "--model", "echo")[0] == [("echo", {})]
    warm = Lane("a", LITELLM, "acme/mini", Params(temperature=0.7))
    with opened(Path(db).parent) as (workbench, _):
        presets = LanePresets(workbench.store)
        presets.save("Usual", (warm, Lane("b", "removed-endpoint", "own-model"))).result(PATIENCE_S)
        presets.save("Other", (Lane("c", LITELLM, "acme/big"),)).result(PATIENCE_S)
        presets.start_with("Usual").result(PATIENCE_S)
    lanes, err = lanes_of("prompt", "new", "Second", "text")
    assert lanes == [("acme/mini", {"temperature": 0.7})]
    assert "own-model was left out" in err
    with opened(Path(db).parent) as (workbench, _):
        LanePresets(workbench.store).start_with("").result(PATIENCE_S)
    # Without a chosen preset the prompt that was changed last decides.
    assert [model for model, _ in lanes_of("prompt", "new", "Third", "text")[0]] == ["acme/mini"]
    # Models named with --model replace the preset.
    assert [model for model, _ in lanes_of("prompt", "new", "Fourth", "text", "--model", "echo")[0]] == ["echo"]


def test_prompt_begins_with_the_lanes_used_last(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    def lanes_of(*args: str) -> tuple[list[str], str]:
        code, out, err = said(capsys, *args, "--json", "--db", db)
        assert code == 0
        return [lane["model"] for lane in json.loads(out)["lanes"]], err

    assert lanes_of("prompt", "new", "First", "text")[0] == [BUILTIN_MODEL]
    assert lanes_of("prompt", "new", "Second", "text", "--model", "acme/mini", "--model", "echo")[0] == [
        "acme/mini",
        "echo",
    ]
    assert lanes_of("prompt", "new", "Third", "text") == (["acme/mini", "echo"], "")
    with opened(Path(db).parent) as (workbench, _):
        lanes = (Lane("a", LITELLM, "acme/big"), Lane("b", "removed-endpoint", "own-model"))
        workbench.prompts.create("Big", draft(*lanes))[1].result(PATIENCE_S)
    models, err = lanes_of("prompt", "new", "Fourth", "text")
    assert models == ["acme/big"]
    assert "own-model was left out, because its endpoint was removed." in err
    assert lanes_of("prompt", "new", "Fifth", "text", "--model", "echo") == (["echo"], "")


def test_prompt_is_created_from_a_file(db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "greeter.prompt.yml"
    file.write_text(PROMPT, "utf-8")
    assert said(capsys, "prompt", "new", "Mine", "--from", str(file), "--db", db)[0] == 0
    assert said(capsys, "run", "--prompt", "Mine", "--db", db)[1] == "Hello Ada\n"
    code, _, err = said(capsys, "prompt", "new", "Other", "text", "--from", str(file), "--db", db)
    assert (code, err) == (
        2,
        "workbench: A new prompt is from a text or from a file, not both. Leave out one of them.\n",
    )


def test_edited_prompt_keeps_what_the_text_does_not_hold(
    db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "prompt", "list", "--db", db)
    env = editor(tmp_path, 'sed -i "s/name: Order status bot/name: Parcels/; s/You/We/" "$1"')
    with opened(tmp_path, {}) as (workbench, _):
        before = workbench.prompts.draft(workbench.prompts.find("Order status bot").uid)
    code, out, err = said(capsys, "prompt", "edit", "Order status bot", "--db", db, env=env)
    assert code == 0
    assert err.startswith("Saved “Parcels”.")
    with opened(tmp_path, {}) as (workbench, _):
        assert workbench.prompts.find("Parcels").uid == out.strip()
        after = workbench.prompts.draft(out.strip())
    assert after.content.messages[0].text == before.content.messages[0].text.replace("You", "We")
    assert after.content.messages != before.content.messages
    assert (after.content.examples, after.lanes, after.values) == (before.content.examples, before.lanes, before.values)


def test_editor_that_changes_nothing_saves_nothing(db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "prompt", "new", "A", "text", "--db", db)
    code, out, err = said(capsys, "prompt", "edit", "A", "--json", "--db", db, env=editor(tmp_path, "true"))
    assert (code, json.loads(out)["changed"], err) == (0, False, "")


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ('printf "a: [" > "$1"', "This prompt file is not valid YAML at line 1."),
        ("exit 3", "The editor ended with code 3, so nothing was saved."),
        ('printf "\\377" > "$1"', "The text is not UTF-8."),
    ],
)
def test_text_that_cannot_be_read_is_kept_in_its_file(
    script: str, sentence: str, db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "prompt", "new", "A", "text", "--db", db)
    code, _, err = said(capsys, "prompt", "edit", "A", "--db", db, env=editor(tmp_path, script))
    assert code == 2
    assert sentence in err
    kept = Path(err.split("Your text is kept in ")[1].partition(".prompt.yml")[0] + ".prompt.yml")
    assert kept.exists()
    kept.unlink()
    assert said(capsys, "prompt", "show", "A", "--db", db)[1].endswith("content: text\n")


def test_draft_that_changed_meanwhile_is_not_overwritten(
    db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "prompt", "new", "A", "text", "--db", db)
    again = f"{sys.executable} -m workbench.cli.main prompt edit A --db {db}"
    inner = editor(tmp_path, 'sed -i s/text/first/ "$1"')["EDITOR"]
    (tmp_path / "outer").mkdir()
    env = editor(tmp_path / "outer", f'EDITOR="{inner}" {again} && sed -i s/text/second/ "$1"')
    code, _, err = said(capsys, "prompt", "edit", "A", "--db", db, env={**env, "PYTHONPATH": str(Path.cwd())})
    assert code == 2
    assert "The prompt was changed elsewhere meanwhile, so this was not saved." in err
    Path(err.split("Your text is kept in ")[1].partition(".prompt.yml")[0] + ".prompt.yml").unlink()
    assert said(capsys, "prompt", "show", "A", "--db", db)[1].endswith("content: first\n")


def test_edit_without_an_editor_is_refused(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "prompt", "new", "A", "text", "--db", db)
    env = {name: value for name, value in os.environ.items() if name not in ("VISUAL", "EDITOR")}
    code, _, err = said(capsys, "prompt", "edit", "A", "--db", db, env=env)
    assert (code, "EDITOR=nano" in err) == (2, True)


def test_cases_are_added_listed_imported_and_removed(
    db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "prompt", "new", "A", "Say {{word}}", "--db", db)
    code, out, err = said(
        capsys, "case", "add", "A", "--var", "word=hi", "--expect", "Hi!", "--tag", "short", "--db", db
    )
    first = out.strip()
    assert (code, err) == (0, "Added “Case 1”.\n")
    table = tmp_path / "cases.csv"
    table.write_text("word\nhi\nbye\n", "utf-8")
    code, out, _ = said(capsys, "case", "import", "A", str(table), "--preview", "--db", db)
    assert (code, out) == (0, "1 case to import. 1 duplicate is skipped.\n")
    document = json.loads(said(capsys, "case", "import", "A", str(table), "--json", "--db", db)[1])
    assert (document["cases"], document["duplicates"], document["imported"]) == (1, 1, True)
    listed = json.loads(said(capsys, "case", "list", "A", "--json", "--db", db)[1])["cases"]
    assert [case["values"] for case in listed] == [{"word": "hi"}, {"word": "bye"}]
    assert (listed[0]["case"], listed[0]["expectation"], listed[0]["tags"]) == (first, "Hi!", ["short"])
    assert said(capsys, "case", "remove", "A", "Case 1", "--db", db)[:2] == (0, f"{first}\n")
    with opened(tmp_path, {}) as (workbench, _):
        kept: tuple[Case, ...] = workbench.store.packs.cases(workbench.prompts.find("A").uid)
    assert [dict(case.values) for case in kept] == [{"word": "bye"}]
    code, _, err = said(capsys, "case", "remove", "A", "Case 1", "--db", db)
    assert (code, "not exactly one case “Case 1”" in err) == (2, True)
    code, _, err = said(capsys, "case", "add", "A", "--var", "worm=x", "--db", db)
    assert (code, "no variable “worm”. It has: word." in err) == (2, True)
