"""Header and status bar.

Invariant: the bars never shift the layout: each has a fixed height, whatever it shows.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from workbench.ui.shell.key_names import KeyName, KeyNameButton, first_keys, with_key
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.theme import Theme, set_role

_NOTICE_CHARACTERS = (48, 48, 24)
"""Characters of a notice for which the header reserves room, by the level of the palette in `_YIELDING`."""
_BETWEEN = 8
_LEAST_SHOWN = 4
"""Characters, including the ellipsis."""
_PILL_EDGE = 18
"""Padding and border of a pill in pixels, both sides, which a stylesheet takes from the text's width."""


class ElidedText(QLabel):
    """A one-line label that shortens and then elides its text to fit; the whole text is then the tooltip."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # A label with a border would indent its text, on one side only.
        self.setIndent(0)
        self._full, self._brief, self._tip = text, "", ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if role:
            set_role(self, role)
        self._fit()

    def set_full(self, text: str, brief: str = "") -> None:
        """Show `text`, or `brief` if that does not fit, elided if necessary."""
        if (text, brief) == (self._full, self._brief):
            return
        self._full, self._brief = text, brief
        self.updateGeometry()
        self._fit()

    def set_tip(self, tip: str) -> None:
        """Set a tooltip in place of the whole text."""
        self._tip = tip
        self.setAccessibleDescription(tip)
        self._fit()

    def full(self) -> str:
        """Return the whole text."""
        return self._full

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        edge = _PILL_EDGE if str(self.property("role") or "").startswith("pill") else 4
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self._full) + 1 + edge, hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(20, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
            self._fit()

    def _fit(self) -> None:
        room, metrics = self.contentsRect().width(), QFontMetrics(self.font())
        whole = metrics.horizontalAdvance(self._full) <= room
        wanted = self._full if whole or not self._brief else self._brief
        shown = metrics.elidedText(wanted, Qt.TextElideMode.ElideRight, room)
        # An ellipsis with a letter or two is useless; so is less than half of the brief text.
        least = _LEAST_SHOWN if wanted is self._full else max(_LEAST_SHOWN, len(wanted) // 2 + 2)
        self.setText("" if shown != wanted and len(shown) < least else shown)
        self.setToolTip(self._tip or (self._full if shown != self._full else ""))
        self.setAccessibleName(self._full)


_YIELDING = (
    (0, True, True, True),
    (0, False, True, True),
    (1, False, True, True),
    (1, False, False, True),
    (2, False, False, True),
    (1, False, False, False),
)
"""Header parts shown at each level of decreasing room: the palette (0: with its key, 2: hidden), the name, the
settings, the views."""


class WindowHeader(QFrame):
    """Contains the product's name, the view tabs, a notice or the cost of the session, and the menu.

    Parts are hidden when room is short: first the session, while a notice is shown; with large text or a small window
    also the name, the key of the palette, the settings, the palette and finally the views, which are all in the menu.
    These are hidden whether a notice is shown or not, so that a notice never moves anything.
    """

    settings_clicked = Signal()
    palette_clicked = Signal()
    blind_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self._fit_height()
        self._name = QLabel("Prompt Workbench", self)
        set_role(self._name, "heading")
        self._session = ElidedText(role="pill", parent=self)
        self._session.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self._session.hide()
        self._told = ("", "")
        self._blind = QPushButton(self)
        set_role(self._blind, "quiet")
        self._blind.clicked.connect(self.blind_clicked)
        self._blind_key = ""
        self.set_blind(on=False)
        self._palette = KeyNameButton("Palette", "Ctrl K", parent=self)
        self._palette.clicked.connect(self.palette_clicked)
        self._settings = settings = QPushButton(self)
        settings.setText("Settings")  # the constructor with a text would load QIcon and its theme
        set_role(settings, "quiet")
        settings.clicked.connect(self.settings_clicked)
        self._menu = QPushButton(self)
        self._menu.setText("Menu ▾")  # the constructor with a text would load QIcon and its theme
        self._menu.setAccessibleName("Menu")
        set_role(self._menu, "quiet")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 10, 4)
        layout.setSpacing(8)
        layout.addWidget(self._name)
        layout.addStretch(1)
        layout.addWidget(self._session)
        layout.addWidget(self._blind)
        layout.addWidget(self._palette)
        layout.addWidget(settings)
        layout.addWidget(self._menu)
        self._layout = layout
        self._tabs: QWidget | None = None
        self._notice: QWidget | None = None
        self.name_keys(first_keys)

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        self._palette.set_key(name("palette"))
        self._palette.setToolTip(with_key("Find any command, prompt, model, setting or iteration", name("palette")))
        self._settings.setToolTip(with_key("Keys, endpoints, appearance", name("settings")))
        self._menu.setToolTip(with_key("Every command", name("menu")))

        self._blind_key = name("blind")
        self._name_blind()

    def set_blind(self, *, on: bool) -> None:
        """Show whether the next runs are blind."""
        self._blind.setText("Blind on" if on else "Blind off")
        set_role(self._blind, "quiet-strong" if on else "quiet")
        self._name_blind()

    def blind(self) -> str:
        """Return the displayed text about blind runs."""
        return self._blind.text()

    def _name_blind(self) -> None:
        tip = "From the next run on, names, prices, times and order are hidden until you mark an answer"
        self._blind.setToolTip(with_key(tip, self._blind_key))
        self._blind.setAccessibleName(f"{self._blind.text()}: names are hidden until a verdict")

    def add_notice(self, notice: QWidget) -> None:
        """Place `notice` behind the view tabs; without tabs it takes the place of the name."""
        self._notice = notice
        self._layout.insertWidget(self._layout.indexOf(self._tabs or self._name) + 1, notice, 1000)
        self._layout.setAlignment(notice, Qt.AlignmentFlag(0))
        notice.installEventFilter(self)
        notice.destroyed.connect(self._forget_notice)

    def _forget_notice(self) -> None:
        self._notice = None

    def add_views(self, tabs: QWidget) -> None:
        """Place the view tabs beside the name, at a fixed position."""
        from workbench.ui.widgets.deferred_restyle import measure_hidden  # not before the first paint

        self._tabs = tabs
        self._layout.insertWidget(1, tabs)
        for part in (self._name, self._palette, self._settings, self._session, tabs):
            measure_hidden(part)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._fit()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            # A part was shown or hidden, or its text or font size has changed.
            self._fit()
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_height()

    def _fit(self) -> None:
        margins, gap = self._layout.contentsMargins(), self._layout.spacing()
        room = self.width() - margins.left() - margins.right()
        room -= sum(button.sizeHint().width() + gap for button in (self._blind, self._menu))
        notice = None if self._notice is None or self._notice.isHidden() else self._notice
        tabs = self._tabs.sizeHint().width() + gap if self._tabs is not None else 0
        name = self._name.sizeHint().width() + gap if tabs else 0
        settings = self._settings.sizeHint().width() + gap
        palette = [*(self._palette.width_at(level) + gap for level in (0, 1)), 0]
        least = [count * self.fontMetrics().averageCharWidth() for count in _NOTICE_CHARACTERS]

        def taken_by(level: int, has_name: bool, has_settings: bool, has_tabs: bool) -> int:
            return palette[level] + name * has_name + settings * has_settings + tabs * has_tabs

        choice = next((one for one in _YIELDING if room - taken_by(*one) >= least[one[0]]), _YIELDING[-1])
        level, has_name, has_settings, has_tabs = choice
        self._palette.setHidden(level > 1)
        self._palette.say(min(level, 1))
        self._settings.setHidden(not has_settings)
        self._name.setHidden(not has_name if tabs else notice is not None)
        if self._tabs is not None:
            self._tabs.setHidden(not has_tabs)
        room -= taken_by(*choice)
        taken = self._session.sizeHint().width() + 2 * gap + (notice.sizeHint().width() if notice else 0)
        self._session.setHidden(not self._session.full() or (notice is not None and taken > room))

    def _fit_height(self) -> None:
        self.setFixedHeight(max(44, 2 * self.fontMetrics().lineSpacing() + 14))

    def set_menu(self, menu: QMenu) -> None:
        """Set the menu of all commands."""
        self._menu.setMenu(menu)
        opens_menu(self._menu)

    def set_session(self, text: str, detail: str) -> None:
        """Show the spend, iterations and median loop of this session; hidden while the text is empty."""
        # Called at every start and end of a run, usually with the same text.
        if (text, detail) != self._told:
            self._told = (text, detail)
            self._session.set_full(text)
            self._session.set_tip(detail)
            self._fit()

    def session(self) -> str:
        """Return the whole line about the session."""
        return self._session.full()

    def open_menu(self) -> None:
        """Open the menu by keyboard."""
        self._menu.showMenu()


class _Dot(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._color = QColor()
        self._fit()

    def set_color(self, color: QColor) -> None:
        self._color = color
        self._fit()
        self.update()

    def _fit(self) -> None:
        side = max(6, round(self.fontMetrics().height() / 2))
        self.setFixedSize(side, side)

    def paintEvent(self, _: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        painter.drawEllipse(0, 0, self.width() - 1, self.height() - 1)


class StatusBar(QFrame):
    """Shows engine, saving state and database, always in words.

    At the right stands what belongs to the shown view: its own words, or else the next run in Compose.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        set_role(self, "sunken")
        self.setMinimumHeight(26)
        self._dot = _Dot(self)
        self._tone = "muted"
        self._view, self._words = "compose", dict[str, str]()
        self._told = ("", "")
        """The name of the database, and how much of the open prompt is in it."""
        self._engine = ElidedText("Engine starts with the first run", role="small", parent=self)
        self._saved = QLabel(self)
        self._forecast = ElidedText(role="small", parent=self)
        self._database = ElidedText(role="small", parent=self)
        for line in (self._engine, self._forecast, self._database):
            line.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        for line in (self._forecast, self._database):
            line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        set_role(self._saved, "small")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 2, 14, 2)
        layout.setSpacing(10)
        layout.addWidget(self._dot)
        layout.addWidget(self._engine)
        layout.addSpacing(_BETWEEN)
        layout.addWidget(self._saved)
        layout.addStretch(1)
        layout.addWidget(self._forecast)
        layout.addSpacing(_BETWEEN)
        layout.addWidget(self._database)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_engine(self, text: str, tone: str) -> None:
        """Show the engine's state; `tone` is a colour token that repeats what the words say."""
        self._engine.set_full(text)
        self._tone = tone
        self._restyle()

    def engine(self) -> str:
        """Return the displayed engine state."""
        return self._engine.full()

    def set_saved(self, text: str) -> None:
        """Show when the draft was last written, or that it could not be."""
        self._saved.setText(text)

    def saved(self) -> str:
        """Return the displayed saving state."""
        return self._saved.text()

    def database(self) -> str:
        """Return the displayed text about the database."""
        return self._database.full()

    def set_database(self, name: str, iterations: str) -> None:
        """Show the name of the database, and how many iterations of the open prompt are in it, in words."""
        self._told = name, iterations
        self._show_words()

    @property
    def shows_forecast(self) -> bool:
        """Whether the next run in Compose is spoken of, because the shown view has no words of its own."""
        return not self._words.get(self._view)

    def show_view(self, view: str) -> None:
        """Show the words of another view."""
        self._view = view
        self._show_words()

    def set_words(self, view: str, words: str) -> None:
        """Set what is shown while `view` is, "" for the next run in Compose."""
        self._words[view] = words
        self._show_words()

    def _show_words(self) -> None:
        (name, iterations), words = self._told, self._words.get(self._view, "")
        self._forecast.setVisible(self.shows_forecast)
        if words:
            self._database.set_full(f"{words} · {name}" if name else words, words)
        elif name:
            self._database.set_full(f"{name} · {iterations} of this prompt", iterations)

    def set_forecast(self, text: str, detail: str, *, warns: bool = False) -> None:
        """Show the forecast of the next run; `detail` is its tooltip. With `warns`, the text itself contains the
        warning."""
        set_role(self._forecast, "pill-warn" if warns else "small")
        self._forecast.set_full(text)
        self._forecast.set_tip(detail)

    def forecast(self) -> tuple[str, str]:
        """Return the displayed forecast and its detail."""
        return self._forecast.full(), self._forecast.toolTip()

    def _restyle(self) -> None:
        self._dot.set_color(self._theme.color(self._tone))
