"""The conclusions of a test run, above the grid.

Invariant: the card does not move what is below it when a run starts, while it goes on, nor when it ends with a usual
sentence.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from workbench.app.testing.words import split_sentence
from workbench.core.visible_text import visible_name
from workbench.ui.widgets.theme import set_role

_USUAL = 270
"""Characters of a usual conclusion with what it stands on."""
_LIVE_LINES = range(2, 5)
"""Lines that a usual conclusion has room for."""
_SO_FAR = "So far:"
_ROOMY_MARGIN, _LOW_MARGIN = 9, 3


class SentenceCard(QFrame):
    """The conclusions of a run: the first one with its beginning in bold, the others on request."""

    link_clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "chip")
        self._is_unfolded = self._is_brief = False
        self._is_live = self._is_low = self._is_roomy = False
        self._sentences: tuple[str, ...] = ()
        self._about = self._link = self._lead = self.run_uid = ""
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.text.setOpenExternalLinks(False)
        self.text.linkActivated.connect(self._follow)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(12, _ROOMY_MARGIN, 12, _ROOMY_MARGIN)
        layout.addWidget(self.text)

    def say(
        self,
        sentences: Sequence[str],
        about: str = "",
        link: str = "",
        *,
        lead: str = "",
        live: bool = False,
        run_uid: str = "",
        roomy: bool = True,
    ) -> None:
        """Show sentences, what they stand on, and what can be done next; without sentences the card is hidden.

        `lead` stands before the first sentence, in any room. `live`: the run goes on. Only the conclusion so far is
        shown then. From then on the card does not shrink until it is unfolded, gets another width, or speaks of another
        run than `run_uid`. `roomy`: there is room for a usual conclusion, because a run may end with one.
        """
        is_other = (run_uid, roomy) != (self.run_uid, self._is_roomy)
        if is_other:
            self.run_uid, self._is_roomy = run_uid, roomy
            self.text.setMinimumHeight(0)
        lead = _SO_FAR if live else lead
        said = (tuple(sentences), about, link, lead, live)
        if is_other or said != (self._sentences, self._about, self._link, self._lead, self._is_live):
            self._sentences, self._about, self._link, self._lead, self._is_live = said
            self._show()
            self._keep_height()
        self.setVisible(bool(sentences))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            # A link keeps the colour that it was made with.
            self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.text.setMinimumHeight(0)
            if self._is_low:
                self._show()
            self._keep_height()

    def _keep_height(self) -> None:
        """Let what is below stay where it is when a run starts, while it goes on, and when it ends."""
        if not self._is_roomy or not self._sentences:
            self.text.setMinimumHeight(0)
            return
        metrics, width = self.text.fontMetrics(), max(1, self.text.width())
        usual = 1 if self._is_brief else math.ceil(_USUAL * metrics.averageCharWidth() / width)
        lines = 1 if self._is_low else min(max(usual, _LIVE_LINES[0]), _LIVE_LINES[-1])
        needed = self.text.heightForWidth(width) if self._is_live else 0
        self.text.setMinimumHeight(max(self.text.minimumHeight(), lines * metrics.lineSpacing(), needed))

    def set_brief(self, brief: bool) -> None:
        """Show only the conclusion until more is asked for, because there is little room."""
        if brief != self._is_brief:
            self._is_brief = brief
            self.text.setMinimumHeight(0)
            self._show()
            self._keep_height()

    def set_low(self, low: bool) -> None:
        """Show one line until more is asked for, because the grid below needs the height."""
        if low != self._is_low:
            self._is_low = low
            margin = _LOW_MARGIN if low else _ROOMY_MARGIN
            self._layout.setContentsMargins(12, margin, 12, margin)
            self.text.setMinimumHeight(0)
            self._show()
            self._keep_height()

    def words(self) -> str:
        """Return what it says, as plain text."""
        return " ".join(filter(None, (self._lead, *self._shown(), self._about, self._link)))

    def _shown(self) -> tuple[str, ...]:
        return self._sentences if self._is_unfolded else self._sentences[:1]

    def _follow(self, link: str) -> None:
        if link == "next":
            self.link_clicked.emit()
        else:
            self._is_unfolded = not self._is_unfolded
            self.text.setMinimumHeight(0)
            self._show()
            self._keep_height()

    def _show(self) -> None:
        is_brief = (self._is_brief or self._is_low or self._is_live) and not self._is_unfolded
        parts = []
        for sentence in self._shown():
            bold, rest = map(html.escape, split_sentence(visible_name(sentence)))
            parts.append(f"<b>{bold}</b>{'' if is_brief else rest}")
        # A number stays with its sign.
        text = "<br>".join(parts).replace(" %", "&nbsp;%").replace(" = ", "&nbsp;=&nbsp;")
        if self._about and not is_brief:
            text += f" {html.escape(self._about)}"
        others = len(self._sentences) - 1
        fold = "Less ▴" if self._is_unfolded else "More ▾" if is_brief else f"{others:,} more ▾"
        has_more = any(split_sentence(sentence)[1] for sentence in self._shown())
        is_one_line = self._is_low and not self._is_unfolded
        can_fold = others > 0 or self._is_brief or self._is_low or (self._is_live and has_more)
        color = self.palette().color(QPalette.ColorRole.Link).name()
        # A short link stays in one line.
        links = (("next", "" if is_brief else html.escape(self._link)), ("more", fold.replace(" ", "&nbsp;")))
        named = [
            f'<a href="{name}" style="text-decoration:none; color:{color}">{words}</a>'
            for name, words in links
            if words and (can_fold or name != "more")
        ]
        lead = f"{html.escape(self._lead)} " if self._lead else ""
        if is_one_line and self._sentences:
            lead, text = "", f"<b>{html.escape(self._one_line(fold))}</b>"
        self.text.setText(f"{lead}{text} {' ·&nbsp;'.join(named)}")
        self.text.setAccessibleName(self.words())

    def _one_line(self, fold: str) -> str:
        """Return the beginning of the first conclusion that fits into one line, before the link `fold`."""
        font = self.text.font()
        font.setBold(True)
        room = self.width() - 30 - self.text.fontMetrics().horizontalAdvance(f"  {fold}")
        bold, _ = split_sentence(visible_name(self._sentences[0]))
        words = f"{self._lead} {bold}" if self._lead else bold
        return QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, room)
