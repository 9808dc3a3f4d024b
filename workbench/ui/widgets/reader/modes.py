"""The registry of reading modes.

Invariant: an id is unique and never changes, because choices are stored by it; "text" is first and always applies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtWidgets import QWidget

from workbench.app.lanes.lane_state import LaneHead, LaneStatus
from workbench.ui.widgets.reader.page import ReadingPage
from workbench.ui.widgets.theme import Theme
from workbench.ui.widgets.wording import has_ended, is_running

TEXT = "text"
STEPS = "steps"
DIFF = "diff"
RENDER_LIMIT = 1_000_000
"""Characters beyond which an answer is shown as text only."""


@dataclass(frozen=True, slots=True)
class ReadingSubject:
    """What is known about an answer when its mode is chosen. `size` counts characters.

    `markdown` and `json`: whether the text so far contains some, detected as it arrives.
    """

    head: LaneHead
    status: LaneStatus = field(default_factory=LaneStatus)
    size: int = 0
    markdown: bool = False
    json: bool = False


@dataclass(frozen=True, slots=True)
class ReadingMode:
    """One reading mode. `applies` returns whether it is available, `make` creates its page."""

    id: str
    title: str
    applies: Callable[[ReadingSubject], bool]
    make: Callable[[Theme, QWidget], ReadingPage]


def _text_page(theme: Theme, parent: QWidget) -> ReadingPage:
    from workbench.ui.widgets.reader.text import TextPage

    return TextPage(theme, parent)


def _markdown_page(theme: Theme, parent: QWidget) -> ReadingPage:
    from workbench.ui.widgets.reader.markdown_page import MarkdownPage

    return MarkdownPage(theme, parent)


def _can_render(subject: ReadingSubject) -> bool:
    return subject.markdown and subject.size <= RENDER_LIMIT


def _tree_page(theme: Theme, parent: QWidget) -> ReadingPage:
    from workbench.ui.widgets.reader.tree import TreePage

    return TreePage(theme, parent)


def _has_json(subject: ReadingSubject) -> bool:
    # Incomplete JSON cannot be shown as a tree, so a streaming answer is shown as text.
    return subject.json and subject.size <= RENDER_LIMIT and not is_running(subject.status)


def _raw_page(theme: Theme, parent: QWidget) -> ReadingPage:
    from workbench.ui.widgets.reader.raw import RawPage

    return RawPage(theme, parent)


def _steps_page(theme: Theme, parent: QWidget) -> ReadingPage:
    from workbench.ui.widgets.reader.steps import StepsPage

    return StepsPage(theme, parent)


def _has_steps(subject: ReadingSubject) -> bool:
    return subject.status.calls > 0 and subject.size <= RENDER_LIMIT and not subject.status.blind


def _diff_page(theme: Theme, parent: QWidget) -> ReadingPage:
    from workbench.ui.widgets.reader.diff import DiffPage

    return DiffPage(theme, parent)


def _can_differ(subject: ReadingSubject) -> bool:
    """Whether an answer can be compared: it is complete, and the comparison reveals nothing that must stay hidden."""
    return subject.size > 0 and has_ended(subject.status) and not subject.status.blind


MODES: tuple[ReadingMode, ...] = (
    ReadingMode(TEXT, "Text", lambda _: True, _text_page),
    ReadingMode("markdown", "Markdown", _can_render, _markdown_page),
    ReadingMode("json", "JSON", _has_json, _tree_page),
    ReadingMode(STEPS, "Steps", _has_steps, _steps_page),
    ReadingMode("raw", "Raw", lambda s: s.status.has_wire and not s.status.blind, _raw_page),
    ReadingMode(DIFF, "Diff", _can_differ, _diff_page),
)


def mode(identity: str) -> ReadingMode | None:
    """Return the mode with this id, or None."""
    return next((row for row in MODES if row.id == identity), None)


def automatic(subject: ReadingSubject) -> str:
    """Return the mode of an answer without a chosen one."""
    if _has_steps(subject):
        return STEPS
    if subject.status.format_check and _has_json(subject):
        return "json"  # an output format asked for it
    return "markdown" if _can_render(subject) else TEXT


def effective(chosen: str, subject: ReadingSubject) -> str:
    """Return the chosen mode if it applies, else the automatic one."""
    wanted = mode(chosen)
    return chosen if wanted is not None and wanted.applies(subject) else automatic(subject)
