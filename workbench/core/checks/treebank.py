"""Tokens of the Penn Treebank, as js-rouge 3.2 makes them for ROUGE.

Punctuation marks are tokens of their own, contractions are split ("can't" is "ca" and "n't"), and paired quotes become
two backquotes and two apostrophes. White space is JavaScript's, and U+0085.
"""

from __future__ import annotations

import regex

from workbench.core.checks.js_text import WHITE

_BLANKS = regex.compile(rf"[{WHITE}\x85]+")
_QUOTES = regex.compile("``|''|\"")
_BEFORE_QUOTE = regex.compile(rf"[{WHITE}\p{{Ps}}<]")
_OPENS_QUOTE = regex.compile(rf"[{WHITE}\p{{P}}<]")
_AFTER_APOSTROPHES = regex.compile(r"[\p{L}\p{N}\p{Sc}\p{Ps}]")
_WORD = r"[\p{ID_Continue}\u200c\u200d]"
_CONTRACTIONS = [
    regex.compile(rf"(?<!{_WORD}){pattern}(?!{_WORD})", regex.IGNORECASE)
    for pattern in (
        "(can)(not)",
        "(d)('ye)",
        "(gim)(me)",
        "(gon)(na)",
        "(got)(ta)",
        "(lem)(me)",
        "(more)('n)",
        "(wan)(na)(?= )",
        "('t)(is)",
        "('t)(was)",
    )
]
_SPACED = [
    (regex.compile(r"\.{3}"), " ... "),
    (regex.compile(r"([:,])(?!\p{Nd})"), r" \1 "),
    (regex.compile(r"([;@#$%&])"), r" \1 "),
    (regex.compile(r"([^.])(?<!(?a:\b)[A-Za-z]\.[A-Za-z])(\.)([\])}>'" + WHITE + r"]*)\Z"), r"\1 \2\3 "),
    (regex.compile(r"([?!])"), r" \1 "),
    (regex.compile(r"([\][(){}<>])"), r" \1 "),
    (regex.compile("--"), " -- "),
]
_SPLIT = [
    (regex.compile("([^'])' "), r"\1 ' "),
    (regex.compile("'([sSmMdD]) "), r" '\1 "),
    (regex.compile("('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) "), r" \1 "),
]


def treebank_tokens(text: str) -> list[str]:
    """Return the tokens of a text, none for a blank one."""
    line = _BLANKS.sub(" ", text).strip()
    if not line:
        return []
    line = _with_directed_quotes(line)
    for pattern, replacement in _SPACED:
        line = pattern.sub(replacement, line)
    line = f" {line} "
    for pattern, replacement in _SPLIT:
        line = pattern.sub(replacement, line)
    for pattern in _CONTRACTIONS:
        line = pattern.sub(r" \1 \2 ", line)
    return [token for token in line.split(" ") if token]


def _with_directed_quotes(line: str) -> str:
    """Replace quotes by two backquotes where they open and two apostrophes where they close."""
    is_inside = False

    def directed(match: regex.Match[str]) -> str:
        nonlocal is_inside
        is_inside = match[0] == "``" or _opens(line, match, is_inside)
        return " `` " if is_inside else " '' "

    return str(_QUOTES.sub(directed, line))


def _opens(line: str, match: regex.Match[str], is_inside: bool) -> bool:
    at, end = match.span()
    before = line[at - 1] if at else ""
    if is_inside or (end >= len(line) and at and not _BEFORE_QUOTE.match(before)):
        return False
    if at and not (_OPENS_QUOTE.match(before) or line[max(0, at - 2) : at] == "``"):
        return False
    if before in tuple(".!?"):
        return False
    if match[0] == '"':
        return True
    following = _QUOTES.search(line, at + 2)
    return bool(
        at and _AFTER_APOSTROPHES.match(line[at + 2 : at + 3]) and following is not None and following[0] == "''"
    )
