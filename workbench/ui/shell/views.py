"""The views of the window, shown one at a time, and their tabs.

Invariant: Compose exists from the start. Another view is made when it is first shown, or before that in steps during
idle time, and keeps its state from then on. A tab exists only for an existing view.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QToolButton, QWidget

from workbench.app.commands import View
from workbench.ui.shell.focus_restore import can_have_keyboard
from workbench.ui.shell.key_names import KeyName, with_key
from workbench.ui.widgets.hidden_page_theme import HiddenPageTheme
from workbench.ui.widgets.theme import set_role

if TYPE_CHECKING:
    from workbench.core.search.results import HistoryRow
    from workbench.ui.shell.events import RunsComparison, VersionsComparison
    from workbench.ui.widgets.geometry import PaneDivider

Making = Generator[None, None, QWidget]
"""Makes a widget in steps, each short enough not to block the UI."""


@dataclass(frozen=True, slots=True)
class ViewPlace:
    """A view as the window knows it: `enter` focuses it, `has_side` keeps the side bar beside it."""

    title: str
    make: Callable[[], Making]
    enter: Callable[[], object]
    has_side: bool = True


def at_once(make: Callable[[], QWidget]) -> Callable[[], Making]:
    """Return a `Making` for a widget that exists already, or is made quickly."""

    def making() -> Making:
        yield from ()
        return make()

    return making


@runtime_checkable
class ViewPage(Protocol):
    """What pages of views other than Compose provide for the window's keys."""

    def escape(self) -> bool:
        """Close the innermost open element; return False if none is open."""

    def panes(self) -> Sequence[tuple[QWidget, Callable[[], None]]]:
        """Return the panes for F6, each with a callable that focuses it."""


@runtime_checkable
class StopsPage(Protocol):
    """A page with a Tab order of its own."""

    def stops(self) -> Sequence[QWidget]:
        """Return the parts in reading order."""


@runtime_checkable
class KeyNamesPage(Protocol):
    """A page that displays keys."""

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""


@runtime_checkable
class DividedPage(Protocol):
    """A page with dividers whose positions the window stores."""

    def dividers(self) -> Mapping[str, PaneDivider]:
        """Return the dividers by their names in the settings."""


@runtime_checkable
class RunsPage(Protocol):
    """A page for searching and selecting runs."""

    def selected(self) -> Sequence[HistoryRow]:
        """Return the selected runs from top to bottom."""

    def query(self) -> str:
        """Return the search whose runs are shown, "" for all."""

    def has_query(self) -> bool:
        """Whether the search field contains text."""

    def comparison(self) -> RunsComparison | VersionsComparison | None:
        """Return the comparison of the selected runs, None while they are being read or have no predecessor."""


