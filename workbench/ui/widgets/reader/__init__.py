"""How an answer is read: as text, as Markdown, as a tree of JSON, raw, and whatever else can show one.

Invariant: the exact text of an answer is held by the `ReadingArea` alone; a page shows it, and may show it differently,
but never becomes its source. A mode costs nothing until it is looked at: its page is made and fed only then.

A new way of reading is one row in `modes.MODES` and one subclass of `Page`:

- `Mode(id, title, applies, make)`. `applies` is asked with a `Subject` and decides whether the mode is offered now;
  `make` imports what it needs when it is called, because nothing of it may be loaded before the first paint.
- The area calls `set_text`, `append` (once per frame and lane), `set_streaming`, `set_status` and `set_wash`. The page
  keeps what is being read in its place, and says by `following_changed` whether it follows the end.
- A page that needs more than the answer (another output, the request) emits `data_wanted`; the owner of the area hears
  it with the id of the mode and answers, now or later, with `ReadingArea.set_data(id, data)`, which ends in
  `Page.set_data`. It is asked again whenever the page is shown anew, another answer stands there, or a tool took part
  and there is more of the way to it.
- What the lane's Copy puts on the clipboard is the exact text of the answer, whatever the mode; a selection is copied
  as it is shown.
- A mode is chosen per slot and by default in `choice.Choices`; "" leaves it to `modes.automatic`.
"""

from __future__ import annotations

from workbench.ui.widgets.reader.area import ReadingArea
from workbench.ui.widgets.reader.choice import Choices
from workbench.ui.widgets.reader.modes import MODES, Mode, Subject
from workbench.ui.widgets.reader.page import Page

__all__ = ["MODES", "Choices", "Mode", "Page", "ReadingArea", "Subject"]
