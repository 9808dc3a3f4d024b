"""Packs, which are read by `workbench.packs` and imported with a preview of their own."""

from __future__ import annotations

from workbench.formats.imports.format import ImportFile, ImportFormat
from workbench.packs.pack_contents import ARCHIVES, MANIFEST

_LOCAL_HEADER, _NAME_AT = b"PK\x03\x04", 30


def recognise(file: ImportFile) -> bool:
    """Whether a file is an archive that begins with a manifest, or a manifest itself, which stands for its folder."""
    if not file.start.startswith(_LOCAL_HEADER):
        return file.path.name == MANIFEST
    length = int.from_bytes(file.start[26:28], "little")
    name = file.start[_NAME_AT : _NAME_AT + length]
    return name.rpartition(b"/")[2] == MANIFEST.encode()


FORMAT = ImportFormat(
    id="pack",
    order=40,
    title="Pack",
    noun="a pack",
    help="prompts with their versions, cases and attachments",
    brings="prompts",
    recognise=recognise,
    extensions=ARCHIVES,
    names=(MANIFEST,),
    instead="is a pack. Use “Import a pack…”, or the command: workbench pack import",
)
