"""Problems with the variables of a prompt.

Invariant: nothing is corrected silently. A name counts as misspelt only if it has no value and closely resembles one
that has; the user decides.
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
    """Variables with problems.

    `missing` are used but have no value. `misspelt` are pairs of a missing name and the name with a value that it
    resembles. `unused` have a non-empty value but are used nowhere.
    """

    missing: tuple[str, ...] = ()
    misspelt: tuple[tuple[str, str], ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def meant(self) -> dict[str, str]:
        """The likely names by misspelt name."""
        return dict(self.misspelt)


def amiss(content: Content, values: Mapping[str, str]) -> VariableProblems:
    """Return the problems of the variables of `content` with these values."""
    used = content_variables(content)
    missing = tuple(name for name in used if name not in values)
    given = [name for name, value in values.items() if value]
    meant = ((name, likely(name, given)) for name in missing)
    return VariableProblems(missing, tuple((name, other) for name, other in meant if other), _unused(used, given))


def repeats(content: Content, sets: Sequence[Mapping[str, str]]) -> int:
    """Return how many of these value sets render `content` the same as an earlier one.

    A set that lacks a value for a variable of a plain template cannot be sent and is not counted.
    """
    used = content_variables(content)
    given = [tuple(values.get(name) for name in used) for values in sets]
    whole = [one for one in given if content.template == "jinja" or None not in one]
    return len(whole) - len(set(whole))


def lacking(content: Content, sets: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the missing variables by value set, for the sets that have any.

    The result is empty for Jinja templates, whose variables are known only when rendered.
    """
    used = content_variables(content) if content.template == "plain" else ()
    found = {key: tuple(name for name in used if name not in values) for key, values in sets.items()}
    return {key: names for key, names in found.items() if names}


def renamed(content: Content, name: str, meant: str) -> Content:
    """Return `content` with a variable renamed in all messages and examples, including disabled ones."""

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
    """Return `text` with a variable renamed."""
    for found, at in reversed(places(text, template)):
        if found == name:
            text = text[:at] + meant + text[at + len(name) :]
    return text


def likely(name: str, known: Sequence[str]) -> str:
    """Return the known name that is closest to `name`, "" if none is close."""
    if len(name) < _SHORTEST or not known:
        return ""
    # Imported here, because it is needed only for names without a value.
    from difflib import get_close_matches

    near = get_close_matches(name, [other for other in known if other != name], 1, _ALIKE)
    return near[0] if near else ""


def _unused(used: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    names = frozenset(used)
    return tuple(name for name in given if name not in names)
