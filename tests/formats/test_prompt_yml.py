"""Reading and writing `.prompt.yml` files."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packs.making import ORDER, REFINED, one
from workbench.core.content import Content, Message
from workbench.core.lanes import Params
from workbench.formats.imports.prompt_yml import LIMIT_BYTES, PromptFileError, read_prompt_yml
from workbench.packs import prompt_file

WHOLE = b"""\
name: Greeter
description: Says hello
model: openai/gpt-4o
modelParameters:
  maxTokens: 50
  temperature: 0.5
  topP: 0.9
messages:
  - role: system
    content: Be brief.
  - role: user
    content: |
      Hello {{name}}, number {{number}}
testData:
  - name: Ada
    number: 007
    expected: hi
  - name: Bo
evaluators:
  - name: ok
    string: {contains: hi}
"""


def test_file_with_every_section_is_read_and_unused_parts_reported() -> None:
    file = read_prompt_yml(WHOLE, "file")
    assert file.name == "Greeter"
    assert file.model == "openai/gpt-4o"
    assert file.params == Params(temperature=0.5, top_p=0.9, max_tokens=50)
    assert file.content == Content(
        (Message("system", "Be brief."), Message("user", "Hello {{name}}, number {{number}}\n"))
    )
    assert file.values == (("name", "Ada"), ("number", "007"))
    assert file.notes == (
        "Not used from this file: evaluators.",
        "The first of 2 rows of testData gives the values.",
    )


def test_file_with_only_messages_is_read() -> None:
    file = read_prompt_yml(b"messages: [{role: user, content: hi}]", "file")
    assert (file.name, file.model, file.params, file.values, file.notes) == ("file", "", Params(), (), ())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"- a",
        b"messages: []",
        b"messages: [{role: tool, content: x}]",
        b"messages: [{role: user}]",
        b"messages: [{role: user, content: [x]}]",
        b"messages: [user]",
        b"messages: {a: b}",
        b"a: [",
        b"a: b: c",
        b"\xff\xfe",
        b"messages: [{role: user, content: x}]\nmodelParameters: 3",
        b"messages: [{role: user, content: x}]\nmodelParameters: {temperature: hot}",
        b"messages: [{role: user, content: x}]\nmodelParameters: {temperature: .nan, topP: nan}",
        b"messages: [{role: user, content: x}]\nmodel: [a]",
        b"messages: [{role: user, content: '{{a}}'}]\ntestData: {a: b}",
        b"messages: [{role: user, content: '{{a}}'}]\ntestData: [{a: [b]}]",
        b"x: !!python/object/apply:os.system [true]",
        b"a: &a [*a]",
        b"[" * 1_500,
        b"#" * (LIMIT_BYTES + 1),
    ],
)
def test_invalid_prompt_files_raise_an_error(raw: bytes) -> None:
    with pytest.raises(PromptFileError) as caught:
        read_prompt_yml(raw, "file")
    assert caught.value.sentence.endswith(".")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_raise_an_error(raw: bytes) -> None:
    with suppress(PromptFileError):
        assert read_prompt_yml(raw, "file").content.messages


def test_nested_yaml_aliases_are_not_expanded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    file = read_prompt_yml("\n".join([*lines, "messages: [{role: user, content: x}]"]).encode(), "file")
    assert "a0" in file.notes[0]


def test_surrogate_pairs_in_json_are_joined() -> None:
    raw = rb'{"messages": [{"role": "user", "content": "\ud83d\udc69 {{a}}"}], "testData": [{"a": "\ud83d\udc4d"}]}'
    file = read_prompt_yml(raw, "file")
    assert file.content.messages[0].text == "👩 {{a}}"
    assert file.values == (("a", "👍"),)


def test_prompt_file_of_a_pack_is_read_completely() -> None:
    file = read_prompt_yml(prompt_file.write(ORDER), "file")
    assert (file.name, file.model) == ("Order Bot", "openai/gpt-5.4-mini")
    assert file.content == REFINED
    assert file.params == Params(temperature=0.3, max_tokens=120)
    assert dict(file.values) == {"question": "Where is it?", "order": "123ABCDEFG"}
    assert "Attached files" in file.notes[0]


def test_invalid_number_of_tool_rounds_raises_an_error() -> None:
    raw = prompt_file.write(one(Content((Message("user", "Hi"),), tool_rounds=3)).prompts[0])
    with pytest.raises(PromptFileError, match="rounds"):
        read_prompt_yml(raw.replace(b"tool_rounds: 3", b"tool_rounds: 99"), "file")
