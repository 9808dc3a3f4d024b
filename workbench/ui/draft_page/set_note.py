"""Messages about the value sets below their bar; imported when there is something to show.

Invariant: the message is shown before a run and never prevents it, because repeated sets may be intended.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from workbench.core.text import counted, plural
from workbench.ui.widgets.theme import set_role


class SetNote(QLabel):
    """A message of one or two lines."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setContentsMargins(14, 0, 10, 4)
        set_role(self, "small-sunken")


def repeated(count: int, ticked: int, *, uses_none: bool) -> str:
    """Return the message about `count` of the `ticked` sets whose requests repeat another set's, "" for none.

    `uses_none` means that the prompt has no variables.
    """
    if not count:
        return ""
    if uses_none:
        return (
            f"The prompt has no variables, so the {ticked:,} ticked cases send the same text {ticked:,} times. "
            "Write {{name}} where a value goes, or untick some cases."
        )
    which = counted(count, "of them sends", "of them send")
    return f"{ticked:,} cases are ticked, but {which} the same text as another: only unused values differ."


_MOST_NAMES = 3


def unfilled(lacks: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return the message about ticked sets that cannot be run: their names, with the variables that lack a value."""
    if not lacks:
        return ""
    name, variables = lacks[0]
    listed = [f"{{{{{variable}}}}}" for variable in variables[:_MOST_NAMES]]
    if len(variables) > _MOST_NAMES:
        listed.append(f"{len(variables) - _MOST_NAMES:,} more")
    words = " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
    others = len(lacks) - 1
    more = f" {counted(others, 'other lacks', 'others lack')} values, too." if others else ""
    no_values = plural(len(variables), "no value")
    return f"“{name}” is ticked but has {no_values} for {words}.{more}"
