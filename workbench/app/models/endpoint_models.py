"""What the user's own endpoints list, asked for in the background.

Invariant: a list that was known stays when its endpoint does not answer, and then says so.
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
    """What is known of an endpoint's own list.

    `models` is None while it is on its way; `known` is shown until then, and when it does not come. `trouble` is a
    sentence, and so is `remark`, which is about a list that is there.
    """

    models: tuple[str, ...] | None = None
    trouble: str = ""
    remark: str = ""
    known: tuple[str, ...] = ()
    warning: str = ""
    """Why `models` are those of an earlier time, in a few words; "" when they are not."""

    @property
    def is_unknown(self) -> bool:
        """Whether the endpoint never told what it has: it was not asked, is being asked, or did not answer."""
        return not self.shown and (self.models is None or bool(self.warning))

    @property
    def shown(self) -> tuple[str, ...]:
        """The models to show now."""
        return self.known if self.models is None else self.models


class EndpointModels(QObject):
    """Asks endpoints for their models. `changed(uid)` is emitted when a list or a sentence has arrived."""

    changed = Signal(str)

    def __init__(self, source: PickerSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._later = FutureResults(self)
        self._listings: dict[str, ModelListing] = {}

    def listing(self, uid: str) -> ModelListing:
        """Return what is known by now."""
        return self._listings.get(uid, ModelListing())

    def load(self, endpoint: Endpoint, known: tuple[str, ...] = ()) -> None:
        """Ask, again if it was asked before. `known` are the models that it listed when it last answered."""
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
        """Drop what has not arrived."""
        self._later.close()

    def _put(self, uid: str, listing: ModelListing) -> None:
        self._listings[uid] = listing
        self.changed.emit(uid)
