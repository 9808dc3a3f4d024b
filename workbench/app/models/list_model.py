"""List model of the model picker.

Invariant: the groups of the list are always in the same order. A row that cannot be picked is never current: headers
and remarks are not selectable. Models that are only similar to the query come last, in a group of their own, and
`best_position` never returns one of them.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from workbench.app.fuzzy import MatchCloseness
from workbench.app.models.endpoint_models import EndpointModels
from workbench.app.models.local_rows import local_rows
from workbench.app.models.model_index import (
    ModelEntry,
    ModelIndex,
    ModelOffer,
    show_abilities,
    show_context,
    show_price,
)
from workbench.app.models.picker_row import (
    PICKABLE,
    ROW,
    PickerRow,
    closeness_of,
    is_address,
    model_count,
    names_provider,
    tooltip,
)
from workbench.app.models.recent_models import RECENT, RecentModels, apart, entry_at
from workbench.core.lanes import LITELLM, Endpoint
from workbench.core.retirement import retirement_note, retirement_sentence
from workbench.engine.calls import CallTask

Index = QModelIndex | QPersistentModelIndex
_ASKS = re.compile(
    r"your|own|endp\w*…?|custom|openai|(openai-?)?compat\w*|base|url|addr\w*|serv\w*|ollama|lm|studio|lmstudio|vllm"
    r"|llama\.?cpp|gatew\w*|local\w*"
)
"""Words that users type when looking for a place to enter an address."""
SIMILAR, TYPED = "Similar", "As typed"
_MOST_SIMILAR = 12
_OTHER = len(MatchCloseness)
_SERVERS = "A server that speaks the OpenAI protocol: Ollama, LM Studio, vLLM, llama.cpp, a gateway"


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows under one header. `pick` is the index of the row that Enter may take without an explicit choice, -1 for
    none; `rank` orders the picks of all groups: a MatchCloseness for a model, _OTHER for everything else.
    """

    rows: Sequence[PickerRow | ModelEntry] = ()
    pick: int = -1
    rank: int = _OTHER

    @property
    def has_models(self) -> bool:
        """Whether any row matches."""
        return self.pick >= 0 or any(isinstance(row, ModelEntry) for row in self.rows)


def pickable_near(model: ModelListModel, start: int, step: int) -> int:
    """Return the row that can be picked about `step` rows from `start`, -1 if there is none."""
    last, way = model.rowCount() - 1, 1 if step > 0 else -1
    if last < 0:
        return -1
    target = min(max(start + step, 0), last)
    # First look past the target (it may be a header); at the end of the list look back towards the start.
    ahead = (i for i in range(target, last + 1 if way > 0 else -1, way) if model.is_pickable(i))
    behind = (i for i in range(target, start, -way) if model.is_pickable(i))
    return next(ahead, next(behind, -1))


