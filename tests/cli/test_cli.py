"""The command in this process: a real database, the real engine, echo as the model."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PROCESS_S
from tests.usecases.making import opened
from workbench.cli.main import main
from workbench.cli.output import InterleavedLanes, LaneOutput, LanesInTurn, harmless
from workbench.core.run_limits import LIMITS, Limits
from workbench.core.runs import AnswerStep, Result
from workbench.engine.calls import CallDelta, CallRetrying, CallStepped, ToolCallDelta
from workbench.usecases.sample_prompts import ORDER_TOOLS, load_sample
from workbench.usecases.transcript import Transcript

PROMPT = """\
name: Greeter
model: echo
messages:
  - role: user
    content: "Hello {{name}}"
testData:
  - name: Ada
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "greeter.prompt.yml"
    path.write_text(PROMPT, "utf-8")
    return str(path)


def test_command_without_arguments_prints_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "exit codes" in capsys.readouterr().out


@pytest.mark.parametrize("args", [["fly"], ["run", "--fly"], ["--db"]])
def test_wrong_usage_exits_with_2(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == 2
    assert "usage" in capsys.readouterr().err


def test_prompt_file_is_run_and_recorded(
    file: str, db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--db", db, "--prompt", file]) == 0
    said = capsys.readouterr()
    assert said.out == "Hello Ada\n"
    assert "Recorded as #1 of “Greeter”." in said.err
    assert main(["--db", db, "run", "--prompt", file, "--var", "name=Bo=b", "--note", "again"]) == 0
    said = capsys.readouterr()
    assert said.out == "Hello Bo=b\n"
    assert "#2" in said.err
    with opened(tmp_path, {}) as (workbench, _):
        prompt = workbench.prompts.find("Greeter").uid
        rows = workbench.history.iterations(prompt)
        assert [(row.number, row.version, row.note) for row in rows] == [(2, 1, "again"), (1, 1, "")]
        assert workbench.history.detail(rows[0].run_uid).values == (("name", "Bo=b"),)


def test_database_path_is_read_from_the_environment(file: str, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--prompt", file], {**os.environ, "WORKBENCH_DB": db}) == 0
    assert Path(db).exists()
    assert capsys.readouterr().out


def test_sample_runs_with_other_models_and_its_draft_is_unchanged(
    db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--db", db, "--model", "echo", "--model", "echo", "--param", "x=1", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["prompt"]["name"] == "Order status bot"
    assert (document["iteration"], document["version"]) == (1, 3)
    assert [lane["version"] for lane in document["lanes"]] == [3, 3]
    assert document["lanes"][0]["params"] == {"extra": {"x": 1}}
    assert document["lanes"][0]["marks"][0]["kind"] == "refused"
    assert all(lane["saved"] for lane in document["lanes"])
    with opened(tmp_path, {}) as (workbench, _):
        draft = workbench.prompts.draft(workbench.prompts.sample().uid)
        assert [lane.endpoint for lane in draft.lanes] == ["builtin", "builtin"]
        assert draft.based_on == 3


def test_lanes_are_printed_one_after_another_in_a_pipe(file: str, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--db", db, "--prompt", file, "--model", "echo", "--model", "echo"]) == 0
    assert capsys.readouterr().out == "== 1 echo ==\nHello Ada\n\n== 2 echo ==\nHello Ada\n"


def test_failed_lane_exits_with_1(file: str, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--db", db, "--prompt", file, "--model", "gpt-5", "--model", "echo"]) == 1
    said = capsys.readouterr()
    assert (
        "OpenAI needs an API key. Set OPENAI_API_KEY and run again, or add the key in the window under Settings → Keys."
    ) in said.err
    assert "Hello Ada" in said.out


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--prompt", "nowhere"], "There is no prompt “nowhere”"),
        (["--prompt", "gone.prompt.yml"], "cannot be read"),
        (["--var", "question"], "Write it as name=value"),
        (["--var", "colour=red"], "no variable “colour”"),
        (["--param", "temperature=hot"], "temperature must be a number"),
        (["--model", ""], "A model needs a name"),
    ],
)
def test_invalid_run_arguments_are_reported(
    args: list[str], sentence: str, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--db", db, *args]) == 2
    assert sentence in capsys.readouterr().err


def test_missing_value_is_refused_and_nothing_is_recorded(
    tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.prompt.yml"
    path.write_text(PROMPT.split("testData")[0], "utf-8")
    assert main(["run", "--db", db, "--prompt", str(path)]) == 2
    assert "{{name}} has no value. Add --var name=… to the command" in capsys.readouterr().err
    with opened(tmp_path, {}) as (workbench, _):
        assert [row.name for row in workbench.prompts.all()] == [load_sample().name, load_sample(ORDER_TOOLS).name]
    assert main(["run", "--db", db, "--prompt", str(path), "--var", "name="]) == 0


def test_file_that_is_no_database_is_refused_and_unchanged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ada", "utf-8")
    for wrong in (path, tmp_path, path / "h.db", Path(os.fsdecode(bytes(tmp_path) + b"/\xff.db"))):
        assert main(["run", "--db", str(wrong)]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith(("workbench: This ", "workbench: The path "))
    assert [one.name for one in tmp_path.iterdir()] == ["letter.txt"]
    assert path.read_text("utf-8") == "Dear Ada"


def test_unknown_user_home_is_used_as_a_plain_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", "--db", "~nobody-is-called-so.db", "--model", "echo"]) == 0
    assert (tmp_path / "~nobody-is-called-so.db").exists()


def test_model_lines_begin_with_the_id_and_can_be_filtered(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(db).touch()
    assert main(["models", "--db", db]) == 0
    ids = [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()]
    assert ids[:2] == ["builtin", "echo"]
    assert "gpt-4o" in ids
    assert main(["models", "--db", db, "CLAUDE", "haiku"]) == 0
    assert all("claude" in line.lower() for line in capsys.readouterr().out.splitlines())
    assert main(["models", "--db", db, "no-such-model-at-all"]) == 1
    assert "No model matches" in capsys.readouterr().err
    assert main(["models", "--db", db, "--endpoint", "mine"]) == 2
    assert "There is no endpoint “mine”" in capsys.readouterr().err


def transcripts(*texts: str) -> list[LaneOutput]:
    made = []
    for number, text in enumerate(texts):
        transcript = Transcript(f"o{number}", "r", number, lambda: 0)
        transcript.apply(CallDelta(f"o{number}", "text", 0, text))
        made.append(LaneOutput(f"{number + 1} m", transcript))
    return made


def test_single_lane_in_a_pipe_is_printed_unchanged() -> None:
    out = io.StringIO()
    lanes = transcripts("a\rb\x1b[31m\n\n")
    printer = LanesInTurn(lanes, out)
    printer.look()
    lanes[0].transcript.end(Result("finished", "a\rb\x1b[31m\n\nend"))
    printer.look()
    printer.look()
    assert out.getvalue() == "a\rb\x1b[31m\n\nend\n"


def test_lines_of_lanes_interleave_on_a_terminal() -> None:
    out = io.StringIO()
    lanes = transcripts("one\ntwo", "x" * 50)
    printer = InterleavedLanes(lanes, out, width=24, colour=False)
    printer.look()
    assert out.getvalue().splitlines() == ["1 m │ one", "2 m │ " + "x" * 20, "2 m │ " + "x" * 20]
    lanes[0].transcript.apply(CallRetrying("o0", 3000, 2, "rate limited"))
    printer.look()
    lanes[0].transcript.end(Result("finished", "one\ntwo"))
    printer.look()
    assert out.getvalue().splitlines()[3:] == ["1 m │ (retrying in 3 s: rate limited)", "1 m │ two"]


def test_lines_of_lanes_are_labelled_by_name_where_there_is_room() -> None:
    for name, width, label in (
        ("claude-haiku", 80, "1 claude-haiku"),
        ("claude-haiku", 40, "1"),
        ("x" * 40, 80, f"1 {'x' * 21}…"),
    ):
        out = io.StringIO()
        lanes = transcripts("one\n", "two\n")
        lanes[0].name = f"1 {name}"
        InterleavedLanes(lanes, out, width=width, colour=False).look()
        first, second = out.getvalue().splitlines()
        assert first == f"{label} │ one"
        assert second.index("│") == first.index("│")


@pytest.mark.parametrize("lanes", [1, 2])
@pytest.mark.parametrize("cut", range(18, 28))
def test_crlf_ends_a_line_on_a_terminal(lanes: int, cut: int) -> None:
    """Wherever a look falls, also between the two and at the end of the room of a line."""
    text = f"{'x' * 20}\r\nb\rc\r\n"
    out = io.StringIO()
    made = transcripts(*(text[:cut] for _ in range(lanes)))
    printer = InterleavedLanes(made, out, width=24, colour=False)
    printer.look()
    for number, lane in enumerate(made):
        lane.transcript.apply(CallDelta(f"o{number}", "text", cut, text[cut:]))
    printer.look()
    for lane in made:
        lane.transcript.end(Result("finished", text))
    printer.look()
    lines = [line.removeprefix("1 m │ ") for line in out.getvalue().splitlines() if not line.startswith("2 m │")]
    assert lines == ["x" * 20, "b␍c", *([""] if lanes == 1 else [])]


def test_control_sequences_of_a_model_are_escaped_on_a_terminal() -> None:
    assert harmless("a\x1b]52;c;x\x07\x9b2J\r\u202eb\x7f") == "a␛]52;c;x␇\\u009b2J␍\\u202eb␡"
    assert harmless("fine\n") == "fine\n"
    out = io.StringIO()
    lanes = transcripts("\x1b[2Jhi", "\x1b[2J\n")
    InterleavedLanes(lanes, out, width=80, colour=True).look()
    assert "\x1b[2J" not in out.getvalue()
    assert "\x1b[33m2 m │\x1b[0m ␛[2J" in out.getvalue()


def test_run_over_limit_is_refused_without_a_terminal(file: str, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(Path(db).parent) as (workbench, _):
        workbench.store.set_meta(LIMITS, Limits(calls=1).to_text()).result()
    twice = ["run", "--db", db, "--prompt", file, "--model", "echo", "--model", "echo"]
    assert main(twice) == 2
    assert "2 calls (your limit is 1). Nothing was run. Add --over-limit" in capsys.readouterr().err
    connection = sqlite3.connect(db)
    assert connection.execute("SELECT count(*) FROM runs").fetchall() == [(0,)]
    assert connection.execute("SELECT name FROM prompts WHERE name = 'Greeter'").fetchall() == []
    connection.close()
    assert main([*twice, "--over-limit"]) == 0
    assert main(["run", "--db", db, "--prompt", file]) == 0


@pytest.mark.parametrize(("said", "code"), [("y\n", 0), ("\n", 2)])
def test_run_over_limit_asks_at_a_terminal(
    said: str, code: int, file: str, db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    with opened(Path(db).parent) as (workbench, _):
        workbench.store.set_meta(LIMITS, Limits(calls=0).to_text()).result()
    monkeypatch.setattr(sys, "stdin", Terminal(said))
    monkeypatch.setattr(sys, "stderr", shown := Terminal())
    assert main(["run", "--db", db, "--prompt", file]) == code
    assert "1 call (your limit is 0). Run it? [y/N]" in shown.getvalue()


def test_damaged_limits_refuse_a_run_unless_overridden(file: str, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(Path(db).parent) as (workbench, _):
        workbench.store.set_meta(LIMITS, "[" * 100_000).result()
    assert main(["run", "--db", db, "--prompt", file]) == 2
    assert "Set them again in the settings" in capsys.readouterr().err
    assert main(["run", "--db", db, "--prompt", file, "--over-limit"]) == 0


def test_text_between_tool_calls_is_printed_after_missed_updates() -> None:
    (lane,) = transcripts("")
    told = io.StringIO()
    printer = LanesInTurn([lane], told)
    printer.look()
    call = (AnswerStep("tool_call", "{}", "now", "c1"), AnswerStep("tool_result", "noon", "now", "c1"))
    lane.transcript.apply(CallDelta("o", "text", 0, "One moment."))
    lane.transcript.apply(CallStepped("o", (AnswerStep("text", "One moment."), *call)))
    lane.transcript.apply(ToolCallDelta("o", 0, "now", "c2", 0, "{}"))
    printer.look()
    lane.transcript.apply(CallStepped("o", call))
    lane.transcript.apply(CallDelta("o", "text", 0, "It is "))
    printer.look()
    lane.transcript.apply(CallDelta("o", "text", 6, "noon."))
    steps = (AnswerStep("text", "One moment."), *call, *call, AnswerStep("text", "It is noon."))
    lane.transcript.end(Result("finished", "It is noon.", steps=steps))
    printer.look()
    assert told.getvalue() == "One moment.\nIt is noon.\n"


@pytest.mark.parametrize("is_command", [True, False])
def test_exit_of_a_command_looks_for_no_garbage(is_command: bool) -> None:
    # A cycle tells when it is found, which without the command happens at the exit.
    code = f"""
import gc, os
from workbench.cli.main import main
gc.disable()
class Told:
    def __del__(self, write=os.write):
        write(1, b"found")
one = Told()
one.me = one
del one
if {is_command}:
    main(["--version"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=PROCESS_S, check=True)
    assert (b"found" in done.stdout) is not is_command
