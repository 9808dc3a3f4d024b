"""Scenes of dialogs, the settings, and every text size."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from tests.e2e.driving import NARROW, WIDE, Demo
from tests.e2e.scenes.staging import ask, command, dialog, opened, provider, put, shots
from tests.e2e.scenes.texts import BLOCKS, CONVERSATION, IMPROVED, MARKDOWN, PAIRS, SCHEMA, TOOLS
from tests.fakes.provider import stream
from workbench.core.content import Content, Message
from workbench.core.lanes import Lane
from workbench.ui.features.improve.dialog import ImproveDialog


def overlays(demo: Demo) -> None:
    """Palette and shortcut sheet, which close by themselves when another window is activated."""
    for theme in ("light", "dark"):
        demo.window.theme.set_mode(theme)  # type: ignore[arg-type] # one of the modes, by the line above
        command(demo, "palette")
        demo.pause(300)
        demo.picture(f"palette-{theme}")
        palette = demo.window.dialogs.palette
        if palette is not None:
            palette.field.setText("lane")
            demo.pause(200)
            demo.picture(f"palette-search-{theme}")
            palette.reject()
        command(demo, "shortcuts")
        dialog(demo, "shortcuts", (theme,))  # type: ignore[arg-type] # as above


def pasting(demo: Demo) -> None:
    """Dialogs for choosing from lists and for pasting."""
    window = demo.window
    put(demo, BLOCKS, question="Where is it?")
    command(demo, "techniques")
    dialog(demo, "techniques")
    window.dialogs.conversation_actions.paste(CONVERSATION)
    dialog(demo, "conversation")
    QApplication.clipboard().clear()
    window.editor.parts_shown.paste_examples()
    dialog(demo, "paste-no-examples", ("light",))
    QApplication.clipboard().setText(PAIRS)
    window.editor.parts_shown.paste_examples()
    dialog(demo, "paste-examples")
    put(demo, Content((Message("user", "Where is my order?"),)))
    for copied in (TOOLS, SCHEMA):
        QApplication.clipboard().setText(copied)
        command(demo, "paste_parts")
    shots(demo, "pasted-parts", narrow=True)
    window.editor.focus_first()
    QApplication.clipboard().setText(TOOLS)
    window.editor.blocks[0].field.paste()
    shots(demo, "paste-offer", narrow=True)
    QApplication.clipboard().clear()


def improving(demo: Demo) -> None:
    """The dialog for improving a prompt: empty, with a proposal, and without one."""
    ask(demo, MARKDOWN)
    window = demo.window
    demo.until("they can be judged", lambda: all(map(window.lane_presenter.can_mark, window.slots())))
    command(demo, "all_bad")
    demo.until("the verdict is shown", lambda: demo.iterations()[0].verdict == "all_bad")
    with provider(demo, "Writer") as (fake, endpoint):
        fake.script(stream(IMPROVED), method="POST")
        words = Content(
            (
                Message("system", "You are a support bot.\n\n# Steps\n1. Verify the order number.\n2. Answer."),
                Message("user", "{{question}}"),
            )
        )
        put(demo, words, question="Where is it?")
        command(demo, "improve")
        found = opened(demo, ImproveDialog)
        demo.until("it can be asked", found.question.ask.isEnabled)
        shots(demo, "improve")
        found.question.set_lane(Lane("improve", endpoint, "writer-1"))
        found.question.ask_wanted.emit()
        demo.until("the proposal is there", lambda: found.proposal.proposal is not None)
        dialog(demo, "improve-proposal")


def settings(demo: Demo) -> None:
    """All pages of the settings."""
    window = demo.window
    for page in ("keys", "endpoints", "limits", "appearance", "history"):
        window.dialogs.show_settings(page)  # type: ignore[arg-type] # one of the pages, by the line above
        demo.pause(400)
        dialog(demo, f"settings-{page}")


def sizes(demo: Demo) -> None:
    """The smallest and the largest text size, also with a notice in the header."""
    window = demo.window
    put(demo, BLOCKS, question="Where is it?")
    demo.run()
    for percent in (80, 150, 200):
        window.theme.set_scale(percent / 100)
        demo.picture(f"text-at-{percent}")
    for name, size in (("wide", WIDE), ("narrow", NARROW)):
        demo.resize(size)
        window.notices.problem("The answers could not be saved in the history. Make room on the disk.", "SQLITE_FULL")
        demo.picture(f"notice-at-200-{name}")
        window.notice.hide()
        demo.picture(f"text-at-200-{name}")
    demo.resize(WIDE)
    window.theme.set_scale(1.0)
