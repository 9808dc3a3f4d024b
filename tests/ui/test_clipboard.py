"""Clipboard and selection outlive the interpreter without crashing the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PROCESS_S

ROOT = Path(__file__).parents[2]
MADE = {
    "field": "from workbench.ui.editor.field import ExactField; made = ExactField(theme, None)",
    "answer": "from workbench.ui.widgets.reader.answer import AnswerView; made = AnswerView(theme)",
    "difference": "from workbench.ui.widgets.diff.text import DiffView; made = DiffView(theme)",
    "page": "from workbench.ui.widgets.reader.linked_text import LinkedText; made = LinkedText()",
}
CODE = """
import sys
from PySide6.QtGui import QClipboard
from PySide6.QtWidgets import QApplication
from workbench.ui.widgets.theme import Theme
app = QApplication(["x", "-style", "Fusion"])
theme = Theme(app, "light")
{made}
made.setPlainText("one two")
made.show()
made.selectAll()
data = made.createMimeDataFromSelection()
app.clipboard().setMimeData(data)
del data
sys.exit(0)
"""


@pytest.mark.parametrize("kind", MADE)
def test_process_exits_cleanly_with_selected_text_on_the_clipboard(home: Path, kind: str) -> None:
    code = CODE.format(made=MADE[kind])
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PROCESS_S)
    assert (done.returncode, done.stderr) == (0, "")
