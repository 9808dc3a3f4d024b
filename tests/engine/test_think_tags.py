"""Incremental parsing of think tags: little is held back, whatever a server sends."""

from __future__ import annotations

import pytest

from workbench.engine.child.think_tags import ThinkTags

PIECE, PIECES = " \n" * 500, 20


@pytest.mark.parametrize("mode", ["", "unopened"])
@pytest.mark.parametrize("begun", ["", "<think>", "<think>a thought</think>"])
def test_endless_blanks_are_passed_on_and_so_counted(begun: str, mode: str) -> None:
    tags = ThinkTags(mode)
    tags.feed(begun)
    released = sum(len(text) for _ in range(PIECES) for _, text in tags.feed(PIECE))
    assert released >= (PIECES - 2) * len(PIECE)


def test_the_blanks_beside_the_tags_are_dropped() -> None:
    tags = ThinkTags("")
    told = [part for piece in ("\n <thi", "nk>\n a thought</think", ">\n\n", "the answer") for part in tags.feed(piece)]
    assert told == [("reasoning", "a thought"), ("text", "the answer")]
