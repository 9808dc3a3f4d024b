"""Checks of HTML: is-html and contains-html."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.core.checks.check_result import Finding, Span
from workbench.core.checks.html_tree import body_of
from workbench.core.checks.inputs import CheckInputs
from workbench.core.checks.js_text import WHITE, trim

_XML = re.compile(rf"[{WHITE}]*<\?xml", re.IGNORECASE | re.ASCII)
_OPENING = re.compile(r"<[a-zA-Z][a-zA-Z0-9-]*")
_CLOSING = re.compile(rf"</[a-zA-Z][a-zA-Z0-9-]*[{WHITE}]*>")
_ENTITY = re.compile(r"&(?:[a-zA-Z]+|#[0-9]+|#x[0-9a-fA-F]+);")
_DOCTYPE = re.compile(rf"<!DOCTYPE[{WHITE}]+html", re.IGNORECASE | re.ASCII)
_ATTRIBUTE = re.compile(rf"[{WHITE}][a-zA-Z-]+=[{WHITE}]*[\"']")
_COMMON = re.compile(
    r"<(?:html|head|body|div|span|p|a|img|h[1-6]|ul|ol|li|table|tr|td|th|form|input|button|script|style|link|meta|br|hr)\b",
    re.IGNORECASE | re.ASCII,
)
_ENOUGH = 2


def is_html(inputs: CheckInputs) -> Finding:
    """Read the whole answer as a browser would: known elements, and no text outside of them."""
    text = trim(inputs.text)
    if not text:
        return Finding(False, "The answer is not HTML: it is empty.")
    if _XML.match(text):
        return Finding(False, "The answer is not HTML: it begins like XML.")
    body = body_of(text)
    if body.has_text_outside:
        return Finding(False, "The answer is not HTML: it has text outside of elements.")
    if not body.has_known_element:
        return Finding(False, "The answer is not HTML: it has no element of HTML.")
    return Finding(True, "The answer is HTML.")


def contains_html(inputs: CheckInputs) -> Finding:
    """Count signs of HTML: tags, entities, attributes, comments."""
    signs = list(_signs(inputs.text))
    if sum(weight for weight, _ in signs) < _ENOUGH:
        return Finding(False, "The answer contains no HTML.")
    return Finding(True, "The answer contains HTML.", place=next((place for _, place in signs if place), None))


def _signs(text: str) -> Iterator[tuple[int, Span | None]]:
    """Yield the weight and the place of each kind of sign."""
    opening, closing = _opening_tag(text), _CLOSING.search(text)
    if opening or closing:
        start = opening or (closing.span() if closing else None)
        yield (2 if opening and closing else 1), start
    if _has_self_closing(text):
        yield 1, None
    for weight, pattern in ((1, _ENTITY), (2, _DOCTYPE), (2, _COMMON)):
        if match := pattern.search(text):
            yield weight, match.span()
    if _has_comment(text):
        yield 1, None
    if _has_attribute(text):
        yield 1, None


def _opening_tag(text: str) -> Span | None:
    last = text.rfind(">")
    for match in _OPENING.finditer(text):
        following = text[match.end() : match.end() + 1]
        if following == ">" or (following and following in WHITE and match.end() < last):
            return match.start(), text.find(">", match.end()) + 1
    return None


def _has_self_closing(text: str) -> bool:
    end = -1
    for match in _OPENING.finditer(text):
        at = match.end()
        if text.startswith("/>", at):
            return True
        if not (text[at : at + 1] and text[at] in WHITE):
            continue
        if end < at and (end := text.find(">", at)) < 0:
            return False
        if text[end - 1] == "/" and end - 1 > at:
            return True
    return False


def _has_comment(text: str) -> bool:
    at = 0
    while (at := text.find("<!--", at)) >= 0:
        dashes = text.find("--", at + 4)
        if dashes < 0:
            return False
        if text.startswith(">", dashes + 2):
            return True
        at += 4
    return False


def _has_attribute(text: str) -> bool:
    last = max(text.rfind('"'), text.rfind("'"))
    return any(match.end() <= last for match in _ATTRIBUTE.finditer(text))
