"""The reading modes of an answer: text, Markdown, JSON tree, raw, and others.

Invariant: only `ReadingArea` holds the exact text of an answer; a page displays it, possibly transformed, but is never
its source. Modes are lazy: a page is created and fed when it is first shown.

A new mode is one row in `modes.MODES` and one subclass of `ReadingPage`:

- `ReadingMode(id, title, applies, make)`. `applies` takes a `ReadingSubject` and decides whether the mode is offered;
  `make` imports its dependencies when called, because none of them may be loaded before the first paint.
- The area calls `set_text`, `append` (once per frame and lane), `set_streaming`, `set_status` and `set_wash`. The page
  keeps the reading position, and emits `following_changed` when it starts or stops following the end.
- A page that needs more than the answer (another output, the request) emits `data_wanted`. The area's owner receives it
  with the mode's id and replies, now or later, with `ReadingArea.set_data(id, data)`, which calls
  `ReadingPage.set_data`. The request is repeated when the page is shown again, when the answer is replaced, and when
  further tool steps arrive.
- The lane's Copy puts the exact text of the answer on the clipboard in every mode; a selection is copied as displayed.
- `mode_choices.ModeChoices` holds the mode per slot and the default; "" means `modes.automatic`.
"""

from __future__ import annotations

from workbench.ui.widgets.reader.area import ReadingArea
from workbench.ui.widgets.reader.mode_choices import ModeChoices
from workbench.ui.widgets.reader.modes import MODES, ReadingMode, ReadingSubject
from workbench.ui.widgets.reader.page import ReadingPage

__all__ = ["MODES", "ModeChoices", "ReadingArea", "ReadingMode", "ReadingPage", "ReadingSubject"]
