"""How much of early drafts a start reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.core.content import Content, Message
from workbench.store import early_draft
from workbench.store.early_draft import EarlyDraft


def test_early_drafts_are_read_up_to_the_limit_of_their_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = tmp_path / "w.db"
    drafts = [
        EarlyDraft("p", Content((Message("user", text),)), (), (), f"2026-01-0{day}T00:00:00.000Z", f"{day:032x}")
        for day, text in ((1, "one"), (2, "two"))
    ]
    for draft in drafts:
        early_draft.write(db, draft)
    size = sum(early_draft.path_of(db, draft.session).stat().st_size for draft in drafts)
    monkeypatch.setattr(early_draft, "MOST_BYTES", size)
    assert early_draft.read(db) == drafts
    monkeypatch.setattr(early_draft, "MOST_BYTES", size - 1)
    assert early_draft.read(db) == drafts[:1]
