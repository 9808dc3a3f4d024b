"""Exports of this product, which lack parts of a history, so that importing them would lose what is in the original."""

from __future__ import annotations

from workbench.formats.exports import jsonl
from workbench.formats.imports.format import ImportFormat

FORMAT = ImportFormat(
    id="export",
    # Before other formats of JSON.
    order=5,
    title="Export of Prompt Workbench",
    noun="an export of Prompt Workbench",
    help="answers, for other programs to read",
    brings="nothing",
    recognise=lambda file: jsonl.looks_like_export(file.start),
    extensions=jsonl.FORMAT.extensions,
    instead=(
        "is an export of Prompt Workbench, which cannot be imported again."
        " Import the history that it came from, a .db file, or a pack of its prompts."
    ),
)
