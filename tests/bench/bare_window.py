"""Baseline for start-up: a PySide6 window with one text field, measured like the product's window."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QPlainTextEdit

from tests.bench import window_probes


def main() -> int:
    """Show the field, take the measurements, quit."""
    app = QApplication(sys.argv)
    field = QPlainTextEdit("You are a professional, patient and friendly support assistant.\n" * 12)
    field.resize(1280, 800)
    field.show()
    window_probes.install("startup", field, field.viewport(), field.setFocus)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
