"""What was run elsewhere, in the words of this house.

Invariant: what a foreign place did not say stays unknown; texts are exact but for line ends, as everywhere. A run is
named by `foreign_id`, which is the same each time it is read, so that it is taken over once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from workbench.core.content import Content
from workbench.core.lanes import Params
from workbench.core.runs import Result, RunSet
from workbench.core.text import unify_newlines

_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return foreign text as it can be stored: LF line ends, and U+FFFD for halves of characters."""
    unified = unify_newlines(text)
    return unified if unified.isascii() else _SURROGATE.sub("�", unified)


@dataclass(frozen=True, slots=True)
class ImportedPrompt:
    """The prompt that runs belong to: the same `key`, the same prompt. `name` is for one that is new here."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """The bytes of a file that a content names by its hash."""

    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class ImportedLane:
    """Who answered and what was asked. `parent` is the content that this one grew out of, if that is known."""

    model: str
    content: Content
    params: Params = field(default_factory=Params)
    label: str = ""
    parent: Content | None = None


@dataclass(frozen=True, slots=True)
class ImportedAnswer:
    """How one call ended; `lane` and `value_set` are places in the run, from 0.

    `foreign_id` and `extra`, JSON of what has no place here, are "" for an answer without either.
    """

    result: Result
    ended_at: str
    lane: int = 0
    value_set: int = 0
    sample: int = 0
    foreign_id: str = ""
    extra: str = ""


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """One run as it was, with at least one lane, one value set and one answer.

    `summary` is what lists show of it, "" for what its text changed.
    """

    foreign_id: str
    prompt: ImportedPrompt
    started_at: str
    lanes: tuple[ImportedLane, ...]
    answers: tuple[ImportedAnswer, ...]
    sets: tuple[RunSet, ...]
    note: str = ""
    summary: str = ""
    files: tuple[ImportedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was not taken over, and why: `name` says which, `sentence` ends in what to do, if anything."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ImportedCounts:
    """What came in."""

    runs: int = 0
    answers: int = 0
    prompts: int = 0

    def __add__(self, other: ImportedCounts) -> ImportedCounts:
        return ImportedCounts(self.runs + other.runs, self.answers + other.answers, self.prompts + other.prompts)
