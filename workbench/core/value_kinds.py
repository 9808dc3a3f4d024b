"""What values of cases are besides text: JSON, and files.

Invariant: a value is kept as its text, exactly as it was read or typed; its kind says how a template gets it. A plain
template gets compact JSON, whose numbers and texts are spelled as in the value, and a Jinja template an object. A text
that is no JSON, such as one that is being edited, is rendered as text. The text of a file names its hash; templates get
its name, and the messages of the user that do are sent with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

from workbench.core.json_parts import load, no_constant

if TYPE_CHECKING:
    # Few values are files, and the first paint needs none.
    from workbench.core.blocks import Attachment

ValueKind = Literal["json", "file"]
KINDS: tuple[ValueKind, ...] = ("json", "file")
Kinds = tuple[tuple[str, ValueKind], ...]
"""Names of values with their kinds; text has none."""
_STRING_OR_SPACE = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\n\r]+', re.DOTALL)


def kinds_from_json(data: object, names: Iterable[str]) -> Kinds | None:
    """Read stored kinds of the values with these names, in this order; None if a part is not known here."""
    if not isinstance(data, Mapping):
        return None
    there = list(names)
    if not all(name in there and kind in KINDS for name, kind in data.items()):
        return None
    return tuple((name, cast("ValueKind", data[name])) for name in there if name in data)


def json_problem(text: str) -> str:
    """Return why a text is no JSON, "" if it is."""
    try:
        load(text, parse_constant=no_constant)
    except RecursionError:
        return "nested too deeply"
    except json.JSONDecodeError as error:
        return f"{error.msg.lower()} at line {error.lineno}, column {error.colno}"
    except ValueError as error:
        return str(error)
    return ""


def file_text(attachment: Attachment) -> str:
    """Return the value that is a file."""
    from workbench.core.blocks import attachment_to_json

    return json.dumps(attachment_to_json(attachment), ensure_ascii=False, separators=(",", ":"))


def file_of(text: str) -> Attachment | None:
    """Read `file_text` back, None for another text."""
    from workbench.core.blocks import BlockError, attachment_from_json

    try:
        return attachment_from_json(load(text), "The value")
    except (BlockError, ValueError, RecursionError):
        return None


def files_of(values: Mapping[str, str], kinds: Kinds) -> dict[str, Attachment]:
    """Return the files among values, by name of the value."""
    found = {name: file_of(values.get(name, "")) for name, kind in kinds if kind == "file"}
    return {name: file for name, file in found.items() if file is not None}


def plain_values(values: Mapping[str, str], kinds: Kinds) -> dict[str, str]:
    """Return values as a plain template gets them."""
    return {name: str(value) for name, value in _shown(values, kinds, _compact).items()}


def template_values(values: Mapping[str, str], kinds: Kinds) -> dict[str, Any]:
    """Return values as a Jinja template gets them."""
    return _shown(values, kinds, json.loads)


def _shown(values: Mapping[str, str], kinds: Kinds, of_json: Callable[[str], Any]) -> dict[str, Any]:
    found: dict[str, Any] = dict(values)
    for name, kind in kinds:
        value = values.get(name)
        if value is None:
            continue
        if kind == "json" and not json_problem(value):
            found[name] = of_json(value)
        elif kind == "file" and (file := file_of(value)) is not None:
            found[name] = file.name
    return found


def _compact(text: str) -> str:
    return _STRING_OR_SPACE.sub(lambda match: match[1] or "", text)
