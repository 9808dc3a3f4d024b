"""The rows of the model picker.

Invariant: every group of the list is always in the same order, and a row that cannot be picked is never current:
headers and remarks are not selectable.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from workbench.app.later import Later, sentence_of
from workbench.app.model_entries import (
    ModelEntry,
    ModelIndex,
    Offer,
    PickerSource,
    show_abilities,
    show_context,
    show_price,
)
from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, ECHO, ECHO_MODEL, LITELLM, Endpoint
from workbench.core.money import FREE
from workbench.engine.calls import ModelIds

Index = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole) + 1
"""The Row itself."""

RowKind = Literal["header", "remark", "model", "typed", "gguf", "adapter", "retry", "endpoint"]
PICKABLE: frozenset[RowKind] = frozenset({"model", "typed", "gguf", "adapter", "retry", "endpoint"})
_ADDRESS = re.compile(r"https?:|(localhost|\[[0-9a-f:]+\]|[0-9]+(\.[0-9]+){3})(?![^:/])", re.IGNORECASE)
_ASKS = re.compile(
    r"your|own|endp\w*…?|custom|openai|(openai-?)?compat\w*|base|url|addr\w*|serv\w*|ollama|lm|studio|lmstudio|vllm"
    r"|llama\.?cpp|gatew\w*|local\w*"
)
"""What people write who look for a place to enter an address."""
_SERVERS = "A server that speaks the OpenAI protocol: Ollama, LM Studio, vLLM, llama.cpp, a gateway"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. `note` is the small text below the title, `price` stands at the right.

    `no_key` is a sentence when a key is missing; `entry` is there for models, typed ids included.
    """

    kind: RowKind
    title: str
    note: str = ""
    price: str = ""
    no_key: str = ""
    entry: ModelEntry | None = None
    endpoint: str = ""

    @property
    def spoken(self) -> str:
        """All of the row in one line, for people who listen."""
        parts = (self.title, self.note, self.price, "no key" if self.no_key else "")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Listing:
    """What is known of an endpoint's own list: None while it is on its way.

    `trouble` is a sentence, and so is `remark`, which is about a list that is there.
    """

    models: tuple[str, ...] | None = None
    trouble: str = ""
    remark: str = ""


