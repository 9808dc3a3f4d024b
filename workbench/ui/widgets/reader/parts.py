"""Markdown as flat parts from which a document can be built.

Invariant: pure, and total: every text has parts. Text becomes only words, rules, tables, and links that the reader may
open; HTML stays text, and no image is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from workbench.ui.widgets.reader.shown_text import picture

Kind = Literal["paragraph", "heading", "code", "rule", "table"]
_ADDRESS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}*]")
_MARKERS_ONLY = re.compile(r"[ \t>]*(?:[-*+#_=~`|:]+|\d{1,3}[.)]?)?[ \t]*")
_DEFINITION = re.compile(
    r"^ {0,3}\[(?P<label>[^\[\]\n]{1,200})\]:[ \t]+<?(?P<address>[^\s<>]+)>?[ \t]*(?:[\"'(].*[\"')])?[ \t]*$",
    re.MULTILINE,
)
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_DEEPEST = 100
"""Maximum nesting of lists, items and quotes; the parser drops deeper content."""
_FENCE_MARKS = re.compile(r"[ \t]*(?:`+|~+)[ \t]*")


@dataclass(frozen=True, slots=True)
class TextRun:
    """Words in one style. `link` is their target, "" for none."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: str = ""


Row = tuple[tuple[TextRun, ...], ...]
"""The cells of a table row."""


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A paragraph, heading, code block, rule or table. `line` and `end` are lines of the source, from 0.

    `depth` and `quote` count the enclosing lists and quotes; `marker` is the bullet or number of the item that begins
    here, and `within` holds the first lines of the enclosing items and quotes. `rows` are the cells of a table, the
    header first, and `sides` the alignment of each column: "left", "right", "center", or "" for the default of the
    script. `level` is that of a heading; `blank` marks a code block without a line yet. Parts that look alike are
    equal, wherever in the source they are.
    """

    kind: Kind
    line: int = field(compare=False)
    end: int = field(compare=False)
    runs: tuple[TextRun, ...] = ()
    level: int = 0
    depth: int = 0
    quote: int = 0
    marker: str = ""
    language: str = ""
    text: str = ""
    rows: tuple[Row, ...] = ()
    sides: tuple[str, ...] = ()
    blank: bool = field(default=False, compare=False)
    within: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class ParsedParts:
    """Parts of a text. Those that begin before `line` are final, whatever follows.

    Text that is nested too deeply is one part, in source form, with `is_whole` False.
    """

    parts: tuple[DocumentPart, ...]
    line: int
    is_whole: bool = True


@cache
def _parser() -> MarkdownIt:
    # Reference definitions stay text, and are collected from the whole answer (`definitions`). Indented code is usually
    # a list that a model indented too far.
    made = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": _DEEPEST})
    made.enable(["table", "strikethrough"])
    return made.disable(["reference", "html_block", "html_inline", "code", "entity"])


def definitions(text: str) -> dict[str, str]:
    """Return the targets of `[1]` and `[name]` from lines `[1]: address` of a whole answer; the first wins."""
    if "]:" not in text:
        return {}
    parser, found = _parser(), dict[str, str]()
    for match in _DEFINITION.finditer(text):
        link = parser.normalizeLink(match["address"])
        if parser.validateLink(link):
            found.setdefault(normalizeReference(match["label"]), link)
    return found


def parse(text: str, *, more_to_come: bool = False, links: Mapping[str, str] | None = None) -> ParsedParts:
    """Return the parts of `text`; with `more_to_come`, a mark whose meaning is not known yet is held back.

    `links` are the `definitions` of the whole answer that `text` is a part of.
    """
    clean = picture(text.replace("\r\n", "\n"))
    known = {name: {"href": address, "title": ""} for name, address in (links or {}).items()}
    tokens = _parser().parse(steady(clean) if more_to_come else clean, {"references": known})
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        # The parser drops deeper content, and after a list all that follows it.
        return ParsedParts((DocumentPart("paragraph", 0, clean.count("\n") + 1, (TextRun(clean),)),), 0, is_whole=False)
    return ParsedParts(tuple(_parts(tokens)), _last_unit(tokens))


def steady(text: str) -> str:
    """Return `text` without a trailing mark whose meaning depends on what follows, and with open emphasis closed."""
    head, newline, last = text.rpartition("\n")
    if _FENCE.match(text):
        return head + newline if newline and _FENCE_MARKS.fullmatch(last) else text
    if _MARKERS_ONLY.fullmatch(last):
        return head + newline
    paragraph = text.rpartition("\n\n")[2]
    if paragraph.lstrip().startswith("|") and paragraph.count("\n") < 2:
        return text[: len(text) - len(paragraph)]
    if last.count("`") % 2:
        return text.rstrip("`") + "`" if not last.endswith("`") else text.rstrip("`")
    if last.replace("***", "**").count("**") % 2:
        return text.rstrip("* ") + "**" if last.rstrip("* ") != last.partition("**")[0].rstrip() else text.rstrip("* ")
    return text


def _last_unit(tokens: Sequence[Token]) -> int:
    """Return the first line of the last block, or of the last item of a list at the end."""
    line = 0
    for token in tokens:
        if token.map and (token.level == 0 or (token.level == 1 and token.type == "list_item_open")):
            line = token.map[0]
    return line


def _parts(tokens: Sequence[Token]) -> Iterator[DocumentPart]:
    depth = quote = heading = 0
    marker = ""
    parted = False
    rows: list[Row] | None = None
    cells: list[tuple[TextRun, ...]] = []
    sides: list[str] = []
    within: list[int] = []
    table = span = (0, 0)

    def part(kind: Kind, line: int, end: int, **content: Any) -> DocumentPart:
        return DocumentPart(kind, line, end, depth=depth, quote=quote, marker=marker, within=tuple(within), **content)

    for token in tokens:
        if token.map:
            span = (token.map[0], token.map[1])
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
            case "list_item_open":
                marker = f"{token.info}{token.markup}" if token.info else "•"
                within.append(span[0])
            case "list_item_close":
                if marker:
                    yield part("paragraph", span[0], span[0] + 1)
                marker = ""
                within.pop()
            case "blockquote_open":
                quote += 1
                within.append(span[0])
            case "blockquote_close":
                quote -= 1
                within.pop()
            case "heading_open":
                # Models write --- below a paragraph as a separator, not to make it a heading.
                parted = token.markup == "-"
                heading = 0 if parted else int(token.tag[1:])
            case "heading_close":
                heading = 0
                if parted:
                    parted, marker = False, ""
                    yield part("rule", span[1], span[1] + 1)
            case "hr":
                yield part("rule", *span)
            case "fence":
                language = token.info.split()[0] if token.info.split() else ""
                text = token.content.removesuffix("\n")
                yield part("code", *span, text=text, language=language, blank=not token.content)
                marker = ""
            case "table_open":
                rows, sides, table = [], [], span
            case "th_open":
                sides.append(str(token.attrGet("style") or "").removeprefix("text-align:"))
            case "tr_open":
                cells = []
            case "tr_close":
                assert rows is not None
                rows.append(tuple(cells))
            case "table_close":
                assert rows is not None
                yield part("table", *table, rows=tuple(rows), sides=tuple(sides))
                rows, marker = None, ""
            case "inline":
                runs = tuple(_runs(token.children or ()))
                if rows is not None:
                    cells.append(runs)
                else:
                    yield part("heading" if heading else "paragraph", *span, level=heading, runs=runs)
                    marker = ""
            case _:
                pass


def _runs(tokens: Sequence[Token]) -> Iterator[TextRun]:
    style, link = {"strong": 0, "em": 0, "s": 0}, ""

    def run(text: str, *, code: bool = False, link: str) -> TextRun:
        return TextRun(text, style["strong"] > 0, style["em"] > 0, style["s"] > 0, code, link)

    for token in tokens:
        match token.type:
            case "text" | "text_special":
                yield from _linked(run(token.content, link=link))
            case "code_inline":
                yield run(token.content, code=True, link=link)
            case "softbreak" | "hardbreak":
                yield run("\n", link=link)
            case "strong_open" | "strong_close" | "em_open" | "em_close" | "s_open" | "s_close":
                style[token.tag] += token.nesting
            case "link_open":
                link = str(token.attrGet("href") or "")
            case "link_close":
                link = ""
            case "image":
                yield run(f"[picture: {token.content}]", link=str(token.attrGet("src") or ""))
            case _:
                yield run(token.content, link=link)


def _linked(run: TextRun) -> Iterator[TextRun]:
    """Yield a run, split so that addresses in it become links."""
    if run.link or "://" not in run.text:
        if run.text:
            yield run
        return
    at = 0
    for found in _ADDRESS.finditer(run.text):
        if found.start() > at:
            yield replace(run, text=run.text[at : found.start()])
        yield replace(run, text=found.group(), link=found.group())
        at = found.end()
    if at < len(run.text):
        yield replace(run, text=run.text[at:])


def plain(text: str) -> str:
    """Return Markdown as its visible words, with a blank line between paragraphs where the source has one."""
    lines: list[str] = []
    end = 0
    for part in parse(text, links=definitions(text)).parts:
        if lines and part.line > end:
            lines.append("")
        end = part.end
        indent = "  " * max(0, part.depth - 1)
        lead = f"{indent}{part.marker} " if part.marker else indent
        if part.kind == "table":
            lines += ["\t".join("".join(run.text for run in cell) for cell in row) for row in part.rows]
        elif part.kind == "rule":
            lines.append("---")
        else:
            lines.append(lead + (part.text if part.kind == "code" else "".join(run.text for run in part.runs)))
    return "\n".join(lines)
