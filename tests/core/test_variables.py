"""What is amiss with the variables of a prompt."""

from __future__ import annotations

from workbench.core.blocks import Example
from workbench.core.content import Content, Message
from workbench.core.variables import Amiss, amiss, likely

CONTENT = Content(
    (Message("system", "Answer in {{langauge}}."), Message("user", "{{question}}")),
    examples=(Example("{{topic}}", "{{toen}}"), Example("{{off}}", "", enabled=False)),
)


def test_missing_misspelt_and_unused_are_told_apart() -> None:
    values = {"language": "English", "question": "", "tone": "warm", "off": "x", "empty": ""}
    assert amiss(CONTENT, values) == Amiss(
        ("langauge", "topic", "toen"), (("langauge", "language"), ("toen", "tone")), ("language", "tone", "off")
    )


def test_a_sound_prompt_has_nothing_amiss() -> None:
    assert amiss(Content((Message("user", "{{a}}"),)), {"a": "1"}) == Amiss()
    assert amiss(Content(), {}) == Amiss()


def test_only_near_names_are_likely() -> None:
    assert likely("langauge", ["tone", "language"]) == "language"
    assert likely("order_nr", ["language"]) == ""
    assert likely("id", ["ix"]) == ""
    assert likely("name", ["name"]) == ""
