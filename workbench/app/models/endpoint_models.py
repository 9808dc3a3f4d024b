"""Model lists of the user's own endpoints, fetched in the background.

Invariant: a known list stays if its endpoint does not answer, and is then marked as old.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from workbench.app.future_results import FutureResults, sentence_of
from workbench.app.models.model_index import PickerSource
from workbench.core.lanes import Endpoint
from workbench.engine.calls import ModelIds
from workbench.usecases.known_models import NOT_REACHABLE, is_answer


@dataclass(frozen=True, slots=True)
class ModelListing:
    """The state of an endpoint's model list.

    `models` is None while it is being fetched; `known` is shown until then, and if fetching fails. `trouble` is a
    sentence about the failure, `remark` one about the fetched list.
    """

    models: tuple[str, ...] | None = None
    trouble: str = ""
    remark: str = ""
    known: tuple[str, ...] = ()
    warning: str = ""
    """Why `models` are from an earlier time, in a few words; "" if they are current."""

    @property
    def is_unknown(self) -> bool:
        """Whether no list is available: not requested, being fetched, or the endpoint did not answer."""
        return not self.shown and (self.models is None or bool(self.warning))

    @property
    def shown(self) -> tuple[str, ...]:
        """The models to show now."""
        return self.known if self.models is None else self.models


class EndpointModels(QObject):
    """Fetches the model lists of endpoints. `changed(uid)` is emitted when a list or a sentence has arrived."""

    changed = Signal(str)

    def __init__(self, source: PickerSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._later = FutureResults(self)
        self._listings: dict[str, ModelListing] = {}

    def listing(self, uid: str) -> ModelListing:
        """Return the current state of a list."""
        return self._listings.get(uid, ModelListing())

    def load(self, endpoint: Endpoint, known: tuple[str, ...] = ()) -> None:
        """Fetch the list, also if it was fetched before. `known` are the models of the last successful fetch."""
        uid, name = endpoint.uid, endpoint.name
        known = known or self.listing(uid).shown
        self._listings[uid] = ModelListing(known=known)

        def done(models: tuple[str, ...]) -> None:
            trouble = "" if models else f"{name} reports no models. Type a model id above."
            self._put(uid, ModelListing(models, trouble, models.remark if isinstance(models, ModelIds) else ""))

        def failed(error: BaseException) -> None:
            sentence = sentence_of(error, f"The models of {name} could not be read. Type a model id above.")
            warning = "last known list" if is_answer(error) else NOT_REACHABLE
            self._put(uid, ModelListing(known, sentence, warning=warning))

        self._later.watch(self._source.fetch_models(endpoint), done, failed)
        self.changed.emit(uid)

    def close(self) -> None:
        """Drop pending results."""
        self._later.close()

    def _put(self, uid: str, listing: ModelListing) -> None:
        self._listings[uid] = listing
        self.changed.emit(uid)
