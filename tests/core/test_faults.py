"""Reports of exceptions contain types and places, and no content."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from workbench.core import drafts, faults
from workbench.core.content import ContentError

SECRET = "sk-planted-0123456789"
PROMPT = "You are the order desk of ACME."


def raised(*, depth: int = 1) -> Exception:
    """Return an exception of our code whose message, locals and cause contain secrets."""
    try:
        drafts.Draft.from_json({"values": {PROMPT: depth}, SECRET: PROMPT})
    except ValueError as error:
        try:
            raise RuntimeError(f"{SECRET} {PROMPT}") from error
        except RuntimeError as outer:
            return outer
    raise AssertionError


def test_report_contains_exception_types_and_code_locations() -> None:
    report = faults.report_of(raised())
    lines = report.splitlines()
    assert lines[0] == "Unexpected error: RuntimeError"
    assert "caused by: ValueError" in lines
    assert any(line.startswith("  workbench/core/drafts.py:") and line.endswith(" in _values") for line in lines)
    assert "tests" not in report
    assert faults.is_report(report)


def test_report_contains_no_user_content() -> None:
    report = faults.report_of(raised())
    assert SECRET not in report
    assert PROMPT not in report
    assert "sk-" not in report
    assert "ACME" not in report


def test_report_of_a_cyclic_exception_group_is_finite() -> None:
    inner = ValueError(SECRET)
    group = ExceptionGroup(SECRET, [inner, KeyError(SECRET)])
    inner.__cause__ = group
    report = faults.report_of(group)
    parts = ["Unexpected error: ExceptionGroup", "one of a group: ValueError", "one of a group: KeyError"]
    assert report.splitlines() == parts


def test_exception_type_name_cannot_add_lines_to_the_report() -> None:
    kind = type(f"Bad\n{PROMPT}\x1b[2J", (Exception,), {})
    report = faults.report_of(kind())
    assert len(report.splitlines()) == 1
    assert "\x1b" not in report
    assert len(report) < 200


def test_long_exception_chain_is_cut() -> None:
    last = Exception()
    for _ in range(100):
        following = Exception()
        following.__cause__ = last
        last = following
    assert len(faults.report_of(last).splitlines()) <= 8


@pytest.fixture
def noted() -> Any:
    found: list[BaseException] = []
    undo = faults.install_hooks(found.append)
    yield found
    undo()


def test_hooks_record_uncaught_and_logged_exceptions_silently(
    noted: list[BaseException], capfd: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ContentError(PROMPT)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail()
    except ContentError:
        logging.getLogger("workbench.x").exception("told")
    sys.excepthook(ValueError, ValueError(PROMPT), None)

    class Failing:
        def __del__(self) -> None:
            raise KeyError(PROMPT)

    Failing()
    assert [type(error).__name__ for error in noted] == ["ContentError", "ContentError", "ValueError", "KeyError"]
    told = capfd.readouterr()
    assert told.out + told.err == ""


def test_removing_the_hooks_restores_the_original_ones() -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    faults.install_hooks(lambda _: None)()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_keyboard_interrupt_is_passed_on_and_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    passed_on: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *args: passed_on.append(args[0]))
    noted: list[BaseException] = []
    undo = faults.install_hooks(noted.append)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    undo()
    assert (noted, passed_on) == ([], [KeyboardInterrupt])


def test_type_name_includes_the_module_unless_built_in() -> None:
    assert faults.name_of(ValueError()) == "ValueError"
    assert faults.name_of(ContentError("x")) == "workbench.core.content.ContentError"
    kind = type("K" * 500, (Exception,), {"__module__": "builtins"})
    assert faults.name_of(kind()) == "K" * 120


def test_deep_traceback_is_cut_to_40_frames() -> None:
    ours = str(Path(faults.__file__).with_name("made_up.py"))
    made: dict[str, Any] = {}
    exec(compile("def down(n):\n    return down(n - 1) if n else 1 / 0", ours, "exec"), made)
    with pytest.raises(ZeroDivisionError) as caught:
        made["down"](100)
    frames = faults.report_of(caught.value).splitlines()[1:]
    assert len(frames) == 40


class Stopping:
    def __del__(self) -> None:
        raise KeyboardInterrupt


def test_interrupts_and_log_messages_without_exception_are_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl+C, and a thread that is ended, are no faults."""
    left: list[str] = []
    for owner, name in ((threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(owner, name, lambda *args, name=name: left.append(name))
    noted: list[BaseException] = []
    undo = faults.install_hooks(noted.append)

    def interrupted() -> None:
        raise KeyboardInterrupt

    thread = threading.Thread(target=interrupted)
    thread.start()
    thread.join()
    Stopping()
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt:
        logging.getLogger("workbench.x").exception("told")
    logging.getLogger("workbench.x").error("no exception at all")
    undo()
    assert (noted, left) == ([], ["excepthook"])


@pytest.mark.parametrize("print_too", [True, False])
def test_errors_are_also_printed_only_on_request(
    print_too: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    left: list[str] = []
    for owner, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(owner, name, lambda *args, name=f"{owner.__name__}.{name}": left.append(name))
    noted: list[BaseException] = []
    undo = faults.install_hooks(noted.append, print_too=print_too)

    def fail() -> None:
        raise ContentError("x")

    class Failing:
        def __del__(self) -> None:
            raise KeyError("x")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    Failing()
    sys.excepthook(ValueError, ValueError("x"), None)
    try:
        fail()
    except ContentError:
        logging.getLogger("workbench.x").exception("told")
    undo()
    assert len(noted) == 4
    assert left == (["threading.excepthook", "sys.unraisablehook", "sys.excepthook"] if print_too else [])
    assert ("told" in capfd.readouterr().err) is print_too


def test_report_includes_the_context_unless_suppressed() -> None:
    found: list[str] = []
    for suppressed in (False, True):
        outer = RuntimeError()
        outer.__context__ = KeyError()
        outer.__suppress_context__ = suppressed
        found.append(faults.report_of(outer))
    first = "Unexpected error: RuntimeError"
    assert found == [f"{first}\nwhile handling: KeyError", first]
