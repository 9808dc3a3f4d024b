"""Reports of unexpected exceptions that are safe to log and share.

Invariant: a report contains exception types and positions in this package's code (file, line, function), and nothing
else: no message, value, source line or path of the machine, so no key and no prompt text.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from types import TracebackType

HEADER = "Unexpected error: "
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH120, PTH100 - a prefix of file names
_MOST_FRAMES = 40
_MOST_ERRORS = 8
_NAME = re.compile(r"[^\w.<>]")
_NAME_LENGTH = 120
_LOGGERS = ("workbench", "asyncio")

Note = Callable[[BaseException], object]


def report_of(error: BaseException) -> str:
    """Return the report of an exception, including its causes and contexts."""
    lines: list[str] = []
    for number, (relation, one) in enumerate(_chain(error)):
        lines.append(f"{HEADER if number == 0 else relation}{name_of(one)}")
        lines += _frames(one.__traceback__)
    return "\n".join(lines)


def is_report(text: str) -> bool:
    """Whether `text` is a report made by `report_of`."""
    return text.startswith(HEADER)


def name_of(error: BaseException) -> str:
    """Return the name of an exception's type, with its module unless it is a builtin."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return _NAME.sub("?", name)[:_NAME_LENGTH]


def install_hooks(note: Note, *, print_too: bool = False) -> Callable[[], None]:
    """Call `note` with each uncaught exception of any thread, and with each exception logged as an error.

    `print_too` keeps Python's default behaviour of printing it. Returns a function that uninstalls the hooks.
    """
    previous = sys.excepthook, threading.excepthook, sys.unraisablehook

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not isinstance(error, Exception):
            previous[0](kind, error, trace)
            return
        note(error)
        if print_too:
            previous[0](kind, error, trace)

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if isinstance(args.exc_value, Exception):
            note(args.exc_value)
        if print_too or not isinstance(args.exc_value, Exception):
            previous[1](args)

    def unraisable(args: sys.UnraisableHookArgs) -> None:
        if isinstance(args.exc_value, Exception):
            note(args.exc_value)
        if print_too:
            previous[2](args)

    handler = _Logged(note, print_too)
    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, in_thread, unraisable
    for name in _LOGGERS:
        logging.getLogger(name).addHandler(handler)

    def undo() -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook = previous
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(handler)

    return undo


class _Logged(logging.Handler):
    """A logging handler that passes exceptions logged as errors to `note`."""

    def __init__(self, note: Note, print_too: bool) -> None:
        super().__init__(logging.ERROR)
        self._note, self._print_too = note, print_too

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, Exception):
            self._note(error)
        if self._print_too and logging.lastResort is not None:
            logging.lastResort.handle(record)


def _chain(error: BaseException) -> Iterator[tuple[str, BaseException]]:
    """Yield (relation, exception) for the exception, members of its groups, causes and contexts.

    Each is yielded once, at most `_MOST_ERRORS` in total.
    """
    seen: set[int] = set()
    waiting: list[tuple[str, BaseException]] = [("", error)]
    while waiting and len(seen) < _MOST_ERRORS:
        relation, one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield relation, one
        if isinstance(one, BaseExceptionGroup):
            waiting += [("one of a group: ", part) for part in one.exceptions]
        if one.__cause__ is not None:
            waiting.append(("caused by: ", one.__cause__))
        elif one.__context__ is not None and not one.__suppress_context__:
            waiting.append(("while handling: ", one.__context__))


def _frames(trace: TracebackType | None) -> list[str]:
    found: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith(_PACKAGE + os.sep):
            place = os.path.relpath(code.co_filename, os.path.dirname(_PACKAGE))  # noqa: PTH120
            found.append(f"  {place}:{trace.tb_lineno} in {code.co_qualname}")
        trace = trace.tb_next
    return found[-_MOST_FRAMES:]
