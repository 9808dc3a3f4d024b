"""Output of the commands: documents, error messages, and streaming lanes.

Invariant: no control sequence reaches a terminal (`host.terminal`). In a pipe, answers and documents (`history show`,
`diff` and `export`) are exact; lists, names and everything on standard error have control characters made visible.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TextIO

from workbench.core.faults import is_report
from workbench.core.provider_requirements import in_terminal
from workbench.core.visible_text import visible
from workbench.host.terminal import PLAIN, SafeStream
from workbench.usecases.transcript import Transcript, TranscriptSnapshot

JSON_FORMAT = 1
"""Number of the form of all JSON documents here. It rises when a key is removed or changes its meaning; new keys do not
change it. Reports of tests have a number of their own, `format`."""
_COLOURS = (36, 33, 35, 32, 34, 31)
_LINE_END = re.compile("\r?\n")
_MIN_WIDTH = 20
_MOST_LABEL = 24
"""Characters of the label of a lane."""


class LanePrinter(Protocol):
    """Prints streaming lanes; `look` is called regularly."""

    def look(self) -> None:
        """Print what has arrived since the last call."""


@dataclass(slots=True)
class LaneOutput:
    """A lane being printed: its name, and the number of characters already printed."""

    name: str
    transcript: Transcript
    printed: int = 0
    pending: str = ""
    closed: bool = False
    retry_told: int = field(default=0)

    def news(self) -> TranscriptSnapshot:
        """Return a snapshot with only the text that earlier calls did not return."""
        snapshot = self.transcript.snapshot(self.printed)
        if snapshot.steps:
            # Text before a tool result is in a step of its own, and may have moved there since the last call.
            said = "\n".join(step.text for step in snapshot.steps if step.kind == "text")
            snapshot = replace(snapshot, text=said[self.printed :], text_length=len(said))
        self.printed = snapshot.text_length
        return snapshot


def harmless(text: str) -> str:
    """Return text with control characters made visible and tabs expanded, so that columns stay aligned."""
    return visible(text.expandtabs(4))


def one_line(text: str) -> str:
    """Return `harmless` text on one line, so that it cannot imitate a line of our own output."""
    return harmless(" ".join(text.split()))


def one_row(text: str) -> str:
    """Return `harmless` text on one line with its spaces, so that the columns of a table stay aligned."""
    return harmless(" ".join(text.splitlines()))


def complain(sentence: str, detail: str = "") -> None:
    """Print an error on standard error. The detail of an unexpected exception is in the log and not printed."""
    print(f"workbench: {one_line(in_terminal(sentence))}", file=sys.stderr)
    if detail and not is_report(detail):
        print("\n".join(f"  {line}" for line in detail.splitlines()), file=sys.stderr)


def write_json(document: Mapping[str, object]) -> None:
    """Write a JSON document with its format number: ASCII without control characters other than line ends."""
    text = json.dumps({"json_format": JSON_FORMAT, **document}, ensure_ascii=True, indent=2).replace("\x7f", "\\u007f")
    sys.stdout.write(f"{text}\n")


def write_exact(text: str, out: TextIO | None = None) -> None:
    """Write an answer or a document; unchanged if `out` is a pipe or file."""
    out = out or sys.stdout
    if isinstance(out, SafeStream):
        out.write_exact(text)
    else:
        out.write(text)


def write_over(line: str, out: TextIO) -> None:
    """Write a line over the current one of a terminal."""
    if isinstance(out, SafeStream):
        out.write_over(line)
    else:
        out.write(f"\r{visible(line)}")


def write_styled(text: str, style: str, out: TextIO | None = None) -> None:
    """Write a text in a style, an ANSI escape sequence or "" for none."""
    out = out or sys.stdout
    if isinstance(out, SafeStream) and style:
        out.write_styled(text, style)
    else:
        out.write(f"{style}{visible(text)}{PLAIN}" if style else visible(text))


class LanesInTurn:
    """For pipes: the exact text of each lane, one after the other, with a heading line if there are several."""

    def __init__(self, lanes: Sequence[LaneOutput], out: TextIO) -> None:
        self._lanes = list(lanes)
        self._several = len(lanes) > 1
        self._out = out
        self._current = 0
        self._headed = False
        self._last = ""

    def look(self) -> None:
        """Print new text of the current lane, and of the next ones once it has ended."""
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
            write_exact(text, self._out)
            self._last = text[-1]


class InterleavedLanes:
    """For terminals: lines of all lanes as they arrive, labelled with number and name; a single lane just streams.

    In a narrow terminal the label is the number alone.
    """

    def __init__(self, lanes: Sequence[LaneOutput], out: TextIO, *, width: int, colour: bool) -> None:
        self._lanes = list(lanes)
        self._out = out
        self._colour = colour
        self._single = len(lanes) == 1
        self._labels = _labels([lane.name for lane in lanes], width)
        self._room = max(_MIN_WIDTH, width - len(self._labels[0]) - 3)

    def look(self) -> None:
        """Print the lines that are complete, and of a single lane all new text."""
        for number, lane in enumerate(self._lanes):
            if lane.closed:
                continue
            snapshot = lane.news()
            self._tell_retry(number, lane, snapshot)
            lane.pending += snapshot.text
            if self._single:
                self._stream(lane, ended=snapshot.result is not None)
            else:
                self._print_lines(number, lane)
            if snapshot.result is not None:
                self._close(number, lane, snapshot)
        self._out.flush()

    def _stream(self, lane: LaneOutput, *, ended: bool) -> None:
        # The line feed of a CRLF may come with the next snapshot.
        kept = "\r" if lane.pending.endswith("\r") and not ended else ""
        text, lane.pending = lane.pending.removesuffix(kept), kept
        self._out.write(harmless(text))

    def _print_lines(self, number: int, lane: LaneOutput) -> None:
        *lines, lane.pending = _LINE_END.split(lane.pending)
        for line in lines:
            self._print(number, line)
        # Otherwise a paragraph without line breaks would show nothing until its end.
        while len(lane.pending.removesuffix("\r")) > self._room:
            cut = lane.pending.rfind(" ", 0, self._room) + 1 or self._room
            self._print(number, lane.pending[:cut])
            lane.pending = lane.pending[cut:]

    def _close(self, number: int, lane: LaneOutput, snapshot: TranscriptSnapshot) -> None:
        lane.closed = True
        if self._single:
            self._out.write("\n" if snapshot.text_length else "")
        elif lane.pending:
            self._print(number, lane.pending)
            lane.pending = ""

    def _tell_retry(self, number: int, lane: LaneOutput, snapshot: TranscriptSnapshot) -> None:
        retry = snapshot.retry
        if retry is not None and retry.attempt != lane.retry_told:
            lane.retry_told = retry.attempt
            self._print(number, f"(retrying in {retry.in_ms / 1000:.0f} s: {retry.reason})")

    def _print(self, number: int, line: str) -> None:
        style = f"\x1b[{_COLOURS[number % len(_COLOURS)]}m" if self._colour else ""
        write_styled(f"{self._labels[number]} │", style, self._out)
        self._out.write(f" {harmless(line)}\n")


def _labels(names: Sequence[str], width: int) -> list[str]:
    """Return a label of the same width for each lane: its name, which begins with its number, or the number alone."""
    longest = min(_MOST_LABEL, max(map(len, names)))
    if longest > width // 3:
        return [f"{number:>{len(str(len(names)))}}" for number in range(1, len(names) + 1)]
    return [f"{name if len(name) <= longest else f'{name[: longest - 1]}…':<{longest}}" for name in names]
