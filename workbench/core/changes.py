"""How far one content is from another, counted in words."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from workbench.core.content import Content
from workbench.core.text import first_line, words


@dataclass(frozen=True, slots=True)
class Change:
    """Words added and removed, and the first changed words as a summary ("" when nothing changed)."""

    added: int = 0
    removed: int = 0
    summary: str = ""


def _words(content: Content | None) -> list[str]:
    if content is None:
        return []
    return [word for message in content.messages for word in (f"\0{message.role}", *words(message.text))]


def count_change(old: Content | None, new: Content, *, summary_words: int = 8) -> Change:
    """Count the words that a longest common subsequence leaves over on each side.

    Role marks take part in the alignment and are not counted. The summary is the first run of added words, or of
    removed words after a minus sign when nothing was added. For the first version it is the first line of the text.
    """
    before, after = _words(old), _words(new)
    added, removed = [], []
    for op in LCSseq.editops(before, after):
        if op.tag == "insert":
            added.append(op.dest_pos)
        else:
            removed.append(op.src_pos)
    added = [i for i in added if not after[i].startswith("\0")]
    removed = [i for i in removed if not before[i].startswith("\0")]
    if old is None:
        summary = next((line for m in new.messages if (line := first_line(m.text))), "")
    elif added:
        summary = _phrase(after, added, summary_words)
    elif removed:
        summary = "− " + _phrase(before, removed, summary_words)
    else:
        summary = ""
    return Change(len(added), len(removed), summary)


def _phrase(sequence: list[str], positions: list[int], limit: int) -> str:
    chosen = [sequence[positions[0]]]
    for previous, position in itertools.pairwise(positions):
        if position != previous + 1 or len(chosen) == limit:
            break
        chosen.append(sequence[position])
    text = ""
    for word in chosen:
        text += word if not text or not (word[0].isalnum() or word[0] == "_") else f" {word}"
    return text
