"""`workbench decide`: the decision as lines, JSON and files, with exit code 0 whatever it is."""

from __future__ import annotations

import errno
import json
import os
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.making import opened
from tests.usecases.decide import scenarios
from tests.usecases.decide.histories import History
from workbench.cli.main import main


@pytest.fixture
def ended(tmp_path: Path) -> str:
    """Return the path of a history in which the prompt "Order bot" misses its target."""
    with closing(opened(tmp_path / "w.db")) as store:
        scenarios.broken_format(History(store))
    return str(tmp_path / "w.db")


def test_decision_is_printed_with_its_code(ended: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decide", "--db", ended, "Order bot"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("FIX_FORMAT: ")
    assert any("24 of 29" in line for line in lines)
    assert sum("Strictly fixed format?" in line for line in lines) == 1


def test_json_is_one_document_with_the_code(ended: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decide", "--db", ended, "Order bot", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["format"], data["code"], data["prompt"]) == (1, "FIX_FORMAT", "Order bot")


def test_reports_are_written(ended: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, page = tmp_path / "r.md", tmp_path / "r.html"
    assert main(["decide", "--db", ended, "Order bot", "--markdown", str(text), "--html", str(page)]) == 0
    headline = capsys.readouterr().out.splitlines()[0].removeprefix("FIX_FORMAT: ")
    assert headline in text.read_text("utf-8")
    assert headline in page.read_text("utf-8")
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_prompt_without_a_test_is_an_answer_too(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(opened(Path(db))) as store:
        History(store)
    assert main(["decide", "--db", db, "Order bot"]) == 0
    assert capsys.readouterr().out.startswith("NOT_ENOUGH: ")


def test_unknown_prompt_and_folder_are_refused(ended: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decide", "--db", ended, "Nobody"]) == 2
    assert main(["decide", "--db", ended, "Order bot", "--html", str(tmp_path / "none" / "r.html")]) == 2
    assert main(["decide", "--db", ended, "Order bot", "--html", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "is a folder" in said.err


def test_device_or_pipe_is_refused_and_stays_what_it_is(
    ended: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for option in ("--markdown", "--html"):
        assert main(["decide", "--db", ended, "Order bot", option, str(pipe)]) == 2
        said = capsys.readouterr()
        assert (said.out, said.err) == ("", f"workbench: {pipe} is a device or a pipe. Name a file.\n")
    assert pipe.is_fifo()


def test_full_disk_says_what_to_do_and_keeps_the_report_of_before(
    ended: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "r.html"
    page.write_text("before", "utf-8")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("workbench.usecases.exchange.exporter.os.fsync", full)
    assert main(["decide", "--db", ended, "Order bot", "--html", str(page)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{page} cannot be written. Make room, or choose another folder." in said.err
    assert page.read_text("utf-8") == "before"
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".partial"] == []
