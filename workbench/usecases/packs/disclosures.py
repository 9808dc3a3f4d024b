"""Finding secrets and personal data in a pack before it is exported.

Invariant: texts are searched in decoded form, not as a file spells them: in JSON, a key on its own line follows the
letter n of an escaped line end and would be taken for a part of a word.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workbench.core.disclosure import DisclosureFinding, findings
from workbench.packs.pack_contents import PROMPTFOO, Pack
from workbench.packs.pack_reader import case_files
from workbench.packs.yaml_reader import parse


def disclosed(files: Mapping[str, bytes], pack: Pack, body: Callable[[str], bytes]) -> tuple[DisclosureFinding, ...]:
    """Return what looks like a key, an address or the like in these files and in attached texts.

    `body` returns the bytes of an attachment by its hash.
    """
    # promptfoo's file repeats texts of the other files.
    told = [(name, _said(name, raw)) for name, raw in files.items() if name != PROMPTFOO]
    return findings([*told, *_attached(pack, body)])


def _said(name: str, raw: bytes) -> str:
    if name.endswith(".jsonl"):
        return "\n".join(line for one in raw.splitlines() for line in _lines(json.loads(one)))
    if name.endswith((".yaml", ".yml")):
        return "\n".join(_lines(parse(raw, name)))
    return raw.decode()


def _lines(value: Any, key: str = "") -> Iterator[str]:
    """Yield every text and number with its key."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _lines(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _lines(item, key)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield f"{key}: {value}" if key else str(value)


def _attached(pack: Pack, body: Callable[[str], bytes]) -> Iterator[tuple[str, str]]:
    names = {
        one.hash: one.name
        for prompt in pack.prompts
        for version in prompt.versions
        for message in version.content.messages
        for one in message.attachments
        if not one.is_image
    }
    names |= {one.hash: one.name for prompt in pack.prompts for one in case_files(prompt.cases) if not one.is_image}
    for hash_, name in names.items():
        yield f"attachments/{hash_[:12]}… ({name})", body(hash_).decode("utf-8", "replace")
