"""Attached files in the history."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.store.making import NOW, opened
from workbench.core.blocks import Attachment
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.store import Store, StoreError
from workbench.store.runs.blobs import MAX_BLOB

BODY = bytes(range(256)) * 40


def test_identical_files_get_the_same_name(store: Store) -> None:
    name = store.add_blob(BODY, "image/png").result(60)
    assert name == hashlib.sha256(BODY).hexdigest()
    assert store.add_blob(BODY, "text/plain").result(60) == name
    assert store.blob(name) == BODY


def test_too_large_or_unknown_file_raises_an_error(store: Store) -> None:
    with pytest.raises(StoreError, match=r"has 21 MB; the limit is 21 MB") as wrong:
        store.add_blob(b"x" * (MAX_BLOB + 1), "text/plain").result(60)
    assert wrong.value.code == "too_large"
    with pytest.raises(StoreError, match="attach it again") as wrong:
        store.blob("0" * 64)
    assert wrong.value.code == "missing"


def test_attachments_survive_a_restart_and_duplicating_the_prompt(path: Path) -> None:
    first = opened(path)
    name = first.add_blob(BODY, "image/png").result(60)
    attached = Attachment(name, "image/png", "photo.png")
    draft = Draft(Content((Message("user", "Look", (attached,)),)))
    first.create_prompt("p", "One", NOW).result(60)
    first.save_draft("p", draft, NOW).result(60)
    first.duplicate_prompt("p", "q", "Two", NOW).result(60)
    first.close()
    again = opened(path)
    assert again.draft("q") == draft
    assert again.blob(name) == BODY
    again.close()
