"""The views of the window, one at a time, and the tabs that lead to them.

Invariant: Compose is there from the start; another view is made when it is first wanted, or in steps before that while
nobody waits for it, and from then on keeps what it shows. A tab exists only for a view that does.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QToolButton, QWidget

from workbench.app.commands import View
from workbench.ui.shell.focus_restore import can_have_keyboard
from workbench.ui.shell.key_names import KeyName, with_key
from workbench.ui.widgets.hidden_page_theme import HiddenPageTheme
from workbench.ui.widgets.prelayout import rehearse
from workbench.ui.widgets.theme import set_role

if TYPE_CHECKING:
    from workbench.core.search.results import HistoryRow
    from workbench.ui.shell.events import RunsComparison, VersionsComparison
    from workbench.ui.widgets.geometry import PaneDivider

Making = Generator[None, None, QWidget]
"""The making of a widget in steps, none of which holds up the window."""


@dataclass(frozen=True, slots=True)
class ViewPlace:
    """A view as the window knows it: `enter` gives it the keyboard, `has_side` keeps the side bar beside it."""

    title: str
    make: Callable[[], Making]
    enter: Callable[[], object]
    has_side: bool = True


def at_once(make: Callable[[], QWidget]) -> Callable[[], Making]:
    """Return the making of a widget that is there already, or takes no time to speak of."""

    def making() -> Making:
        yield from ()
        return make()

    return making


@runtime_checkable
class ViewPage(Protocol):
    """What a view other than Compose can do for the window's keys."""

    def escape(self) -> bool:
        """Close the innermost open thing; False when nothing is open."""

    def panes(self) -> Sequence[tuple[QWidget, Callable[[], None]]]:
        """Return the parts that F6 goes through, and what gives each the keyboard."""


@runtime_checkable
class StopsPage(Protocol):
    """A page whose parts Tab goes through in an order of its own."""

    def stops(self) -> Sequence[QWidget]:
        """Return the parts in reading order."""


@runtime_checkable
class KeyNamesPage(Protocol):
    """A page that names keys."""

    def name_keys(self, name: KeyName) -> None:
        """Name the keys in force."""


@runtime_checkable
class DividedPage(Protocol):
    """A page whose parts a person can divide; the window keeps how."""

    def dividers(self) -> Mapping[str, PaneDivider]:
        """Return the dividers by their names in the settings."""


@runtime_checkable
class RunsPage(Protocol):
    """A page in which runs are searched and selected."""

    def selected(self) -> Sequence[HistoryRow]:
        """Return the selected runs from top to bottom."""

    def query(self) -> str:
        """Return the search whose runs are shown, "" for all."""

    def has_query(self) -> bool:
        """Whether something is typed into the search field."""

    def comparison(self) -> RunsComparison | VersionsComparison | None:
        """Return what the selected runs are compared as, None while they are not read or have nothing before them."""


class ViewTabs(QWidget):
    """The names of the views in a row; the shown one is marked by more than its colour."""

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
        """Name the keys in force."""
        for view, tab in self._tabs.items():
            tab.setToolTip(with_key(tab.text(), name(f"view_{view}")))

    def tab(self, view: View) -> QToolButton:
        """Return the tab of a view."""
        return self._tabs[view]

    def mark(self, view: View) -> None:
        """Say which view is shown."""
        self._tabs[view].setChecked(True)


class Views(QObject):
    """Shows one view in `stage`, whose first page is Compose. `changed` is emitted when it is another one."""

    changed = Signal(str)
    entered = Signal(str)
    """A view was gone to and has the focus, also one that was shown already."""
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
        self.runs: RunsPage | None = None
        """The page in which runs are selected, None before it is made."""
        self.tabs = ViewTabs({view: place.title for view, place in places.items()})
        self.tabs.mark("compose")
        self.tabs.chosen.connect(self.show)

    def page(self, view: View) -> QWidget | None:
        """Return the widget of a view, None before it is made."""
        return self._pages.get(view)

    def name_keys(self, name: KeyName) -> None:
        """Name the keys in force on the tabs and all pages, also on those that are made later."""
        self._key_name = name
        self.tabs.name_keys(name)
        for page in self._pages.values():
            if isinstance(page, KeyNamesPage):
                page.name_keys(name)

    def stops(self) -> Sequence[QWidget]:
        """Return the parts of the shown page in reading order, if it has an order of its own."""
        page = self.here()
        return page.stops() if isinstance(page, StopsPage) else ()

    def dividers(self) -> dict[str, PaneDivider]:
        """Return what a person divided by hand, by the names in the settings."""
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
        """Do a step of making the views that nobody went to yet; False once all of them are made."""
        view = next((view for view in self._places if view not in self._pages), None)
        if view is not None:
            self._go_on(view)
        return view is not None

    def rehearsals(self) -> Iterator[None]:
        """Prepare in steps for being shown what is made, and was not."""
        for view, page in tuple(self._pages.items()):
            if view != self.shown:
                whole = self._stage if self._places[view].has_side else self._side.parentWidget()
                assert whole is not None
                yield from rehearse(page, whole.size())

    def leave(self) -> bool:
        """Let the shown view close what it has open, else go back to Compose; False when that is shown."""
        if self.shown == "compose":
            return False
        page = self.here()
        if not (isinstance(page, ViewPage) and page.escape()):
            self.show("compose")
        return True

    def show(self, view: View) -> None:
        """Show a view and give it the keyboard, where it had it when it was left."""
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
        # What had the keyboard may have been taken away meanwhile.
        if left_at is not None and can_have_keyboard(left_at):
            left_at.setFocus()
        else:
            place.enter()
        self.entered.emit(view)

    def _go_on(self, view: View) -> None:
        """Do a step of making a view."""
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
        self._side.setVisible(place.has_side)
        QCoreApplication.sendPostedEvents(self._side.parent(), QEvent.Type.LayoutRequest.value)
        self._stage.setCurrentWidget(page)
        # What is shown asks for its paint later, and so for a second one when another was asked for before.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateLater.value)
