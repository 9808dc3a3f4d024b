"""The models that answered last, which the picker lists first.

Invariant: while they are listed, no other group lists them again. What runs on this computer is not among them: it has
its own group right below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.app.models.model_index import ModelEntry, ModelOffer
from workbench.app.models.picker_row import PickerRow
from workbench.core.lanes import LITELLM

RECENT = "Recently used"
_MOST = 5


def entry_at(offer: ModelOffer, endpoint: str, model: str) -> ModelEntry | None:
    """Return the entry of a model at an endpoint, listed or not; None if there is no such endpoint."""
    if endpoint == LITELLM:
        return offer.entry(model) or ModelEntry(LITELLM, model, model.partition("/")[0] if "/" in model else "")
    is_there = any(one.uid == endpoint for one in offer.endpoints)
    return ModelEntry(endpoint, model, endpoint) if is_there else None


def apart(offer: ModelOffer, row: PickerRow) -> PickerRow:
    """Return the row of a model outside the list that it is from: it says where the model is, and no unknown price."""
    entry = row.entry
    if entry is None:
        return row
    name = next((one.name for one in offer.endpoints if one.uid == entry.endpoint), "")
    is_known = not name and offer.entry(entry.model) is not None
    note = row.note if is_known else f"At {name}" if name else "With LiteLLM"
    return replace(row, price=row.price if offer.price(entry) else "", note=note)


class RecentModels:
    """The recent models of an offer, as the lists of the picker need them."""

    def __init__(self, offer: ModelOffer) -> None:
        local = {endpoint.uid for endpoint in offer.endpoints if not endpoint.has_address}
        found = (entry_at(offer, uid, model) for uid, model in offer.recent if uid not in local)
        self.entries: tuple[ModelEntry, ...] = tuple(entry for entry in found if entry is not None)[:_MOST]
        self._keys = {(entry.endpoint, entry.model) for entry in self.entries}

    def without(self, entries: Sequence[ModelEntry], query: str) -> Sequence[ModelEntry]:
        """Return the other entries; all of them for a search, which leaves the models in their groups."""
        if query or not self._keys:
            return entries
        return [one for one in entries if (one.endpoint, one.model) not in self._keys]
