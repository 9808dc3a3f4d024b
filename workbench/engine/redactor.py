"""Redaction of keys from everything that is shown or stored.

Invariant: no text returned by a `Redactor` contains one of its secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from workbench.core.redaction import MASK, pattern_of, pattern_of_spellings, spellings_of

# Unknown keys, such as an old one that a provider quotes, are recognised by their shape.
_LOOKS_LIKE_KEY = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf|ghp|gho|fw|pplx|tgp|r8|nvapi)[-_][A-Za-z0-9_*.\-]{12,}"
    r"|\bAIza[A-Za-z0-9_\-]{20,}"
    r"|\bAKIA[A-Z0-9]{12,}"
    r"|(?<=Bearer )[A-Za-z0-9_\-.=+/]{12,}"
)


class Redactor:
    """Masks secrets in texts and JSON, in every spelling that `core.redaction` knows."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._pattern = pattern_of(secrets)

    def text(self, text: str) -> str:
        """Return `text` with the secrets and anything shaped like a provider's key masked."""
        return _LOOKS_LIKE_KEY.sub(MASK, self.exact(text))

    def value(self, value: Any) -> Any:
        """Return a JSON value with the secrets masked; equal to `value` when it holds none."""
        return value if self._pattern is None else self._walk(value)

    def exact(self, text: str) -> str:
        """Return `text` with the secrets masked."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.exact(value)
        if isinstance(value, list):
            return [self._walk(item) for item in value]
        if isinstance(value, dict):
            return {self.exact(key): self._walk(item) for key, item in value.items()}
        return value


class StreamRedactor:
    """Masks secrets in a streamed text, also those split across chunks.

    A possible beginning of a secret is held back until the next chunk or the end of the text decides.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = spellings_of(secrets)
        self._pattern = pattern_of_spellings(forms)
        self._forms = tuple(forms)
        self._longest = max(map(len, forms), default=0)
        self._firsts = frozenset(form[0] for form in forms)
        self._held = ""

    def feed(self, piece: str) -> str:
        """Add a chunk; return the new text that certainly belongs to no unfinished secret."""
        if self._pattern is None:
            return piece
        text = self._pattern.sub(MASK, self._held + piece)
        keep = self._beginning(text)
        self._held = text[len(text) - keep :] if keep else ""
        return text[: len(text) - keep] if keep else text

    def close(self) -> str:
        """End the text; return what was held back, which is not a secret."""
        held, self._held = self._held, ""
        return held

    def _beginning(self, text: str) -> int:
        """Return the number of characters at the end of `text` that may be the beginning of a secret."""
        for start in range(max(0, len(text) - self._longest + 1), len(text)):
            if text[start] in self._firsts:
                rest = text[start:]
                if any(form.startswith(rest) for form in self._forms):
                    return len(rest)
        return 0
