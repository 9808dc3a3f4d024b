"""Tab and Shift+Tab on selected lines.

Invariant: only leading white space of lines changes; each key is one step of the journal, and keeps its usual meaning
unless the selection spans a line end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from workbench.ui.editor.exact_text import units

if TYPE_CHECKING:
    from workbench.ui.editor.field import ExactField

_DEFAULT = "  "


def unit_of(text: str) -> str:
    """Return one level of indentation in `text`: a tab if a line begins with one, otherwise two spaces."""
    return "\t" if text.startswith("\t") or "\n\t" in text else _DEFAULT


def indented(lines: str, unit: str) -> str:
    """Return `lines` one level deeper; blank lines are not changed."""
    return "\n".join(unit + line if line.strip() else line for line in lines.split("\n"))


def outdented(lines: str, unit: str) -> str:
    """Return `lines` one level less deep, where they are indented."""
    return "\n".join(_shallower(line, len(unit) if unit != "\t" else 4) for line in lines.split("\n"))


def _shallower(line: str, width: int) -> str:
    if line.startswith("\t"):
        return line[1:]
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(blanks, width) :]


def takes(field: ExactField, event: QKeyEvent) -> bool:
    """Indent or outdent the selected lines if the key means that here; return whether it does."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    deeper = event.key() == Qt.Key.Key_Tab and held == Qt.KeyboardModifier.NoModifier
    less = event.key() in (Qt.Key.Key_Backtab, Qt.Key.Key_Tab) and held == Qt.KeyboardModifier.ShiftModifier
    if not (deeper or less) or not field.editable:
        return False
    start, stop = field.selection()
    before, text, after = parted(field.document_text(), start, stop)
    if "\n" not in text:
        return False
    # A selection that ends at the start of a line does not include that line.
    trailing = text.endswith("\n")
    head = before[before.rfind("\n") + 1 :]
    tail = "" if trailing else after.partition("\n")[0]
    lines = head + text.removesuffix("\n") + tail
    unit = unit_of(field.exact())
    changed = indented(lines, unit) if deeper else outdented(lines, unit)
    begin = start - units(head)
    if changed != lines:
        field.replace(begin, units(lines), changed, quiet=False)
    field.select(begin, units(changed) + trailing)
    return True


def parted(text: str, start: int, stop: int) -> tuple[str, str, str]:
    """Return the text before, in and after a range of `text` in UTF-16 units."""
    if text.isascii():
        return text[:start], text[start:stop], text[stop:]
    data = text.encode("utf-16-le", "surrogatepass")
    ends = (slice(2 * start), slice(2 * start, 2 * stop), slice(2 * stop, None))
    before, inside, behind = (data[part].decode("utf-16-le", "replace") for part in ends)
    return before, inside, behind
