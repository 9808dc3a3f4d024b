"""What went wrong, as people read it.

Invariant: whatever a lower layer raises becomes one sentence with a next step, its technical detail apart.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from workbench import __version__
from workbench.engine.calls import EngineError
from workbench.engine.catalogue import CatalogueError
from workbench.host import faults
from workbench.host.errors import HostError
from workbench.packs.errors import PackError
from workbench.store.errors import StoreError

_END = re.compile(r"It (was ended by signal \d+|exited with code -?\d+)\.")


@dataclass(frozen=True, slots=True)
class MissingInput:
    """What a draft lacks to be run: values of these variables in a value set, or, without any, a message.

    `value_set` is the uid of the set, "" for values that belong to none.
    """

    values: tuple[str, ...] = ()
    value_set: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence with a next step, the folded technical detail, and what is lacking if that is the problem."""

    sentence: str
    detail: str = ""
    lack: MissingInput | None = None


class RefusedError(Exception):
    """Something was not done because what it was asked for cannot work; nothing was changed."""

    def __init__(self, sentence: str, detail: str = "", lack: MissingInput | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
        self.lack = lack


def unsaved_sentence(count: int) -> str:
    """Return what to say about answers that could not be saved before the end."""
    what = "1 answer" if count == 1 else f"{count} answers"
    return f"{what} could not be saved in the history. Make room on the disk or free the database, then run again."


def problem_of(error: BaseException) -> Problem:
    """Return the problem that an exception of any layer stands for."""
    if isinstance(error, RefusedError):
        return Problem(error.sentence, error.detail, error.lack)
    if isinstance(error, HostError | StoreError | PackError):
        return Problem(error.sentence, error.detail)
    if isinstance(error, EngineError):
        return Problem(error.failure.sentence, error.failure.detail)
    if isinstance(error, CatalogueError):
        return Problem(str(error), str(error.__cause__ or ""))
    report, log = faults.note(error)
    return Problem(f"Unexpected error, {logged(log)}. Try again; if it happens again, report it.", report)


def fault_problem(report: str, log: Path | None) -> Problem:
    """Return what to say about an exception that nobody expected and that stopped nothing."""
    return Problem(f"Unexpected error, {logged(log)}. Prompt Workbench goes on working.", report)


def fault_of_child(report: str, process: str) -> Problem:
    """Log what a child reported of itself, and return what to say."""
    log = faults.note_of_child(report, process)
    return Problem(f"Unexpected error of the {process}, {logged(log)}. It goes on working.", report)


def note_death(report: str, process: str) -> None:
    """Log how a child ended, without its own words."""
    found = _END.search(report)
    faults.note_of_child(f"The {process} ended. {found.group() if found else 'Its parent ended it.'}", process)


def about_this_program(report: str) -> str:
    """Return a report with the versions that its reader needs."""
    return f"Prompt Workbench {__version__}, {faults.platform_name()}\n{report}"


def logged(log: Path | None) -> str:
    """Return the words that say where an exception is logged."""
    if log is None:
        return "which could not be logged"
    home = Path.home() if os.environ.get("HOME") else None
    shown = f"~/{log.relative_to(home)}" if home is not None and log.is_relative_to(home) else str(log)
    return f"logged in {shown}"