class EndpointModels(QObject):
    """Asks endpoints for their models. `changed(uid)` is emitted when a list or a sentence has arrived."""

    changed = Signal(str)

    def __init__(self, source: PickerSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._later = Later(self)
        self._listings: dict[str, Listing] = {}

    def listing(self, uid: str) -> Listing:
        """Return what is known by now."""
        return self._listings.get(uid, Listing())

    def load(self, endpoint: Endpoint) -> None:
        """Ask, again if it was asked before."""
        uid, name = endpoint.uid, endpoint.name
        self._listings[uid] = Listing()

        def done(models: tuple[str, ...]) -> None:
            trouble = "" if models else f"{name} answered that it has no models. Type the id of one above."
            self._put(uid, Listing(models, trouble, models.remark if isinstance(models, ModelIds) else ""))

        def failed(error: BaseException) -> None:
            sentence = sentence_of(error, f"The models of {name} could not be read. Type the id of one above.")
            self._put(uid, Listing((), sentence))

        self._later.watch(self._source.fetch_models(endpoint), done, failed)
        self.changed.emit(uid)

    def close(self) -> None:
        """Drop what has not arrived."""
        self._later.close()

    def _put(self, uid: str, listing: Listing) -> None:
        self._listings[uid] = listing
        self.changed.emit(uid)


class ModelListModel(QAbstractListModel):
    """Headers, models and remarks for one query over one offer."""

    def __init__(
        self, models: EndpointModels, parent: QObject | None = None, *, current: tuple[str, str] | None = None
    ) -> None:
        """`current` is the endpoint and the model of the lane that is asked for."""
        super().__init__(parent)
        self._models = models
        self._current = current
        self._offer = Offer()
        self._waiting = True
        self._trouble = ""
        self._query = ""
        # Entries become rows when they are looked at: a query over thousands of them has 20 ms.
        self._rows: list[Row | ModelEntry] = []
        self._catalogue = ModelIndex((), self._offer)
        self._own: dict[str, ModelIndex] = {}
        models.changed.connect(self._listing_changed)
        self._rebuild()

    @property
    def offer(self) -> Offer:
        """The offer that is shown."""
        return self._offer

    def set_offer(self, offer: Offer, *, trouble: str = "") -> None:
        """Show an offer, or a sentence in its place when it could not be read."""
        self._offer, self._trouble, self._waiting = offer, trouble, False
        self._catalogue = ModelIndex(offer.catalogue, offer)
        self._own = {
            endpoint.uid: self._index_of(endpoint) for endpoint in offer.endpoints if endpoint.kind == "openai"
        }
        self._rebuild()

    def set_query(self, query: str) -> None:
        """Filter; only ids, providers and their names count."""
        if (query := query.strip()) != self._query:
            self._query = query
            self._rebuild()

    def row(self, position: int) -> Row:
        """Return the row at `position`."""
        row = self._rows[position]
        return self._model_row(row) if isinstance(row, ModelEntry) else row

    def is_pickable(self, position: int) -> bool:
        """Return whether a row can be current."""
        row = self._rows[position]
        return isinstance(row, ModelEntry) or row.kind in PICKABLE

    def first_pickable(self) -> int:
        """Return the first row that Enter would take, models before everything else; -1 when there is none."""
        for wanted in (frozenset[RowKind]({"model"}), PICKABLE):
            for i, row in enumerate(self._rows):
                if isinstance(row, ModelEntry) or row.kind in wanted:
                    return i
        return -1

    def position(self, endpoint: str, model: str) -> int:
        """Return the row of a model, -1 when it is not shown."""
        for i, row in enumerate(self._rows):
            entry = row if isinstance(row, ModelEntry) else row.entry
            if entry is not None and (entry.endpoint, entry.model) == (endpoint, model):
                return i
        return -1

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
            return tooltip(row.title, row.no_key)
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
        models = self._models.listing(endpoint.uid).models or ()
        return ModelIndex([ModelEntry(endpoint.uid, model, endpoint.uid) for model in models], self._offer)

    def _rebuild(self) -> None:
        self.beginResetModel()
        self._rows = self._build()
        self.endResetModel()

    def _build(self) -> list[Row | ModelEntry]:
        groups: list[Sequence[Row | ModelEntry]] = [self._local_rows()]
        searched = {uid: index.search(self._query) for uid, index in self._own.items()}
        catalogue, loose = self._catalogue.search(self._query)
        # Letters in order are a last resort: they only show when nothing anywhere matches plainly.
        adding = self._adding_rows()
        plain = any(hits and not is_loose for hits, is_loose in searched.values()) or bool(catalogue and not loose)
        plain = plain or bool(adding)
        for endpoint in self._offer.endpoints:
            if endpoint.kind == "openai":
                hits, is_loose = searched[endpoint.uid]
                groups.append(self._endpoint_rows(endpoint, [] if is_loose and plain else hits))
        groups.append(adding)
        groups.append(self._catalogue_rows([] if loose and plain else catalogue))
        groups.append(self._typed_rows())
        rows = [row for group in groups for row in group]
        return [*self._current_rows(rows), *rows]

    def _current_rows(self, rows: Sequence[Row | ModelEntry]) -> list[Row]:
        """Return a row for the lane's own model when no list has it, so that to open and close changes nothing."""
        entries = [row if isinstance(row, ModelEntry) else row.entry for row in rows]
        if self._query or self._current is None or self._current in ((e.endpoint, e.model) for e in entries if e):
            return []
        uid, model = self._current
        endpoint = next((e for e in self._offer.endpoints if e.uid == uid), None)
        if endpoint is None and uid != LITELLM:
            return []
        provider = uid if endpoint is not None else model.partition("/")[0] if "/" in model else ""
        where = f"At {endpoint.name}" if endpoint is not None else "With LiteLLM"
        entry = ModelEntry(uid, model, provider)
        price = show_price(self._offer.price(entry)) if self._offer.price(entry) else ""
        row = Row("model", model, where, price, self._offer.provider(provider).no_key, entry)
        return [Row("header", "This lane"), row]

    def _local_rows(self) -> list[Row]:
        offer = self._offer
        note = offer.builtin_note or "Built in. Tiny, offline and free: for trying the loop"
        rows = [
            Row("model", BUILTIN_MODEL, note, "free", entry=ModelEntry(BUILTIN, BUILTIN_MODEL, "built-in", rates=FREE)),
            Row(
                "model",
                "Echo",
                "Answers with the rendered prompt. Offline and free",
                "free",
                entry=ModelEntry(ECHO, ECHO_MODEL, rates=FREE),
            ),
        ]
        for endpoint in offer.endpoints:
            if endpoint.kind == "gguf":
                where = " + ".join(part for part in (endpoint.path, endpoint.adapter) if part)
                entry = ModelEntry(endpoint.uid, endpoint.name, rates=FREE)
                rows.append(Row("model", endpoint.name, where, "free", entry=entry, endpoint=endpoint.uid))
        rows += [
            Row("gguf", "GGUF file…", "A model file on this computer, run by the workbench"),
            Row("adapter", "LoRA adapter…", "A fine-tuned adapter on top of a GGUF model"),
        ]
        words = self._query.lower().split()
        shown = [row for row in rows if all(word in _local_words(row) for word in words)]
        return [Row("header", "On this computer"), *shown] if shown else []

    def _endpoint_rows(self, endpoint: Endpoint, hits: Sequence[ModelEntry]) -> list[Row | ModelEntry]:
        listing = self._models.listing(endpoint.uid)
        rows: list[Row | ModelEntry] = list(hits)
        asked_for = all(word in endpoint.name.lower() for word in self._query.lower().split())
        if asked_for and listing.models is None:
            rows.append(Row("remark", f"Asking {endpoint.base_url} for its models…", endpoint=endpoint.uid))
        elif asked_for and listing.trouble:
            rows.append(Row("retry", f"Ask {endpoint.name} again", listing.trouble, endpoint=endpoint.uid))
        elif asked_for and listing.remark:
            rows.append(Row("remark", listing.remark, endpoint=endpoint.uid))
        return [Row("header", endpoint.name, endpoint=endpoint.uid), *rows] if rows else []

    def _adding_rows(self) -> list[Row]:
        """Return the row that adds an endpoint: who has an address types it here first."""
        words = self._query.lower().split()
        # The provider's name alone asks for the provider's models.
        asked_for = words != ["openai"] and all(_ASKS.fullmatch(word) for word in words)
        if not asked_for and not is_address(self._query):
            return []
        return [Row("header", "Another server"), Row("endpoint", "Your own endpoint…", _SERVERS)]

    def _catalogue_rows(self, hits: Sequence[ModelEntry]) -> list[Row | ModelEntry]:
        rows: list[Row | ModelEntry] = list(hits)
        if self._waiting:
            rows.append(Row("remark", "Reading the catalogue…"))
        elif self._trouble:
            rows.append(Row("remark", self._trouble))
        title = f"LiteLLM catalogue · {_count(len(hits))}" if hits else "LiteLLM catalogue"
        return [Row("header", title), *rows] if rows else []

    def _typed_rows(self) -> list[Row]:
        """Return a row for the typed text at every endpoint that does not list exactly this id."""
        query = self._query
        if not query or is_address(query) or any(character.isspace() for character in query):
            return []
        rows = []
        if not any(query in (e.model, f"{e.provider}/{e.model}") for e in self._offer.catalogue):
            provider = query.partition("/")[0] if "/" in query else ""
            note = "With LiteLLM"
            if not provider:
                note = f"With LiteLLM, which wants the provider in front, such as openai/{query}"
            entry = ModelEntry(LITELLM, query, provider)
            no_key = self._offer.provider(provider).no_key
            rows.append(Row("typed", f"Use “{query}” as typed", note, no_key=no_key, entry=entry))
        for endpoint in self._offer.endpoints:
            if endpoint.kind == "openai" and query not in (self._models.listing(endpoint.uid).models or ()):
                entry = ModelEntry(endpoint.uid, query, endpoint.uid)
                no_key = self._offer.provider(endpoint.uid).no_key
                title = f"Use “{query}” as typed"
                rows.append(Row("typed", title, f"At {endpoint.name}", no_key=no_key, entry=entry))
        return [Row("header", "As typed"), *rows] if rows else []

    def _model_row(self, entry: ModelEntry) -> Row:
        provider = self._offer.provider(entry.provider)
        context = show_context(entry.context)
        name = "" if entry.endpoint == entry.provider else provider.name
        parts = (name, f"{context} context" if context else "", show_abilities(entry.abilities))
        return Row(
            "model",
            entry.model,
            " · ".join(part for part in parts if part),
            show_price(self._offer.price(entry)),
            provider.no_key,
            entry,
            entry.endpoint,
        )


def _local_words(row: Row) -> str:
    where = row.note if row.endpoint else ""
    return f"{row.title} {where} {row.entry.provider if row.entry else ''} local".lower()


def is_address(text: str) -> bool:
    """Return whether a text is where a server listens, and so no id of a model."""
    return _ADDRESS.match(text) is not None


def tooltip(*lines: str) -> str:
    """Return lines as a tooltip; what servers call their models is never taken for markup."""
    return "<qt>" + "<br>".join(html.escape(line) for line in lines if line) + "</qt>"


def _count(models: int) -> str:
    return "1 model" if models == 1 else f"{models:,} models"
