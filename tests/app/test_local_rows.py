"""What runs on this computer, for each task of a model."""

from __future__ import annotations

from workbench.app.models.local_rows import local_rows
from workbench.app.models.model_index import ModelOffer
from workbench.core.lanes import BUILTIN, Endpoint

FILE = Endpoint("g", "gguf", "mine", path="/models/mine.gguf")


def test_the_built_in_model_is_no_embedding_model_and_the_list_says_how_to_add_one() -> None:
    offer = ModelOffer(endpoints=(FILE,))
    rows = local_rows(offer, "embed")
    assert BUILTIN not in {row.entry.endpoint for row in rows if row.entry is not None}
    assert [row.title for row in rows] == ["Echo", "mine", "GGUF file…"]
    assert rows[-1].note.startswith("Choose the file of an embedding model")


def test_a_chat_model_has_every_local_row_and_a_decision_model_none() -> None:
    offer = ModelOffer(endpoints=(FILE,))
    chat = local_rows(offer, "chat")
    assert chat[0].entry is not None
    assert chat[0].entry.endpoint == BUILTIN
    assert [row.title for row in chat[1:]] == ["Echo", "mine", "GGUF file…", "LoRA adapter…"]
    assert local_rows(offer, "decide") == []
