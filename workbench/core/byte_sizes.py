"""Formatting of byte counts.

Invariant: decimal units (1 kB is 1000 bytes), as file managers and disk vendors use them.
"""

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def show_bytes(count: int) -> str:
    """Return for example "812 bytes", "4.1 kB", "12 MB", "1.2 GB": one decimal below 10 units, none above."""
    size, unit = float(count), 0
    while size >= 999.5 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    digits = f"{size:.1f}" if unit and size < 9.95 else f"{size:.0f}"
    return f"{digits} {'byte' if (unit, count) == (0, 1) else _UNITS[unit]}"
