"""`pack.yaml`: the description of a pack, and its prompts, versions and attachments.

Invariant: `read(write(pack))` gives the same descriptions; the manifest implies the path of every other file of a pack.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.packs.errors import PackError
from workbench.packs.pack_contents import FORMAT, MANIFEST, Pack, PackAbout, PackFile, PackStanding, StandingRow
from workbench.packs.read_limits import MOST_FILES, MOST_PROMPTS
from workbench.packs.yaml_reader import parse, typed

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
HASH = re.compile(r"[0-9a-f]{64}")
_MOST_SLUG = 60
_MOST_LINE, _MOST_TAGS = 200, 50
"""Characters of a folder or tag, and tags of a prompt."""
_NUMBERS = ("won", "lost", "tied", "low", "chance", "high")


@dataclass(frozen=True, slots=True)
class ListedPrompt:
    """A prompt in the manifest; `versions` are the exported hashes, oldest first."""

    slug: str
    uid: str = ""
    name: str = ""
    main: str = ""
    versions: tuple[str, ...] = ()
    standing: PackStanding | None = None
    folder: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of `pack.yaml`."""

    about: PackAbout
    prompts: tuple[ListedPrompt, ...]
    files: tuple[PackFile, ...] = ()


def write(pack: Pack) -> bytes:
    """Return the file. Raises ValueError for unpaired surrogates."""
    from workbench.packs.yaml_writer import write as write_yaml

    about = pack.about
    data: dict[str, Any] = {"format": FORMAT, "uid": about.uid, "name": about.name}
    texts = {"description": about.description, "licence": about.licence, "author": about.author}
    data |= {key: text for key, text in texts.items() if text}
    data["prompts"] = []
    for prompt in pack.prompts:
        one: dict[str, Any] = {"slug": prompt.slug, "name": prompt.name, "uid": prompt.uid, "version": prompt.main}
        one["versions"] = [version.hash for version in prompt.versions]
        if prompt.folder:
            one["folder"] = prompt.folder
        if prompt.tags:
            one["tags"] = list(prompt.tags)
        if prompt.standing is not None:
            one["standing"] = standing_data(prompt.standing)
        data["prompts"].append(one)
    if pack.files:
        data["attachments"] = [
            {"hash": file.hash, "media_type": file.media_type, "size": file.size} for file in pack.files
        ]
    return write_yaml(data)


def standing_data(standing: PackStanding) -> dict[str, Any]:
    """Return a standing in its stored form."""
    data: dict[str, Any] = {"verdicts": standing.verdicts, "blind": standing.blind}
    if standing.rows:
        data["rows"] = [
            {"name": row.name, **{key: _short(getattr(row, key)) for key in _NUMBERS}} for row in standing.rows
        ]
    if standing.remarks:
        data["remarks"] = list(standing.remarks)
    return data


def _short(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def read(raw: bytes) -> Manifest:
    """Return the manifest in a file. Raises PackError."""
    data = parse(raw, MANIFEST)
    if typed(data.get("format")) != FORMAT or isinstance(typed(data.get("format")), bool):
        raise PackError(
            f"{MANIFEST} has format {str(data.get('format'))[:20]!r}; this release reads format "
            f"{FORMAT}. Update the program."
        )
    about = PackAbout(*(_text(data, key) for key in ("uid", "name", "description", "licence", "author")))
    prompts = _list(data, "prompts", MOST_PROMPTS)
    listed = tuple(_listed(one) for one in prompts)
    if not listed:
        raise PackError(f"{MANIFEST} lists no prompts, so there is nothing in this pack. Export it again.")
    slugs = [one.slug for one in listed]
    uids = [one.uid for one in listed if one.uid]
    if twice := next((slug for slug in slugs if slugs.count(slug) > 1), None):
        raise PackError(f"{MANIFEST} lists the prompt {twice} twice. Keep one.")
    if len(set(uids)) < len(uids):
        raise PackError(f"{MANIFEST} gives two prompts the same uid. Export the pack again.")
    return Manifest(about, listed, tuple(_file(one) for one in _list(data, "attachments", MOST_FILES)))


def _listed(one: Mapping[str, Any]) -> ListedPrompt:
    slug = _text(one, "slug")
    if not SLUG.fullmatch(slug) or len(slug) > _MOST_SLUG:
        raise PackError(
            f"{MANIFEST} names a prompt {slug[:80]!r}. Use small letters, digits and single hyphens, at most "
            f"{_MOST_SLUG} of them."
        )
    versions = one.get("versions", [])
    if not isinstance(versions, list) or not all(isinstance(hash_, str) for hash_ in versions):
        raise PackError(f"{MANIFEST}: the versions of {slug} are not a list of hashes.")
    standing = one.get("standing")
    return ListedPrompt(
        slug,
        _text(one, "uid"),
        _text(one, "name"),
        _text(one, "version"),
        tuple(map(str, versions)),
        None if standing is None else _standing(standing, slug),
        _line(_text(one, "folder")),
        _tags(one.get("tags", []), slug),
    )


def _tags(tags: Any, slug: str) -> tuple[str, ...]:
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise PackError(f"{MANIFEST}: the tags of {slug} are not a list of texts.")
    return tuple(dict.fromkeys(_line(str(tag)).replace(" ", "-") for tag in tags[:_MOST_TAGS] if str(tag).strip()))


def _line(text: str) -> str:
    """Return the beginning of a text on one line."""
    return " ".join(text.split())[:_MOST_LINE]


def standing_from(data: Mapping[str, Any]) -> PackStanding:
    """Return a standing from its stored form. Raises AttributeError, KeyError, TypeError or ValueError if invalid."""
    try:
        rows = [StandingRow(str(row["name"]), *(float(row[key]) for key in _NUMBERS)) for row in data.get("rows", [])]
    except OverflowError as error:
        raise ValueError("a number of the standing is too large") from error
    if not all(math.isfinite(getattr(row, key)) for row in rows for key in _NUMBERS):
        raise ValueError("a number of the standing is not finite")
    remarks = [str(text) for text in data.get("remarks", []) if isinstance(text, str)]
    return PackStanding(int(data["verdicts"]), int(data["blind"]), tuple(rows), tuple(remarks))


def _standing(data: Any, slug: str) -> PackStanding:
    try:
        return standing_from(data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PackError(f"{MANIFEST}: the standing of {slug} cannot be read. Export the pack again.") from error


def _file(one: Mapping[str, Any]) -> PackFile:
    hash_, size = _text(one, "hash"), typed(one.get("size"))
    if not HASH.fullmatch(hash_) or type(size) is not int or size < 0:
        raise PackError(f"{MANIFEST}: an attachment needs a hash (64 hexadecimal digits) and its size in bytes.")
    return PackFile(hash_, _text(one, "media_type"), size)


def _list(data: Mapping[str, Any], key: str, most: int) -> list[dict[str, Any]]:
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise PackError(f"{MANIFEST}: `{key}` is not a list of maps.")
    if len(found) > most:
        raise PackError(f"{MANIFEST} lists {len(found):,} {key}; at most {most:,} are read.")
    return found


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise PackError(f"{MANIFEST}: `{key}` is not text. Write it as text.")
    return str(value)
