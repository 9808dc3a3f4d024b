"""What went wrong, as people read it.

Invariant: whatever a lower layer raises becomes one sentence with a next step, its technical detail apart.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from workbench.engine.calls import EngineError
from workbench.engine.catalogue import CatalogueError
from workbench.host.errors import HostError
from workbench.packs.errors import PackError
from workbench.store.errors import StoreError


@dataclass(frozen=True, slots=True)
class Lack:
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
    lack: Lack | None = None


class RefusedError(Exception):
    """Something was not done because what it was asked for cannot work; nothing was changed."""

    def __init__(self, sentence: str, detail: str = "", lack: Lack | None = None) -> None:
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
    return Problem(
        "Something went wrong inside Prompt Workbench. Try again; if it happens again, please report it.",
        "".join(traceback.format_exception(error)),
    )
