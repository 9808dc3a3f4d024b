"""Templates in the values of checks: `{{ name }}`, with fields, indexes and common filters.

Invariant: rendering takes time linear in the size of template and values, and needs no process of its own. The syntax
is a part of Nunjucks: expressions of one variable or literal with filters, comments, and `raw`. Anything else (tags,
operators, calls) raises UnscoredError, because printing it as it is could let a check pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from workbench.core.checks import js_text
from workbench.core.checks.check_result import UnscoredError, quoted
from workbench.core.checks.js_text import MISSING, Missing, is_truthy, printed, to_string

_TAG = re.compile(r"\{\{-?|\{%-?\s*(?:raw|verbatim)\s*-?%\}|\{%|\{#")
_MARK = re.compile(r"\{[{%#]|#\}")
_END_RAW = re.compile(r"\{%-?\s*end(?:raw|verbatim)\s*-?%\}")
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<name>[^\W\d][\w$]*)|(?P<mark>\}\}|-\}\}|[.\[\]|(),]))""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_LITERALS = {"true": True, "false": False, "none": None, "null": None}
_MOST_PRINTED = 2_000_000


def filled(text: str, values: Mapping[str, Any]) -> str:
    """Return the text with its templates filled in. Raises UnscoredError for syntax that is not evaluated here."""
    if not _MARK.search(text):
        return text
    return _Template(text, values).printed()


def filled_value(value: Any, values: Mapping[str, Any]) -> Any:
    """Return a check's value with its templates filled in: those of a text, or of the texts of a list; not of maps."""
    if isinstance(value, str):
        return filled(value, values)
    if isinstance(value, list):
        return [filled(item, values) if isinstance(item, str) else item for item in value]
    return value


class _Template:
    """A template with a position."""

    def __init__(self, text: str, values: Mapping[str, Any]) -> None:
        self._text = text
        self._values = values
        self._at = 0

    def printed(self) -> str:
        parts: list[str] = []
        size = 0
        trims = False
        while True:
            tag = _TAG.search(self._text, self._at)
            plain = self._text[self._at : tag.start() if tag else len(self._text)]
            if "#}" in plain:
                raise UnscoredError("The value of the check has “#}” without “{#”. Remove it.")
            parts.append(plain.lstrip(js_text.WHITE) if trims else plain)
            if tag is None:
                return "".join(parts)
            self._at = tag.end()
            part, trims = self._tag(tag[0], parts)
            parts.append(part)
            size += len(part)
            if size > _MOST_PRINTED:
                raise UnscoredError("The value of the check becomes too long with the variables of this case.")

    def _tag(self, opening: str, before: list[str]) -> tuple[str, bool]:
        """Return what a tag prints, and whether the white space behind it is dropped."""
        if opening == "{#":
            end = self._text.find("#}", self._at)
            if end < 0:
                raise UnscoredError("The value of the check has a comment “{#” that is not closed. Close it with “#}”.")
            self._at = end + 2
            return "", False
        if opening == "{%":
            raise UnscoredError("Tags such as {% if %} in the value of a check are not evaluated here.")
        if opening.startswith("{%"):
            end_raw = _END_RAW.search(self._text, self._at)
            if end_raw is None:
                raise UnscoredError("The value of the check has “raw” without “endraw”. Add it.")
            start, self._at = self._at, end_raw.end()
            return self._text[start : end_raw.start()], False
        if opening == "{{-":
            before[-1] = before[-1].rstrip(js_text.WHITE)
        value = self._expression()
        closing = self._next()
        if closing not in ("}}", "-}}"):
            raise self._unknown()
        return printed(value), closing == "-}}"

    def _expression(self) -> Any:
        value = self._operand()
        while self._peek() == "|":
            self._next()
            name = self._name()
            arguments = self._arguments() if self._peek() == "(" else []
            value = _filtered(name, value, arguments)
        return value

    def _operand(self) -> Any:
        kind, token = self._token()
        value: Any
        if kind == "text":
            value = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), token[1:-1])
        elif kind == "number":
            value = float(token) if "." in token else int(token[:15])
        elif kind == "name" and token not in ("not", "in", "if", "is", "and", "or"):
            if token == "env" and token not in self._values:
                raise UnscoredError("Environment variables are not filled in. Make it a variable of the case.")
            value = _LITERALS[token] if token in _LITERALS else self._values.get(token, MISSING)
        else:
            raise self._unknown()
        while self._peek() in (".", "["):
            if self._next() == ".":
                value = _field(value, self._name())
            else:
                value = _field(value, self._expression())
                if self._next() != "]":
                    raise self._unknown()
        if self._peek() == "(":
            raise self._unknown()
        return value

    def _arguments(self) -> list[Any]:
        self._next()
        found: list[Any] = []
        while self._peek() != ")":
            found.append(self._expression())
            if self._peek() == ",":
                self._next()
            elif self._peek() != ")":
                raise self._unknown()
        self._next()
        return found

    def _name(self) -> str:
        kind, token = self._token()
        if kind != "name":
            raise self._unknown()
        return token

    def _next(self) -> str:
        return self._token()[1]

    def _token(self) -> tuple[str, str]:
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            raise self._unknown()
        self._at = match.end()
        kind = match.lastgroup or ""
        return kind, match[kind]

    def _peek(self) -> str:
        match = _TOKEN.match(self._text, self._at)
        return match["mark"] or "" if match else ""

    def _unknown(self) -> UnscoredError:
        start = self._text.rfind("{{", 0, self._at)
        end = self._text.find("}}", start)
        shown = self._text[start : end + 2 if end >= 0 else len(self._text)]
        return UnscoredError(f"The template {quoted(shown)} in the value of the check is not evaluated here.")


