"""The steps of an answer with tool calls: calls, tool results, and the text between them.

Invariant: content is shown as the model and the tool wrote it, up to the length limits, and cannot escape its block.
While steps arrive, shown content does not move as long as it is being read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from workbench.core.runs import AnswerStep
from workbench.ui.widgets.reader.markdown_page import MarkdownPage
from workbench.ui.widgets.theme import Theme

SHOWN = 20_000
"""Characters of arguments, of a simulated answer or of reasoning that are shown; more would block the UI thread."""
_SHOWN_NAME = 100
_CUT = f"*Only the first {SHOWN:,} characters are shown.*"
_FENCE = re.compile(r"`{3,}")
_FENCED_LINE = re.compile(r"^[ \t]*(`{3,}|~{3,})(.*)$", re.MULTILINE)
_STARTS_JSON = ("{", "[")


class StepsText:
    """Renders steps as Markdown, with a heading for each; calls are numbered, the last text is the answer.

    Called repeatedly while steps arrive; only changed steps are rendered again.
    """

    def __init__(self) -> None:
        self._steps: list[AnswerStep] = []
        self._blocks: list[str] = []

    def of(self, steps: Sequence[AnswerStep], *, more_to_come: bool = False) -> str:
        """Return the Markdown; with `more_to_come` the last block is left open, so that later text continues it."""
        told: list[str] = []
        calls = answered = 0
        several = False
        for at, step in enumerate(steps):
            if step.kind == "tool_call":
                calls += 1
            elif step.kind == "tool_result":
                several = calls - answered > 1 or (several and steps[at - 1].kind == "tool_result")
                answered += 1
            is_last = at == len(steps) - 1
            if at < len(self._steps) and self._steps[at] is step and not is_last:
                told.append(self._blocks[at])
                continue
            number = calls if step.kind == "tool_call" else answered if several else 0
            told.append(_block(step, number, is_last=is_last, is_open=is_last and more_to_come))
            del self._steps[at:], self._blocks[at:]
            if not is_last:
                self._steps.append(step)
                self._blocks.append(told[-1])
        return "\n\n".join(told)


def _block(step: AnswerStep, number: int, *, is_last: bool, is_open: bool) -> str:
    match step.kind:
        case "tool_call":
            name = " ".join(step.name[:_SHOWN_NAME].split()).replace("`", "'")
            return f"#### Call {number}: `{name}`\n\n{_fenced(step.text, is_open=is_open, empty='{}')}"
        case "tool_result":
            which = f" to call {number}" if number else ""
            language = "json" if step.text.lstrip()[:1] in _STARTS_JSON else ""
            return f"#### Simulated answer{which}\n\n{_fenced(step.text, language)}"
        case "reasoning":
            return f"#### Reasoning\n\n{_fenced(step.text, '', is_open=is_open)}"
        case "text":
            return f"#### Answer\n\n{step.text}" if is_last else f"#### Said\n\n{_closed(step.text)}"


def _fenced(text: str, language: str = "json", *, is_open: bool = False, empty: str = "") -> str:
    shown = text[:SHOWN]
    fence = "`" * (1 + max((len(run) for run in _FENCE.findall(shown)), default=2))
    if len(text) > SHOWN:
        return f"{fence}{language}\n{shown}\n{fence}\n\n{_CUT}"
    return f"{fence}{language}\n{shown}" if is_open else f"{fence}{language}\n{shown or empty}\n{fence}"


def _closed(text: str) -> str:
    """Return Markdown with an open code block closed, so that nothing after it becomes part of it."""
    fence = ""
    for opening, rest in _FENCED_LINE.findall(text):
        if not fence:
            # The info string of a backtick fence contains no backticks (CommonMark 4.5).
            fence = "" if opening[0] == "`" and "`" in rest else opening
        elif opening.startswith(fence) and not rest.strip():
            fence = ""
    return f"{text}\n{fence}" if fence else text


class StepsPage(MarkdownPage):
    """Shows the steps of the answer, a sequence of `AnswerStep` that the window provides on request."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._telling = StepsText()
        self._told = ""
        self._streaming = False
        self.following_changed.connect(self._following)

    def set_text(self, text: str) -> None:
        """Do nothing: the text is one of the steps."""

    def append(self, piece: str) -> None:
        """Do nothing, as above."""

    def refresh(self) -> None:
        self.data_wanted.emit()

    def set_streaming(self, streaming: bool) -> None:
        self._streaming = streaming
        super().set_streaming(streaming)

    def set_data(self, data: Any) -> None:
        told = self._telling.of(data, more_to_come=self._streaming)
        continues = told.startswith(self._told)
        if self._streaming and not continues and not (self.is_following and not self.has_selection()):
            # Content being read is replaced only when the end is in view again, or when streaming has ended.
            return
        place = self.place()
        self._told = told
        self.view.set_text(told)
        if not continues and not self._streaming:
            self.set_place(place)

    def set_name(self, name: str) -> None:
        self.view.setAccessibleName(f"Steps. {name}")

    def _following(self, following: bool) -> None:
        if following and self._streaming:
            self.refresh()
