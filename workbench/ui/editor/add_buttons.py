"""The row of buttons that add something, below the messages or at the lower edge of the view.

Invariant: every offered button is fully visible; buttons that do not fit wrap to the next line.
"""

from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from workbench.core.content import Template
from workbench.ui.widgets.theme import set_role

_GAP = 4
_PAD = 7
_TEMPLATES: dict[Template, str] = {"plain": "Template: plain", "jinja": "Template: Jinja2"}
_HINTS: dict[Template, str] = {
    "plain": "Only {{name}} is replaced. Press for Jinja2: conditions, loops and filters.",
    "jinja": "Jinja2 renders the text: conditions, loops and filters work. Press for a plain template.",
}


class AddOffer(NamedTuple):
    """What can be added now; `hidden` counts messages that are not shown."""

    editable: bool = True
    has_system: bool = False
    has_output: bool = False
    hidden: int = 0
    template: Template = "plain"


class AddButtons(QWidget):
    """Buttons from left to right, wrapped to as many lines as they need."""

    wanted = Signal(str)
    """The kind: message, example, tool, output, techniques, system, template, or more, which shows more messages."""

    def __init__(self, left: int, parent: QWidget) -> None:
        """`left` is the x position of the button texts, in px."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self, "surface")
        self._left = left
        self._line = QFrame(self)
        set_role(self._line, "hline")
        self._offer = AddOffer()
        self._more = self._button("more", "Show more", "Hidden messages are kept and sent like all others")
        self._message = self._button("message", "+ Message", "Add a message at the end")
        self._example = self._button(
            "example", "+ Example", "Add a user message and the answer you want, or paste copied rows"
        )
        self._tool = self._button("tool", "+ Tool", "Add a function the model may call, or paste copied tools")
        self._output = self._button(
            "output", "+ Output format", "Request JSON, or JSON that matches a schema, which can be pasted"
        )
        self._techniques = self._button("techniques", "Techniques", "Insert a technique: role, steps, examples …")
        self._system = self._button("system", "+ System", "Add a system message at the top")
        self._template = self._button("template", "", "")

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """All buttons in tab order."""
        adding = (self._message, self._example, self._tool, self._output, self._techniques, self._system)
        return (self._more, *adding, self._template)

    def offer(self, offer: AddOffer) -> None:
        """Show what can be added: at most one output format, and no message while messages are hidden."""
        self._offer = offer
        self._more.setText(f"Show more of {offer.hidden:,} hidden messages")
        shown = (
            (self._more, offer.hidden > 0),
            (self._message, offer.editable and not offer.hidden),
            (self._example, offer.editable),
            (self._tool, offer.editable),
            (self._output, offer.editable and not offer.has_output),
            (self._techniques, offer.editable),
            (self._system, offer.editable and not offer.has_system),
            (self._template, offer.editable),
        )
        self._template.setText(_TEMPLATES[offer.template])
        self._template.setToolTip(_HINTS[offer.template])
        for button, wanted in shown:
            button.setVisible(wanted)

    def height_for(self, width: int) -> int:
        """Return the height of all lines, 0 when nothing is offered."""
        if not self._offer.editable and not self._offer.hidden:
            return 0
        return self._arranged(width, move=False)

    def place(self, y: int, width: int, *, over: bool = False) -> None:
        """Set the geometry, with the top at `y`; a line marks the upper edge if messages scroll below it (`over`)."""
        self.setGeometry(QRect(0, y, width, self.height_for(width)))
        self._line.setGeometry(0, 0, width, 1)
        self._line.setVisible(over)
        self._arranged(width, move=True)

    def event(self, event: QEvent) -> bool:
        # A hidden button gets the style of a new text size later than this row was placed.
        if event.type() == QEvent.Type.LayoutRequest:
            self._arranged(self.width(), move=True)
        return super().event(event)

    def _arranged(self, width: int, *, move: bool) -> int:
        x, y, line = self._left - _PAD, _GAP, 0
        for button in self.buttons:
            if button.isHidden():
                continue
            size = button.sizeHint()
            if line and x + size.width() > width:
                x, y, line = self._left - _PAD, y + line, 0
            if move:
                button.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + _GAP
            line = max(line, size.height())
        return y + line + _GAP

    def _button(self, kind: str, text: str, hint: str) -> QPushButton:
        button = QPushButton(self)
        button.setText(text)  # the constructor with a text would load QIcon and its theme
        button.setToolTip(hint)
        button.setAutoDefault(False)
        set_role(button, "quiet")
        button.clicked.connect(lambda: self.wanted.emit(kind))
        return button
