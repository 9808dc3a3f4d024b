"""Word counts of the change between two contents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.core.align import leftovers, longest
from workbench.core.content import ROLES, Content, Message
from workbench.core.text import boundary, first_line, opening_words, stretches, word_pattern, words

SUMMARY_LENGTH = 40
"""Maximum length of a summary in characters: the width of a timeline row."""

# Words contain no NUL, so no text can be mistaken for a mark.
_ROLE_MARKS = {role: f"\0{role}" for role in ROLES}
_MARKS = frozenset(_ROLE_MARKS.values())
_FARTHEST_BOUNDARY = 1000
_OPENERS = frozenset("\"'`*#<@$")


@dataclass(frozen=True, slots=True)
class Change:
    """Counts of added and removed words, and the first changed words as a summary ("" when nothing changed)."""

    added: int = 0
    removed: int = 0
    summary: str = ""


@dataclass(frozen=True, slots=True)
class _Span:
    """The compared part of a message: its characters [start:end]."""

    message: Message
    start: int
    end: int

    def words(self) -> Iterator[str]:
        """Yield the words of the span."""
        text = self.message.text
        for start, end in stretches(text, self.start, self.end):
            yield from word_pattern(text).findall(text, start, end)

    def words_from(self, number: int) -> Iterator[re.Match[str]]:
        """Yield matches from word `number` (from 0) to the end of the span; positions are those in the message."""
        text = self.message.text
        for start, end in stretches(text, self.start, self.end):
            found = list(word_pattern(text).finditer(text, start, end))
            yield from found[number:]
            number = max(0, number - len(found))


def count_change(old: Content | None, new: Content) -> Change:
    """Count the words on each side that are not part of a common subsequence of both texts.

    Role marks take part in the alignment but are not counted. The summary is the new text from the first added word,
    or a minus sign and the first run of removed words if nothing was added; when no word differs, it names the kind of
    change. For the first version it is the first line of the text. The count is minimal up to about 50 kB of changed
    text; above that it may be slightly larger, in bounded time.
    """
    if old is None:
        count = sum(len(words(m.text)) for m in new.messages)
        return Change(count, 0, next((line for m in new.messages if (line := first_line(m.text))), ""))
    spans_before, spans_after = _compared(old.messages, new.messages)
    before, after = _tokens(spans_before), _tokens(spans_after)
    left_before, left_after = leftovers(before, after)
    removed = [i for i in left_before if before[i] not in _MARKS]
    added = [i for i in left_after if after[i] not in _MARKS]
    if added:
        summary = _from_word(spans_after, added[0])
    elif removed:
        summary = "− " + _run_of_words(spans_before, removed)
    else:
        summary = _wordless_change(old, new)
    return Change(len(added), len(removed), summary)


def _compared(before: Sequence[Message], after: Sequence[Message]) -> tuple[list[_Span], list[_Span]]:
    """Return both sides without their common beginning and end, cut at word boundaries.

    This does not change the minimal count. It is fast because most edits change a few words of a long text.
    """
    shorter = min(len(before), len(after))
    head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    tail = next((i for i in range(shorter - head) if before[-1 - i] != after[-1 - i]), shorter - head)
    before, after = before[head : len(before) - tail], after[head : len(after) - tail]
    if not (before and after):
        return _spans(before), _spans(after)
    start = _common_start(before[0].text, after[0].text) if before[0].role == after[0].role else 0
    room = min(len(side[-1].text) - (start if len(side) == 1 else 0) for side in (before, after))
    end = _common_end(before[-1].text, after[-1].text, room)
    return _spans(before, start, end), _spans(after, start, end)


def _spans(messages: Sequence[Message], start: int = 0, end: int = 0) -> list[_Span]:
    """Return spans of messages without the first `start` and the last `end` characters of the whole."""
    last = len(messages) - 1
    return [
        _Span(message, 0 if at else start, len(message.text) - (0 if at < last else end))
        for at, message in enumerate(messages)
    ]


def _common_start(one: str, other: str) -> int:
    """Return the length of the common prefix, reduced to a word boundary."""
    same = _same_start(one, other)
    nearest = max(0, same - _FARTHEST_BOUNDARY)
    return next((at for at in range(same, nearest, -1) if boundary().match(one, at - 1)), 0)


def _common_end(one: str, other: str, room: int) -> int:
    """Return the length of the common suffix within the last `room` characters, reduced to a word boundary."""
    ends = len(one), len(other)
    same = longest(room, lambda n, m: one[ends[0] - m : ends[0] - n] == other[ends[1] - m : ends[1] - n])
    nearest = max(0, same - _FARTHEST_BOUNDARY)
    return next((at for at in range(same, nearest, -1) if boundary().match(one, ends[0] - at)), 0)


def _same_start(one: str, other: str) -> int:
    return longest(min(len(one), len(other)), lambda n, m: one[n:m] == other[n:m])


def _tokens(spans: Sequence[_Span]) -> list[str]:
    tokens: list[str] = []
    for span in spans:
        tokens.append(_ROLE_MARKS[span.message.role])
        tokens += span.words()
    return tokens


def _places(spans: Sequence[_Span], first: int) -> tuple[str, Iterator[re.Match[str]]]:
    """Return the text that contains token `first`, and its words from that token on."""
    at = 0
    for span in spans:
        count = sum(1 for _ in span.words())
        if at < first <= at + count:
            return span.message.text, span.words_from(first - at - 1)
        at += 1 + count
    raise ValueError(f"token {first} is no word")


def _from_word(spans: Sequence[_Span], token: int) -> str:
    text, found = _places(spans, token)
    start = next(found).start()
    while start and (text[start - 1] in _OPENERS or unicodedata.category(text[start - 1]) in ("Ps", "Pi")):
        start -= 1
    return opening_words(text[start:], SUMMARY_LENGTH)


def _run_of_words(spans: Sequence[_Span], tokens: Sequence[int]) -> str:
    """Return the text of the first run of consecutive `tokens`."""
    text, found = _places(spans, tokens[0])
    run = [match for match, (place, token) in zip(found, enumerate(tokens, tokens[0]), strict=False) if place == token]
    return opening_words(text[run[0].start() : run[-1].end()], SUMMARY_LENGTH)


def _wordless_change(old: Content, new: Content) -> str:
    if [m.role for m in old.messages] != [m.role for m in new.messages]:
        return "roles"
    for before, after in zip(old.messages, new.messages, strict=True):
        if before.text.split() != after.text.split() and "".join(before.text.split()) != "".join(after.text.split()):
            return _around(after.text, _same_start(before.text, after.text)) or "punctuation"
    if old.messages != new.messages:
        return "white space"
    if old.template != new.template:
        return f"{new.template} template"
    return "settings" if old != new else ""


def _around(text: str, at: int) -> str:
    """Return the text from the start of the word that contains or ends at `at`."""
    start = at
    while start and not text[start - 1].isspace() and at - start < SUMMARY_LENGTH // 2:
        start -= 1
    return opening_words(text[start:], SUMMARY_LENGTH)
