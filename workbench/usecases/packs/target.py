"""The target of a pack export: a new file or folder, or an existing pack.

Invariant: inspecting a target writes nothing; a folder that holds other files or another pack is refused.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from workbench.host.errors import HostError, explain
from workbench.packs import manifest
from workbench.packs.errors import PackError
from workbench.packs.pack_contents import ARCHIVES, MANIFEST, PackAbout
from workbench.packs.pack_writer import left_over
from workbench.packs.read_limits import MOST_TEXT


@dataclass(frozen=True, slots=True)
class PackTarget:
    """The effect of writing a pack to a path, as text; `is_refused` if it will not be written.

    `uid` is that of the pack updated there, "" for none; `is_replaced` if a file is replaced.
    """

    words: str
    uid: str = ""
    is_refused: bool = False
    is_replaced: bool = False


def is_file(path: Path) -> bool:
    """Whether a pack at this path is an archive."""
    return path.suffix.lower() in ARCHIVES


def look_at(path: Path, about: PackAbout, prompt_uids: Collection[str]) -> PackTarget:
    """Return the effect of writing a pack of these prompts to a path. Reads files; raises HostError."""
    try:
        return _file(path) if is_file(path) else _folder(path, about, prompt_uids)
    except OSError as error:
        raise HostError(f"{path} cannot be looked at. Choose another place.", explain(error)) from error


def gone(path: Path, target: PackTarget, written: Collection[str]) -> tuple[str, ...]:
    """Return the files of the pack at a path that are removed when `written` is written. Reads; raises HostError."""
    if not target.uid:
        return ()
    try:
        return left_over(path, written)
    except OSError as error:
        raise HostError(f"{path} cannot be looked at. Choose another place.", explain(error)) from error


def _file(path: Path) -> PackTarget:
    if path.is_dir():
        return PackTarget(f"{path.name} is a folder. Choose another name for the file.", is_refused=True)
    if path.exists():
        return PackTarget(f"{path.name} exists and will be replaced.", is_replaced=True)
    return PackTarget("A new file.")


def _folder(path: Path, about: PackAbout, prompt_uids: Collection[str]) -> PackTarget:
    if not path.exists():
        return PackTarget("A new folder.")
    if not path.is_dir():
        return PackTarget(f"{path.name} is a file. Choose another name for the folder.", is_refused=True)
    if not (path / MANIFEST).is_file():
        if any(path.iterdir()):
            return PackTarget(
                "This folder contains something else than a pack. Choose a new or an empty one.", is_refused=True
            )
        return PackTarget("An empty folder.")
    with (path / MANIFEST).open("rb") as file:
        raw = file.read(MOST_TEXT + 1)
    try:
        there = manifest.read(raw)
    except PackError as error:
        return PackTarget(f"The pack in this folder cannot be read: {error.sentence}", is_refused=True)
    mine = set(prompt_uids)
    if there.about.uid and (there.about.uid == about.uid or mine & {one.uid for one in there.prompts if one.uid}):
        name = " ".join(there.about.name.split())
        gone = sum(one.uid not in mine for one in there.prompts)
        left = f" {gone} of its prompts {'is' if gone == 1 else 'are'} removed." if gone else ""
        return PackTarget(f"This folder is the pack “{name}”; files that differ are updated.{left}", there.about.uid)
    name = " ".join(there.about.name.split()) or "another pack"
    return PackTarget(f"This folder is the pack “{name}”, of other prompts. Choose another folder.", is_refused=True)
