"""Key press to painted letter in a 100 kB prompt, against a bare QPlainTextEdit with the same text.

Run alone: `python -m tests.bench.ui_typing [--full]`.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

BUDGET_MS = 8.0
KEYS = 150
_WORDS = "order status the customer's parcel café naïve ship in transit polite concise tool when asked for it".split()  # noqa: SIM905
_VARIABLES = ("{{question}}", "{{language}}")
_WORDS_PER_VARIABLE = 50


def prompt_text(size: int, longest: int = 2000, seed: int = 7) -> str:
    """Return about `size` characters in paragraphs of up to `longest`, with variables and some accents."""
    rng = random.Random(seed)
    paragraphs: list[str] = []
    total = 0
    while total < size:
        length, words = rng.randint(1, longest), []
        while len(" ".join(words)) < length:
            words.append(rng.choice(_WORDS if rng.randrange(_WORDS_PER_VARIABLE) else _VARIABLES))
        paragraphs.append(" ".join(words))
        total += len(paragraphs[-1]) + 1
    return "\n".join(paragraphs)[:size]


def run(full: bool) -> dict[str, Any]:
    """Measure p95 in ms; `full` adds 1 MB of text and pastes of 5 MB to the notes."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from workbench.ui.theme import Theme

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme = Theme(app, "light")
    text = prompt_text(100_000)
    floor = _percentile(_typing(app, _bare(theme, text)), 95)
    times = _typing(app, _editor(theme, text))
    measured = _percentile(times, 95)
    notes = [f"p50 {statistics.median(times):.2f} ms, worst {max(times):.2f} ms"]
    if full:
        big = prompt_text(1_000_000)
        notes.append(f"in 1 MB: p95 {_percentile(_typing(app, _editor(theme, big)), 95):.2f} ms")
        for name, pasted in (("80", ("x" * 79 + "\n") * 62_500), ("2,000", prompt_text(5_000_000))):
            mine, bare = _paste(app, _editor(theme, ""), pasted), _paste(app, _bare(theme, ""), pasted)
            notes.append(f"5 MB pasted in paragraphs of {name}: {mine:.0f} ms (bare {bare:.0f} ms)")
        notes.append(f"key in 5 MB: p95 {_percentile(_typing(app, _editor(theme, prompt_text(5_000_000))), 95):.2f} ms")
        one = "word {{name}} " * 7_700
        mine, bare = _typing(app, _editor(theme, one), 20), _typing(app, _bare(theme, one), 20)
        notes.append(f"one 100 kB paragraph: p95 {_percentile(mine, 95):.1f} ms (bare {_percentile(bare, 95):.1f} ms)")
    return {
        "name": "key → paint in a 100 kB prompt, p95 ms",
        "budget": BUDGET_MS,
        "measured": round(measured, 2),
        "floor": round(floor, 2),
        "ok": measured <= BUDGET_MS,
        "notes": "; ".join(notes),
    }


Opened = tuple[Any, Any]
"""A window, and the text field in it that has the focus."""


def _editor(theme: Any, text: str) -> Opened:
    from workbench.core.content import Content, Message
    from workbench.ui.editor import ContentEditor

    editor = ContentEditor(theme)
    editor.set_content(Content((Message("system", text), Message("user", "{{question}}"))))
    return editor, lambda: editor.focus_first()


def _bare(theme: Any, text: str) -> Opened:
    from PySide6.QtWidgets import QPlainTextEdit

    field = QPlainTextEdit(text)
    field.setFont(theme.mono())
    return field, lambda: field.setFocus()


def _show(app: Any, opened: Opened) -> tuple[Any, Any]:
    from PySide6.QtGui import QTextCursor

    window, focus = opened
    window.resize(640, 900)
    window.show()
    window.activateWindow()
    app.processEvents()
    focus()
    field = app.focusWidget()
    field.moveCursor(QTextCursor.MoveOperation.Start)
    for _ in range(60):
        field.moveCursor(QTextCursor.MoveOperation.Down)
    app.processEvents()
    return window, field


def _typing(app: Any, opened: Opened, keys: int = KEYS) -> list[float]:
    """Return ms from a key press to the end of the paint that shows it, for letters and some new lines."""
    from PySide6.QtCore import QEvent, Qt
    from PySide6.QtGui import QKeyEvent

    window, field = _show(app, opened)
    times = []
    for index in range(keys):
        newline = index % 25 == 24
        key, letter = (Qt.Key.Key_Return, "\r") if newline else (Qt.Key.Key_A, "a")
        begin = time.perf_counter()
        app.sendEvent(field, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, letter))
        app.processEvents()
        times.append((time.perf_counter() - begin) * 1000)
    _close(app, window)
    return times


def _paste(app: Any, opened: Opened, text: str) -> float:
    """Return ms from the paste to the end of its paint."""
    window, field = _show(app, opened)
    app.clipboard().setText(text)
    begin = time.perf_counter()
    field.paste()
    app.processEvents()
    spent = (time.perf_counter() - begin) * 1000
    app.clipboard().clear()
    _close(app, window)
    return spent


def _close(app: Any, window: Any) -> None:
    window.close()
    window.deleteLater()
    app.processEvents()


def _percentile(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def main(report: Callable[[str], None] = print) -> None:
    """Print the figures."""
    report("\n".join(f"{key}: {value}" for key, value in run("--full" in sys.argv).items()))


if __name__ == "__main__":
    main()
