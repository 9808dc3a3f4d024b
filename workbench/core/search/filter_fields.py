"""Search filters, and the kinds of values that they accept.

Invariant: a field is one row, which alone defines its description and its values: the parser, completion, complaints
and the command line help derive from a table of rows. The table itself belongs to the store
(`workbench.store.search.fields`), because a row also has the source of the values in the history.
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
"""Width in characters of a line of the command line help."""

FieldGroup = Literal["words", "amounts", "moments"]


class FieldValues(Protocol):
    """The values that a field accepts."""

    @property
    def group(self) -> FieldGroup:
        """Consecutive fields of equal group share lines of the command line help."""

    @property
    def usages(self) -> tuple[str, ...]:
        """The forms of the value in the command line help."""

    @property
    def examples(self) -> tuple[str, ...]:
        """Example values that a complaint suggests."""

    @property
    def summary(self) -> str:
        """The accepted values in a few words, "" if only the field can describe them."""

    @property
    def noun(self) -> str:
        """The kind of thing in the history whose names are accepted, "" if values are not names."""

    @property
    def needs_names(self) -> bool:
        """Whether the field has no values while the history has no such names."""

    def read(self, text: str) -> str | QueryRange | None:
        """Parse a value into the form used in a query, None if it is invalid."""

    def write(self, value: str | QueryRange) -> str:
        """Return the text that `read` parses as this value; it may need quotation marks."""

    def offers(self, typed: str) -> Iterator[tuple[str, str]]:
        """Yield fixed values that start with `typed`, with their meanings; names of the history are added elsewhere."""


@dataclass(frozen=True, slots=True)
class NameValues:
    """Names in the history, or parts of them; preceded by fixed `choices` with their meanings.

    `thing` is the kind of thing named; `placeholder` represents a name in the command line help.
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
    """One of a few words, with their meanings."""

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
    """A range of numbers. `offered` are the choices of completion, of which complaints suggest the first two."""

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
    """A filter: the name before the colon, its values, and its description ("" if the values describe it)."""

    name: str
    values: FieldValues
    about: str = ""

    @property
    def meaning(self) -> str:
        """The description shown in completion."""
        return self.about or self.values.summary

    @property
    def example(self) -> str:
        """Examples for a sentence: "model:haiku", "winner:yes, winner:no or winner:tie"."""
        return either([f"{self.name}:{value}" for value in self.values.examples])


FilterFields = Mapping[str, FilterField]
"""Fields by name, in the order in which they are offered."""


def help_lines(fields: FilterFields) -> Iterator[str]:
    """Yield the lines of the command line help: each group on lines of its own, beginning with all first usages."""
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
    """Return for example "a, b or c"."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
