"""The words of a judge's verdicts about an answer, for the line below it.

Invariant: pure; the line names the judge, and says “unmeasured” until the agreement with people is measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.store.judging.judge_pairs import Comparison
    from workbench.usecases.judging.judge_marks import JudgeMarks

NOT_SHOWN = "an answer that is not shown"
_WORDS: dict[Comparison, str] = {"better": "better than", "worse": "worse than", "tie": "tie with"}
_COUNTS: dict[Comparison, str] = {"better": "won", "worse": "lost", "tie": "tied"}


@dataclass(frozen=True, slots=True)
class JudgeMark:
    """A line below an answer: its texts, the longest first, and its tooltip."""

    texts: tuple[str, ...]
    tip: str


def judge_mark(found: JudgeMarks, said: Sequence[tuple[Comparison, str]], titles: Mapping[str, str]) -> JudgeMark:
    """Return the line about an answer; `titles` are the names of the shown answers by uid."""
    compared = [(how, titles.get(uid) or NOT_SHOWN) for how, uid in said]
    unmeasured = "" if found.is_measured else " · unmeasured"
    if len(compared) == 1:
        how, other = compared[0]
        texts = [f"{_WORDS[how]} {other}", how]
    else:
        counts = Counter(how for how, _ in compared)
        texts = [", ".join(f"{word} {counts[how]:,}" for how, word in _COUNTS.items() if counts[how])]
        texts.append(f"won {counts['better']:,} of {len(compared):,}")
    named = f"Judge {found.judge}: {texts[0]}{unmeasured}"
    tip = [
        f"The judge {found.judge} compared this answer in both orders, by: {found.criterion}",
        *(f"{_WORDS[how].capitalize()} {other}" for how, other in compared),
        found.agreement,
        "It is not your verdict and marks no winner. Rank shows both separately.",
    ]
    return JudgeMark(tuple(dict.fromkeys((named, *(f"Judge: {text}{unmeasured}" for text in texts)))), "\n".join(tip))
