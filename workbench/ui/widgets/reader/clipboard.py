"""The forms in which an answer is copied to the clipboard.

Invariant: pure; the form "markdown" is the answer byte for byte.
"""

from __future__ import annotations

from typing import Literal

from workbench.ui.editor.exact_text import encodable
from workbench.ui.widgets.reader.answer_kind import find, written

Form = Literal["text", "markdown", "json"]


def copied(text: str, form: Form) -> str | None:
    """Return an answer in a form, None for "json" without valid JSON. Raises nothing."""
    if form == "markdown":
        return encodable(text)
    if form == "text":
        from workbench.ui.widgets.reader.parts import plain

        return encodable(plain(text))
    found = find(text)
    if found is None or found.problem:
        return None
    try:
        return encodable(written(found.value))
    except RecursionError:
        return None
