"""What the lanes show of outputs that end at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workbench.app.attempts import ColumnSource
from workbench.app.board import Board
from workbench.core.runs import Result, Timing, Verdict
from workbench.usecases.transcript import TranscriptSnapshot

WAITING = TranscriptSnapshot("o1", "r1", 0, 1, "waiting", "", 0, "", 0, None, Timing(), (), None, None, False, False)


def test_an_output_never_shows_as_finished_before_its_text() -> None:
    """It may end between any two looks at it."""
    result = Result("finished", "Hello.", finish_reason="stop")
    ended = replace(WAITING, state="finished", text="Hello.", text_length=6, result=result)
    looks: Iterator[TranscriptSnapshot] = iter([WAITING, ended, ended])
    board = Board(lambda *_: next(looks), lambda: 0)
    texts: list[str] = []
    board.text_reset.connect(lambda slot, text, reasoning: texts.append(text))
    board.text_appended.connect(lambda slot, kind, piece: texts.append(piece))

    board.show("r1", [ColumnSource("a", 0, 1, True, ("o1",))], Verdict("none"))
    assert (board.state("a"), "".join(texts)) == ("waiting", "")
    board.tick({"o1"})
    assert (board.state("a"), "".join(texts)) == ("finished", "Hello.")
