"""Reading and verifying a whole pack, for an import.

Invariant: all or nothing: either everything in a pack is valid and verified, or reading fails with one sentence.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from workbench.core.blocks import Attachment
from workbench.core.cases import Case
from workbench.core.content import Content
from workbench.core.value_kinds import files_of
from workbench.packs import case_file, manifest, prompt_file
from workbench.packs.errors import PackError
from workbench.packs.manifest import ListedPrompt
from workbench.packs.pack_contents import MANIFEST, Pack, PackFile, PackPrompt
from workbench.packs.pack_source import PackSource, open_source
from workbench.packs.read_limits import MOST_BLOB, MOST_EVIDENCE, MOST_TEXT, ReadAllowance

Tell = Callable[[int, int], None]
"""(prompts read, prompts in all); may raise to stop."""


def _nobody(done: int, of: int) -> None:
    """Ignore the progress."""


@dataclass(frozen=True, slots=True)
class ReadPack:
    """A pack with the bytes of its attachments by hash, and the slugs of prompts with evidence."""

    pack: Pack
    bodies: dict[str, bytes]
    evidence: tuple[str, ...] = ()


def read_pack(path: str | os.PathLike[str], tell: Tell = _nobody) -> ReadPack:
    """Read a pack, folder or archive. Raises PackError."""
    with open_source(path) as place:
        return read_place(place, tell)


def read_place(place: PackSource, tell: Tell = _nobody) -> ReadPack:
    """Read an open pack. Raises PackError."""
    if MANIFEST not in place.names:
        raise PackError(f"There is no {MANIFEST} here, so this is not a pack. Choose the folder or file of a pack.")
    listed = manifest.read(place.read(MANIFEST, MOST_TEXT))
    notes: list[str] = []
    prompts = []
    allowance = ReadAllowance()
    for done, one in enumerate(listed.prompts):
        tell(done, len(listed.prompts))
        prompt, odd = _prompt(place, one, allowance)
        prompts.append(prompt)
        notes += odd
    tell(len(prompts), len(prompts))
    bodies = {file.hash: _body(place, file) for file in listed.files}
    for prompt in prompts:
        for hash_ in _attached(prompt):
            if hash_ not in bodies:
                raise PackError(
                    f"{prompt.file} needs the attachment {hash_[:12]}…, which is not in this pack. Export it again."
                )
    if extra := sorted(place.names - expected(prompts, listed.files)):
        notes.append(f"Not used from this pack: {', '.join(extra[:5])}{' and more' if len(extra) > 5 else ''}.")
    evidence = tuple(prompt.slug for prompt in prompts if prompt.evidence_file in place.names)
    return ReadPack(Pack(listed.about, tuple(prompts), listed.files, tuple(notes)), bodies, evidence)


def evidence_lines(place: PackSource, prompt: PackPrompt) -> Iterator[tuple[int, Any]]:
    """Yield line number and JSON of each iteration in a prompt's evidence, oldest first. Raises PackError."""
    name = prompt.evidence_file
    if name in place.names:
        yield from case_file.lines(place.read(name, MOST_EVIDENCE), name)


def expected(prompts: list[PackPrompt], files: tuple[PackFile, ...]) -> set[str]:
    """Return the paths of all files that such a pack may have."""
    names = {MANIFEST, "README.md", "promptfooconfig.yaml", *(file.path for file in files)}
    return names | {name for prompt in prompts for name in (prompt.file, prompt.case_file, prompt.evidence_file)}


def _prompt(place: PackSource, one: ListedPrompt, allowance: ReadAllowance) -> tuple[PackPrompt, tuple[str, ...]]:
    bare = PackPrompt(one.uid, one.name, one.slug, "", ())
    prompt, notes = prompt_file.read(place.read(bare.file, MOST_TEXT), one.slug, bare.file, allowance=allowance)
    if one.uid and prompt.uid and one.uid != prompt.uid:
        raise PackError(f"{bare.file} has a different uid than {MANIFEST}. Export the pack again.")
    cases: tuple[Case, ...] = ()
    if bare.case_file in place.names:
        cases = case_file.read(place.read(bare.case_file, MOST_TEXT), bare.case_file, allowance)
    uids = [case.uid for case in cases if case.uid]
    if len(set(uids)) < len(uids):
        raise PackError(f"{bare.case_file} has a uid twice. Give each case its own, or none.")
    return replace(
        prompt, uid=prompt.uid or one.uid, cases=cases, standing=one.standing, folder=one.folder, tags=one.tags
    ), notes


def _body(place: PackSource, file: PackFile) -> bytes:
    body = place.read(file.path, MOST_BLOB)
    if hashlib.sha256(body).hexdigest() != file.hash or len(body) != file.size:
        raise PackError(f"{file.path} does not match the hash in its name. Get the pack again.")
    return body


def _attached(prompt: PackPrompt) -> Iterator[str]:
    for version in prompt.versions:
        yield from attachments(version.content)
    yield from (one.hash for one in case_files(prompt.cases))


def case_files(cases: Iterable[Case]) -> Iterator[Attachment]:
    """Yield the files that values of cases are."""
    return (file for case in cases for file in files_of(dict(case.values), case.kinds).values())


def attachments(content: Content) -> Iterator[str]:
    """Yield the hashes of a content's attachments."""
    return (one.hash for message in content.messages for one in message.attachments)
