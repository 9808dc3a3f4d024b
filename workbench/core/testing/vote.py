"""The vote over samples: the answer of a column to a case is the most frequent of its samples' answers.

Invariant: answers are the same if they differ only in form: Unicode composition, case, white space, a fence of code
around all of it, quotes or emphasis around it, a full stop at its end, or the order of keys and the spacing of JSON.
With a tie the answer that came first wins, so that the vote depends on nothing but the answers. Failed calls do not
vote.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.core.json_parts import load

FEWEST_SAMPLES = 3
"""The fewest samples of a column that votes: two answers that differ have no majority."""
_FENCE = re.compile(r"\A```[^\n`]*\n(.*?)\n?```\Z", re.DOTALL)
_AROUND = "\"'`*_“”‘’«»„"
_MOST_JSON = 200_000
"""Characters of a text that is read as JSON."""


@dataclass(frozen=True, slots=True)
class Election:
    """The elected sample of a case; `votes` of the `answers` gave the same answer."""

    sample: int
    votes: int
    answers: int

    @property
    def has_majority(self) -> bool:
        """Whether more than half of the answers were the same."""
        return 2 * self.votes > self.answers


def vote_key(text: str, calls: Iterable[tuple[str, str]] = ()) -> str:
    """Return what two answers are compared by; `calls` are names and arguments of tool calls in order."""
    called = "".join(f"\n> {name} {_canonical(arguments) or arguments}" for name, arguments in calls)
    plain = unicodedata.normalize("NFC", text).strip()
    if fenced := _FENCE.match(plain):
        plain = fenced[1].strip()
    if (data := _canonical(plain)) is not None:
        return data + called
    words = " ".join(plain.split()).casefold()
    return words.strip(_AROUND).rstrip(".").strip(_AROUND).strip() + called


def elect(keys: Mapping[int, str]) -> Election | None:
    """Return the election from the `vote_key` of each answered sample, None without an answer."""
    if not keys:
        return None
    counts = Counter(keys[sample] for sample in sorted(keys))
    # Counter keeps the order of first appearance, and max the first of equals.
    winner = max(counts, key=counts.__getitem__)
    return Election(min(sample for sample, key in keys.items() if key == winner), counts[winner], len(keys))


def voting_slots(vote: Sequence[str], columns: Iterable[str], samples: int) -> tuple[str, ...]:
    """Return the slots among `columns` that vote; none with fewer samples than a vote needs."""
    there = set(columns)
    return tuple(slot for slot in vote if slot in there) if samples >= FEWEST_SAMPLES else ()


def _canonical(text: str) -> str | None:
    """Return JSON objects, lists and numbers in one spelling, None for any other text."""
    if len(text) > _MOST_JSON or not text or text[0] not in "{[-0123456789":
        return None
    try:
        return json.dumps(load(text), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return None
