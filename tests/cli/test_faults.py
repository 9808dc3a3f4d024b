"""An unexpected exception in the terminal: one line with the path of the log, exit code 1, no traceback."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from workbench.cli import doctor, history
from workbench.cli.main import main
from workbench.host.dirs import places
from workbench.host.faults import log_file

SECRET = "sk-planted-0123456789 prompt"


def fail(*_: object) -> int:
    raise ZeroDivisionError(SECRET)


def fail_in_thread(*_: object) -> int:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    return 0


@pytest.mark.parametrize(("what", "code"), [(fail, 1), (fail_in_thread, 0)])
def test_unexpected_error_prints_one_line_and_is_logged(
    what: object, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(history, "history", what)
    assert main(["--db", str(tmp_path / "w.db"), "history", "list"]) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("workbench: Unexpected error")
    assert told.err.count("\n") == 1
    assert "errors.log" in told.err
    assert SECRET not in told.err
    logged = log_file(places(os.environ).state).read_text("utf-8")
    assert "terminal" in logged.splitlines()[0]
    assert "Unexpected error: ZeroDivisionError" in logged
    assert SECRET not in logged


def test_unwritable_log_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state = places(os.environ).state
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_text("in the way")
    monkeypatch.setattr(history, "history", fail)
    assert main(["--db", str(tmp_path / "w.db"), "history", "list"]) == 1
    told = capsys.readouterr().err
    assert "could not be logged" in told
    assert told.count("\n") == 1


def test_doctor_names_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_file(places(os.environ).state)
    monkeypatch.setattr(doctor.Checkup, "_models", lambda _: iter(()))
    main(["--db", str(tmp_path / "w.db"), "doctor"])
    assert f"error log: {log}" in capsys.readouterr().out
