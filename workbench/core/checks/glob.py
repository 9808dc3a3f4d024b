"""Patterns with `*` and `?` for names of tools."""

from __future__ import annotations


def glob_matches(pattern: str, text: str) -> bool:
    """Whether a whole text matches, without regard to case: `*` is any characters, `?` one.

    Takes time proportional to the product of the lengths, whatever the pattern.
    """
    pattern, text = pattern.lower(), text.lower()
    at = star = 0
    number = back = 0
    has_star = False
    while number < len(text):
        if at < len(pattern) and pattern[at] == "*":
            has_star, star, back = True, at, number
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[number]):
            at += 1
            number += 1
        elif has_star:
            back += 1
            at, number = star + 1, back
        else:
            return False
    return not pattern[at:].strip("*")
