"""Verdict keys: the digits by position, whatever the layout prints on them, and the minus.

Invariant: the meaning of a key depends on the key, Ctrl and Shift alone; whether it may act is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

# X11 and Wayland key codes of the digit row, 1 to 9 then 0, whatever the layout prints on them.
_DIGIT_ROW = {code: (code - 9) % 10 for code in range(10, 20)}
_KEY_0, _KEY_9, _KEY_MINUS = 0x30, 0x39, 0x2D


@dataclass(frozen=True, slots=True)
class VerdictKey:
    """A key of the verdict row: a lane number 1 to 9, "tie", or "all_bad"."""

    lane: int = 0
    kind: str = "winner"


def digit_of(key: int, scan_code: int) -> int | None:
    """Return the digit that a key types or, if it types none, the digit of its position; else None."""
    if _KEY_0 <= key <= _KEY_9:
        return key - _KEY_0
    return _DIGIT_ROW.get(scan_code)


def verdict_key(key: int, scan_code: int, *, ctrl: bool, shift: bool) -> VerdictKey | None:
    """Return the verdict that a key stands for, or None.

    `key` is Qt's key, `scan_code` its native code. French keyboards type digits with Shift, so the position of the key
    decides if its character is not a digit, but not with Shift, which types "!" or "/" elsewhere. Without Ctrl the
    minus character always means "all bad".
    """
    if key == _KEY_MINUS and not ctrl:
        return VerdictKey(kind="all_bad")
    digit = digit_of(key, 0 if shift else scan_code)
    if digit is None:
        return None
    if digit == 0:
        return None if ctrl else VerdictKey(kind="tie")
    return VerdictKey(lane=digit)
