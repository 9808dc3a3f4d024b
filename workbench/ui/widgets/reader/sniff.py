"""Detection of Markdown and JSON in a growing text.

Invariant: each character is scanned a bounded number of times, and a detection is never withdrawn.
"""

from __future__ import annotations

import re

_KEEP = 400
"""Characters of an unfinished line that are scanned again with the next chunk."""
_MARKDOWN = re.compile(
    "|".join(
        (
            r"^ {0,3}(?:#{1,6} \S|> ?\S|```|~~~)",  # heading, quote, fence
            r"^\s{0,12}(?:[-*+]|\d{1,3}[.)]) +\S",  # item of a list
            r"\*\*[^\s*][^*\n]{0,300}\*\*",
            r"(?<!`)`[^`\n]{1,300}`(?!`)",
            r"\[[^\]\n]{1,300}\]\([^\s)]{1,300}\)",
            r"^ {0,3}\|? *:?-{2,}:? *(?:\| *:?-+:? *){1,100}\|? *$",  # the second line of a table
        )
    ),
    re.MULTILINE,
)
_JSON_START = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*(?:[\]{\[\"\d-]|true\b|false\b|null\b))")
_JSON_FENCE = re.compile(r"^ {0,3}(?:```|~~~)\ *(?:json[a-z5]*)?\ *\n\s*[{\[]", re.MULTILINE | re.IGNORECASE)


class FormatSniffer:
    """Detects whether a text contains Markdown, or JSON, while it arrives."""

    def __init__(self) -> None:
        self.markdown = self.json = False
        self._is_json = False
        self._size = 0
        self._tail = ""

    def take(self, piece: str) -> None:
        """Scan the next chunk."""
        window = self._tail + piece
        if not self.json and self._size < _KEEP:
            self.json = self._is_json = _JSON_START.match(window) is not None
        if not self.json:
            self.json = _JSON_FENCE.search(window) is not None
        if not self.markdown and not self._is_json:
            self.markdown = _MARKDOWN.search(window) is not None
        self._size += len(piece)
        # Keep two lines: a fence is recognised by the line after it.
        cut = window.rfind("\n", 0, max(0, window.rfind("\n"))) + 1
        self._tail = window[max(cut, len(window) - _KEEP) :] if self._size > _KEEP else window
