"""A list of the results of an answer's checks.

Invariant: a state is told by a sign and a word, never by colour alone; texts of answers and checks are shown literally.
Long texts are shortened around what matters, so that showing a list takes a bounded time.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from workbench.core.cases import Check
from workbench.core.check_words import lines
from workbench.core.checks.check_result import CheckResult, CheckState, Span
from workbench.core.diff import diff_texts
from workbench.core.testing.grid import OverruledCheck
from workbench.core.text import plural
from workbench.core.visible_text import visible_note
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.layout_widgets import delete_widgets
from workbench.ui.widgets.small_controls import breakable, pill, quiet_button
from workbench.ui.widgets.theme import Theme, set_role

BADGES: dict[CheckState, tuple[str, str]] = {
    "pass": ("✓ pass", "pill-green"),
    "fail": ("✗ fail", "pill-red"),
    "unscored": ("? unscored", "pill-dashed"),
}
"""The text and the role of the badge of each state."""
_MOST_ROWS, _AT_ONCE = 60, 6
_MOST_COMPARED = 2_000
"""Maximum length of a text in a word diff."""
_AROUND = 60
"""Number of characters shown before and after a place."""
_LONGEST_PLACE = 300
_INDENT = 18


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """A row of the list: a result with the words of its check, nested in `depth` sets.

    `number` is the position of its check in the list, None for a member of a set. `text` is the answer, of which the
    place is shown; "" shows none.
    """

    words: str
    result: CheckResult
    depth: int = 0
    number: int | None = None
    overruled: OverruledCheck | None = None
    text: str = ""

    @property
    def state(self) -> CheckState:
        """The state that counts: a person's decision, or the result."""
        if self.overruled is not None and self.overruled.state != "none":
            return self.overruled.state
        return self.result.state


def badge(state: CheckState) -> QLabel:
    """Return a badge: sign, word and colour of a state."""
    text, role = BADGES[state]
    made = pill(text, role)
    made.setAccessibleName(text.partition(" ")[2])
    return made


def checks_summary(results: Sequence[CheckResult]) -> tuple[CheckState, str, str]:
    """Return the state of all checks together, a summary such as "3/4 checks", and the first reason ("" for passes)."""
    passed = sum(one.state == "pass" for one in results)
    worst = next((one for one in results if one.state == "fail"), None)
    worst = worst or next((one for one in results if one.state == "unscored"), None)
    summary = f"{passed}/{len(results)} {plural(len(results), 'check')}"
    return ("pass", summary, "") if worst is None else (worst.state, summary, worst.reason)


