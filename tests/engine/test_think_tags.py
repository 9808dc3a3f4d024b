"""Incremental parsing of think tags: little is held back, whatever a server sends."""

from __future__ import annotations

import pytest

from workbench.engine.child.think_tags import ThinkTags

PIECE, PIECES = " \n" * 500, 20


@pytest.mark.parametrize("mode", ["", "unopened"])
@pytest.mark.parametrize("begun", ["", "<think>", "<think>a thought</think>"])
def test_long_whitespace_is_released_without_buffering(begun: str, mode: str) -> None:
    tags = ThinkTags(mode)
    tags.feed(begun)
    released = sum(len(text) for _ in range(PIECES) for _, text in tags.feed(PIECE))
    assert released >= (PIECES - 2) * len(PIECE)


def test_whitespace_around_think_tags_is_dropped() -> None:
    tags = ThinkTags("")
    told = [part for piece in ("\n <thi", "nk>\n a thought</think", ">\n\n", "the answer") for part in tags.feed(piece)]
    assert told == [("reasoning", "a thought"), ("text", "the answer")]
