"""What the lanes show of outputs, which may end at any moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from workbench.app.lanes.attempts import ColumnSource, since
from workbench.app.lanes.lane_presenter import STALLED_MS, LanePresenter
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.runs import Result, Timing, Verdict
from workbench.usecases.transcript import TranscriptSnapshot

WAITING = TranscriptSnapshot("o1", "r1", 0, 1, "waiting", "", 0, "", 0, None, Timing(), (), None, None, False, False)


ENDED = replace(
    WAITING,
    state="finished",
    text="Hello.",
    text_length=6,
    result=Result("finished", "Hello.", finish_reason="stop"),
)


def test_output_is_not_shown_as_finished_before_its_text() -> None:
    """It may end between any two looks at it."""
    looks: Iterator[TranscriptSnapshot] = iter([WAITING, ENDED, ENDED])
    board = LanePresenter(lambda *_: next(looks), lambda: 0)
    texts: list[str] = []
    board.text_reset.connect(lambda slot, text, reasoning: texts.append(text))
    board.text_appended.connect(lambda slot, kind, piece: texts.append(piece))

    board.show("r1", [ColumnSource("a", 0, 1, True, ("o1",))], Verdict("none"))
    assert (board.state("a"), "".join(texts)) == ("waiting", "")
    board.tick({"o1"})
    assert (board.state("a"), "".join(texts)) == ("finished", "Hello.")


@pytest.mark.parametrize(
    "look",
    [
        lambda board: board.refresh_running(),
        lambda board: board.show_stars(frozenset({"o1"})),
        lambda board: board.show_again(board.columns(), Verdict("none")),
    ],
    ids=["a second", "stars", "other answers"],
)
def test_refresh_between_frames_does_not_show_the_end_before_the_text(look: Callable[[LanePresenter], None]) -> None:
    now = [WAITING]

    def lookup(uid: str, text_from: int, reasoning_from: int) -> TranscriptSnapshot:
        return since(now[0], text_from, reasoning_from)

    board = LanePresenter(lookup, lambda: 0)
    texts: list[str] = []
    board.text_appended.connect(lambda slot, kind, piece: texts.append(piece))
    board.show("r1", [ColumnSource("a", 0, 1, True, ("o1",))], Verdict("none"))
    now[0] = ENDED
    look(board)
    assert (board.state("a"), texts) == ("waiting", [])
    board.tick({"o1"})
    assert (board.state("a"), texts) == ("finished", ["Hello."])
    look(board)
    assert board.state("a") == "finished"


@pytest.mark.parametrize("other", [WAITING, ENDED], ids=["another state", "the same state"])
def test_other_answers_of_a_run_announce_that_commands_may_have_changed(other: TranscriptSnapshot) -> None:
    board = LanePresenter(lambda uid, *_: ENDED if uid == "o1" else other, lambda: 0)
    columns = [ColumnSource(slot, place, 1, True, ("o1",)) for place, slot in enumerate("ab")]
    board.show("r1", columns, Verdict("none"))
    seen: list[tuple[tuple[str, ...], str, str]] = []
    board.changed.connect(lambda: seen.append((board.outputs(), board.state("a"), board.state("b"))))
    board.show_again(columns, Verdict("none"))
    assert seen == []
    board.show_again([replace(one, attempts=("o1", "o2")) for one in columns], Verdict("none"))
    assert seen[-1] == (("o2", "o2"), other.state, other.state)


def test_stream_without_tokens_looks_stalled_until_the_next_one() -> None:
    streaming = replace(WAITING, state="streaming", text="One", text_length=3, timing=Timing(0, 0, 10), began_ms=0)
    now, clock, said = [streaming], [1000], [LaneStatus()]
    board = LanePresenter(lambda uid, text, reasoning: since(now[0], text, reasoning), lambda: clock[0])
    board.status_changed.connect(lambda slot, status: said.append(status))
    board.show("r1", [ColumnSource("a", 0, 1, True, ("o1",))], Verdict("none"))

    def silent_after(ms: int) -> int:
        clock[0] += ms
        board.refresh_running()
        return said[-1].silent_s

    assert silent_after(STALLED_MS - 1) == 0
    assert silent_after(3001) == 8
    now[0] = replace(streaming, text="One two", text_length=7)
    board.tick({"o1"})
    assert said[-1].silent_s == 0
    assert silent_after(STALLED_MS) == 5
    now[0] = replace(now[0], stopping=True)
    assert silent_after(1000) == 0, "it is being stopped"
    now[0] = replace(now[0], stopping=False, timing=Timing(0, 0))
    assert silent_after(1000) == 0, "before the first token the time since the start is shown"
