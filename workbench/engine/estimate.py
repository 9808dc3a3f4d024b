"""Estimated token counts for answers without a count by the provider.

Invariant: an estimate is marked as such. The rule needs no tokenizer and no data: one token per CJK character, one per
five letters begun in a run of ASCII letters (three in other scripts), one per three digits begun, one per newline and
per other visible character, none for blanks, because common vocabularies attach a blank to the following word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from workbench.core.content import Message
from workbench.core.money import Usage, UsageDetails

MESSAGE_OVERHEAD = 4
"""Tokens that chat templates add to one message."""

_PIECES = re.compile(
    r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af])"
    r"|(\d+)|([^\W\d_]+)|(\n)|(\S)"
)


_SLICE = 20_000
"""Characters per regular expression call, which holds the GIL and so blocks other threads."""


def tokens(text: str) -> int:
    """Return the estimated number of tokens of `text`; 0 only for blanks."""
    count = start = 0
    while len(text) - start > _SLICE:
        # Split at a blank, so that no run of letters is counted as two.
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
            # Vocabularies split words outside ASCII into more and shorter pieces.
            count += -(-len(letters) // (5 if letters.isascii() else 3))
        else:
            count += 1
    return count


def estimate_ended(messages: Iterable[Message], text: str, reasoning: str = "", *, sent: bool, failed: bool) -> Usage:
    """Return the usage of a call that ended without a count by the provider.

    It is unknown when the request was never sent, and when the call failed before any text arrived: the provider may
    have billed nothing then, and an estimate would look like a price.
    """
    if not sent or (failed and not text and not reasoning):
        return Usage()
    return estimate(messages, text, reasoning)


def total(usages: Sequence[Usage]) -> Usage:
    """Return the summed usage of several rounds, an estimate if any of them is.

    Rounds with neither tokens nor a cost are ignored.
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
    """Return the estimated usage of a call with these messages, answer text and reasoning."""
    given = sum(tokens(m.text) + MESSAGE_OVERHEAD for m in messages)
    thought = tokens(reasoning)
    return Usage(input=given, output=tokens(text) + thought, cached=None, reasoning=thought or None, source="estimate")
