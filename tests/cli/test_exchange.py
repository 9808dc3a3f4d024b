"""`workbench history import` and `export`: files, exit codes, and which stream each output goes to."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.printed_reports import report_of
from tests.cli.test_history import Said, db, said
from tests.store.making import LATER, done, lane, opened, run, text
from tests.usecases.exchange.llm_making import new_log
from workbench.cli.main import main

__all__ = ["db", "said"]


def test_import_reports_imported_and_refused_files(said: Said, tmp_path: Path) -> None:
    log = new_log(tmp_path / "logs.db")
    notes = tmp_path / "notes.txt"
    notes.write_text("x")
    assert said("import", "--preview", str(log))[1] == f"{log}: New: 7 runs with 7 answers in 2 new prompts.\n"
    code, out, err = said("import", str(log), str(notes), str(tmp_path / "gone"))
    assert (code, out) == (2, f"{log}: Imported 7 runs with 7 answers in 2 new prompts.\n")
    assert "“notes.txt” cannot be imported" in err
    assert "There is no file" in err
    code, out, _ = said("import", "--json", str(log), str(notes))
    document: dict[str, Any] = json.loads(out)
    assert (code, [one["state"] for one in document["files"]]) == (2, ["done", "refused"])
    assert (document["files"][0]["runs"], document["files"][0]["known"]) == (0, 7)
    assert said("search", "Rex kind:import")[0] == 0


def test_import_of_a_promptfoo_configuration_brings_a_prompt_that_can_be_tested(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, db = tmp_path / "promptfooconfig.yaml", str(tmp_path / "w.db")
    config.write_text(
        "description: Greeter\nprompts: ['Hello {{name}}']\nproviders: [echo, exec:me]\n"
        "tests: [{vars: {name: Ada}, assert: [{type: contains, value: Ada}]}]\n"
    )
    assert main(["import", "--db", db, "--preview", str(config)]) == 0
    said = capsys.readouterr()
    assert said.out == f"{config}: New: “Greeter” with 1 version, 1 case and 1 column.\n"
    assert "  providers[1]: “exec:me” cannot be asked here." in said.err
    assert main(["import", "--db", db, str(config)]) == 0
    done = f"{config}: Imported “Greeter” with 1 case. To undo, run “workbench pack undo”.\n"
    assert capsys.readouterr().out == done
    assert main(["history", "import", "--db", db, "--json", str(config)]) == 0
    (document,) = json.loads(capsys.readouterr().out)["files"]
    counts = {name: document[name] for name in ("kind", "state", "prompts", "cases", "columns", "known", "left_out")}
    assert counts == {
        **{"kind": "tests", "state": "done", "prompts": 0, "cases": 0, "columns": 0, "known": 1},
        "left_out": len(document["listed"]),
    }
    assert main(["test", "--db", db, "Greeter", "--json"]) == 0
    assert [cell["state"] for cell in report_of(capsys.readouterr().out)["cells"]] == ["pass"]
    # The answers belong to the prompt of the file.
    assert main(["test", "--db", db, str(config), "--json"]) == 0
    assert report_of(capsys.readouterr().out)["reused"] == 1
    config.write_text("prompts: [")
    assert main(["import", "--db", db, str(config)]) == 2
    assert "cannot be read as YAML" in capsys.readouterr().err


def test_export_writes_the_selected_runs_and_format(said: Said, tmp_path: Path) -> None:
    code, out, _ = said("export", "run-1")
    assert (code, [json.loads(line)["output"] for line in out.splitlines()]) == (0, ["run-1.0.0", "run-1.1.0"])
    target = tmp_path / "out.md"
    code, out, err = said("export", "--query", "winner:yes", "-o", str(target))
    assert (code, out, err) == (0, "", f"1 run with 2 answers in {target}\n")
    assert target.read_text("utf-8").startswith("# Order bot · \\#1")
    assert said("export", "-o", str(target))[0] == 2
    code, out, _ = said("export", "-o", str(target), "--force", "--format", "csv", "--json")
    assert json.loads(out) == {"json_format": 1, "path": str(target), "format": "csv", "runs": 2, "answers": 4}
    code, out, _ = said("export", "run-1", "--format", "html")
    assert out.startswith("<!doctype html>")


def test_exported_control_sequences_are_escaped_on_a_terminal(
    said: Said, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    code, out, _ = said("export", "run-1", "--format", "md")
    assert (code, "\x1b[2J" in out) == (0, True)
    for format_ in ("md", "csv", "html", "jsonl"):
        monkeypatch.setattr(sys, "stdout", shown := Terminal())
        assert main(["history", "export", "run-1", "--format", format_, "--db", str(db)]) == 0
        assert ("\x1b" in shown.getvalue(), "\r" in shown.getvalue()) == (False, False)
        assert "注文の状況" in shown.getvalue()
        monkeypatch.undo()


def test_export_to_missing_directory_is_refused(said: Said, tmp_path: Path) -> None:
    code, _, err = said("export", "run-1", "-o", str(tmp_path / "gone" / "out.csv"))
    assert (code, err) == (1, f"workbench: There is no folder {tmp_path / 'gone'}. Make it, or choose another one.\n")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("run-1", "--query", "x"), "not both"),
        (("run-1", "-o", "out.xyz"), "does not show the format"),
        (("--json",), "Name it with --output"),
        (("run",), "Several runs begin with “run”"),
        (("--query", "nowhere"), "no runs to export"),
    ],
)
def test_invalid_export_options_are_refused(said: Said, args: tuple[str, ...], words: str) -> None:
    code, out, err = said("export", *args)
    assert (code, out) == (2, "")
    assert words in err


def test_invalid_export_query_and_format_are_refused(said: Callable[..., tuple[int, str, str]], db: Path) -> None:
    code, _, err = said("export", "--query", "cost:>much tracking")
    assert code == 2
    assert len([line for line in err.splitlines() if line.startswith("workbench: ")]) == 2
    assert main(["history", "export", "--db", str(db), "--format", "pdf"]) == 2


def test_two_runs_are_compared(said: Said) -> None:
    code, out, _ = said("diff", "run-1", "run-1")
    assert (code, out.splitlines()[-1]) == (0, "Nothing differs.")
    code, out, _ = said("diff", "run-1", "run-2")
    assert code == 0
    assert out.startswith("- Order bot, #1 · run-1\n+ Order bot, #2 · run-2\n")
    assert "== Message 1 · system: removed ==\n[-Be kind.-]\n" in out
    assert "[-Where is {{order}}?-]{+x+}" in out
    # Run 2 is blind, so its models are not named.
    assert "vendor" not in out
    assert out.endswith("Blind answers are not compared until they are judged.\n")


def test_diff_shows_changed_values_when_answers_are_equal(said: Said, db: Path) -> None:
    store = opened(db)
    for name, order in (("run-3", "ONE"), ("run-4", "TWO")):
        store.begin_run(run(name, text("Where is {{order}}?"), values=(("order", order),)))
        store.finish_output(f"{name}.0.0", done("No."), LATER).result(60)
    store.close()
    code, out, _ = said("diff", "run-3", "run-4")
    assert (code, "== Values: changed ==\norder: [-ONE-]{+TWO+}\n" in out) == (0, True)
    assert "Nothing differs." not in out


def test_diff_prints_a_json_document(said: Said, db: Path) -> None:
    store = opened(db)
    lanes = (lane("A", "vendor/one"), lane("C", "three"))
    store.begin_run(run("run-3", text("Where is {{order}}?", "Be brief."), lanes=lanes))
    store.finish_output("run-3.0.0", done("Your order is late."), LATER)
    store.finish_output("run-3.1.0", done("No."), LATER).result(60)
    store.close()
    code, out, _ = said("diff", "run-1", "run-3", "--json")
    document = json.loads(out)
    assert (code, document["old"]["run"], document["new"]["number"]) == (0, "run-1", 3)
    assert [(part["title"], part["state"]) for part in document["parts"]] == [
        ("Message 1 · system", "changed"),
        ("Message 2 · user", "same"),
        ("Lane 1 · one", "same"),
        ("Lane 2 · three", "added"),
        ("Lane 2 · two", "removed"),
        ("Values", "same"),
    ]
    answers = {one["title"]: one for one in document["answers"]}
    assert {title: one["state"] for title, one in answers.items()} == {
        "one": "changed",
        "three": "added",
        "two": "removed",
    }
    assert (answers["one"]["old"], answers["one"]["new"], answers["two"]["new"]) == ("run-1.0.0", "run-3.0.0", None)
    whole = "".join(piece["text"] for piece in answers["one"]["pieces"] if piece["kind"] != "removed")
    assert whole == "Your order is late."
    assert said("diff", "run-1", "nothing")[0] == 2
