"""What a filter of a search is, and the kinds of values that filters take.

Invariant: a field is one row, and what a person reads of it and may type behind its colon is told by that row alone:
the parser, completion, complaints and the terminal's help derive from a table of rows. The table itself is the
store's (`workbench.store.search.fields`), because a row also says where the history has the values.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

from workbench.core.search.date_values import EXAMPLES as MOMENTS
from workbench.core.search.date_values import read_moment
from workbench.core.search.number_ranges import AmountUnits, read_range, write_range
from workbench.core.search.query import QueryRange
from workbench.core.search.text_folding import folded

_WIDTH = 100
"""Characters of a line of the terminal's help."""

FieldGroup = Literal["words", "amounts", "moments"]


class FieldValues(Protocol):
    """The values that a field takes."""

    @property
    def group(self) -> FieldGroup:
        """Fields of a group that follow each other share lines of the terminal's help."""

    @property
    def usages(self) -> tuple[str, ...]:
        """What the terminal's help writes behind the colon."""

    @property
    def examples(self) -> tuple[str, ...]:
        """What a complaint proposes to write behind the colon."""

    @property
    def summary(self) -> str:
        """Say in a few words what can be written, "" where only the field can tell."""

    @property
    def noun(self) -> str:
        """What of the history has the names that can be written, "" where values are no names."""

    @property
    def needs_names(self) -> bool:
        """Whether there is nothing to write while the history has no such names."""

    def read(self, text: str) -> str | QueryRange | None:
        """Return the value in the form that a query holds, None for no such value."""

    def write(self, value: str | QueryRange) -> str:
        """Return what `read` reads as this value; it may need quotation marks."""

    def offers(self, typed: str) -> Iterator[tuple[str, str]]:
        """Yield the values that begin as typed, each with its meaning; names of the history come besides."""


@dataclass(frozen=True, slots=True)
class NameValues:
    """Names that the history has, or parts of them; before them, fixed `choices` with their meanings.

    `thing` is what has the name, and `placeholder` stands for one in the terminal's help.
    """

    thing: str
    example: str
    choices: Mapping[str, str] = field(default_factory=dict)
    placeholder: str = "NAME"
    group: ClassVar[FieldGroup] = "words"
    summary: ClassVar[str] = ""

    @property
    def usages(self) -> tuple[str, ...]:
        return ("|".join((*self.choices, self.placeholder)),)

    @property
    def examples(self) -> tuple[str, ...]:
        return (*itertools.islice(self.choices, 1), self.example)

    @property
    def noun(self) -> str:
        return self.thing

    @property
    def needs_names(self) -> bool:
        return not self.choices

    def read(self, text: str) -> str | None:
        low = text.casefold()
        return low if low in self.choices else text or None

    def write(self, value: str | QueryRange) -> str:
        return str(value)

    def offers(self, typed: str) -> Iterator[tuple[str, str]]:
        return _begun(self.choices, folded(typed))


@dataclass(frozen=True, slots=True)
class ChoiceValues:
    """One of a few words, each with its meaning."""

    choices: Mapping[str, str]
    group: ClassVar[FieldGroup] = "words"
    noun: ClassVar[str] = ""
    needs_names: ClassVar[bool] = False

    @property
    def usages(self) -> tuple[str, ...]:
        return ("|".join(self.choices),)

    @property
    def examples(self) -> tuple[str, ...]:
        return tuple(self.choices)

    @property
    def summary(self) -> str:
        return either(tuple(self.choices))

    def read(self, text: str) -> str | None:
        low = text.casefold()
        return low if low in self.choices else None

    def write(self, value: str | QueryRange) -> str:
        return str(value)

    def offers(self, typed: str) -> Iterator[tuple[str, str]]:
        return _begun(self.choices, folded(typed))


@dataclass(frozen=True, slots=True)
class AmountValues:
    """A range of numbers. `offered` are offered while it is typed, and the first two are proposed by complaints."""

    units: AmountUnits
    offered: tuple[str, ...]
    usages: tuple[str, ...]
    group: ClassVar[FieldGroup] = "amounts"
    summary: ClassVar[str] = ""
    noun: ClassVar[str] = ""
    needs_names: ClassVar[bool] = False

    @property
    def examples(self) -> tuple[str, ...]:
        return self.offered[:2]

    def read(self, text: str) -> QueryRange | None:
        return read_range(self.units, text)

    def write(self, value: str | QueryRange) -> str:
        if not isinstance(value, QueryRange):
            raise TypeError(f"{value!r} is no range")
        return write_range(self.units, value)

    def offers(self, typed: str) -> Iterator[tuple[str, str]]:
        return _begun(dict.fromkeys(self.offered, ""), typed)


@dataclass(frozen=True, slots=True)
class MomentValues:
    """A day, a month, a year, or a time before now."""

    usages: tuple[str, ...]
    group: ClassVar[FieldGroup] = "moments"
    summary: ClassVar[str] = "a day or 7d"
    noun: ClassVar[str] = ""
    needs_names: ClassVar[bool] = False
    examples: ClassVar[tuple[str, ...]] = ("2026-11-24", "yesterday", "7d")

    def read(self, text: str) -> str | None:
        return read_moment(text)

    def write(self, value: str | QueryRange) -> str:
        return str(value)

    def offers(self, typed: str) -> Iterator[tuple[str, str]]:
        return _begun(dict.fromkeys(MOMENTS, ""), typed.casefold())


def _begun(offered: Mapping[str, str], typed: str) -> Iterator[tuple[str, str]]:
    return ((text, meaning) for text, meaning in offered.items() if text.startswith(typed))


@dataclass(frozen=True, slots=True)
class FilterField:
    """A filter: what stands before the colon, its values, and what it asks for ("" where its values say so)."""

    name: str
    values: FieldValues
    about: str = ""

    @property
    def meaning(self) -> str:
        """What it asks for or takes, in a few words, as completion shows it."""
        return self.about or self.values.summary

    @property
    def example(self) -> str:
        """How it is written, for a sentence: "model:haiku", "winner:yes, winner:no or winner:tie"."""
        return either([f"{self.name}:{value}" for value in self.values.examples])


FilterFields = Mapping[str, FilterField]
"""Fields by name, in the order in which they are offered."""


def help_lines(fields: FilterFields) -> Iterator[str]:
    """Yield all filters as the terminal's help lists them: each group on lines of its own, first usages first."""
    for _, group in itertools.groupby(fields.values(), lambda row: row.values.group):
        by_row = [[f"{row.name}:{usage}" for usage in row.values.usages] for row in group]
        line = ""
        for usage in (*(usages[0] for usages in by_row), *(more for usages in by_row for more in usages[1:])):
            if line and len(line) + len(usage) + 2 > _WIDTH:
                yield line
                line = ""
            line = f"{line}  {usage}" if line else usage
        yield line


def either(words: Sequence[str]) -> str:
    """Return "a, b or c"."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
