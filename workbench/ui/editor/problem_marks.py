"""Marks misspelt variables, variables without a value, and the line of a template error.

Invariant: only visible paragraphs are scanned. Marks differ in shape as well as in colour: a wave for a misspelt name,
dots for a name without a value, a bar at the edge for a line. The text is not changed here: the owner corrects a name
everywhere it occurs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen

from workbench.core import templates
from workbench.core.content import Template
from workbench.core.variables import VariableProblems
from workbench.ui.editor.exact_text import units
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.marks import places
from workbench.ui.editor.menu import Offer
from workbench.ui.widgets.theme import Theme

_WAVE = 2
_BAR = 3


class ProblemMarks(QObject):
    """The marks of one field: a layer, and entries of the context menu."""

    mend_wanted = Signal(str, str)
    """A misspelt name, and the name that was probably meant."""

    def __init__(self, field: ExactField, theme: Theme) -> None:
        super().__init__(field)
        self._field, self._theme = field, theme
        self._missing: frozenset[str] = frozenset()
        self._meant: Mapping[str, str] = {}
        self._template: Template = "plain"
        self._line = 0
        field.layers.append(self)
        field.offered.append(self._offers)

    def show(self, found: VariableProblems, template: Template, line: int = 0) -> None:
        """Mark the variables of `found`, and a line of the text, counted from 1, or 0 for none."""
        now = (frozenset(found.missing), found.meant, template, line)
        if now != (self._missing, self._meant, self._template, self._line):
            self._missing, self._meant, self._template, self._line = now
            self._field.viewport().update()

    def fixes(self) -> tuple[tuple[str, str], ...]:
        """Return the misspelt names in the field, each with the name that was probably meant."""
        if not self._meant:
            return ()
        names = dict.fromkeys(name for name, _ in templates.places(self._field.exact(), self._template))
        return tuple((name, self._meant[name]) for name in names if name in self._meant)

    def _offers(self) -> list[Offer]:
        """Return the menu entries that correct misspelt names of the field."""
        return [
            (f"Change {{{{{name}}}}} to {{{{{meant}}}}}", partial(self.mend_wanted.emit, name, meant))
            for name, meant in self.fixes()
        ]

    # Layer protocol

    def prepare(self) -> None:
        pass

    def under(self, painter: QPainter, exposed: QRectF) -> None:
        if not self._missing and not self._line:
            return
        soft = self._theme.color("red_soft")
        for block in self._field.visible_blocks():
            corner = self._field.block_rect(block)
            if self._line == block.blockNumber() + 1:
                painter.fillRect(QRectF(0, corner.top(), self._field.viewport().width(), corner.height()), soft)
                painter.fillRect(QRectF(0, corner.top(), _BAR, corner.height()), self._theme.color("red"))
            text = block.text() if self._missing else ""
            for name, at in templates.places(text, self._template):
                if name in self._missing:
                    for place in places(block, units(text[:at]), units(name)):
                        self._underline(painter, place.translated(corner.topLeft()), wavy=name in self._meant)

    def _underline(self, painter: QPainter, place: QRectF, *, wavy: bool) -> None:
        # Below the chip, which is painted over all layers.
        y = place.bottom() + 1.5
        if not wavy:
            painter.setPen(QPen(self._theme.color("warn"), 1.5, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))
            return
        painter.setPen(QPen(self._theme.color("red"), 1.2))
        steps = range(round(place.width() / _WAVE) + 1)
        painter.drawPolyline([QPointF(place.left() + _WAVE * i, y + 1 - (i % 2) * _WAVE) for i in steps])