def _field(value: Any, key: Any) -> Any:
    if isinstance(value, dict):
        return value.get(to_string(key), MISSING)
    if isinstance(value, str | list):
        if key == "length":
            return _length(value)
        number = js_text.to_number(key)
        items = js_text.utf16(value) if isinstance(value, str) else value
        return items[int(number)] if number.is_integer() and 0 <= number < len(items) else MISSING
    return MISSING


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(js_text.utf16(value))
    return len(value) if isinstance(value, list | dict) else 0


def _filtered(name: str, value: Any, arguments: list[Any]) -> Any:
    rule = _FILTERS.get(name)
    try:
        if rule is not None:
            return rule(value, *arguments)
    except (TypeError, ValueError) as error:
        raise UnscoredError(
            f"The filter “{name}” in the value of the check does not fit its value: {error}."
        ) from error
    raise UnscoredError(f"The filter “{name}” in the value of the check is not evaluated here.")


def _default(value: Any, other: Any = MISSING, replaces_empty: Any = False) -> Any:
    is_missing = not is_truthy(value) if is_truthy(replaces_empty) else isinstance(value, Missing)
    return other if is_missing else value


def _join(value: Any, separator: Any = "") -> str:
    if not isinstance(value, list):
        raise TypeError("it is not a list")
    return to_string(separator).join("" if item is None else to_string(item) for item in value)


def _replace(value: Any, old: Any, new: Any) -> str:
    text, wanted = printed(value), printed(old)
    given = printed(new)
    # Nunjucks finds an empty text around every character, and twice in an empty one.
    made = text.replace(wanted, given) if wanted else f"{given}{given.join(text)}{given}"
    if len(made) > _MOST_PRINTED:
        raise ValueError("the result is too long")
    return made


def _dump(value: Any, indent: Any = None) -> str:
    if value is MISSING:
        return ""
    spaces = min(int(js_text.to_number(indent)), 10) if indent else None
    return json.dumps(value, ensure_ascii=False, indent=spaces, separators=None if spaces else (",", ":"))


def _load(value: Any) -> Any:
    from workbench.core.checks.json_text import parse_json

    return parse_json(printed(value))


def _capitalized(value: Any) -> str:
    text = printed(value).lower()
    return text[:1].upper() + text[1:]


def _end(at: int) -> Callable[[Any], Any]:
    def taken(value: Any) -> Any:
        return value[at] if isinstance(value, str | list) and value else MISSING

    return taken


_FILTERS: Mapping[str, Callable[..., Any]] = {
    "lower": lambda value: printed(value).lower(),
    "upper": lambda value: printed(value).upper(),
    "trim": lambda value: js_text.trim(printed(value)),
    "capitalize": _capitalized,
    "string": printed,
    "safe": lambda value: value,
    "length": _length,
    "first": _end(0),
    "last": _end(-1),
    "join": _join,
    "replace": _replace,
    "default": _default,
    "d": _default,
    "dump": _dump,
    "load": _load,
}
