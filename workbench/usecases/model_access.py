"""What is known of models: where they are, which keys they need, what they can do and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from workbench.core.lanes import Endpoint
from workbench.engine.catalogue import Catalogue
from workbench.host.keys import KeyStore
from workbench.usecases.endpoints import Endpoints
from workbench.usecases.pricing import Pricing


class CatalogueReader(Protocol):
    """Reads the model catalogue once."""

    def get(self) -> Catalogue:
        """Return the catalogue; the first call blocks."""

    def provider_of(self, model: str) -> str:
        """Return the provider id that answers a model id, "" when nobody knows."""

    def retires(self, endpoint: Endpoint, model: str) -> date | None:
        """Return the day on which a model is switched off, None when that is not known."""


@dataclass(frozen=True, slots=True)
class ModelAccess:
    """The parts of a workbench that settings and model picker need. What they read may block."""

    keys: KeyStore
    endpoints: Endpoints
    catalogue: CatalogueReader
    pricing: Pricing
    weights: Callable[[], Path | None]
    """Returns the file of the built-in model, None while it is not installed."""
    today: Callable[[], date]
    """Returns the day in UTC."""
