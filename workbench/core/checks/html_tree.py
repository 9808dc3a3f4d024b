"""The outermost level of an HTML document, as browsers build it.

This is the part of the HTML standard's tree construction that decides whether text is outside of all elements: implied
end tags, void and raw-text elements, foster parenting of text in tables. It builds no tree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from workbench.core.checks.check_result import UnscoredError


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_RAW = _names("script style textarea title xmp iframe noembed noframes")
_IN_HEAD = _names("base link meta title style script noscript template")
_WRAPPERS = frozenset({"html", "head", "body"})
_KNOWN = _names(
    """
    title base link meta style article section nav aside h1 h2 h3 h4 h5 h6 header footer address p hr pre blockquote ol
    ul li dl dt dd figure figcaption main div a em strong small s cite q dfn abbr ruby rt rp data time code var samp kbd
    sub sup i b u mark bdi bdo span br wbr img iframe embed object param picture source video audio track map area svg
    math script noscript canvas ins del table caption colgroup col tbody thead tfoot tr td th form label input button
    select datalist optgroup option textarea output progress meter fieldset legend details summary dialog menu slot
    template
    """
)
_CLOSES_P = _names(
    """
    address article aside blockquote center details dialog dir div dl dd dt fieldset figcaption figure footer form h1 h2
    h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table ul xmp
    """
)
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
_TABLE_PARTS = _names("caption colgroup col tbody thead tfoot tr td th")
_IN_TABLE = frozenset({"table", "tbody", "thead", "tfoot", "tr", "colgroup"})
_SCOPES = _names("table td th caption button object marquee applet template html")
_LIST_SCOPES = _SCOPES | {"ul", "ol", "dl", "select"}
_DEEPEST = 1_000
_IMPLIED = {
    "li": ("li",),
    "dd": ("dd", "dt"),
    "dt": ("dd", "dt"),
    "option": ("option",),
    "optgroup": ("option", "optgroup"),
    "tr": ("td", "th", "tr"),
    "td": ("td", "th"),
    "th": ("td", "th"),
    "tbody": ("td", "th", "tr", "tbody", "thead", "tfoot"),
    "thead": ("td", "th", "tr", "tbody", "thead", "tfoot"),
    "tfoot": ("td", "th", "tr", "tbody", "thead", "tfoot"),
}
"""Open elements that a start tag closes, from the inside."""
_TAG_NAME = re.compile(r"[a-zA-Z][^\s/>\x00]*")
_REST = re.compile(r"""(?:[^>"'=]|=\s*"[^"]*"|=\s*'[^']*'|=(?!\s*["'])|["'])*>""", re.DOTALL)
_BODY = re.compile(r"<body(?=[\s>/])")
_WRAPPER_TAGS = {name: re.compile(rf"<{name}(?=[\s>/])") for name in _WRAPPERS}


@dataclass(frozen=True, slots=True)
class HtmlBody:
    """What is_html asks of a document."""

    has_text_outside: bool
    has_known_element: bool


class _Token(NamedTuple):
    kind: str
    text: str
    is_self_closing: bool = False


def body_of(text: str) -> HtmlBody:
    """Return what is at the outermost level of a document. With a `<body>` tag, text there is inside of it."""
    lowered = text.lower()
    level = _OpenElements()
    for token in _tokens(text):
        if token.kind == "text":
            level.add_text(token.text)
        elif token.kind == "start":
            level.open(token.text, token.is_self_closing)
        else:
            level.close(token.text)
    names = level.names
    wrappers = any(name in names and pattern.search(lowered) for name, pattern in _WRAPPER_TAGS.items())
    is_known = wrappers or any(name in _KNOWN or "-" in name for name in names - _WRAPPERS)
    return HtmlBody(level.has_text_outside and not _BODY.search(lowered), is_known)


