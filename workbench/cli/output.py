"""Showing lanes while they stream.

Invariant: on a terminal nothing that a model said can steer the terminal; in a pipe its text is exact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TextIO

from workbench.usecases.transcript import Snapshot, Transcript

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_COLOURS = (36, 33, 35, 32, 34, 31)
_MIN_WIDTH = 20


class Printer(Protocol):
    """Prints what is new each time it is asked to look."""

    def look(self) -> None:
        """Print what arrived since the last look."""


@dataclass(slots=True)
class LaneOutput:
    """A lane being printed: its shown name, and how much of it is printed already."""

    name: str
    transcript: Transcript
    printed: int = 0
    pending: str = ""
    closed: bool = False
    retry_told: int = field(default=0)

    def news(self) -> Snapshot:
        """Return the present state with the text that was not returned before."""
        snapshot = self.transcript.snapshot(self.printed)
        if snapshot.steps:
            # What was said before a tool answered is a text of its own, and may have come and gone since the last look.
            said = "\n".join(step.text for step in snapshot.steps if step.kind == "text")
            snapshot = replace(snapshot, text=said[self.printed :], text_length=len(said))
        self.printed = snapshot.text_length
        return snapshot


def harmless(text: str) -> str:
    """Return text with control characters made visible, so that it cannot move the cursor or change the terminal."""
    return _CONTROL.sub(lambda m: _picture(m.group()), text.expandtabs(4))


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"\\u{code:04x}"


class InTurn:
    """For pipes: each lane's exact text, one after the other, with a line before each when there are several."""

    def __init__(self, lanes: Sequence[LaneOutput], out: TextIO) -> None:
        self._lanes = list(lanes)
        self._several = len(lanes) > 1
        self._out = out
        self._current = 0
        self._headed = False
        self._last = ""

    def look(self) -> None:
        """Print the lane whose turn it is, and the next ones as far as it has ended."""
        while self._current < len(self._lanes):
            lane = self._lanes[self._current]
            snapshot = lane.news()
            if self._several and not self._headed:
                self._write(f"{'' if self._current == 0 else chr(10)}== {lane.name} ==\n")
                self._headed = True
            self._write(snapshot.text)
            if snapshot.result is None:
                break
            if self._last not in ("", "\n"):
                self._write("\n")
            self._current, self._headed, self._last = self._current + 1, False, ""
        self._out.flush()

    def _write(self, text: str) -> None:
        if text:
            self._out.write(text)
            self._last = text[-1]


class Interleaved:
    """For terminals: lines of all lanes as they come, each with its lane's number; a single lane just streams."""

    def __init__(self, lanes: Sequence[LaneOutput], out: TextIO, *, width: int, colour: bool) -> None:
        self._lanes = list(lanes)
        self._out = out
        self._colour = colour
        self._single = len(lanes) == 1
        self._room = max(_MIN_WIDTH, width - 4)

    def look(self) -> None:
        """Print the lines that are complete."""
        for number, lane in enumerate(self._lanes):
            if lane.closed:
                continue
            snapshot = lane.news()
            self._tell_retry(number, lane, snapshot)
            if self._single:
                self._out.write(harmless(snapshot.text))
            else:
                lane.pending += snapshot.text
                self._print_lines(number, lane)
            if snapshot.result is not None:
                self._close(number, lane, snapshot)
        self._out.flush()

    def _print_lines(self, number: int, lane: LaneOutput) -> None:
        *lines, lane.pending = lane.pending.split("\n")
        for line in lines:
            self._print(number, line)
        # A paragraph without line breaks would otherwise show nothing until its end.
        while len(lane.pending) > self._room:
            cut = lane.pending.rfind(" ", 0, self._room) + 1 or self._room
            self._print(number, lane.pending[:cut])
            lane.pending = lane.pending[cut:]

    def _close(self, number: int, lane: LaneOutput, snapshot: Snapshot) -> None:
        lane.closed = True
        if self._single:
            self._out.write("\n" if snapshot.text_length else "")
        elif lane.pending:
            self._print(number, lane.pending)
            lane.pending = ""

    def _tell_retry(self, number: int, lane: LaneOutput, snapshot: Snapshot) -> None:
        retry = snapshot.retry
        if retry is not None and retry.attempt != lane.retry_told:
            lane.retry_told = retry.attempt
            self._print(number, f"(retrying in {retry.in_ms / 1000:.0f} s: {retry.reason})")

    def _print(self, number: int, line: str) -> None:
        mark = f"{number + 1} │"
        if self._colour:
            mark = f"\x1b[{_COLOURS[number % len(_COLOURS)]}m{mark}\x1b[0m"
        self._out.write(f"{mark} {harmless(line)}\n")
