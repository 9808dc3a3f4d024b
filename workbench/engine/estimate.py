"""Token counts when the provider sent none.

Invariant: an estimate says that it is one. The rule needs no tokenizer and no data: a CJK character counts one token,
a run of other letters one token per five letters begun, digits one per three, each other visible character one, and
blanks nothing, because common vocabularies attach a blank to the word after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from workbench.core.content import Message
from workbench.core.money import Usage, UsageDetails

MESSAGE_OVERHEAD = 4
"""Tokens that chat templates put around one message."""

_PIECES = re.compile(
    r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af])"
    r"|(\d+)|([^\W\d_]+)|(\n)|(\S)"
)


_SLICE = 20_000
"""Characters that are looked at in one go: other threads wait meanwhile."""


def tokens(text: str) -> int:
    """Return about how many tokens `text` has; 0 only when there is nothing but blanks."""
    count = start = 0
    while len(text) - start > _SLICE:
        # At a blank, so that no run of letters is counted as two.
        stop = text.find(" ", start + _SLICE) + 1
        if not stop:
            break
        count += _tokens(text[start:stop])
        start = stop
    return count + _tokens(text[start:])


def _tokens(text: str) -> int:
    count = 0
    for cjk, digits, letters, _newline, _other in _PIECES.findall(text):
        if cjk:
            count += 1
        elif digits:
            count += -(-len(digits) // 3)
        elif letters:
            # Words outside ASCII fall into more and shorter pieces.
            count += -(-len(letters) // (5 if letters.isascii() else 3))
        else:
            count += 1
    return count


def estimate_ended(messages: Iterable[Message], text: str, reasoning: str = "", *, sent: bool, failed: bool) -> Usage:
    """Return the usage of a call that ended without a count of the provider's.

    It is unknown when the request never went out, and when the call failed before its first letter: whether anything
    was counted then nobody can tell, and an estimate would look like a price.
    """
    if not sent or (failed and not text and not reasoning):
        return Usage()
    return estimate(messages, text, reasoning)


def total(usages: Sequence[Usage]) -> Usage:
    """Return the tokens of several rounds together, an estimate if one of them is.

    A round of which neither tokens nor a cost is known adds nothing.
    """
    if len(usages) == 1:
        return usages[0]
    known = [usage for usage in usages if usage.is_known]
    return Usage(
        _sum(usage.input for usage in known),
        _sum(usage.output for usage in known),
        _sum(usage.cached for usage in known),
        _sum(usage.reasoning for usage in known),
        "estimate" if any(usage.source == "estimate" for usage in known) else "provider",
        _sum(usage.written for usage in known),
        rounds=tuple(known) if len(known) > 1 else (),
        details=known[0].details if len(known) == 1 else UsageDetails(),
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def estimate(messages: Iterable[Message], text: str, reasoning: str = "") -> Usage:
    """Return an estimated usage of a call with this prompt that answered this much."""
    given = sum(tokens(m.text) + MESSAGE_OVERHEAD for m in messages)
    thought = tokens(reasoning)
    return Usage(input=given, output=tokens(text) + thought, cached=None, reasoning=thought or None, source="estimate")
