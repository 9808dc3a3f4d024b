"""The declaration of a lane parameter.

Invariant: a value is stored, typed, shown and checked by its row alone, whatever the kind of value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workbench.core.escaped_lines import escaped, read_lines

Kind = Literal["number", "integer", "switch", "choice", "texts"]
Value = float | int | bool | str | tuple[str, ...]

FORMATS = ("github", "promptfoo", "promptfoo-other", "llm", "openai", "anthropic")
"""Formats with parameter names of their own: `modelParameters` of a `.prompt.yml`; the `config` of promptfoo's
providers with OpenAI's parameters, and of its other providers; the options of llm; arguments of OpenAI's library;
Anthropic's Messages API."""
_DIGITS = 18
"""Maximum digits of an integer: no provider has larger ones, and they would not fit into SQLite's 64 bits."""
_NUMBER = re.compile(r"[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][+-]?[0-9]+)?")
_SHORT = 12
"""Longest text in characters that the summary shows."""


@dataclass(frozen=True, slots=True)
class WireName:
    """The name of a parameter in requests to a provider that is called without LiteLLM's translation.

    `models` is a regular expression for the models that use it, "" for all. `replaces` is the name that it replaces if
    that is not the row's own.
    """

    provider: str
    name: str
    models: str = ""
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `name` is its key in stored lanes and in chat completions.

    `label` is shown in the form, `brief` in the header ("temp 0.2"); `help` is a sentence without the range. `low` and
    `high` are inclusive. `choices` are the values of a `choice`; `unset` is a word for the effect of having none, ""
    if the provider decides. `formats` has the name in each of FORMATS, "" if that format has none. `aliases` are other
    names for the same value; `carriers` are settings of translated requests that hold it in another form or for one
    kind of server only. A parameter that is not `is_sent` controls how an answer is read and is left out of requests.
    One that `is_sampling` is refused by models that take no sampling settings.
    """

    name: str
    kind: Kind
    label: str
    brief: str
    help: str
    formats: Mapping[str, str]
    aliases: frozenset[str] = frozenset()
    wire: tuple[WireName, ...] = ()
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    unset: str = ""
    is_sent: bool = True
    carriers: frozenset[str] = frozenset()
    is_sampling: bool = False

    @property
    def requirement(self) -> str:
        """The valid values in words, for example "a number from 0 to 2", "one of low, high"."""
        if self.kind in ("number", "integer"):
            noun = "a number" if self.kind == "number" else "a whole number"
            if self.low is None:
                return noun
            return (
                f"{noun}, at least {self.low:g}" if self.high is None else f"{noun} from {self.low:g} to {self.high:g}"
            )
        if self.kind == "choice":
            return f"one of {', '.join(self.choices)}"
        return "true or false" if self.kind == "switch" else "a list of texts that are not empty"

    @property
    def is_text(self) -> bool:
        """Whether its value is text."""
        return self.kind in ("choice", "texts")

    def stored(self, value: Any) -> Value | None:
        """Return a stored value in canonical form, None for unset. Raises ValueError for the wrong type.

        The range is not checked, so that values accepted by an older release or another tool stay readable.
        """
        if value is None:
            return None
        if self.kind == "texts":
            if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
                raise ValueError(f"The {self.label.lower()} of a lane are not a list of texts.")
            return tuple(value) or None
        if self.kind == "choice":
            if not isinstance(value, str):
                raise ValueError(f"The {self.name} of a lane is not a text.")
            return value or None
        if self.kind == "switch":
            if not isinstance(value, bool):
                raise ValueError(f"The {self.name} of a lane is neither true nor false.")
            return value
        if isinstance(value, bool) or not isinstance(value, int | float if self.kind == "number" else int):
            noun = "number" if self.kind == "number" else "whole number"
            raise ValueError(f"The {self.name} of a lane is not a {noun}.")
        try:
            if math.isfinite(number := float(value)):
                return number if self.kind == "number" else value
        except OverflowError:
            pass
        raise ValueError(f"The {self.name} of a lane is not a number.")

    def checked(self, value: Any) -> Value | None:
        """Return a value from a user or a file in canonical form, None for unset. Raises ValueError with a sentence."""
        found = self.stored(value)
        if found is not None and not self.allows(found):
            raise ValueError(f"The {self.name} of a lane must be {self.requirement}.")
        return found

    def allows(self, value: Value) -> bool:
        """Whether a value of the right type is in range."""
        if self.kind == "choice":
            return value in self.choices
        if isinstance(value, tuple):
            return all(value)
        if isinstance(value, str | bool):
            return True
        if self.kind == "integer" and abs(value) >= 10**_DIGITS:
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def read(self, text: str) -> Value | None:
        r"""Parse typed text, None for blank. Raises ValueError, whose text contains `requirement`.

        A comma is accepted as the decimal point. Lists have one text per line, with the escapes \n, \t, \r and \\.
        """
        if self.kind == "texts":
            return read_lines(text) or None
        text = text.strip()
        if not text:
            return None
        found = self._typed(text)
        if found is None or not self.allows(found):
            raise ValueError(f"{self.label} must be {self.requirement}.")
        return found

    def _typed(self, text: str) -> Value | None:
        if self.kind == "switch":
            return {"true": True, "false": False}.get(text.lower())
        if self.kind == "choice":
            return text.lower()
        if self.kind == "integer":
            return int(text) if re.fullmatch(rf"[+-]?[0-9]{{1,{_DIGITS}}}", text) else None
        # float() would also accept 0_1 and digits of other scripts.
        value = float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else math.inf
        return value if math.isfinite(value) else None

    def show(self, value: Value | None) -> str:
        """Format a value so that `read` returns it unchanged, "" for unset."""
        if value is None:
            return ""
        if isinstance(value, tuple):
            return "\n".join(map(escaped, value))
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float) and value.is_integer():
            return repr(int(value))
        return str(value) if isinstance(value, str) else repr(value)

    def summary(self, value: Value) -> str:
        """Format a value for the header: "temp 0.2", "2 stops", "logprobs on"."""
        if isinstance(value, tuple):
            if len(value) == 1 and len(value[0]) <= _SHORT:
                return f"{self.brief} “{escaped(value[0])}”"
            return f"{len(value)} {self.brief}{'s' if len(value) > 1 else ''}"
        if isinstance(value, bool):
            return f"{self.brief} {'on' if value else 'off'}"
        return f"{self.brief} {value:g}" if isinstance(value, float) else f"{self.brief} {value}"
