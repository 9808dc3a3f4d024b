"""Read and write technique files: one building block of prompts in YAML.

    name: Role
    what: What it is, in a sentence or two.
    helps: When it helps.
    hurts: When it does not.
    evidence: What is known about it.        (optional, as are what, helps and hurts)
    place: system start                      (one of `core.techniques.PLACES`)
    snippet: |
      You are ${1:who}. $0

Invariant: `read_technique(write_technique(t)) == t`. Reading executes nothing, and errors name the line. A file over
`LIMIT_BYTES`, with anchors or aliases, or nested deeper than `_DEEPEST` is refused before YAML builds anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

import yaml

from workbench.core.snippets import SnippetError, parse
from workbench.core.techniques import PLACES, Place, Technique, example_pairs, output_format
from workbench.core.text import unify_newlines
from workbench.formats.imports.format import ImportFile, ImportFormat, is_text

LIMIT_BYTES = 64 * 1024
_REQUIRED = ("name", "place", "snippet")
_TEXTS = ("what", "helps", "hurts", "evidence")
_MOST_NAME = 80
_DEEPEST = 8
_HAS = (re.compile(rb"^place:", re.MULTILINE), re.compile(rb"^snippet:", re.MULTILINE))


class TechniqueFileError(Exception):
    """Raised for a file that is not a technique, with a sentence (line, and what to do) and the technical detail."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.detail = sentence, detail


@dataclass(frozen=True, slots=True)
class _Field:
    text: str
    line: int
    first: int
    """The line of the file, from 1, on which the text itself begins."""


def read_technique(raw: bytes, identity: str, *, own: bool = False) -> Technique:
    """Read the bytes of a file; `identity` is its name without the extension. Raises TechniqueFileError."""
    if len(raw) > LIMIT_BYTES:
        raise TechniqueFileError(f"It is larger than {LIMIT_BYTES // 1024} kB. Shorten it.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TechniqueFileError(f"Line {line} is not UTF-8 text. Save it as UTF-8.", str(error)) from error
    fields = _fields(unify_newlines(text))
    for key in _REQUIRED:
        if key not in fields or not fields[key].text.strip():
            line = fields[key].line if key in fields else 1
            raise TechniqueFileError(f"Line {line}: `{key}` is missing or empty. Write `{key}: …`.")
    name, place = fields["name"], fields["place"]
    if len(name.text) > _MOST_NAME or "\n" in name.text.strip():
        raise TechniqueFileError(f"Line {name.line}: the name must be one line of at most {_MOST_NAME} characters.")
    if place.text.strip() not in PLACES:
        raise TechniqueFileError(f"Line {place.line}: `place` must be one of {', '.join(PLACES)}.", place.text)
    snippet = fields["snippet"]
    source = snippet.text.removesuffix("\n")
    try:
        parse(source)
    except SnippetError as error:
        raise TechniqueFileError(f"Line {snippet.first + error.line - 1}: {error.sentence}") from error
    texts = {key: fields[key].text.strip() if key in fields else "" for key in _TEXTS}
    technique = Technique(
        id=identity,
        name=name.text.strip(),
        place=cast(Place, place.text.strip()),
        snippet=source,
        own=own,
        **texts,
    )
    try:
        if technique.place == "examples":
            example_pairs(technique)
        if technique.place == "output":
            output_format(technique)
    except ValueError as error:
        raise TechniqueFileError(f"Line {snippet.line}: {error}") from error
    return technique


def write_technique(technique: Technique) -> bytes:
    """Return the bytes of a file for `technique`. Raises TechniqueFileError for characters that no file can hold."""
    data = {"name": technique.name}
    data.update({key: getattr(technique, key) for key in _TEXTS if getattr(technique, key)})
    data.update(place=technique.place, snippet=technique.snippet + "\n")
    try:
        raw = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100).encode()
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise TechniqueFileError(
            "It has characters that cannot be stored in a file. Remove them.", str(error)
        ) from error
    if read_technique(raw, technique.id, own=technique.own) != technique:
        raise TechniqueFileError("It has characters that a technique file cannot contain. Remove them.")
    return raw


class _Dumper(yaml.SafeDumper):
    """Writes multi-line texts as block scalars, which are easy to edit."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _line(mark: Any) -> int:
    return mark.line + 1 if mark else 1


def _fields(text: str) -> dict[str, _Field]:
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise TechniqueFileError(
                    f"Line {_line(event.start_mark)} is nested too deeply. Write one map of texts."
                )
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                line = _line(event.start_mark)
                raise TechniqueFileError(f"Line {line} has an anchor or alias (& or *). Write the text out.")
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # A ReaderError about a character has a position but no line.
        at = getattr(error, "position", 0)
        # YAML reports something missing at the end on the line after the last one.
        line = min(mark.line if mark else text.count("\n", 0, at), text.rstrip().count("\n")) + 1
        raise TechniqueFileError(f"Line {line} is not valid YAML. Correct it there.", str(error)) from error
    if not isinstance(root, yaml.MappingNode):
        raise TechniqueFileError("Line 1: this is not a map. Write `name: …`, `place: …` and `snippet: …`.")
    fields: dict[str, _Field] = {}
    for key, value in root.value:
        line = _line(key.start_mark)
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if name not in (*_REQUIRED, *_TEXTS):
            known = ", ".join((*_REQUIRED, *_TEXTS))
            raise TechniqueFileError(f"Line {line}: `{name or '?'}` is unknown. A technique has {known}.")
        if name in fields:
            raise TechniqueFileError(f"Line {line}: `{name}` appears twice. Keep one.")
        if not isinstance(value, yaml.ScalarNode):
            raise TechniqueFileError(f"Line {line}: `{name}` is not text. Write text after the colon.")
        first = _line(value.start_mark) + (value.style in ("|", ">"))
        fields[name] = _Field(value.value, line, first)
    return fields


def recognise(file: ImportFile) -> bool:
    """Whether a file begins like a technique, whatever its fields hold."""
    return is_text(file) and all(field.search(file.start) for field in _HAS)


FORMAT = ImportFormat(
    id="technique",
    order=70,
    title="Technique",
    noun="a technique",
    help="a building block of prompts",
    brings="text",
    recognise=recognise,
    extensions=(".yml", ".yaml"),
    limit_bytes=LIMIT_BYTES,
    if_larger="Shorten it.",
    instead="is a technique. Copy it into the folder “techniques” of your data directory.",
)
