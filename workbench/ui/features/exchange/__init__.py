"""Imports runs from other tools and exports runs to files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.exchange.commands import COMMANDS
from workbench.ui.shell.feature import Feature

if TYPE_CHECKING:
    from workbench.ui.features.exchange.controller import ExchangeController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> ExchangeController:
    from workbench.ui.features.exchange.controller import ExchangeController

    return ExchangeController(services)


FEATURE = Feature(
    "exchange",
    COMMANDS,
    _make,
    preload=(
        "workbench.usecases.exchange.exporter",
        "workbench.store.merging.merge",
        "workbench.usecases.exchange.sources",
        "workbench.usecases.exchange.importer",
        "workbench.ui.features.exchange.controller",
    ),
)
