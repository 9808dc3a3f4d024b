"""Other histories of Prompt Workbench. Their tables are read and merged by the store, not run by run."""

from __future__ import annotations

from workbench.formats.imports.format import ImportFormat

FORMAT = ImportFormat(
    id="workbench",
    order=10,
    title="History of Prompt Workbench",
    noun="another history of Prompt Workbench",
    help="another history of Prompt Workbench, with prompts, runs and verdicts; what both have stays as it is here",
    brings="history",
    recognise=lambda file: file.is_history,
    extensions=(".db", ".sqlite", ".sqlite3"),
)
