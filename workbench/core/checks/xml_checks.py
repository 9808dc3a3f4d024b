"""Checks of XML: is-xml and contains-xml, with required elements such as `order.item`.

Required paths start at the root and are case-sensitive; an element without content counts, `@_name` is an attribute.
Where an element is repeated, a path may name its position (`order.item.0`) or hold for any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from workbench.core.checks.check_result import Finding, Span, UnscoredError, listed
from workbench.core.checks.inputs import CheckInputs
from workbench.core.checks.js_text import to_string, trim

_DEEPEST = 1_000
_BLANK = " \t\r\n"
_START_CHARACTERS = (
    r":_A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    r"\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = re.compile(rf"[{_START_CHARACTERS}][{_START_CHARACTERS}\-.0-9\xb7\u0300-\u036f\u203f-\u2040]*")
_TAG_PART = re.compile(r"""[^"'<>]+|"[^"]*"|'[^']*'""")
_ATTRIBUTE = re.compile(r"""([^\s=]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"']+))?""")


@dataclass(slots=True)
class _Element:
    """An element with its place; `end` is -1 until it is closed."""

    name: str
    start: int
    attributes: tuple[str, ...] = ()
    end: int = -1
    children: list[_Element] = field(default_factory=list)


class _NotXmlError(Exception):
    """XML that is not well-formed. The text is the reason in a few words."""


def is_xml(inputs: CheckInputs) -> Finding:
    """Parse the whole answer as XML with namespaces."""
    wanted = _required(inputs.value)
    try:
        root = _parsed(inputs.text)
    except _NotXmlError as error:
        return Finding(False, f"The answer is not XML: {error}.")
    missing = [path for path in wanted if not _has_path([root], path.split("."))]
    if missing:
        return Finding(False, f"The XML lacks {listed(missing)}.")
    return Finding(True, "The answer is XML with all required elements." if wanted else "The answer is XML.")


def contains_xml(inputs: CheckInputs) -> Finding:
    """Look for an element that is closed. Its attributes and entities need not be valid."""
    wanted = _required(inputs.value)
    is_found = False
    for elements, place in _fragments(inputs.text):
        is_found = True
        if all(_has_path(elements, path.split(".")) for path in wanted):
            return Finding(True, "The answer contains XML.", place=place)
    if is_found:
        return Finding(False, f"The XML in the answer lacks some of {listed(wanted)}.")
    return Finding(False, "The answer contains no XML element that is closed.")


def _required(value: Any) -> list[str]:
    if isinstance(value, str):
        return [trim(path) for path in value.split(",")]
    if isinstance(value, dict) and value:
        value = value.get("requiredElements")
        if not isinstance(value, list):
            raise UnscoredError("Enter the required elements as a list, or separated by commas.")
    return [to_string(path) for path in value] if isinstance(value, list) else []


def _parsed(text: str) -> _Element:
    """Return the root of a well-formed document. Raises _NotXmlError."""
    if text.isspace() or not text:
        raise _NotXmlError("it is empty")
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _NotXmlError("it has half of a surrogate pair") from error
    top = _Element("", 0)
    stack = [top]

    def start(name: str, attributes: Mapping[str, str]) -> None:
        element = _Element(name, 0, tuple(attributes))
        stack[-1].children.append(element)
        stack.append(element)
        if len(stack) > _DEEPEST:
            raise UnscoredError("The XML is nested too deeply to be checked.")

    def end(name: str) -> None:
        stack.pop()

    def doctype(name: str, system: str | None, public: str | None, has_internal_subset: int) -> None:
        if has_internal_subset:
            raise _NotXmlError("it has a document type definition of its own, which is not read")

    for separator in (None, " "):
        # Names need the parser without namespaces, unknown prefixes only the other one reports.
        parser = expat.ParserCreate("utf-8", separator)
        parser.StartDoctypeDeclHandler = doctype
        if separator is None:
            parser.StartElementHandler, parser.EndElementHandler = start, end
        try:
            parser.Parse(raw, True)
        except expat.ExpatError as error:
            what = expat.ErrorString(error.code)
            raise _NotXmlError(f"{what} at line {error.lineno}, column {error.offset + 1}") from error
    return top.children[0]


def _has_path(elements: list[_Element], path: list[str]) -> bool:
    """Whether a path of names leads through these siblings; a number chooses among equally named ones."""
    if not path:
        return True
    named = [element for element in elements if element.name == path[0]]
    rest = path[1:]
    if len(named) > 1 and rest and rest[0].isdecimal() and str(int(rest[0])) == rest[0]:
        return int(rest[0]) < len(named) and _continues(named[int(rest[0])], rest[1:])
    return any(_continues(element, rest) for element in named)


def _continues(element: _Element, path: list[str]) -> bool:
    if len(path) == 1 and path[0].startswith("@_"):
        return path[0][2:] in element.attributes
    return _has_path(element.children, path)


def _fragments(text: str) -> Iterator[tuple[list[_Element], Span]]:
    """Yield groups of siblings whose parent is not closed, then each outermost closed element."""
    groups = _closed_siblings(text)
    for group in groups:
        if len(group) > 1:
            yield group, (group[0].start, group[-1].end)
    for element in sorted((one for group in groups for one in group), key=lambda one: one.start):
        yield [element], (element.start, element.end)


def _closed_siblings(text: str) -> list[list[_Element]]:
    """Return the closed elements outside of any closed one, grouped by their parent."""
    top = _Element("", -1)
    stack = [top]
    parents = [top]
    at = 0
    while (at := text.find("<", at)) >= 0:
        if text.startswith(("<!", "<?"), at):
            at = _declaration_end(text, at)
            continue
        is_closing = text.startswith("</", at)
        name = _NAME.match(text, at + 2 if is_closing else at + 1)
        end = _tag_end(text, at + 1) if name else -1
        if name is None or end < 0:
            at += 1
            continue
        if is_closing:
            _close(stack, name[0], end)
        else:
            inside = text[name.end() : end - 1]
            element = _Element(name[0], at, tuple(match[1] for match in _ATTRIBUTE.finditer(inside)))
            stack[-1].children.append(element)
            parents.append(element)
            if inside.rstrip().endswith("/"):
                element.end = end
            elif len(stack) <= _DEEPEST:
                stack.append(element)
            else:
                raise UnscoredError("The XML is nested too deeply to be checked.")
        at = end
    closed = [[child for child in parent.children if child.end >= 0] for parent in parents if parent.end < 0]
    return [group for group in closed if group]


def _close(stack: list[_Element], name: str, end: int) -> None:
    """Close the innermost element; another name leaves all open ones unclosed."""
    if len(stack) > 1 and stack[-1].name == name:
        stack.pop().end = end
    else:
        del stack[1:]


def _tag_end(text: str, at: int) -> int:
    """Return the position behind the `>` of a tag, -1 when it is not closed before the next `<`."""
    while match := _TAG_PART.match(text, at):
        at = match.end()
    return at + 1 if text.startswith(">", at) else -1


def _declaration_end(text: str, at: int) -> int:
    for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")):
        if text.startswith(opening, at):
            end = text.find(closing, at + len(opening))
            return len(text) if end < 0 else end + len(closing)
    end = text.find(">", at)
    return len(text) if end < 0 else end + 1