class ViewTabs(QWidget):
    """The tabs of the views; the shown one is marked by more than its colour."""

    chosen = Signal(str)

    def __init__(self, titles: Mapping[View, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(2)
        self._tabs: dict[View, QToolButton] = {}
        for view, title in titles.items():
            tab = QToolButton(self)
            tab.setText(title)
            tab.setCheckable(True)
            tab.setAutoExclusive(True)
            set_role(tab, "view")
            tab.clicked.connect(lambda _=False, name=view: self.chosen.emit(name))
            row.addWidget(tab)
            self._tabs[view] = tab

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        for view, tab in self._tabs.items():
            tab.setToolTip(with_key(tab.text(), name(f"view_{view}")))

    def tab(self, view: View) -> QToolButton:
        """Return the tab of a view."""
        return self._tabs[view]

    def mark(self, view: View) -> None:
        """Mark the tab of the shown view."""
        self._tabs[view].setChecked(True)


class Views(QObject):
    """Shows one view in `stage`, whose first page is Compose. `changed` is emitted when another one is shown."""

    changed = Signal(str)
    entered = Signal(str)
    """A view was entered and has the focus; also emitted if it was already shown."""
    made = Signal(object)
    """The page of a view, before it is shown."""

    def __init__(
        self, stage: QStackedWidget, side: QWidget, places: Mapping[View, ViewPlace], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._stage, self._side, self._places = stage, side, dict(places)
        self._pages: dict[View, QWidget] = {}
        self._making: dict[View, Making] = {}
        self._left_at: dict[View, QWidget] = {}
        self._key_name: KeyName | None = None
        self.shown: View = "compose"
        self.want_side: Callable[[bool], object] = side.setVisible
        """Shows or hides the side bar for the shown view."""
        self.runs: RunsPage | None = None
        """The page in which runs are selected, None until it is made."""
        self.tabs = ViewTabs({view: place.title for view, place in places.items()})
        self.tabs.mark("compose")
        self.tabs.chosen.connect(self.show)

    def page(self, view: View) -> QWidget | None:
        """Return the widget of a view, None until it is made."""
        return self._pages.get(view)

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys on the tabs and all pages, including pages made later."""
        self._key_name = name
        self.tabs.name_keys(name)
        for page in self._pages.values():
            if isinstance(page, KeyNamesPage):
                page.name_keys(name)

    def stops(self) -> Sequence[QWidget]:
        """Return the parts of the shown page in Tab order, if it has one of its own."""
        page = self.here()
        return page.stops() if isinstance(page, StopsPage) else ()

    def dividers(self) -> dict[str, PaneDivider]:
        """Return all dividers moved by the user, by their names in the settings."""
        return {
            name: divider
            for page in self._pages.values()
            if isinstance(page, DividedPage)
            for name, divider in page.dividers().items()
            if divider.is_by_hand
        }

    def here(self) -> QWidget:
        """Return the widget of the shown view."""
        shown = self._stage.currentWidget()
        assert shown is not None
        return shown

    def make_more(self) -> bool:
        """Perform one step of making the remaining views; return False once all are made."""
        view = next((view for view in self._places if view not in self._pages), None)
        if view is not None:
            self._go_on(view)
        return view is not None

    def leave(self) -> bool:
        """Let the shown view close an open element, else return to Compose; return False if Compose is shown."""
        if self.shown == "compose":
            return False
        page = self.here()
        if not (isinstance(page, ViewPage) and page.escape()):
            self.show("compose")
        return True

    def show(self, view: View) -> None:
        """Show a view and restore its last focus."""
        place = self._places[view]
        if view != self.shown:
            focused = QApplication.focusWidget()
            if focused is not None and self._stage.isAncestorOf(focused):
                self._left_at[self.shown] = focused
                # When it is hidden, Qt would look for another one through the whole window.
                focused.clearFocus()
            while view not in self._pages:
                self._go_on(view)
            self.shown = view
            self._turn_to(self._pages[view], place)
            self.changed.emit(view)
        self.tabs.mark(view)
        left_at = self._left_at.pop(view, None)
        # The widget focused last may have been removed in the meantime.
        if left_at is not None and can_have_keyboard(left_at):
            left_at.setFocus()
        else:
            place.enter()
        self.entered.emit(view)

    def _go_on(self, view: View) -> None:
        """Perform one step of making a view."""
        making = self._making.pop(view, None) or self._places[view].make()
        try:
            next(making)
        except StopIteration as made:
            page: QWidget = made.value
            self.made.emit(page)
            if self._stage.indexOf(page) < 0:
                self._stage.addWidget(page)
            self._pages[view] = page
            if isinstance(page, RunsPage):
                self.runs = page
            if self._key_name is not None and isinstance(page, KeyNamesPage):
                page.name_keys(self._key_name)
        else:
            self._making[view] = making

    def _turn_to(self, page: QWidget, place: ViewPlace) -> None:
        if (theme := HiddenPageTheme.of(page)) is not None:
            theme.catch_up()
        # Neither page is laid out for the width that the other one had.
        self.here().hide()
        self.want_side(place.has_side)
        QCoreApplication.sendPostedEvents(self._side.parent(), QEvent.Type.LayoutRequest.value)
        self._stage.setCurrentWidget(page)
        # A shown widget requests its paint later, which adds a second paint if another was requested before.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateLater.value)
