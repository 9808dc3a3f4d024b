"""Validating a pack against its format, file by file.

Invariant: validation changes nothing, and every problem is a sentence that begins with its file. The JSON Schemas of
the product describe the files; what schemas cannot express (hashes, references) is checked by reading the pack like an
import.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from workbench.packs import case_file
from workbench.packs.errors import PackError
from workbench.packs.pack_contents import MANIFEST, PROMPTFOO, README, PackPrompt
from workbench.packs.pack_reader import ReadPack, evidence_lines, read_place
from workbench.packs.pack_source import PackSource, open_source
from workbench.packs.pack_writer import texts
from workbench.packs.read_limits import MOST_EVIDENCE, MOST_LINES, MOST_TEXT
from workbench.packs.yaml_reader import parse, typed

_HERE = Path(__file__).resolve().parent.parent
# In a checkout, resources are beside the package; in a wheel, inside it.
_ROOTS = (_HERE / "resources" / "schemas", _HERE.parent / "resources" / "schemas")
_MOST = 20
"""Maximum of reported problems per file."""
_LONGEST = 200
_MOST_LOOKED = 700_000
"""Maximum of values per file that are validated by schema, which takes ten times as long as reading them."""


def problems(path: str | os.PathLike[str]) -> list[str]:
    """Return the problems of a pack, [] for none."""
    try:
        with open_source(path) as place:
            found = read_place(place)
            by_schema = [line for name in sorted(place.names) for line in _checked(place, name)]
            return [*found.pack.notes, *by_schema, *_generated(place, found)]
    except PackError as error:
        return [error.sentence]


def _checked(place: PackSource, name: str) -> Iterator[str]:
    kind = {"prompts": "prompt", "cases": "case", "evidence": "evidence"}.get(name.partition("/")[0])
    if name == MANIFEST:
        yield from _faults("pack", typed(parse(place.read(name, MOST_TEXT), name)), name)
    elif kind == "prompt" and name.endswith(".prompt.yml"):
        yield from _faults(kind, typed(parse(place.read(name, MOST_TEXT), name)), name)
    elif kind in ("case", "evidence") and name.endswith(".jsonl"):
        yield from _checked_lines(place, name, kind)


def _checked_lines(place: PackSource, name: str, kind: str) -> Iterator[str]:
    told = looked = 0
    for number, data in case_file.lines(place.read(name, MOST_EVIDENCE), name, MOST_LINES):
        if looked > _MOST_LOOKED:
            yield f"{name}: only its first {number - 1:,} lines were checked, because it is so large."
            return
        looked += sum(1 for _ in case_file.nodes(data))
        for fault in _faults(kind, data, f"{name}, line {number}"):
            yield fault
            told += 1
            if told == _MOST:
                return


def _faults(kind: str, data: Any, where: str) -> list[str]:
    found = []
    for error in _validator(kind).iter_errors(data):
        at = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).lstrip(".")
        said = error.message if len(error.message) <= _LONGEST else f"{error.message[:_LONGEST]}…"
        found.append(f"{where}: {f'{at}: ' if at else ''}{said}.")
        if len(found) == _MOST:
            break
    return found


def evidence(place: PackSource, prompt: PackPrompt) -> Iterator[dict[str, Any]]:
    """Yield the iterations in a prompt's evidence, validated by schema. Raises PackError."""
    for number, data in evidence_lines(place, prompt):
        if faults := _faults("evidence", data, f"{prompt.evidence_file}, line {number}"):
            raise PackError(f"{faults[0]} Export the pack again.")
        yield data


@cache
def _validator(kind: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema(kind))


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a kind of file: pack, prompt, case or evidence."""
    file = next(path for root in _ROOTS if (path := root / f"{kind}.schema.json").exists())
    read: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return read


def _generated(place: PackSource, found: ReadPack) -> Iterator[str]:
    """Yield which generated files differ from what the pack generates."""
    made = texts(found.pack)
    for name in (README, PROMPTFOO):
        if name in place.names and place.read(name, MOST_TEXT) != made[name]:
            yield f"{name} differs from what an export writes. Export the pack again, or ignore this if you meant it."
