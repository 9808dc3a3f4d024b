"""What people call runs and versions.

Invariant: people see one number, that of an iteration (#12); this module alone makes such names. A version is named
after the first iteration that ran it as the current text, or, if only tests did, after the first of these (test 3). A
run has one such text, so it names one version; pinned lanes and columns do not count, because a run may have several.
What other programs read keeps the stored numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.core.visible_text import visible_name

Origin = Literal["text", "imported", "sample"]
"""Where a version that no run had as its current text comes from; `text` when that is unknown, for example for a
copy."""

TEST = "test"
"""The kind of test runs, and the word in their names."""
_RUN_WORDS: Mapping[str, str] = {"improve": "proposal", "propose": "case proposal"}
"""Kinds of runs that people know by another word."""
_MOST_DIGITS = 19
"""A number with fewer digits fits into a column."""


@dataclass(frozen=True, slots=True)
class VersionIdentity:
    """The facts that a version is named by.

    `iteration` is the number of the first iteration that ran it, `test` that of the first test run, None without one;
    `label` is "" for none. `ordinal` counts the prompt's versions of the same origin from 1; 0 for the only sample.
    `title` is what a file of tests calls a prompt; `ordinal` then counts those of the same title.
    """

    iteration: int | None = None
    label: str = ""
    origin: Origin = "text"
    ordinal: int = 0
    title: str = ""
    test: int | None = None


def iteration_name(number: int) -> str:
    """Return the name of an iteration: "#12"."""
    return f"#{number}"


def run_name(kind: str, number: int) -> str:
    """Return the name of a run within its prompt: "#12" for an iteration, else its kind: "proposal 3", "import 1"."""
    return iteration_name(number) if kind == "iteration" else f"{_RUN_WORDS.get(kind, kind)} {number}"


def version_name(version: VersionIdentity) -> str:
    """Return the name of a version: "#12", "#12 (production)", "production", "concise", "test 3", "imported 2" or
    "sample"."""
    label = visible_name(version.label)
    if version.iteration is not None:
        name = iteration_name(version.iteration)
        return f"{name} ({label})" if label else name
    if label:
        return label
    if title := visible_name(version.title):
        return title if version.ordinal < 2 else f"{title} ({version.ordinal})"
    if version.test is not None:
        return run_name(TEST, version.test)
    return f"{version.origin} {version.ordinal}" if version.ordinal else version.origin


def text_words(run: str, version: str) -> str:
    """Return what to add to the name of a run about the version it ran: "text of #9".

    "" if the version is named after this run, or has no name yet; only its label if it has one.
    """
    if version.startswith(f"{run} ("):
        return version.removeprefix(f"{run} (").removesuffix(")")
    return "" if version in ("", run) else f"text of {version}"


def at_start(name: str) -> str:
    """Return a name as the first word of a sentence or an entry."""
    return name[:1].upper() + name[1:]


def iteration_number(typed: str) -> int | None:
    """Return the number of the iteration that a person typed, "12" or "#12"; None for anything else."""
    return _number(typed.strip().removeprefix("#"))


def number_of_test(typed: str) -> int | None:
    """Return the number of the test run that a person typed, "test 3"; None for anything else."""
    word, _, digits = " ".join(typed.split()).partition(" ")
    return _number(digits) if word == TEST else None


def _number(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < _MOST_DIGITS else None
