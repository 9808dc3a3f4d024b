"""The draft: the editor's content, values and lanes that no run has used yet.

Invariant: a value set of a draft is a case of its prompt, chosen for Compose. A stored draft names its cases by uid;
the history has their names and values. Drafts of earlier releases hold both, and stay readable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from workbench.core import content as contents
from workbench.core.content import MOST_LANES, Content
from workbench.core.lanes import Lane, is_stored_int, slots_apart
from workbench.core.text import first_line
from workbench.core.visible_text import VisibleFields, visible_name

if TYPE_CHECKING:
    from workbench.core.technique_marks import TechniqueMark
    from workbench.core.value_kinds import Kinds

Values = tuple[tuple[str, str], ...]
MOST_CASES = 20
"""Maximum number of ticked cases that an iteration runs; more of them are a test."""
_MOST_VALUES, _MOST_LETTERS = 5, 30
_NUMBERED = re.compile(r"Case \d+")
"""The names that cases get by themselves."""


@dataclass(frozen=True, slots=True)
class ValueSet(VisibleFields):
    """A case as Compose shows it: named values in order. A run uses every set that is `ticked`.

    `uid` is that of the case, also when its name or values change; "" for unnamed values. `kinds` are those of the
    case.
    """

    uid: str
    name: str
    values: Values = ()
    ticked: bool = False
    kinds: Kinds = ()
    SHOWN = ("name",)

    @property
    def title(self) -> str:
        """The name, or what the values begin with; a case of a file may have no name."""
        return self.name or values_title(self.values, self.kinds) or "Unnamed case"

    def to_json(self) -> dict[str, Any]:
        """Return the form that drafts of earlier releases hold."""
        data: dict[str, Any] = {"uid": self.uid, "name": self.name, "values": dict(self.values)}
        return {**data, "ticked": True} if self.ticked else data

    @classmethod
    def from_json(cls, data: object, *, is_whole: bool = True) -> ValueSet:
        """Read `to_json` back, or without `is_whole` a set that has neither name nor values.

        Raises ValueError with a sentence for an invalid shape.
        """
        if not isinstance(data, Mapping):
            raise ValueError("A value set of this draft is not an object.")
        uid, ticked = data.get("uid"), data.get("ticked", False)
        name = data.get("name") if is_whole else ""
        if not isinstance(uid, str) or not uid or not isinstance(name, str) or not isinstance(ticked, bool):
            raise ValueError("A value set of this draft needs a uid, a name, and ticked as true or false.")
        return cls(uid, name, _values(data.get("values", {}), f"the value set {name!r}"), ticked)


def most_varied(variables: Sequence[str], sets: Iterable[ValueSet]) -> str:
    """Return the variable with the most distinct values in `sets`, the first of several, "" without variables."""
    given: dict[str, set[str]] = {name: set() for name in variables}
    for one in sets:
        for name, value in one.values:
            given.get(name, set()).add(value)
    return max(variables, key=lambda name: len(given[name]), default="")


@dataclass(frozen=True, slots=True)
class Draft:
    """Content, values and lanes of one prompt, and the number of the version they are based on (None: none).

    `values` are those shown in the editor. They belong to the set `active` ("" when the prompt has no sets), and take
    precedence over the values in that set. `techniques` are those inserted since the last run.
    """

    content: Content = field(default_factory=Content)
    values: Values = ()
    lanes: tuple[Lane, ...] = ()
    based_on: int | None = None
    sets: tuple[ValueSet, ...] = ()
    active: str = ""
    techniques: tuple[TechniqueMark, ...] = ()

    @property
    def current_sets(self) -> tuple[ValueSet, ...]:
        """The named sets, with the edited `values` in the active one."""
        return tuple(replace(one, values=self.values) if one.uid == self.active else one for one in self.sets)

    @property
    def run_sets(self) -> tuple[ValueSet, ...]:
        """The sets that a run uses, at least one: the ticked sets in order, else the shown values."""
        if ticked := tuple(one for one in self.current_sets if one.ticked):
            return ticked
        shown = next((one for one in self.current_sets if one.uid == self.active), None)
        return (shown or ValueSet("", "", self.values),)

    @property
    def sets_by_uid(self) -> dict[str, ValueSet]:
        """The named sets by uid, with the edited `values` in the active one."""
        return {one.uid: one for one in self.current_sets}

    @property
    def run_lanes(self) -> tuple[Lane, ...]:
        """The lanes that a run calls: all except hidden lanes and baselines."""
        return tuple(lane for lane in self.lanes if not lane.hidden and not lane.baseline)

    @property
    def value_map(self) -> dict[str, str]:
        """The values by variable name."""
        return dict(self.values)

    def to_json(self, *, is_whole: bool = False) -> dict[str, Any]:
        """Return the stored form, with values, cases and lanes in order.

        With `is_whole` it holds names and values of the cases, as drafts of earlier releases do.
        """
        data: dict[str, Any] = {
            "content": contents.to_json(self.content),
            "values": dict(self.values),
            "lanes": [lane.to_json() for lane in self.lanes],
            "based_on": self.based_on,
        }
        if self.sets and is_whole:
            data["sets"] = [one.to_json() for one in self.sets]
        elif self.sets:
            # Not the key "sets", because earlier releases would refuse sets without names.
            data["cases"] = [{"uid": one.uid, "ticked": True} if one.ticked else {"uid": one.uid} for one in self.sets]
        if self.active:
            data["active"] = self.active
        if self.techniques:
            data["techniques"] = [[mark.key, mark.name, mark.brought] for mark in self.techniques]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Draft:
        """Read `to_json` back; cases that are stored by uid have neither name nor values yet.

        Raises ValueError with a sentence for an invalid shape (ContentError for content).
        """
        if not isinstance(data, Mapping):
            raise ValueError("This draft is not an object.")
        values = _values(data.get("values", {}), "this draft")
        lanes = data.get("lanes", [])
        if not isinstance(lanes, list | tuple):
            raise ValueError("The lanes of this draft are not a list.")
        if len(lanes) > MOST_LANES:
            raise ValueError(f"This draft has {len(lanes):,} lanes; at most {MOST_LANES} are shown.")
        based_on = data.get("based_on")
        if based_on is not None and not is_stored_int(based_on):
            raise ValueError("The version that this draft is based on is not a number.")
        is_whole, active = holds_values(data), data.get("active", "")
        sets = data["sets"] if is_whole else data.get("cases", [])
        if not isinstance(sets, list | tuple) or not isinstance(active, str):
            raise ValueError("The value sets of this draft are not a list, or the shown one has no uid.")
        chosen = tuple(ValueSet.from_json(one, is_whole=is_whole) for one in sets)
        return cls(
            content=contents.from_json(data.get("content", {})),
            values=values,
            lanes=slots_apart(Lane.from_json(lane) for lane in lanes),
            based_on=based_on,
            # Of a damaged draft that names a case twice, the first one counts.
            sets=chosen if is_whole else tuple({one.uid: one for one in reversed(chosen)}.values())[::-1],
            active=active,
            techniques=_marks(techniques) if (techniques := data.get("techniques")) else (),
        )


def holds_values(data: Mapping[str, Any]) -> bool:
    """Whether a stored draft is of an earlier release, which kept value sets in it."""
    return "sets" in data


def values_title(values: Values, kinds: Kinds = ()) -> str:
    """Return what some values begin with, to tell a case without a name; "" if all are blank."""
    shown = [value for _, value in values]
    if kinds:
        from workbench.core.value_kinds import plain_values

        shown = list(plain_values(dict(values), kinds).values())
    told = [value for value in shown if value.strip()][:_MOST_VALUES]
    return visible_name(", ".join(first_line(value, _MOST_LETTERS) for value in told))


def distinction(one: ValueSet, among: Sequence[ValueSet]) -> str:
    """Return the first value of a case that varies, if its name is only a number; else ""."""
    if _NUMBERED.fullmatch(one.name) is None:
        return ""
    values = dict(one.values)
    told = [name for name, value in one.values if value.strip()]
    varying = [name for name in told if any(dict(other.values).get(name, "") != values[name] for other in among)]
    first = next(iter((*varying, *told)), None)
    return "" if first is None else values_title(((first, values[first]),), one.kinds)


def _marks(data: object) -> tuple[TechniqueMark, ...]:
    from workbench.core.technique_marks import TechniqueMark

    marks = data if isinstance(data, list | tuple) else ()
    if not marks or not all(isinstance(one, list | tuple) and [*map(type, one)] == [str] * 3 for one in marks):
        raise ValueError("The techniques of this draft are not a list of keys, names and texts.")
    return tuple(TechniqueMark(*one) for one in marks)


def _values(data: object, where: str) -> Values:
    if not isinstance(data, Mapping) or not all(isinstance(value, str) for value in data.values()):
        raise ValueError(f"The values of {where} are not texts by variable name.")
    return tuple(data.items())
