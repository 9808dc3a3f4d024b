"""The answers of the questions that the window asks."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from workbench.ui.shell import questions


def button_of(box: QMessageBox, answer: questions.Answer) -> QWidget:
    """Return the button that gives an answer."""
    return next(button for button in box.buttons() if button.property(questions._NAME) == answer)
