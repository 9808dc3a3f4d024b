"""Errors as text for the person.

Invariant: an exception of any lower layer becomes one sentence with a next step, and separate technical detail.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from workbench import __version__
from workbench.core.lanes import Lane
from workbench.core.text import plural
from workbench.engine.calls import EngineError
from workbench.engine.catalogue import CatalogueError
from workbench.host import faults
from workbench.host.errors import HostError
from workbench.packs.errors import PackError
from workbench.store.errors import StoreError

_END = re.compile(r"It (was ended by signal \d+|exited with code -?\d+)\.")


@dataclass(frozen=True, slots=True)
class MissingInput:
    """Missing input of a draft: values of these variables in a value set, or a message if `values` is empty.

    `value_set` is the uid of the set, "" for values outside of sets.
    """

    values: tuple[str, ...] = ()
    value_set: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence with a next step, technical detail, and the missing input if that is the problem."""

    sentence: str
    detail: str = ""
    lack: MissingInput | None = None


class RefusedError(Exception):
    """An operation was refused because it cannot succeed; nothing was changed."""

    def __init__(self, sentence: str, detail: str = "", lack: MissingInput | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
        self.lack = lack


class RetiredModelError(RefusedError):
    """A test was refused because it would ask the model of `lane`, which its provider has retired."""

    def __init__(self, sentence: str, lane: Lane) -> None:
        super().__init__(sentence)
        self.lane = lane


def unsaved_sentence(count: int) -> str:
    """Return the sentence about answers that could not be saved before the end."""
    what = f"{count} {plural(count, 'answer')}"
    return f"{what} could not be saved in the history. Make room on the disk or unlock the database, then run again."


def problem_of(error: BaseException) -> Problem:
    """Return the problem for an exception of any layer."""
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
    """Return the problem for an unexpected exception that stopped nothing."""
    return Problem(f"Unexpected error, {logged(log)}. Prompt Workbench keeps running.", report)


def fault_of_child(report: str, process: str) -> Problem:
    """Log an exception reported by a child, and return the problem."""
    log = faults.note_of_child(report, process)
    return Problem(f"Unexpected error of the {process}, {logged(log)}. It keeps running.", report)


def note_death(report: str, process: str) -> None:
    """Log how a child ended, without text from the child."""
    found = _END.search(report)
    faults.note_of_child(f"The {process} ended. {found.group() if found else 'Its parent ended it.'}", process)


def about_this_program(report: str) -> str:
    """Return a report with the version and platform prepended."""
    return f"Prompt Workbench {__version__}, {faults.platform_name()}\n{report}"


def logged(log: Path | None) -> str:
    """Return the phrase that says where an exception is logged."""
    if log is None:
        return "which could not be logged"
    home = Path.home() if os.environ.get("HOME") else None
    shown = f"~/{log.relative_to(home)}" if home is not None and log.is_relative_to(home) else str(log)
    return f"logged in {shown}"