class ModelListModel(QAbstractListModel):
    """Headers, models and remarks for a query over an offer."""

    def __init__(
        self,
        models: EndpointModels,
        parent: QObject | None = None,
        *,
        current: tuple[str, str] | None = None,
        task: CallTask = "chat",
    ) -> None:
        """`current` is the endpoint and the model of the lane, `task` what models are listed for."""
        super().__init__(parent)
        self._models, self._task = models, task
        self._current = current
        self._offer = ModelOffer()
        self._waiting = True
        self._trouble = ""
        self._query = ""
        # Entries become rows when displayed: a query over thousands of them has 20 ms.
        self._rows: list[PickerRow | ModelEntry] = []
        self._best = -1
        self._catalogue = ModelIndex((), self._offer)
        self._recent = RecentModels(self._offer)
        self._own: dict[str, ModelIndex] = {}
        models.changed.connect(self._listing_changed)
        self._rebuild()

    @property
    def offer(self) -> ModelOffer:
        """The displayed offer."""
        return self._offer

    def set_offer(self, offer: ModelOffer, *, trouble: str = "") -> None:
        """Show an offer, or a sentence in its place if it could not be read."""
        self._offer, self._trouble, self._waiting = offer, trouble, False
        self._catalogue = offer.index or ModelIndex(offer.catalogue, offer)
        self._recent = RecentModels(offer)
        self._own = {endpoint.uid: self._index_of(endpoint) for endpoint in offer.endpoints if endpoint.has_address}
        self._rebuild()

    def set_query(self, query: str) -> None:
        """Filter by ids, providers and their names only."""
        if (query := query.strip()) != self._query:
            self._query = query
            self._rebuild()

    def row(self, position: int) -> PickerRow:
        """Return the row at `position`."""
        row = self._rows[position]
        return self._model_row(row) if isinstance(row, ModelEntry) else row

    def is_pickable(self, position: int) -> bool:
        """Return whether a row can be current."""
        row = self._rows[position]
        return isinstance(row, ModelEntry) or row.kind in PICKABLE

    def best_position(self) -> int:
        """Return the row that Enter takes without an explicit choice: the model that matches best, else the first other
        row that can be picked; -1 if there are only similar models.
        """
        return self._best

    def advice(self) -> str:
        """Return what to do if no row is picked."""
        if self._waiting:
            return "The models are still being read. Try again in a moment."
        headers = {row.title for row in self._rows if isinstance(row, PickerRow) and row.kind == "header"}
        if SIMILAR in headers or (self._rows and TYPED not in headers):
            return "No model has exactly this name. Choose a row with the arrow keys, or type a full model id."
        if self._rows:
            return "Several servers may have this model. Choose one with the arrow keys."
        return "No matches. Try fewer letters."

    def position(self, endpoint: str, model: str) -> int:
        """Return the row of a model, -1 when it is not shown."""
        for i, row in enumerate(self._rows):
            entry = row if isinstance(row, ModelEntry) else row.entry
            if entry is not None and (entry.endpoint, entry.model) == (endpoint, model):
                return i
        return -1

    def position_of(self, row: PickerRow) -> int:
        """Return where a row is shown now, -1 if it is not."""
        if row.entry is not None:
            return self.position(row.entry.endpoint, row.entry.model)
        rows = map(self.row, range(len(self._rows)))
        return next((i for i, other in enumerate(rows) if (other.kind, other.title) == (row.kind, row.title)), -1)

    def first_position(self, endpoint: str) -> int:
        """Return the row of the first model of an endpoint, -1 if none is listed."""
        rows = enumerate(self._rows)
        return next((i for i, row in rows if isinstance(row, ModelEntry) and row.endpoint == endpoint), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.row(index.row())
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(row.title, row.reason, row.no_key)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self.is_pickable(index.row()):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemNeverHasChildren

    def _listing_changed(self, uid: str) -> None:
        endpoint = next((e for e in self._offer.endpoints if e.uid == uid), None)
        if endpoint is not None:
            self._own[uid] = self._index_of(endpoint)
            self._rebuild()

    def _index_of(self, endpoint: Endpoint) -> ModelIndex:
        models = self._models.listing(endpoint.uid).shown
        return ModelIndex([ModelEntry(endpoint.uid, model, endpoint.uid) for model in models], self._offer)

    def _rebuild(self) -> None:
        self.beginResetModel()
        self._build()
        self.endResetModel()

    def _build(self) -> None:
        groups = [self._recent_group(), self._local_group()]
        groups += [self._endpoint_group(endpoint) for endpoint in self._offer.endpoints if endpoint.uid in self._own]
        catalogue, typed = self._catalogue_group(), self._typed_group()
        if self._is_doubtful(catalogue):
            catalogue = replace(catalogue, pick=-1)
            typed = typed if self._is_unknown_current() else replace(typed, pick=-1)
        groups += [self._adding_group(), catalogue]
        is_matched = any(group.has_models for group in groups)
        groups.append(typed)
        if self._query and not is_matched:
            groups.append(self._similar_group())
        groups.insert(0, self._current_group([row for group in groups for row in group.rows]))
        self._rows, picks = [], []
        for group in groups:
            if group.pick >= 0:
                picks.append((group.rank, len(self._rows) + group.pick))
            self._rows += group.rows
        self._best = min(picks)[1] if picks else -1

    def _is_doubtful(self, catalogue: _Group) -> bool:
        """Whether the user's own servers, whose models are unknown, could have what the catalogue nearly matches.

        Then only exact matches are picked from the catalogue; with a lane at another server, also prefix matches.
        """
        is_unknown = any(self._models.listing(uid).is_unknown for uid in self._own)
        if catalogue.pick < 0 or not is_unknown or names_provider(self._query):
            return False
        return catalogue.rank > (MatchCloseness.EXACT if self._is_unknown_current() else MatchCloseness.PREFIX)

    def _is_unknown_current(self) -> bool:
        """Whether the lane uses one of the user's own servers whose models are unknown."""
        uid = self._current[0] if self._current is not None else ""
        return uid in self._own and self._models.listing(uid).is_unknown

    def _current_group(self, rows: Sequence[PickerRow | ModelEntry]) -> _Group:
        """Return a row for the lane's own model if no list has it, so that opening and closing changes nothing."""
        if self._query or self._current is None:
            return _Group()
        entries = (row if isinstance(row, ModelEntry) else row.entry for row in rows)
        if self._current in ((e.endpoint, e.model) for e in entries if e):
            return _Group()
        entry = entry_at(self._offer, *self._current)
        if entry is None:
            return _Group()
        row = apart(self._offer, self._model_row(entry))
        return _Group([PickerRow("header", "Current model"), row], 1, MatchCloseness.EXACT)

    def _recent_group(self) -> _Group:
        rows = [] if self._query else [apart(self._offer, self._model_row(entry)) for entry in self._recent.entries]
        return _Group([PickerRow("header", RECENT), *rows], 1, MatchCloseness.EXACT) if rows else _Group()

    def _local_group(self) -> _Group:
        rows = local_rows(self._offer, self._task)
        found = [(closeness, row) for row in rows if (closeness := closeness_of(row, self._query)) is not None]
        if not found:
            return _Group()
        ranks = [closeness if row.kind == "model" else _OTHER for closeness, row in found]
        pick = 1 + ranks.index(min(ranks)) if MatchCloseness.INSIDE not in (min(ranks), found[0][0]) else -1
        return _Group([PickerRow("header", "On this computer"), *(row for _, row in found)], pick, min(ranks))

    def _endpoint_group(self, endpoint: Endpoint) -> _Group:
        listing = self._models.listing(endpoint.uid)
        matches = self._own[endpoint.uid].search(self._query)
        entries = self._recent.without(matches.entries, self._query)
        rows: list[PickerRow | ModelEntry] = list(entries)
        asked_for = all(word in endpoint.name.lower() for word in self._query.lower().split())
        if asked_for and listing.models is None:
            rows.append(PickerRow("remark", f"Loading models from {endpoint.base_url}…", endpoint=endpoint.uid))
        elif asked_for and listing.trouble:
            rows.append(
                PickerRow("retry", f"Load models of {endpoint.name} again", listing.trouble, endpoint=endpoint.uid)
            )
        elif asked_for and listing.remark:
            rows.append(PickerRow("remark", listing.remark, endpoint=endpoint.uid))
        if not rows:
            return _Group()
        title = f"{endpoint.name} · {listing.warning}" if listing.warning else endpoint.name
        header = PickerRow("header", title, endpoint=endpoint.uid)
        if entries:
            return _Group([header, *rows], 1 if matches.closeness.is_sure else -1, matches.closeness)
        return _Group([header, *rows], 1 if asked_for and listing.trouble else -1)

    def _adding_group(self) -> _Group:
        """Return the row that adds an endpoint, which users with an address try to type here first."""
        words = self._query.lower().split()
        # The provider's name alone means the provider's models.
        asked_for = words != ["openai"] and all(_ASKS.fullmatch(word) for word in words)
        if not asked_for and not is_address(self._query):
            return _Group()
        return _Group([PickerRow("header", "Another server"), PickerRow("endpoint", "Your own endpoint…", _SERVERS)], 1)

    def _catalogue_group(self) -> _Group:
        matches = self._catalogue.search(self._query)
        hits = self._recent.without(matches.entries, self._query)
        rows: list[PickerRow | ModelEntry] = list(hits)
        if self._waiting:
            rows.append(PickerRow("remark", "Reading the catalogue…"))
        elif self._trouble:
            rows.append(PickerRow("remark", self._trouble))
        title = f"LiteLLM catalogue · {model_count(len(hits))}" if hits else "LiteLLM catalogue"
        pick = 1 if hits and matches.closeness.is_sure else -1
        return _Group([PickerRow("header", title), *rows], pick, matches.closeness) if rows else _Group()

    def _typed_group(self) -> _Group:
        """Return a row for the typed text at every endpoint that does not list exactly this id.

        An id with a provider prefix means LiteLLM. Without one it is the lane's own endpoint or the only one there is;
        of several none is picked, because a wrong guess would send the prompt to another server.
        """
        query, offer = self._query, self._offer
        if self._waiting or not query or is_address(query) or any(character.isspace() for character in query):
            return _Group()
        own = [
            self._typed_row(endpoint.uid, endpoint.uid, f"At {endpoint.name}")
            for endpoint in offer.endpoints
            if endpoint.uid in self._own and query not in self._models.listing(endpoint.uid).shown
        ]
        own.sort(key=lambda row: row.entry is None or self._current is None or row.entry.endpoint != self._current[0])
        is_current = bool(own and own[0].entry and self._current and own[0].entry.endpoint == self._current[0])
        catalogued = [] if offer.entry(query) is not None else [self._typed_at_litellm()]
        if names_provider(self._query) or not own:
            rows, pick = [*catalogued, *own], 1 if catalogued else -1
        else:
            rows, pick = [*own, *catalogued], 1 if is_current or len(own) == 1 else -1
        return _Group([PickerRow("header", TYPED), *rows], pick) if rows else _Group()

    def _typed_at_litellm(self) -> PickerRow:
        query = self._query
        provider = query.partition("/")[0] if "/" in query else ""
        note = "With LiteLLM"
        if not provider:
            note = f"With LiteLLM, which needs the provider as a prefix, such as openai/{query}"
        return self._typed_row(LITELLM, provider, note)

    def _typed_row(self, endpoint: str, provider: str, note: str) -> PickerRow:
        entry = ModelEntry(endpoint, self._query, provider)
        no_key = self._offer.provider(provider).no_key
        return PickerRow("typed", f"Use “{self._query}” as typed", note, no_key=no_key, entry=entry)

    def _similar_group(self) -> _Group:
        """Return the models that contain the typed letters in order; none is picked automatically."""
        found = [hit for index in (*self._own.values(), self._catalogue) for hit in index.similar(self._query)]
        best = heapq.nsmallest(_MOST_SIMILAR, found, key=lambda hit: hit[0])
        return _Group([PickerRow("header", SIMILAR), *(entry for _, entry in best)]) if best else _Group()

    def _model_row(self, entry: ModelEntry) -> PickerRow:
        provider = self._offer.provider(entry.provider)
        context = show_context(entry.context)
        name = "" if entry.endpoint == entry.provider else provider.name
        parts = (name, f"{context} context" if context else "", show_abilities(entry.abilities))
        listing = self._models.listing(entry.endpoint)
        day, today = entry.retires, self._offer.today
        return PickerRow(
            "model",
            entry.model,
            " · ".join(part for part in parts if part),
            show_price(self._offer.price(entry)),
            provider.no_key,
            entry,
            entry.endpoint,
            listing.warning or retirement_note(day, today),
            listing.trouble or retirement_sentence(day, today),
        )
