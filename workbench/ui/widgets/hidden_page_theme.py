"""Defers restyling of hidden pages until idle time, or until they are shown.

Invariant: Qt skips a hidden page when the style changes. The page is restyled in slices, or when it is shown, and only
then do its widgets receive `changed`; a page is never visible with the old style.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from workbench.ui.widgets.deferred_restyle import dress, undress
from workbench.ui.widgets.idle_queue import IdleQueue
from workbench.ui.widgets.theme import Mode, Motion, Theme

_SLICE = 10


class HiddenPageTheme(Theme):
    """A proxy of `theme` for a page and its widgets, whose `changed` is delayed until the page is restyled."""

    def __init__(self, theme: Theme, page: QWidget) -> None:
        # All state belongs to the proxied theme.
        QObject.__init__(self, page)
        self._theme, self._page = theme, page
        self._parts: list[QWidget] = []
        self._is_late = False
        self._steps: Iterator[None] = iter(())
        theme.changing.connect(self._begin)
        theme.changed.connect(self._follow)

    @classmethod
    def of(cls, page: QWidget) -> HiddenPageTheme | None:
        """Return the theme proxy of a page, None if it has none."""
        found = page.findChild(cls, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return found if isinstance(found, cls) else None

    @property
    def mode(self) -> Mode:
        return self._theme.mode

    @property
    def scale(self) -> float:
        return self._theme.scale

    @property
    def motion(self) -> Motion:
        return self._theme.motion

    @property
    def is_dark(self) -> bool:
        return self._theme.is_dark

    def set_mode(self, mode: Mode) -> None:
        self._theme.set_mode(mode)

    def set_scale(self, scale: float) -> None:
        self._theme.set_scale(scale)

    def set_motion(self, motion: Motion) -> None:
        self._theme.set_motion(motion)

    def font(self, delta: float = 0.0, *, bold: bool = False, tabular: bool = False) -> QFont:
        return self._theme.font(delta, bold=bold, tabular=tabular)

    def mono(self, delta: float = 0.0) -> QFont:
        return self._theme.mono(delta)

    @property
    def is_late(self) -> bool:
        """Whether the page still has the old style."""
        return self._is_late

    def catch_up(self) -> None:
        """Restyle the page now, because it is about to be shown."""
        if self._is_late:
            IdleQueue.of_application().drop(self)
            while self._is_late:
                next(self._steps)

    def _begin(self) -> None:
        if self._page.isVisible():
            self.changing.emit()
        else:
            self._parts += undress([self._page, *self._page.findChildren(QWidget)])

    def _follow(self) -> None:
        if self._page.isVisible():
            # Empty unless the page was shown between the two signals.
            dress(self._parts)
            self._parts.clear()
            self.changed.emit()
        else:
            self._is_late = True
            self._steps = self._catching_up()
            IdleQueue.of_application().ask(self, lambda: next(self._steps, self._steps) is None)

    def _catching_up(self) -> Iterator[None]:
        while self._parts:
            dress(self._parts[-_SLICE:])
            del self._parts[-_SLICE:]
            yield
        self._is_late = False
        self.changing.emit()
        self.changed.emit()
        yield
