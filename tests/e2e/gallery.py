"""`make demo`, second part: every face of the window, in both themes and sizes, to be looked at.

Nothing here is judged by a program. It needs no model: `echo` answers, so that a message is also what a lane shows.
With QT_SCALE_FACTOR=2 the same pictures are made for a screen of high resolution.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QDialog

from tests.e2e.driving import CTRL, NARROW, OUT, SHIFT, WIDE, Demo, DemoError, shown
from tests.fakes.provider import SSE, FakeProvider, Reply, Send, Wait, chunk, event, stream
from workbench.core.blocks import Example, OutputFormat, Tool, ToolRow
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO, ECHO_MODEL, LITELLM, Lane
from workbench.ui.compose.rows import RowsDialog
from workbench.usecases.addresses import EndpointForm

Key = Qt.Key
Themes = tuple[Literal["light", "dark"], ...]
BOTH: Themes = ("light", "dark")

SCHEMA = """{
  "type": "object",
  "properties": {
    "status": {"enum": ["shipped", "in transit", "delivered", "preparing"]},
    "eta": {"type": "string"}
  },
  "required": ["status"]
}"""
LOOKUP = Tool(
    "lookup_order",
    "Finds an order by its number.",
    '{"type": "object", "properties": {"order_number": {"type": "string"}}, "required": ["order_number"]}',
    '{"error": "no such order"}',
    (ToolRow('{"order_number": "123ABCDEFG"}', '{"status": "in transit", "eta": "2026-11-28"}'),),
)
BLOCKS = Content(
    (
        Message("system", "You are a professional, patient support bot.\n\n# Steps\n1. Verify the number.\n2. Answer."),
        Message("user", "{{question}}"),
    ),
    examples=(
        Example("Where is 77AB12CD90?", "It was delivered on Tuesday. Anything else?"),
        Example("Where is my order?", "Which order is it? Please give me its number.", enabled=False),
    ),
    output=OutputFormat("schema", SCHEMA, "order_status"),
    tools=(LOOKUP,),
)
MARKDOWN = """# Order 123ABCDEFG

It is **in transit** and should arrive on *Friday 28 November*.

| step | done |
|---|---|
| packed | yes |
| handed over | yes |

1. Track it at https://track.example/123ABCDEFG
2. Write to us if it is late

```python
def status(order: str) -> str:
    return lookup(order)["status"]  # a comment
```