class _OpenElements:
    """The stack of open elements below the body."""

    def __init__(self) -> None:
        self._stack: list[str] = []
        self._open: Counter[str] = Counter()
        self._reopened: list[str] = []
        self.names: set[str] = set()
        self.has_text_outside = False

    def add_text(self, text: str) -> None:
        if not text.strip():
            return
        self._reopen()
        if not self._stack or self._is_fostered():
            self.has_text_outside = True

    def _is_fostered(self) -> bool:
        """Whether text here moves in front of an outermost table."""
        return self._stack[-1] in _IN_TABLE and self._stack[0] == "table" and self._open["table"] == 1

    def open(self, name: str, is_self_closing: bool) -> None:
        if name in _WRAPPERS:
            self.names.add(name)
            return
        if name in _TABLE_PARTS and not self._open["table"]:
            return
        if name in _CLOSES_P:
            self._close_in_scope("p", _SCOPES)
        for implied in _IMPLIED.get(name, ()):
            self._close_in_scope(implied, _LIST_SCOPES)
        if name not in _IN_HEAD:
            self._reopen()
        self.names.add(name)
        is_foreign = self._open["svg"] or self._open["math"] or name in ("svg", "math")
        if name not in _VOID and not (is_self_closing and is_foreign):
            self._push(name)

    def close(self, name: str) -> None:
        if name == "br":
            self.names.add("br")
        elif name == "p" and not self._open["p"]:
            if self.names:
                self.names.add("p")
        elif self._open[name]:
            self._pop_to(name)

    def _push(self, name: str) -> None:
        self._stack.append(name)
        self._open[name] += 1
        if len(self._stack) > _DEEPEST:
            raise UnscoredError("The HTML is nested too deeply to be checked.")

    def _reopen(self) -> None:
        """Open formatting elements again that ended with their parent."""
        if not self._stack:
            for name in self._reopened:
                self._push(name)
            self._reopened = []

    def _pop_to(self, name: str) -> None:
        """Close the innermost element of a name, and those inside it."""
        at = len(self._stack) - 1
        while self._stack[at] != name:
            at -= 1
        inner = self._stack[at + 1 :]
        if name in _FORMATTING and any(one not in _FORMATTING for one in inner):
            # The adoption agency: the formatting element ends, the blocks inside it stay open.
            del self._stack[at]
            self._open[name] -= 1
            return
        del self._stack[at:]
        self._open.subtract([name, *inner])
        still = [one for one in inner if one in _FORMATTING]
        if not self._stack:
            self._reopened = still or self._reopened
            return
        for one in still:
            self._push(one)

    def _close_in_scope(self, name: str, scopes: frozenset[str]) -> None:
        if not self._open[name]:
            return
        for open_name in reversed(self._stack):
            if open_name == name:
                self._pop_to(name)
                return
            if open_name in scopes:
                return


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        start = text.find("<", at)
        if start < 0:
            yield _Token("text", text[at:])
            return
        if start > at:
            yield _Token("text", text[at:start])
        name = _TAG_NAME.match(text, start + 1)
        closing = _TAG_NAME.match(text, start + 2) if text.startswith("</", start) else None
        if name or closing:
            found = name or closing
            assert found is not None
            rest = _REST.match(text, found.end())
            if rest is None:
                return
            at = rest.end()
            lowered = found[0].lower()
            yield _Token("start" if name else "end", lowered, text.endswith("/>", start, at))
            if name and lowered in _RAW:
                end = re.compile(rf"</{re.escape(lowered)}(?=[\s/>])", re.IGNORECASE).search(text, at)
                at = end.start() if end else len(text)
        elif text.startswith("<!--", start):
            end_at = text.find("-->", start + 4)
            at = len(text) if end_at < 0 else end_at + 3
        elif text.startswith(("<!", "<?", "</"), start):
            end_at = text.find(">", start)
            at = len(text) if end_at < 0 else end_at + 1
        else:
            yield _Token("text", "<")
            at = start + 1
