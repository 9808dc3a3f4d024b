"""The views of the window, one at a time, and the tabs that lead to them.

Invariant: Compose is there from the start; another view is made when it is first wanted, and from then on keeps what it
shows. A tab exists only for a view that does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QToolButton, QWidget
from shiboken6 import isValid

from workbench.app.commands import View
from workbench.ui.shell.keybutton import KeyName, with_key
from workbench.ui.theme import set_role


@dataclass(frozen=True, slots=True)
class Place:
    """A view as the window knows it: `enter` gives it the keyboard, `has_side` keeps the side bar beside it."""

    title: str
    make: Callable[[], QWidget]
    enter: Callable[[], object]
    has_side: bool = True


@runtime_checkable
class Page(Protocol):
    """What a view other than Compose can do for the window's keys."""

    def escape(self) -> bool:
        """Close the innermost open thing; False when nothing is open."""

    def panes(self) -> Sequence[tuple[QWidget, Callable[[], None]]]:
        """Return the parts that F6 goes through, and what gives each the keyboard."""


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

    def __init__(
        self, stage: QStackedWidget, side: QWidget, places: Mapping[View, Place], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._stage, self._side, self._places = stage, side, dict(places)
        self._pages: dict[View, QWidget] = {}
        self._left_at: dict[View, QWidget] = {}
        self.shown: View = "compose"
        self.tabs = ViewTabs({view: place.title for view, place in places.items()})
        self.tabs.mark("compose")
        self.tabs.chosen.connect(self.show)

    def page(self, view: View) -> QWidget | None:
        """Return the widget of a view, None before somebody went there."""
        return self._pages.get(view)

    def here(self) -> QWidget:
        """Return the widget of the shown view."""
        shown = self._stage.currentWidget()
        assert shown is not None
        return shown

    def leave(self) -> bool:
        """Let the shown view close what it has open, else go back to Compose; False when that is shown."""
        if self.shown == "compose":
            return False
        page = self.here()
        if not (isinstance(page, Page) and page.escape()):
            self.show("compose")
        return True

    def show(self, view: View) -> None:
        """Show a view and give it the keyboard, where it had it when it was left."""
        place = self._places[view]
        if view != self.shown:
            focused = QApplication.focusWidget()
            if focused is not None and self._stage.isAncestorOf(focused):
                self._left_at[self.shown] = focused
            if view not in self._pages:
                self._pages[view] = page = place.make()
                if self._stage.indexOf(page) < 0:
                    self._stage.addWidget(page)
            self.shown = view
            self._side.setVisible(place.has_side)
            self._stage.setCurrentWidget(self._pages[view])
            self.changed.emit(view)
        self.tabs.mark(view)
        left_at = self._left_at.pop(view, None)
        # What had the keyboard may have been taken away meanwhile.
        if left_at is not None and isValid(left_at):
            left_at.setFocus()
        else:
            place.enter()
