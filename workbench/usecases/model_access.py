"""Access to models: endpoints, keys, catalogue and prices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from workbench.core.lanes import Endpoint
from workbench.engine.catalogue import ModelCatalogue
from workbench.host.keys import KeyStore
from workbench.usecases.endpoints import Endpoints
from workbench.usecases.pricing import Pricing


class CatalogueReader(Protocol):
    """Reads the model catalogue once."""

    def get(self) -> ModelCatalogue:
        """Return the catalogue; the first call blocks."""

    def provider_of(self, model: str) -> str:
        """Return the id of the provider of a model, "" if unknown."""

    def retires(self, endpoint: Endpoint, model: str) -> date | None:
        """Return the day on which a model is switched off, None if unknown."""


@dataclass(frozen=True, slots=True)
class ModelAccess:
    """The parts of a workbench that settings and the model picker need. Their reads may block."""

    keys: KeyStore
    endpoints: Endpoints
    catalogue: CatalogueReader
    pricing: Pricing
    weights: Callable[[], Path | None]
    """Returns the file of the built-in model, None if it is not installed."""
    today: Callable[[], date]
    """Returns the current day in UTC."""
    recent: Callable[[], tuple[tuple[str, str], ...]]
    """Returns endpoint and model of those that answered last, newest first."""
