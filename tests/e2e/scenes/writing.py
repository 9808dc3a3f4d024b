"""Scenes of the editor and the panels below it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from tests.e2e.driving import CTRL, Demo
from tests.e2e.scenes.staging import ask, command, dialog, opened, put, shots, show
from tests.e2e.scenes.texts import BLOCKS, CACHED, EMOJI, JINJA, LONG, MISSPELT, RTL
from workbench.core.content import Content, Message
from workbench.core.lanes import ECHO, ECHO_MODEL, LITELLM, Lane
from workbench.ui.editor.output_format import OutputSection
from workbench.ui.features.compose.paste_rows import PasteRowsDialog

Key = Qt.Key
ROWS = "name\tlanguage\tquestion\nlate\tEnglish\tWhere is order 1?\nrefund\tFrench\tMoney back?\n"


def empty(demo: Demo) -> None:
    """The empty states."""
    window = demo.window
    sample = window.prompt_uid
    window.prompts.create(LONG)
    demo.until("another prompt is open", lambda: window.prompt_uid != sample and window.is_ready)
    shots(demo, "new-prompt", narrow=True)
    put(demo, Content((Message("user", ""),)), 0)
    shots(demo, "no-lane", ("light",))
    demo.press(Key.Key_Return, CTRL)
    shots(demo, "refused", ("light",))
    put(demo, Content((Message("user", "Hello {{name}}"),)))
    demo.press(Key.Key_Return, CTRL)
    shots(demo, "missing-value", narrow=True)
    window.notice.hide()


def blocks(demo: Demo) -> None:
    """Examples, tools, output format, and a search through all of them."""
    put(demo, BLOCKS, question="What’s the status of my order 123ABCDEFG?")
    shots(demo, "blocks", narrow=True)
    demo.run()
    shots(demo, "blocks-run", ("light",))
    command(demo, "find")
    for letter in "number":
        demo.press(Key(ord(letter.upper())))
    shots(demo, "find", narrow=True)
    command(demo, "replace")
    shots(demo, "replace", ("dark", "light"), narrow=True)
    command(demo, "escape")


def schema_form(demo: Demo) -> None:
    """A JSON Schema as a form."""
    put(demo, BLOCKS, question="Where is it?")
    (section,) = demo.window.editor.findChildren(OutputSection)
    section.edit_as_form(section.schema, "Output format")
    dialog(demo, "schema-form")


def mistakes(demo: Demo) -> None:
    """Errors in a template, and misspelt, missing and unused variables."""
    checking = demo.window.checking
    put(demo, JINJA, orders="[]")
    demo.until("the mistake is found", lambda: checking.mistake is not None)
    shots(demo, "jinja-mistake", narrow=True)
    put(demo, MISSPELT, language="French", question="Where is it?", customer="Ada", greeting="")
    checking.check()
    shots(demo, "misspelt-and-unused", ("dark", "light"), narrow=True)


def caching(demo: Demo) -> None:
    """A cache breakpoint."""
    put(demo, CACHED, question="Where is my order?")
    demo.pause(400)
    shots(demo, "cache-breakpoint", narrow=True)


def sets(demo: Demo) -> None:
    """Several value sets, paging through their answers, and the dialog for pasting them."""
    window = demo.window
    put(demo, Content((Message("system", "Answer in {{language}}."), Message("user", "{{question}}"))))
    QApplication.clipboard().setText(ROWS)
    command(demo, "paste_sets")
    rows = opened(demo, PasteRowsDialog)
    shots(demo, "paste-sets")
    rows.take.click()
    window.frame.activateWindow()
    demo.pause(400)
    shots(demo, "sets", narrow=True)
    window.editor.focus_first()
    demo.run()
    window.mark(1)
    command(demo, "next_set")
    shots(demo, "sets-run", narrow=True)
    command(demo, "large_value")
    dialog(demo, "large-value")


def attaching(demo: Demo) -> None:
    """Files attached to a message, a refused file, and a model without vision."""
    window = demo.window
    lanes = (Lane("g1", ECHO, ECHO_MODEL), Lane("g2", LITELLM, "openai/gpt-3.5-turbo"))
    show(demo, Content((Message("user", "What is on this label?"),)), lanes)
    picture = QImage(320, 200, QImage.Format.Format_RGB32)
    picture.fill(QColor("teal"))
    folder = Path(tempfile.mkdtemp(prefix="workbench-demo-"))
    try:
        names = ("a photo of the parcel that somebody took in poor light.png", "invoice.txt", "sound.wav")
        files = [folder / name for name in names]
        picture.save(str(files[0]))
        files[1].write_text("One parcel, 12 kg.\n", encoding="utf-8")
        files[2].write_bytes(b"RIFF\x00\x00\x00\x00WAVEfmt \x00\xff\xfe")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        QApplication.clipboard().setMimeData(data)
        demo.press(Key.Key_V, CTRL)
        demo.until("two are attached", lambda: len(window.editor.content().messages[0].attachments) == 2)
        demo.pause(300)
        shots(demo, "attachments", narrow=True)
        demo.run()
        shots(demo, "attachments-refused", ("light",), narrow=True)
    finally:
        QApplication.clipboard().clear()
        shutil.rmtree(folder)


def texts(demo: Demo) -> None:
    """Long, right-to-left and emoji text in every field that takes text."""
    window = demo.window
    content = Content((Message("system", RTL), Message("user", EMOJI + "\n\n{{" + "long_name_" * 6 + "}} {{x}}")))
    put(demo, content, **{"long_name_" * 6: RTL, "x": EMOJI})
    window.lane_list.set_label(window.slots()[0], LONG)
    demo.run()
    shots(demo, "texts", narrow=True)
    ask(demo, RTL)
    shots(demo, "right-to-left", ("light",))
