"""The preview text of a pack's prompt before it is imported."""

from __future__ import annotations

from workbench.app.packs.plan_table import MOST_SHOWN, text_of
from workbench.core.blocks import Attachment, Example, OutputFormat, Tool
from workbench.core.content import Content, Message
from workbench.packs.pack_contents import PackPrompt, PackVersion


def prompt(content: Content) -> PackPrompt:
    return PackPrompt("p", "Bot", "bot", "h", (PackVersion("h", content),))


def test_text_shows_messages_files_and_counts_other_parts() -> None:
    file = Attachment("a" * 64, "text/plain", "rules.txt")
    messages = (Message("system", "Be kind.\n"), Message("user", "{{q}}", (file,)))
    other = Content(
        messages,
        examples=(Example("a", "b"), Example("c", "d")),
        tools=(Tool("look", "", "{}"),),
        output=OutputFormat("json"),
    )
    assert text_of(prompt(Content(messages))) == "system\nBe kind.\n\n\nuser\n{{q}}\n[rules.txt]"
    assert text_of(prompt(other)).endswith("\n\nWith 2 examples, 1 tool, an output format.")


def test_text_is_cut_at_the_shown_length() -> None:
    huge = Content((Message("user", "x" * 3_000_000), Message("assistant", "never shown")))
    said = text_of(prompt(huge))
    assert len(said) < MOST_SHOWN + 100
    assert said.endswith("… and more, not shown here.")
    assert "never" not in said
