"""Read `.prompt.yml` files, the format in which GitHub Models keeps prompts in repositories.

Invariant: texts and values are exactly as YAML spells them (`007` stays `007`), nothing in a file is executed, and
fields that this release does not use are listed in the notes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from workbench.core.content import ROLES, Content, Message, Role
from workbench.core.extra_parameters import row_of
from workbench.core.lanes import Params
from workbench.core.parameter import Parameter, Value
from workbench.core.parameters import names_in, parameter
from workbench.core.templates import content_variables
from workbench.core.text import unify_newlines
from workbench.formats.imports.format import ImportFile, ImportFormat, is_text
from workbench.packs import prompt_file
from workbench.packs.errors import PackError

LIMIT_BYTES = 4 * 1024 * 1024
_MESSAGES = re.compile(rb"^messages:", re.MULTILINE)
_USED = frozenset({"name", "description", "model", "modelParameters", "messages", "testData"})


class PromptFileError(Exception):
    """Raised for a file that is not a prompt, with a sentence (where, and what to do) and the technical detail."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A prompt from a file. `model` is "" when the file names none.

    `values` are those of the first row of `testData` that the messages use. `notes` are sentences about what was left
    out.
    """

    name: str
    content: Content
    model: str = ""
    params: Params = field(default_factory=Params)
    values: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def read_prompt_yml(raw: bytes, name: str) -> PromptFile:
    """Read the bytes of a file; `name` is used when the file has no name. Raises PromptFileError."""
    data = _parse(raw)
    if isinstance(data.get("workbench"), dict):
        return _ours(raw, name, data)
    messages = _messages(data.get("messages"))
    content = Content(messages)
    params, notes = _params(data.get("modelParameters"))
    rows = data.get("testData", [])
    ignored = sorted(key for key, value in data.items() if key not in _USED and value)
    if ignored:
        notes.append(f"Not used from this file: {', '.join(ignored)}.")
    values, more = _values(rows, content)
    if more:
        notes.append(f"The first of {more + 1} rows of testData gives the values.")
    return PromptFile(
        name=_text(data.get("name"), "name").strip() or name,
        content=content,
        model=_text(data.get("model"), "model").strip(),
        params=params,
        values=values,
        notes=tuple(notes),
    )


def _ours(raw: bytes, name: str, data: Mapping[str, Any]) -> PromptFile:
    """Return the prompt of a file from a pack, which has the key `workbench` beside GitHub's fields."""
    try:
        prompt, notes = prompt_file.read(raw, name, "This prompt file")
    except PackError as error:
        raise PromptFileError(error.sentence, error.detail) from error
    lane = next((lane for lane in prompt.lanes if not lane.hidden), None)
    used = set(content_variables(prompt.content))
    left_out = ["Attached files are in the pack, not in this file, so it cannot be sent. Use the whole pack."]
    return PromptFile(
        name=prompt.name,
        content=prompt.content,
        model=_text(data.get("model"), "model").strip(),
        params=Params() if lane is None else lane.params,
        values=tuple((key, value) for key, value in prompt.values if key in used),
        notes=(*notes, *(left_out if any(message.attachments for message in prompt.content.messages) else ())),
    )


def _parse(raw: bytes) -> Mapping[str, Any]:
    if len(raw) > LIMIT_BYTES:
        raise PromptFileError(f"This prompt file has {len(raw)} bytes; at most {LIMIT_BYTES} are read. Shorten it.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PromptFileError(
            "This prompt file is not UTF-8 text. Save it as UTF-8 and try again.", str(error)
        ) from error
    try:
        # The base loader creates only strings, lists and maps: no code, and numbers keep their spelling.
        data = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise PromptFileError(f"This prompt file is not valid YAML{where}. Correct it there.", str(error)) from error
    except RecursionError as error:
        raise PromptFileError("This prompt file is nested too deeply. Flatten it and try again.") from error
    if not isinstance(data, dict):
        raise PromptFileError("This prompt file has no map with `messages`. Choose a .prompt.yml file.")
    return data


def _messages(raw: Any) -> tuple[Message, ...]:
    if not isinstance(raw, list) or not raw:
        raise PromptFileError("This prompt file has no messages. Add a list `messages` with `role` and `content`.")
    messages = []
    for number, item in enumerate(raw, start=1):
        role = item.get("role") if isinstance(item, dict) else None
        content = item.get("content") if isinstance(item, dict) else None
        if role not in ROLES or not isinstance(content, str):
            raise PromptFileError(
                f"Message {number} of this prompt file needs a `role` ({', '.join(ROLES)}) and a text `content`."
            )
        messages.append(Message(cast(Role, role), _whole(content)))
    return tuple(messages)


def _params(raw: Any) -> tuple[Params, list[str]]:
    if raw in (None, ""):
        return Params(), []
    if not isinstance(raw, dict):
        raise PromptFileError("`modelParameters` of this prompt file is not a map. Write it as names with values.")
    known: dict[str, Any] = {}
    unknown = []
    names = names_in("github")
    for name, text in raw.items():
        row = parameter(names.get(name, "")) or row_of(name)
        if row is None:
            unknown.append(name)
        elif text:
            known[row.name] = _value(row, name, text)
    return Params(**known), [f"Unknown parameters were left out: {', '.join(sorted(unknown))}."] if unknown else []


def _value(row: Parameter, name: str, text: Any) -> Value | None:
    try:
        return row.checked(text) if row.kind == "texts" else row.read(text if isinstance(text, str) else "?")
    except ValueError as error:
        raise PromptFileError(
            f"The parameter {name} of this prompt file must be {row.requirement}. Correct it.", str(text)
        ) from error


def _values(rows: Any, content: Content) -> tuple[tuple[tuple[str, str], ...], int]:
    if rows in (None, "", []):
        return (), 0
    if not isinstance(rows, list) or not isinstance(rows[0], dict):
        raise PromptFileError("`testData` of this prompt file is not a list of maps. Write one map per case.")
    first = rows[0]
    used = [name for name in content_variables(content) if name in first]
    return tuple((name, _text(first[name], f"testData.{name}")) for name in used), len(rows) - 1


def _text(value: Any, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PromptFileError(f"`{where}` of this prompt file is not text. Write it as text.")
    return _whole(value)


def _whole(text: str) -> str:
    """Return text with LF line ends and with surrogate pairs from JSON escapes joined."""
    return unify_newlines(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"))


def recognise(file: ImportFile) -> bool:
    """Whether a file may be a prompt: YAML with messages."""
    return is_text(file) and _MESSAGES.search(file.start) is not None


FORMAT = ImportFormat(
    id="prompt",
    order=50,
    title="Prompt file",
    noun="a .prompt.yml file",
    help="one prompt, with its model and values",
    brings="text",
    recognise=recognise,
    extensions=(".yml", ".yaml"),
    limit_bytes=LIMIT_BYTES,
    if_larger="Shorten it.",
    instead="is a prompt file. Run it with the command: workbench run --prompt FILE",
)