> Is there anything else I can help with?
"""
JSON = '{"order": "123ABCDEFG", "status": "in transit", "eta": "2026-11-28", "steps": [{"at": "Lyon"}], "n": 3}'
RTL = "أين طلبي رقم 123ABCDEFG؟ أريد معرفة متى يصل.\n\nשלום! ההזמנה שלך בדרך 📦🚚 ותגיע ביום שישי."
EMOJI = "Family 👨‍👩‍👧‍👦, flags 🇫🇷🇯🇵, skin 👍🏽, combining e\u0301, 漢字かな交じり文, and a_very_long_word_" + "x" * 120
ARGUMENTS = '{"order_number": "123ABCDEFG"}'
ROWS = "name\tlanguage\tquestion\nlate\tEnglish\tWhere is order 1?\nrefund\tFrench\tMoney back?\n"
LONG = "A prompt whose name goes on and on, as names do when several people work on several things at once"
DIALOGUE = "user: Where is my order?\nassistant: Which number does it have?\nuser: 123ABCDEFG"


def put(demo: Demo, content: Content, lanes: int = 2, **values: str) -> None:
    """Let the draft be this content with these values and so many lanes of `echo`."""
    compose = demo.window.compose
    compose.back()
    before = compose.draft()
    columns = tuple(Lane(f"g{number}", ECHO, ECHO_MODEL) for number in range(1, lanes + 1))
    compose.put_back(Draft(content, tuple(values.items()), columns, before.based_on))
    demo.pause(60)


def ask(demo: Demo, text: str, lanes: int = 2) -> None:
    """Run a single message, which is then the answer of every lane."""
    put(demo, Content((Message("user", text),)), lanes)
    demo.window.view.editor.focus_first()
    demo.run()


def shots(demo: Demo, name: str, themes: Themes = BOTH, *, narrow: bool = False) -> None:
    """Take a picture in each theme; the dark one, or a third, also at the smallest size."""
    for theme in themes:
        demo.window.theme.set_mode(theme)
        demo.picture(f"{name}-{theme}")
    if narrow:
        demo.resize(NARROW)
        demo.picture(f"{name}-narrow")
        demo.resize(WIDE)
    demo.window.theme.set_mode("light")


def command(demo: Demo, id_: str) -> None:
    """Do what a command does."""
    demo.window.handlers.table()[id_]()
    demo.pause(120)


def dialog(demo: Demo, name: str, *, themes: Themes = BOTH) -> None:
    """Take pictures of the dialog that is open, then close it."""
    demo.pause(350)
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
    if not found:
        raise DemoError(f"no dialog is open for {name}")
    shots(demo, name, themes)
    for one in reversed(found):
        one.reject()
    demo.pause(60)


def empty(demo: Demo) -> None:
    """What stands where nothing is yet."""
    window = demo.window
    sample = window.compose.prompt_uid
    window.prompts.create(LONG)
    demo.until("another prompt is open", lambda: window.compose.prompt_uid != sample and window.compose.ready)
    shots(demo, "new-prompt", narrow=True)
    put(demo, Content((Message("user", ""),)), 0)
    shots(demo, "no-lane", ("light",))
    demo.press(Key.Key_Return, CTRL)
    shots(demo, "refused", ("light",))
    put(demo, Content((Message("user", "Hello {{name}}"),)))
    window.view.editor.focus_first()
    demo.press(Key.Key_Return, CTRL)
    shots(demo, "missing-value", narrow=True)
    window.notice.hide()


def blocks(demo: Demo) -> None:
    """Examples, tools, output format; finding; what is chosen from lists."""
    window = demo.window
    put(demo, BLOCKS, question="What’s the status of my order 123ABCDEFG?")
    window.view.editor.focus_first()
    shots(demo, "blocks", narrow=True)
    demo.run()
    shots(demo, "blocks-run", ("light",))
    command(demo, "find")
    for letter in "number":
        demo.press(Qt.Key(ord(letter.upper())))
    shots(demo, "find", narrow=True)
    command(demo, "replace")
    shots(demo, "replace", ("light",))
    command(demo, "escape")
    for theme in BOTH:
        window.theme.set_mode(theme)
        command(demo, "techniques")
        dialog(demo, f"techniques-{theme}", themes=(theme,))
    window.dialogs.conversation.paste(DIALOGUE)
    dialog(demo, "dialogue")
    window.view.editor.parts_shown.paste_examples()
    dialog(demo, "paste-examples", themes=("dark",))


def overlays(demo: Demo) -> None:
    """Palette and shortcut sheet, which close by themselves when another window comes to the front."""
    for theme in BOTH:
        demo.window.theme.set_mode(theme)
        command(demo, "palette")
        demo.pause(300)
        demo.picture(f"palette-{theme}")
        palette = demo.window.overlays.palette
        if palette is not None:
            palette.field.setText("lane")
            demo.pause(200)
            demo.picture(f"palette-search-{theme}")
            palette.reject()
        command(demo, "shortcuts")
        dialog(demo, "shortcuts", themes=(theme,))


def reading(demo: Demo) -> None:
    """One answer in every way of reading, and what differs."""
    window = demo.window
    ask(demo, MARKDOWN)
    window.view.lanes.focus_lane(0)
    command(demo, "read_markdown")
    window.view.lanes.focus_lane(1)
    command(demo, "read_text")
    shots(demo, "markdown-and-text", narrow=True)
    window.view.lanes.focus_lane(0)
    command(demo, "read_raw")
    demo.pause(200)
    shots(demo, "raw")
    command(demo, "read_automatic")
    ask(demo, MARKDOWN.replace("Friday", "Thursday").replace("packed", "wrapped") + "\nThank you.")
    window.handlers.mark_number(1)
    demo.pause(150)
    command(demo, "diff")
    demo.pause(300)
    shots(demo, "diff", narrow=True)
    command(demo, "diff")
    ask(demo, JSON)
    command(demo, "read_automatic")
    window.view.lanes.focus_lane(0)
    command(demo, "read_json")
    shots(demo, "json")
    command(demo, "read_automatic")
    command(demo, "compare")
    dialog(demo, "compare")
    demo.press(Key.Key_N, CTRL | SHIFT)
    dialog(demo, "note", themes=("light",))
    window.view.lanes.focus_lane(0)
    command(demo, "lane_code")
    dialog(demo, "code")
    command(demo, "lane_model")
    demo.pause(900)
    dialog(demo, "picker")


def texts(demo: Demo) -> None:
    """Long, right-to-left and emoji text, everywhere a person can put it."""
    window = demo.window
    content = Content((Message("system", RTL), Message("user", EMOJI + "\n\n{{" + "long_name_" * 6 + "}} {{x}}")))
    put(demo, content, **{"long_name_" * 6: RTL, "x": EMOJI})
    window.compose.lanes.set_label(window.shown_slots()[0], LONG)
    window.view.editor.focus_first()
    demo.run()
    shots(demo, "texts", narrow=True)
    ask(demo, RTL)
    shots(demo, "right-to-left", ("light",))


def blind(demo: Demo) -> None:
    """A run whose models are hidden, before and after its verdict."""
    command(demo, "blind")
    ask(demo, MARKDOWN, 3)
    shots(demo, "blind", narrow=True)
    demo.window.handlers.mark_number(2)
    demo.pause(200)
    shots(demo, "blind-revealed", ("light",))
    command(demo, "blind")


def lanes(demo: Demo) -> None:
    """One lane, twelve, and one that fails."""
    window = demo.window
    ask(demo, "Say hello.", 1)
    shots(demo, "one-lane", ("light",))
    ask(demo, MARKDOWN, 12)
    shots(demo, "twelve-lanes", narrow=True)
    put(demo, Content((Message("user", "Hello"),)), 3)
    window.compose.lanes.set_model(window.shown_slots()[0], LITELLM, "openai/gpt-5-mini")
    window.view.editor.focus_first()
    demo.run()
    window.handlers.mark_number(2)
    shots(demo, "failed", narrow=True)


def settings(demo: Demo) -> None:
    """All pages of the settings, and the smallest and largest text."""
    window = demo.window
    for page in ("keys", "endpoints", "limits", "appearance"):
        window.dialogs.settings(page)  # type: ignore[arg-type] # one of the pages, by the line above
        demo.pause(400)
        dialog(demo, f"settings-{page}", themes=("light", "dark") if page == "keys" else ("dark",))
    put(demo, BLOCKS, question="Where is it?")
    for percent in (80, 150, 200):
        window.theme.set_scale(percent / 100)
        demo.picture(f"text-at-{percent}")
    window.theme.set_scale(1.0)


def sets(demo: Demo) -> None:
    """Several value sets, their answers page by page, and the window that pastes them."""
    window = demo.window
    put(demo, Content((Message("system", "Answer in {{language}}."), Message("user", "{{question}}"))))
    QApplication.clipboard().setText(ROWS)
    command(demo, "paste_sets")
    shots(demo, "paste-sets")
    rows = window.frame.findChild(RowsDialog)
    if rows is None:
        raise DemoError("the window for rows did not open")
    rows.make.click()
    demo.pause(100)
    shots(demo, "sets", narrow=True)
    window.view.editor.focus_first()
    demo.run()
    window.handlers.mark_number(1)
    command(demo, "next_set")
    shots(demo, "sets-run", narrow=True)
    command(demo, "large_value")
    dialog(demo, "large-value")


def improving(demo: Demo) -> None:
    """The window that asks for a better prompt, empty and with what `echo` makes of it."""
    window = demo.window
    ask(demo, MARKDOWN)
    command(demo, "all_bad")
    demo.pause(200)
    command(demo, "improve")
    demo.pause(300)
    shots(demo, "improve")
    found = window.dialogs.improving.dialog
    if found is None:
        raise DemoError("the window that improves did not open")
    found.question.ask_wanted.emit()
    demo.until("the proposal is there", lambda: not found.is_running)
    dialog(demo, "improve-answered")


def attaching(demo: Demo) -> None:
    """A message with a picture and a text file, one of them with a long name."""
    window = demo.window
    put(demo, Content((Message("user", "What is on this label?"),)))
    picture = QImage(320, 200, QImage.Format.Format_RGB32)
    picture.fill(QColor("teal"))
    folder = Path(tempfile.mkdtemp(prefix="workbench-demo-"))
    try:
        files = (folder / "a photo of the parcel that somebody took in poor light.png", folder / "invoice.txt")
        picture.save(str(files[0]))
        files[1].write_text("One parcel, 12 kg.\n", encoding="utf-8")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        QApplication.clipboard().setMimeData(data)
        window.view.editor.focus_first()
        demo.press(Key.Key_V, CTRL)
        demo.until("both are attached", lambda: len(window.view.editor.content().messages[0].attachments) == 2)
        demo.pause(300)
        shots(demo, "attachments", narrow=True)
    finally:
        QApplication.clipboard().clear()
        shutil.rmtree(folder)


def calling(demo: Demo) -> None:
    """A model that calls the simulated tool, shown in steps while it does and afterwards."""
    window = demo.window
    named = {"index": 0, "id": "c1", "function": {"name": "lookup_order", "arguments": ARGUMENTS[:18]}}
    rest = {"index": 0, "function": {"arguments": ARGUMENTS[18:]}}
    pieces = [Send(chunk({"tool_calls": [one]})) for one in (named, rest)]
    ending = (Send(chunk({}, finish="tool_calls")), Send(event("[DONE]")))
    with FakeProvider() as fake:
        fake.script(
            Reply((Send(chunk({"content": "I look it up."})), pieces[0], Wait(1.0), pieces[1], *ending), headers=SSE),
            stream('{"status": "in transit", "eta": "2026-11-28"}'),
        )
        saved = window.workbench.endpoints.save(EndpointForm("Shop model", fake.base_url))
        saved.done.result(timeout=10)
        window.compose.endpoints_changed()
        put(demo, BLOCKS, question="Where is my order 123ABCDEFG?")
        slots = window.shown_slots()
        window.compose.lanes.set_model(slots[0], saved.endpoint.uid, "shop-1")
        window.compose.lanes.remove(slots[1])
        window.view.editor.focus_first()
        demo.run("steps-while-they-come")
    shots(demo, "steps", narrow=True)


PARTS = (empty, blocks, overlays, reading, sets, improving, attaching, calling, blind, texts, lanes, settings)


def main() -> int:
    """Make the pictures of the parts named in the arguments, of all without any; return 0 when all came out."""
    named = sys.argv[1:]
    high = float(os.environ.get("QT_SCALE_FACTOR", "1")) > 1
    wanted = tuple(part for part in PARTS if not named or part.__name__ in named)
    return shown(wanted, QApplication(sys.argv[:1]), OUT / ("high-resolution" if high else "gallery"))


if __name__ == "__main__":
    sys.exit(main())
