"""What is amiss with the variables of a prompt.

Invariant: nothing is guessed silently: a name is taken for misspelt only if it has no value and exactly resembles one
that has; who wrote it decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.core.content import Content, Template
from workbench.core.templates import content_variables, places

_ALIKE = 0.75
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class VariableProblems:
    """Variables in trouble.

    `missing` are used and have no value; `misspelt` is the part of them that resembles a name with a value, which it
    gives; `unused` have a value that is not empty, and are used nowhere.
    """

    missing: tuple[str, ...] = ()
    misspelt: tuple[tuple[str, str], ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def meant(self) -> dict[str, str]:
        """The likely name by the misspelt one."""
        return dict(self.misspelt)


def amiss(content: Content, values: Mapping[str, str]) -> VariableProblems:
    """Return what is amiss with the variables of `content` while these values are given."""
    used = content_variables(content)
    missing = tuple(name for name in used if name not in values)
    given = [name for name, value in values.items() if value]
    meant = ((name, likely(name, given)) for name in missing)
    return VariableProblems(missing, tuple((name, other) for name, other in meant if other), _unused(used, given))


def repeats(content: Content, sets: Sequence[Mapping[str, str]]) -> int:
    """Return how many of these sets of values give `content` the same as one before them, and so send the same.

    A set without a value for a plain template's variable cannot be sent, and repeats none.
    """
    used = content_variables(content)
    given = [tuple(values.get(name) for name in used) for values in sets]
    whole = [one for one in given if content.template == "jinja" or None not in one]
    return len(whole) - len(set(whole))


def lacking(content: Content, sets: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return which variables each of these sets has no value for, without those that lack none.

    What a Jinja template needs is known only when it is rendered: there nothing lacks.
    """
    used = content_variables(content) if content.template == "plain" else ()
    found = {key: tuple(name for name in used if name not in values) for key, values in sets.items()}
    return {key: names for key, names in found.items() if names}


def renamed(content: Content, name: str, meant: str) -> Content:
    """Return `content` with a variable called otherwise in all messages and examples, also in those that are off."""

    def mended(text: str) -> str:
        return renamed_in(text, content.template, name, meant)

    return replace(
        content,
        messages=tuple(replace(one, text=mended(one.text)) for one in content.messages),
        examples=tuple(
            replace(one, user=mended(one.user), assistant=mended(one.assistant)) for one in content.examples
        ),
    )


def renamed_in(text: str, template: Template, name: str, meant: str) -> str:
    """The same with one text."""
    for found, at in reversed(places(text, template)):
        if found == name:
            text = text[:at] + meant + text[at + len(name) :]
    return text


def likely(name: str, known: Sequence[str]) -> str:
    """Return the known name that a person probably meant by another one, "" when none is near."""
    if len(name) < _SHORTEST or not known:
        return ""
    # Only for names that have no value, so only when somebody mistyped.
    from difflib import get_close_matches

    near = get_close_matches(name, [other for other in known if other != name], 1, _ALIKE)
    return near[0] if near else ""


def _unused(used: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    names = frozenset(used)
    return tuple(name for name in given if name not in names)
