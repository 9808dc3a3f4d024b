"""The dialog that asks whether a key may be sent to an address that it was not entered for.

Invariant: Enter, Esc and closing send nothing; both addresses are shown in full, as plain text.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.reader.shown_text import picture
from workbench.ui.widgets.small_controls import breakable
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.credentials import AddressQuestion

_WIDTH = 460
_LINE = 40
"""Characters of an address on one line; a longer address can be broken anywhere."""
_NOT_KNOWN = "not recorded (saved before addresses were recorded)"


class AddressDialog(Dialog):
    """Emits `accepted` on consent."""

    def __init__(self, theme: Theme, question: AddressQuestion, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Confirm an address")
        self.question = question
        what, found_in = question.what, question.found_in
        heading = _plain(f"Send the {what} of {question.whose} to another address?", "heading")
        why = _plain(
            f"{found_in[0].upper()}{found_in[1:]} names an address that this {what} was not entered for. "
            "Send it there only if the server is yours or you trust it: whoever runs it can read the key.",
        )
        self.entered_for = _address(theme, "\n".join(question.known) or _NOT_KNOWN)
        self.address = _address(theme, question.address)
        rows = QFormLayout()
        rows.setHorizontalSpacing(14)
        rows.addRow(_plain("Entered for", "muted"), self.entered_for)
        rows.addRow(_plain("New address", "muted"), self.address)
        self.allow, self.cancel = QPushButton(f"Send the {what} there"), QPushButton("Cancel")
        self.allow.setAutoDefault(False)
        self.cancel.setDefault(True)
        self.allow.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        self._lay_out(heading, why, rows)
        self.cancel.setFocus()

    def _lay_out(self, heading: QLabel, why: QLabel, rows: QFormLayout) -> None:
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.allow)
        foot.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addWidget(why)
        layout.addLayout(rows)
        layout.addSpacing(4)
        layout.addLayout(foot)
        self.setMinimumWidth(_WIDTH)
        self.resize(_WIDTH, layout.totalHeightForWidth(_WIDTH))


def _plain(text: str, role: str = "") -> QLabel:
    made = QLabel(picture(text))
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(role != "muted")
    if made.wordWrap():
        # The minimum height of a wrapped label assumes one word per line, which would leave space around it.
        made.setMinimumHeight(1)
    if role:
        set_role(made, role)
    return made


def _address(theme: Theme, text: str) -> QLabel:
    made = _plain(breakable(text, _LINE))
    made.setFont(theme.mono(-1))
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made