class CheckResultList(QWidget):
    """The checks of an answer with their results, from top to bottom; it has no scroll bars of its own."""

    place_wanted = Signal(int, int)
    """Start and end of a place in the answer, in code points: show it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[ShownCheck, ...] = ()
        self._can_show_places = False
        self._badge_width = self._made_rows = 0
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._add_rows)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self.setAccessibleName("Checks")
        theme.changed.connect(self._fill)

    def show_results(
        self,
        checks: Sequence[Check],
        results: Sequence[CheckResult],
        overruled: Sequence[OverruledCheck | None] = (),
        *,
        text: str = "",
        can_show_places: bool = False,
    ) -> None:
        """Show results, which are in the order of `checks`.

        `overruled` are a person's decisions in the same order, () for none. `text` is the answer, of which the place of
        each result is shown; "" shows no places. With `can_show_places` a button emits `place_wanted`.
        """
        self._can_show_places = can_show_places
        self.show_rows(list(shown_checks(checks, results, overruled, text)))

    def show_rows(self, rows: Sequence[ShownCheck]) -> None:
        """Show any rows, such as the results of one check on several answers."""
        if tuple(rows) != self._rows:
            self._rows = tuple(rows)
            self._fill()

    def rows(self) -> tuple[ShownCheck, ...]:
        """Return the rows, including those beyond the maximum shown."""
        return self._rows

    def told(self) -> list[str]:
        """Return the shown texts from top to bottom."""
        return [one.accessibleName() or one.text() for one in self.findChildren(QLabel)]

    def _fill(self) -> None:
        delete_widgets(self._layout)
        self._badge_width = max(badge(state).sizeHint().width() for state in BADGES) if self._rows else 0
        self._made_rows = 0
        self._add_rows()

    def _add_rows(self) -> None:
        """Make some rows now, and the others in later turns of the event loop: each takes a few milliseconds."""
        rows = self._rows[:_MOST_ROWS]
        for row in rows[self._made_rows : self._made_rows + _AT_ONCE]:
            self._layout.addWidget(self._made(row))
        self._made_rows += _AT_ONCE
        if self._made_rows < len(rows):
            self._later.start()
            return
        self._later.stop()
        if (more := len(self._rows) - _MOST_ROWS) > 0:
            self._layout.addWidget(label(f"and {more:,} more", "muted"))
        self.updateGeometry()

    def _made(self, row: ShownCheck) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(_INDENT * row.depth, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, self._badge_width)
        grid.addWidget(badge(row.state), 0, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        told = [self._plain(row.words)] if row.words else []
        if row.overruled is not None and row.overruled.state != "none":
            told.append(self._plain(_overruled_words(row.overruled, row.result), "small"))
        if row.result.reason.lower() not in row.words.lower():
            told.append(self._plain(row.result.reason, "small-error" if row.state == "fail" else "small"))
        told += self._further(row.result, row.text)
        for at, one in enumerate(told):
            grid.addWidget(one, at, 1)
        if self._can_show_places and row.result.place is not None:
            start, end = row.result.place
            shows = quiet_button("Show", "Show the place in the answer")
            shows.clicked.connect(lambda: self.place_wanted.emit(start, end))
            grid.addWidget(shows, 0, 2, 2, 1, Qt.AlignmentFlag.AlignTop)
        name = f"{BADGES[row.state][0].partition(' ')[2]}: {row.words}. {row.result.reason}"
        made.setAccessibleName(visible_note(name))
        return made

    def _further(self, result: CheckResult, text: str) -> Iterator[QLabel]:
        """Yield the word diff or the place of a result."""
        if (difference := difference_label(self._theme, result)) is not None:
            yield difference
        elif result.place is not None and text:
            before, found, after = excerpt(text, result.place)
            marked = _marked(self._theme, found, "red" if result.state == "fail" else "green")
            yield _rich(f"{_shown(before)}{marked}{_shown(after)}", f"Place: {before}{found}{after}")

    def _plain(self, text: str, role: str = "") -> QLabel:
        text = visible_note(text)
        made = label(breakable(text), role)
        made.setAccessibleName(text)
        return _selectable(made)


def difference_label(theme: Theme, result: CheckResult) -> QLabel | None:
    """Return the word diff of what a check expected and what it found, None if it passed or compared no texts."""
    if result.state == "pass" or result.expected is None or result.found is None:
        return None
    parts = []
    for piece in diff_texts(_short(result.expected), _short(result.found)).pieces():
        if piece.kind == "same":
            parts.append(_shown(piece.text))
        elif piece.kind == "removed":
            parts.append(f"<s>{_marked(theme, piece.text, 'red')}</s>")
        else:
            parts.append(f"<u>{_marked(theme, piece.text, 'green')}</u>")
    made = _rich("".join(parts), f"Expected {result.expected}, found {result.found}")
    made.setToolTip("Struck: expected, and missing in the answer. Underlined: only in the answer.")
    return made


def _marked(theme: Theme, text: str, tone: str) -> str:
    style = f"color: {theme.color(tone).name()}; background-color: {theme.color(f'{tone}_soft').name()};"
    return f'<span style="{style}">{_shown(text)}</span>'


def _rich(text: str, name: str) -> QLabel:
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.RichText)
    made.setWordWrap(True)
    set_role(made, "small")
    made.setAccessibleName(visible_note(name))
    return _selectable(made)


def shown_checks(
    checks: Sequence[Check],
    results: Sequence[CheckResult],
    overruled: Sequence[OverruledCheck | None] = (),
    text: str = "",
) -> Iterator[ShownCheck]:
    """Yield the rows of checks and, below each set, of its members."""
    for number, (check, result) in enumerate(zip(checks, results, strict=True)):
        decided = overruled[number] if number < len(overruled) else None
        yield from (replace(row, text=text) for row in _with_parts(check, result, 0, number, decided))


def _with_parts(
    check: Check, result: CheckResult, depth: int, number: int | None = None, decided: OverruledCheck | None = None
) -> Iterator[ShownCheck]:
    yield ShownCheck(lines(check)[0].text, result, depth, number, decided)
    if check.checks and len(check.checks) == len(result.parts):
        for member, part in zip(check.checks, result.parts, strict=True):
            yield from _with_parts(member, part, depth + 1)
    else:
        for part in result.parts:
            yield ShownCheck("", part, depth + 1)


def excerpt(text: str, place: Span) -> tuple[str, str, str]:
    """Return the text around a place, the place itself and the text behind it, on one line and shortened."""
    start, end = place
    before, found, after = text[max(0, start - _AROUND) : start], text[start:end], text[end : end + _AROUND]
    if len(found) > _LONGEST_PLACE:
        found = f"{found[:_LONGEST_PLACE]}…"
    before, found, after = (one.replace("\r\n", " ").replace("\n", " ") for one in (before, found, after))
    return f"…{before}" if start > _AROUND else before, found, f"{after}…" if end + _AROUND < len(text) else after


def _overruled_words(overruled: OverruledCheck, result: CheckResult) -> str:
    words = f"You decided: {overruled.state}. The check said: {BADGES[result.state][0].partition(' ')[2]}."
    return f"{words} Note: {overruled.note}" if overruled.note else words


def _short(text: str) -> str:
    return text if len(text) <= _MOST_COMPARED else f"{text[:_MOST_COMPARED]}…"


def _shown(text: str) -> str:
    return html.escape(breakable(visible_note(text))).replace("\n", "<br>")


def _selectable(made: QLabel) -> QLabel:
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    made.setSizePolicy(policy)
    return made
