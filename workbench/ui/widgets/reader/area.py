"""The answer area of a column: the exact text and the page that displays it.

Invariant: the text is complete whichever page is in front. A switch of pages keeps the reading position, and none
happens automatically while the reader has scrolled up or selected text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QStackedLayout, QWidget

from workbench.app.lanes.lane_state import LaneHead, LaneStatus
from workbench.ui.widgets.idle_queue import IdleQueue
from workbench.ui.widgets.reader import modes
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.reader.modes import STEPS, TEXT, ReadingSubject
from workbench.ui.widgets.reader.page import ReadingPage
from workbench.ui.widgets.reader.sniff import FormatSniffer
from workbench.ui.widgets.reader.text import TextPage
from workbench.ui.widgets.theme import Theme
from workbench.ui.widgets.wording import is_running


class ReadingArea(QWidget):
    """Shows one answer in one of the modes. `chosen` returns the id of the chosen mode, "" for automatic."""

    changed = Signal()
    """The mode in front, or the set of applicable modes, changed."""
    data_wanted = Signal(str)
    """The id of the mode whose page needs data."""

    def __init__(self, theme: Theme, head: LaneHead, chosen: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._chosen = theme, chosen
        self._subject = ReadingSubject(head)
        self._pieces: list[str] = []
        self._sniffer = FormatSniffer()
        self._streaming = False
        self._turns = IdleQueue.of_application()
        self._given_up: frozenset[str] = frozenset()
        self._placeholder = self._name = ""
        self._wash: tuple[float, float] | None = None
        text = TextPage(theme, self)
        self._pages: dict[str, ReadingPage] = {TEXT: text}
        self._fed: dict[str, int] = {TEXT: 0}
        self._mode = TEXT
        self.text_view: AnswerView = text.view
        self.latest = QPushButton("↓ Latest", self)
        self.latest.setAccessibleName("Go to the end of the answer and follow it")
        self.latest.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+End does the same
        self.latest.clicked.connect(lambda: self.page.go_to_end())
        self.latest.hide()
        text.following_changed.connect(self._show_latest)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(text)

    @property
    def mode(self) -> str:
        """The id of the mode in front."""
        return self._mode

    @property
    def page(self) -> ReadingPage:
        """The page in front."""
        return self._pages[self._mode]

    @property
    def subject(self) -> ReadingSubject:
        """What is known about the answer."""
        return self._subject

    @property
    def gave_up(self) -> bool:
        """Whether this answer is shown as text because it is too long for its preferred mode."""
        size = self._subject.size > modes.RENDER_LIMIT and (self._subject.markdown or self._subject.json)
        return self._mode == TEXT and (bool(self._given_up) or size)

    @property
    def exact_text(self) -> str:
        """The whole answer so far, exactly as it arrived."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    @property
    def is_empty(self) -> bool:
        """Whether there is no text."""
        return not self._pieces

    def set_text(self, text: str) -> None:
        """Show another answer. A continuation of the current text is appended, which keeps the reading position."""
        shown = self.exact_text
        if text == shown:
            return
        if shown and text.startswith(shown):
            self.append(text[len(shown) :])
            return
        self._pieces, self._fed, self._sniffer = [], {}, FormatSniffer()
        self._given_up = frozenset()
        self._take(text)
        self._choose(by_hand=True)
        self._feed()
        self.page.refresh()

    def append(self, piece: str) -> None:
        """Append a chunk of the answer; meant to be called once per frame."""
        if not piece:
            return
        known = self._subject
        self._take(piece)
        if (known.markdown, known.json, known.size > 0) != (self._subject.markdown, self._subject.json, True):
            # Eight lanes switching pages in one frame would block the UI thread.
            self._turns.ask(self, self._decide)
        if self._fed.get(self._mode) == known.size:
            self.page.append(piece)
            self._fed[self._mode] = self._subject.size
        else:
            self._feed()

    def set_status(self, head: LaneHead, status: LaneStatus) -> None:
        """Update what is known about the answer besides its text."""
        old, self._subject = self._subject, replace(self._subject, head=head, status=status)
        self._streaming = is_running(status)
        self.page.set_streaming(self._streaming)
        self.page.set_status(head, status)
        if status.blind and is_running(old.status) and not self._streaming:
            # A blind stream was hidden, so reading starts at the beginning.
            self.page.set_place(0)
        self._show_latest()
        if replace(old.status, standing=status.standing, notice=status.notice) != status:
            self._choose(by_hand=False)
        if is_running(old.status) and not self._streaming:
            self.page.refresh()

    def show_steps(self) -> None:
        """Refresh the steps page after a step was added or grew."""
        if self._mode == STEPS:
            self.page.refresh()

    def set_data(self, mode: str, data: object) -> None:
        """Deliver requested data to the page of a mode; no effect when there is no such page."""
        if (page := self._pages.get(mode)) is not None:
            page.set_data(data)
            if page is self.page:
                self.changed.emit()

    def set_placeholder(self, text: str) -> None:
        """Set the text shown while the answer is empty."""
        self._placeholder = text
        self.page.set_placeholder(text)

    def set_name(self, name: str) -> None:
        """Set the accessible name of the answer."""
        self._name = name
        self.page.set_name(name)

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        """Set a gold gradient between two heights of this widget, or None for none."""
        self._wash = wash
        self.page.set_wash(wash)

    def tab_stops(self) -> list[QWidget]:
        """Return the controls of the page in front in reading order."""
        return self.page.tab_stops()

    def take_focus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """Focus the page in front."""
        self.tab_stops()[0].setFocus(reason)

    def choice_changed(self) -> None:
        """Apply the mode that the reader chose."""
        self._choose(by_hand=True)

    def _decide(self) -> bool:
        """Switch to the page that suits the text so far; a single turn."""
        self._choose(by_hand=False)
        return False

    def _choose(self, *, by_hand: bool) -> None:
        """Switch to the preferred page. An automatic switch is skipped while the reader has scrolled up or selected
        text.
        """
        self._turns.drop(self)
        wanted = modes.effective(self._chosen(), self._subject)
        if wanted in self._given_up:
            wanted = TEXT
        if wanted != self._mode and (by_hand or (self.page.is_following and not self.page.has_selection())):
            self._show(wanted)
        self.changed.emit()

    def _show(self, mode: str) -> None:
        old = self.page
        had_focus = old.isAncestorOf(focus) if (focus := self.window().focusWidget()) is not None else False
        place, following = 0 if self.is_empty else old.place(), old.is_following
        old.set_streaming(False)
        page = self._page(mode)
        self._mode = mode
        page.set_name(self._name)
        page.set_placeholder(self._placeholder)
        page.set_wash(self._wash)
        page.set_status(self._subject.head, self._subject.status)
        self._feed()
        page.set_streaming(self._streaming)
        self._stack.setCurrentWidget(page)
        if had_focus:
            self.take_focus()
        if self._streaming and following:
            page.go_to_end()
        else:
            page.set_place(place)
        page.refresh()
        self._show_latest()

    def _page(self, mode: str) -> ReadingPage:
        if mode not in self._pages:
            row = modes.mode(mode)
            assert row is not None
            page = self._pages[mode] = row.make(self._theme, self)
            page.data_wanted.connect(lambda: self.data_wanted.emit(mode))
            page.following_changed.connect(self._show_latest)
            page.gave_up.connect(lambda: self._gave_up(mode))
            self._stack.addWidget(page)
        return self._pages[mode]

    def _feed(self) -> None:
        """Bring the page in front up to date."""
        if self._fed.get(self._mode) != self._subject.size:
            self.page.set_text(self.exact_text)
            self._fed[self._mode] = self._subject.size

    def _take(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)
            self._sniffer.take(piece)
        size = self._subject.size + len(piece) if len(self._pieces) > 1 else len(piece)
        self._subject = replace(self._subject, size=size, markdown=self._sniffer.markdown, json=self._sniffer.json)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_latest()

    def _show_latest(self) -> None:
        wanted = self._streaming and not self.page.is_following
        if wanted == self.latest.isHidden():
            self.latest.setVisible(wanted)
            self.latest.raise_()
            self._place_latest()

    def _place_latest(self) -> None:
        size = self.latest.sizeHint()
        self.latest.setGeometry((self.width() - size.width()) // 2, self.height() - size.height() - 10, *size.toTuple())

    def _gave_up(self, mode: str) -> None:
        self._given_up |= {mode}
        if mode == self._mode:
            self._show(TEXT)
            self.changed.emit()
