"""Questions before data would be lost. They are application-modal, because closing waits for the answer.

Invariant: Esc and Enter lose nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from workbench.core.text import plural

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMessageBox, QWidget

Answer = Literal["stay", "again", "close"]
_NAME = "answer"


def draft_question(parent: QWidget) -> QMessageBox:
    """Return the question whether to close the window although its text cannot be saved."""
    return _box(
        parent,
        "The draft could not be saved and would be lost.",
        "Stay to copy the text or free disk space, or close without saving.",
        {"stay": "Stay", "close": "Close without saving"},
    )


def answers_question(parent: QWidget, count: int) -> QMessageBox:
    """Return the question whether to close the window although answers could not be stored."""
    what = f"{count} {plural(count, 'answer')}"
    it = "it" if count == 1 else "them"
    return _box(
        parent,
        f"{what} could not be saved in the history and would be lost.",
        f"Free disk space, or close the program that locks the history, then try again. Or stay and copy {it}.",
        {"stay": "Stay", "again": "Try again", "close": "Close without saving"},
    )


def answer_of(box: QMessageBox) -> Answer:
    """Show the question, and return the answer."""
    box.exec()
    clicked = box.clickedButton()
    answer: Answer = clicked.property(_NAME) if clicked is not None else "stay"
    box.deleteLater()
    return answer


def _box(parent: QWidget, sentence: str, what_to_do: str, answers: dict[Answer, str]) -> QMessageBox:
    from PySide6.QtWidgets import QMessageBox

    roles: dict[Answer, QMessageBox.ButtonRole] = {
        "stay": QMessageBox.ButtonRole.RejectRole,
        "again": QMessageBox.ButtonRole.AcceptRole,
        "close": QMessageBox.ButtonRole.DestructiveRole,
    }
    box = QMessageBox(QMessageBox.Icon.Warning, "Prompt Workbench", sentence, parent=parent)
    box.setInformativeText(what_to_do)
    for answer, label in answers.items():
        button = box.addButton(label, roles[answer])
        button.setProperty(_NAME, answer)
        if answer == "stay":
            box.setEscapeButton(button)
        if answer == ("again" if "again" in answers else "stay"):
            box.setDefaultButton(button)
    return box
