"""The colours of both themes.

Invariant: text colours have at least 4.5 : 1 contrast on the surfaces they are used on.
"""

from typing import NamedTuple


class ThemeTokens(NamedTuple):
    """One theme's colours as #rrggbb."""

    surface: str
    """Editor, lanes, header, dialogs."""
    sunken: str
    """Side bar, values, status bar."""
    line: str
    """Separators."""
    border: str
    """Edges of buttons, fields and pills."""
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_hover: str
    selected: str
    """Selected row, active view."""
    hover: str
    gold: str
    """Winners, and nothing else."""
    gold_soft: str
    green: str
    green_soft: str
    red: str
    red_soft: str
    violet: str
    """Variables."""
    violet_soft: str
    teal: str
    """Structure inside prompts."""
    warn: str
    """Needs attention; another hue than gold, which is for winners."""
    warn_soft: str
    text_selection: str


LIGHT = ThemeTokens(
    surface="#ffffff",
    sunken="#f0f0ed",
    line="#e2e2dd",
    border="#d4d4ce",
    text="#1f2328",
    muted="#5f656f",
    accent="#3b5bdb",
    on_accent="#ffffff",
    accent_hover="#3350c4",
    selected="#e8ecfd",
    hover="#f5f5f2",
    gold="#935d08",
    gold_soft="#fdf4e1",
    green="#1f7a42",
    green_soft="#e3f4ea",
    red="#b92d20",
    red_soft="#fbe8e6",
    violet="#7c43b8",
    violet_soft="#f1e8fb",
    teal="#0b7285",
    warn="#a8430f",
    warn_soft="#fdece2",
    text_selection="#c8d3fa",
)
DARK = ThemeTokens(
    surface="#1c1d21",
    sunken="#17181b",
    line="#2d2f35",
    border="#3a3d45",
    text="#e4e5e7",
    muted="#9ba1ab",
    accent="#8aa0ff",
    on_accent="#14161c",
    accent_hover="#9fb1ff",
    selected="#262c47",
    hover="#24262b",
    gold="#f0bf57",
    gold_soft="#362d19",
    green="#6fd196",
    green_soft="#193326",
    red="#ff8a80",
    red_soft="#3d1f1e",
    violet="#bd93f3",
    violet_soft="#30264a",
    teal="#66d3e4",
    warn="#f5a06b",
    warn_soft="#3a251a",
    text_selection="#3a4680",
)
