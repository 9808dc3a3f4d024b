"""Runs imported from other tools, in the terms of this product.

Invariant: data missing in the source stays unknown; texts are exact except for line endings and lone surrogates.
`foreign_id` is the same each time a run is read, so that it is imported only once.
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
    """Return foreign text in a form that can be stored: LF line endings, U+FFFD for lone surrogates."""
    unified = unify_newlines(text)
    return unified if unified.isascii() else _SURROGATE.sub("�", unified)


@dataclass(frozen=True, slots=True)
class ImportedPrompt:
    """The prompt of imported runs. Equal `key` means the same prompt; `name` is used if the prompt is created."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file that a content refers to by hash."""

    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class ImportedLane:
    """A model and the content sent to it. `parent` is the content that this one was derived from, if known."""

    model: str
    content: Content
    params: Params = field(default_factory=Params)
    label: str = ""
    parent: Content | None = None


@dataclass(frozen=True, slots=True)
class ImportedAnswer:
    """The result of one call. `lane` and `value_set` are indices in the run, from 0.

    `foreign_id` and `extra` (JSON of data that has no field here) are "" if absent.
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
    """One imported run, with at least one lane, one value set and one answer.

    `summary` is shown in lists; "" shows the change of its text.
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
    """Something that was not imported. `name` identifies it, `sentence` gives the reason and any next step."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ImportedCounts:
    """Numbers of imported runs, answers and prompts."""

    runs: int = 0
    answers: int = 0
    prompts: int = 0

    def __add__(self, other: ImportedCounts) -> ImportedCounts:
        return ImportedCounts(self.runs + other.runs, self.answers + other.answers, self.prompts + other.prompts)
