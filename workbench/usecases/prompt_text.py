"""A prompt as the text of a `.prompt.yml` file, to be shown, edited in any editor and read back.

Invariant: reading the text back changes nothing that it does not hold: examples, tools, output format, lanes, cases,
attached files.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.formats.imports.prompt_yml import PromptFile, read_prompt_yml
from workbench.packs.yaml_writer import write
from workbench.usecases.problems import RefusedError


def prompt_text(name: str, draft: Draft) -> str:
    """Return messages and values as a `.prompt.yml` file. Raises RefusedError for half a character."""
    data: dict[str, Any] = {
        "name": name,
        "messages": [{"role": one.role, "content": one.text} for one in draft.content.messages],
    }
    if draft.values:
        data["testData"] = [dict(draft.values)]
    try:
        return write(data).decode()
    except ValueError as error:
        raise RefusedError("The prompt has half of a character. Delete it in the window.", str(error)) from error


def with_text(draft: Draft, text: str) -> tuple[str, Draft]:
    """Return the name and the draft after its text was edited. Raises PromptFileError."""
    file = read_prompt_yml(text.encode(), "")
    messages = tuple(_message(at, one, draft.content) for at, one in enumerate(file.content.messages))
    return file.name, replace(draft, content=replace(draft.content, messages=messages), values=_values(draft, file))


def _message(at: int, edited: Message, before: Content) -> Message:
    """Return the edited message with what the file cannot hold, if the message at its place has the same role."""
    if at < len(before.messages) and before.messages[at].role == edited.role:
        return replace(before.messages[at], text=edited.text)
    return edited


def _values(draft: Draft, file: PromptFile) -> tuple[tuple[str, str], ...]:
    """Return the edited values, after those that no message of the file uses."""
    return tuple({**draft.value_map, **dict(file.values)}.items())
