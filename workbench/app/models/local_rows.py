"""The rows of the model picker for what runs on this computer.

Invariant: nothing there gives probabilities, so decision models have no such rows. The built-in model writes text and
makes no vectors, so it is no embedding model.
"""

from __future__ import annotations

from workbench.app.models.model_index import ModelEntry, ModelOffer
from workbench.app.models.picker_row import PickerRow
from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, ECHO, ECHO_MODEL
from workbench.core.money import FREE
from workbench.engine.calls import CallTask

_ECHO_DOES: dict[CallTask, str] = {
    "chat": "Answers with the rendered prompt. Offline and free",
    "embed": "Compares letters instead of meanings. Offline and free: for trying things out",
}
_GGUF: dict[CallTask, str] = {
    "chat": "A model file on this computer, run by the workbench",
    "embed": "Choose the file of an embedding model, such as nomic-embed-text. The built-in model only writes text",
}


def local_rows(offer: ModelOffer, task: CallTask) -> list[PickerRow]:
    """Return the built-in model if it can do the task, Echo, the user's files, and the rows that add files."""
    if task == "decide":
        return []
    note = offer.builtin_note or "Built in. Tiny, offline and free: for trying things out"
    built_in = ModelEntry(BUILTIN, BUILTIN_MODEL, "built-in", rates=FREE)
    rows = [PickerRow("model", BUILTIN_MODEL, note, "free", entry=built_in)] if task == "chat" else []
    rows.append(PickerRow("model", "Echo", _ECHO_DOES[task], "free", entry=ModelEntry(ECHO, ECHO_MODEL, rates=FREE)))
    for endpoint in offer.endpoints:
        if endpoint.kind == "gguf":
            where = " + ".join(part for part in (endpoint.path, endpoint.adapter) if part)
            entry = ModelEntry(endpoint.uid, endpoint.name, rates=FREE)
            rows.append(PickerRow("model", endpoint.name, where, "free", entry=entry, endpoint=endpoint.uid))
    rows.append(PickerRow("gguf", "GGUF file…", _GGUF[task]))
    if task == "chat":
        rows.append(PickerRow("adapter", "LoRA adapter…", "A fine-tuned adapter on top of a GGUF model"))
    return rows
