"""No content of a history, file, server message or argument sends control sequences to the terminal."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import depth
from tests.fakes.steering import CONTROLS, STEERING, make, named
from workbench.cli.main import main
from workbench.cli.parser import make_parser
from workbench.store.sqlite import sqlite3
from workbench.usecases import checkup

OURS = re.compile(r"\x1b\[(?:0|1|3[1-6])m|\r(?=[0-9,]+ new, |Starting\.)")
"""The styles that the command itself writes, and the start of a line of progress that is written over."""
PROMPT = f"""\
name: {json.dumps(named("filed"))}
model: {json.dumps(named("m"))}
messages:
  - role: user
    content: Hello
"""


class Captured(io.TextIOWrapper):
    """A stream that keeps its bytes and optionally claims to be a terminal."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def text(self) -> str:
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode("utf-8")


class Shown:
    """The output of a command."""

    def __init__(self, out: str, err: str, code: int) -> None:
        self.out, self.err, self.code = out, err, code


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    db = tmp_path_factory.mktemp("steering") / "w.db"
    make(db)
    return db


@pytest.fixture
def db(history: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "w.db"
    copy.write_bytes(history.read_bytes())
    return copy


def call(*args: object, is_terminal: bool, env: dict[str, str] | None = None) -> Shown:
    out, err = Captured(is_terminal), Captured(is_terminal)
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = out, err
    try:
        code = main([str(arg) for arg in args], {**os.environ, **(env or {})})
    finally:
        sys.stdout, sys.stderr = before
    return Shown(out.text(), err.text(), code)


def run_of(db: Path, offset: int = 0) -> str:
    connection = sqlite3.connect(db)
    try:
        return str(
            connection.execute("SELECT uid FROM runs ORDER BY id DESC LIMIT 1 OFFSET ?", (offset,)).fetchone()[0]
        )
    finally:
        connection.close()


def commands(db: Path, folder: Path) -> dict[str, list[list[object]]]:
    """Return calls of each command, with arguments that make it print as much as possible."""
    runs = [run_of(db), run_of(db, 1)]
    prompt_file = folder / f"{named('p').replace('/', '_')}.prompt.yml"
    prompt_file.write_text(PROMPT, "utf-8")
    foreign = folder / f"{named('f').replace('/', '_')}.json"
    foreign.write_text(
        json.dumps({"evalId": STEERING, "results": {"version": 3, "results": [{"prompt": STEERING}]}}), "utf-8"
    )
    suite = folder / f"{named('s').replace('/', '_')}.yaml"
    suite.write_text(
        json.dumps(
            {
                "description": STEERING,
                "prompts": ["Say {{a}}"],
                "providers": ["echo"],
                "tests": [{"description": STEERING, "vars": {"a": STEERING}, "assert": [{"type": STEERING}]}],
            }
        ),
        "utf-8",
    )
    lost = folder / named("lost").replace("/", "_")
    pack, other = folder / "pack", folder / f"{named('pack').replace('/', '_')}.promptpack"
    history = ["history"]
    return {
        "run": [
            ["run"],
            ["run", "--json"],
            ["run", "--prompt", STEERING],
            ["run", "--model", named("x")],
            ["run", "--model", "echo", "--model", named("endpoint/m")],
            ["run", "--var", f"question={STEERING}"],
            ["run", "--var", STEERING],
            ["run", "--param", f"{STEERING}=1"],
            ["run", "--prompt", prompt_file],
            ["run", "--prompt", f"{lost}.yml"],
        ],
        "test": [
            ["test", suite],
            ["test", suite, "--json", "--baseline", STEERING],
            ["test", suite, "--filter", STEERING],
            ["test", named("Echo"), "--model", named("x")],
            ["test", STEERING],
            ["test", lost],
        ],
        "decide": [
            ["decide", named("Echo")],
            ["decide", named("Echo"), "--json"],
            ["decide", named("Echo"), "--html", f"{lost}.html", "--markdown", f"{lost}.md"],
            ["decide", named("Echo"), "--html", lost / "r.html"],
            ["decide", STEERING],
        ],
        "label export": [["label", "export", named("Echo")], ["label", "export", STEERING, "--check", STEERING]],
        "label import": [["label", "import", named("Echo"), lost], ["label", "import", STEERING, foreign, "--json"]],
        "models": [["models", STEERING], ["models"], ["models", "--endpoint", STEERING], ["models", "--json"]],
        "doctor": [["doctor"], ["doctor", "--network"], ["doctor", "--network", "--json"]],
        "prompt list": [["prompt", "list"], ["prompt", "list", "--archived"], ["prompt", "list", "--json"]],
        "prompt show": [["prompt", "show", STEERING], ["prompt", "show", named("Echo"), "--json"]],
        "prompt new": [["prompt", "new", STEERING, STEERING], ["prompt", "new", "x", "--from", prompt_file]],
        "prompt edit": [["prompt", "edit", STEERING], ["prompt", "edit", named("Echo")]],
        "case list": [["case", "list", named("Echo")], ["case", "list", named("Echo"), "--json"]],
        "case add": [
            ["case", "add", named("Echo"), "--name", STEERING],
            ["case", "add", named("Echo"), "--var", f"{STEERING}=1"],
        ],
        "case import": [["case", "import", named("Echo"), lost], ["case", "import", named("Echo"), foreign]],
        "case remove": [["case", "remove", named("Echo"), STEERING]],
        "verdict": [["verdict", STEERING, "1"], ["verdict", runs[0], STEERING], ["verdict", runs[0], "1"]],
        "rank": [["rank", named("Echo")], ["rank", named("Echo"), "--by", "everywhere"], ["rank", STEERING]],
        "endpoint list": [["endpoint", "list"], ["endpoint", "list", "--json"]],
        "endpoint add": [
            ["endpoint", "add", "http://127.0.0.1:9/v1", "--name", STEERING],
            ["endpoint", "add", STEERING],
            ["endpoint", "add", "http://127.0.0.1:9/v1", "--provider", STEERING],
        ],
        "endpoint test": [["endpoint", "test", STEERING]],
        "endpoint remove": [["endpoint", "remove", STEERING]],
        "key set": [["key", "set", STEERING]],
        "key test": [["key", "test", STEERING]],
        "key remove": [["key", "remove", STEERING]],
        "completion": [["completion", "bash"]],
        "history list": [[*history, "list"], [*history, "list", "--json"], [*history, "list", "--after", STEERING]],
        "history search": [
            [*history, "search", "order"],
            [*history, "search", "--best", "order"],
            [*history, "search", "order", "--json"],
            [*history, "search", STEERING],
            [*history, "search", f'is:{STEERING} "'],
            [*history, "search", "--saved", named("search")],
            [*history, "search", "--saved", STEERING],
        ],
        "history searches": [[*history, "searches"], [*history, "searches", "--json"]],
        "history show": [
            [*history, "show", runs[0]],
            [*history, "show", runs[0], "--json"],
            [*history, "show", STEERING],
        ],
        "history diff": [
            [*history, "diff", *runs],
            [*history, "diff", *runs, "--json"],
            [*history, "diff", STEERING, "x"],
        ],
        "history query": [
            [*history, "query", "SELECT name FROM prompts"],
            [*history, "query", "SELECT text FROM output_list", "--json"],
            [*history, "query", STEERING],
        ],
        "import": [["import", foreign], ["import", suite, "--preview"]],
        "history import": [
            [*history, "import", foreign],
            [*history, "import", lost],
            [*history, "import", prompt_file, foreign, "--json"],
        ],
        "history export": [
            [*history, "export"],
            [*history, "export", "--format", "md"],
            [*history, "export", "--format", "csv"],
            [*history, "export", "--format", "html"],
            [*history, "export", "--query", STEERING],
            [*history, "export", "-o", f"{lost}.md"],
            [*history, "export", "-o", lost],
        ],
        "history training": [
            [*history, "training", folder / "t", "--preview"],
            [*history, "training", folder / "t", "--prompt", STEERING],
            [*history, "training", folder / "t", "--format", STEERING],
            [*history, "training", lost],
        ],
        "history handover": [
            [*history, "handover", folder / "h", "--preview"],
            [*history, "handover", folder / "h", "--prompt", STEERING],
            [*history, "handover", folder / "h", "--prompt", named("Echo"), "--base", named("base")],
            [*history, "handover", lost],
        ],
        "history delete": [
            [*history, "delete", STEERING],
            [*history, "delete", runs[0], "--preview"],
            [*history, "delete", runs[0], "--preview", "--json"],
        ],
        "history star": [[*history, "star", STEERING]],
        "history backup": [[*history, "backup"], [*history, "backup", "--json"]],
        "history check": [[*history, "check"]],
        "history salvage": [[*history, "salvage", lost]],
        "history restore": [[*history, "restore"], [*history, "restore", lost]],
        "history move": [[*history, "move", lost / "x"]],
        "pack export": [
            ["pack", "export", pack, "--prompt", named("Echo"), "--name", named("n"), "--disclose"],
            ["pack", "export", other, "--prompt", named("Echo"), "--disclose", "--evidence"],
            ["pack", "export", folder / "q", "--prompt", named("Echo"), "--preview"],
            ["pack", "export", folder / "q", "--prompt", STEERING],
            ["pack", "export", folder / "q", "--versions", STEERING],
        ],
        "pack show": [["pack", "show", pack], ["pack", "show", other, "--evidence"], ["pack", "show", lost]],
        "pack validate": [["pack", "validate", pack], ["pack", "validate", prompt_file]],
        "pack diff": [["pack", "diff", pack], ["pack", "diff", pack, other], ["pack", "diff", pack, lost]],
        "pack import": [
            ["pack", "import", pack],
            ["pack", "import", pack, "--preview"],
            ["pack", "import", pack, "--choose", STEERING],
            ["pack", "import", lost],
        ],
        "pack undo": [["pack", "undo"]],
        "pack run": [["pack", "run", pack, "--model", "echo"], ["pack", "run", pack, "--prompt", STEERING]],
    }


def leaves(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the names of all commands."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield " ".join(path)
    for action in below:
        for name, child in action.choices.items():
            yield from leaves(child, (*path, name))


DOCUMENTS = ("run", "history show", "history diff", "history export", "pack run")
"""Commands whose output is an answer or a document, which stays exact in a pipe."""


def test_every_command_is_covered(db: Path, tmp_path: Path) -> None:
    assert set(commands(db, tmp_path)) == set(leaves(make_parser()))


@pytest.mark.deep
@pytest.mark.parametrize(
    "is_terminal", [True, pytest.param(False, marks=pytest.mark.deep(only=True))], ids=["terminal", "pipe"]
)
def test_no_command_writes_control_sequences(
    db: Path, tmp_path: Path, is_terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Loading it takes seconds, and its result contains nothing from the history.
    monkeypatch.setattr(checkup, "builtin_weights", lambda data: None)
    wrong = []
    seen = set()
    # Most commands write the same to a pipe, apart from styles.
    tried = (*DOCUMENTS, "history list", "history searches", "pack export")
    for name, calls in commands(db, tmp_path).items():
        for args in calls if is_terminal or name in depth.pick(tried, name) else ():
            shown = call(*args, "--db", db, is_terminal=is_terminal)
            streams = {"err": shown.err}
            if is_terminal or name not in DOCUMENTS or "--json" in args:
                streams["out"] = shown.out
            if "␛]0;title" in shown.out + shown.err:
                seen.add(name)
            for stream, text in streams.items():
                text = OURS.sub("", text) if is_terminal else text
                if (found := CONTROLS.search(text)) is not None:
                    around = text[max(0, found.start() - 60) : found.end() + 20]
                    wrong.append(f"{name} {args[:4]!r} {stream}: {around!r}")
    assert not wrong, "\n".join(wrong)
    # The history does contain control sequences.
    assert {"history list", "history searches", "pack export", "run"} <= seen


def test_json_has_the_exact_text_in_ascii(db: Path) -> None:
    shown = call("history", "show", run_of(db), "--json", "--db", db, is_terminal=False)
    assert shown.out.isascii()
    assert CONTROLS.search(shown.out) is None
    assert STEERING[:20] in json.loads(shown.out)["name"]


@pytest.mark.parametrize(
    "args", [[STEERING], ["history", STEERING], ["run", f"--{STEERING}"], ["history", "list", "--limit", STEERING]]
)
def test_usage_errors_contain_no_control_sequences(args: list[str]) -> None:
    shown = call(*args, is_terminal=True)
    assert shown.code == 2
    assert "usage" in shown.err
    assert CONTROLS.search(shown.err) is None


def test_answer_in_a_pipe_is_printed_unchanged(db: Path) -> None:
    shown = call("run", "--prompt", named("Echo"), "--var", f"question={STEERING}", "--db", db, is_terminal=False)
    assert shown.code == 0
    assert STEERING in shown.out
    assert CONTROLS.search(shown.err) is None


def test_lines_cannot_be_forged(db: Path) -> None:
    connection = sqlite3.connect(db)
    with connection:
        connection.execute("UPDATE runs SET note = 'a' || char(10) || 'workbench: forged' || char(9) || 'b'")
        connection.execute("UPDATE prompts SET name = 'a' || char(10) || 'workbench: forged'")
    connection.close()
    for args in (["history", "list"], ["run"], ["run", "--prompt", "x\nworkbench: forged"]):
        shown = call(*args, "--db", db, is_terminal=True)
        assert "\nworkbench: forged" not in shown.out + shown.err


@pytest.mark.e2e
def test_real_terminal_gets_no_control_sequences(db: Path) -> None:
    commands = [
        [sys.executable, "-m", "workbench.cli.main", "history", "list", "--db", str(db)],
        [sys.executable, "-m", "workbench.cli.main", STEERING],
        [sys.executable, "-m", "workbench", f"--{STEERING}"],
    ]
    for command in commands:
        reader, terminal = pty.openpty()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal)
        os.close(terminal)
        seen = b""
        with contextlib.suppress(OSError):  # the terminal is closed
            while piece := os.read(reader, 65536):
                seen += piece
        os.close(reader)
        child.wait()
        text = OURS.sub("", seen.decode("utf-8").replace("\r\n", "\n"))
        assert "␛]0;title" in text or "\\x1b]0;title" in text
        assert CONTROLS.search(text) is None, text
