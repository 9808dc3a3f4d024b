"""Settings in the palette: each page, each field and the key of each provider, found by name.

Invariant: an entry opens the settings at its field; it changes nothing by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.app.palette.palette import PaletteEntry
from workbench.core.providers import PROVIDERS
from workbench.ui.features.settings.appearance import FIELDS as APPEARANCE_FIELDS
from workbench.ui.features.settings.limits import FIELDS as LIMIT_FIELDS
from workbench.ui.shell.events import SettingsPage

Show = Callable[[SettingsPage, str], object]
"""Shows a page of the settings, and a provider or field on it ("" for none)."""
_PAGES: tuple[tuple[SettingsPage, str, str], ...] = (
    ("keys", "API keys", "all providers"),
    ("endpoints", "Endpoints", "servers, local servers and model files"),
    ("appearance", "Appearance", "theme, text size, motion"),
    ("limits", "Limits per run", "dollars, tokens, calls"),
    ("history", "History", "disk space, backups, checks, repairs"),
)


def entries(show: Show) -> Sequence[PaletteEntry]:
    """Return the entries: pages first, then fields, then keys."""

    def entry(page: SettingsPage, item: str, title: str, detail: str) -> PaletteEntry:
        return PaletteEntry("setting", f"{page} {item}", title, lambda: show(page, item), detail)

    return [
        *(entry(page, "", title, detail) for page, title, detail in _PAGES),
        *(entry("appearance", name, title, detail) for name, title, detail in APPEARANCE_FIELDS),
        *(
            entry("limits", name, f"Limit per run: {title.lower()}", "you are asked above it")
            for name, title in LIMIT_FIELDS
        ),
        *(entry("keys", one.id, f"API key of {one.name}", "") for one in PROVIDERS.values() if one.key_variables),
    ]
