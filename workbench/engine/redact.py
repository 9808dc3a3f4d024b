"""Keeping keys out of everything that is shown or stored.

Invariant: no text that went through a `Redactor` contains one of its secrets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

HIDDEN = "[key]"
_MIN_SECRET = 4
# Keys of somebody else (an old one that a provider quotes, say) are not ours to know, but have familiar shapes.
_LOOKS_LIKE_KEY = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf|ghp|gho|fw|pplx|tgp|r8|nvapi)[-_][A-Za-z0-9_*.\-]{12,}"
    r"|\bAIza[A-Za-z0-9_\-]{20,}"
    r"|\bAKIA[A-Z0-9]{12,}"
    r"|(?<=Bearer )[A-Za-z0-9_\-.=+/]{12,}"
)


class Redactor:
    """Replaces secrets in texts and JSON. Secrets of under four characters protect nothing and are left alone."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted({s for s in secrets if len(s) >= _MIN_SECRET}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return `text` without the secrets and without anything shaped like a provider's key."""
        return _LOOKS_LIKE_KEY.sub(HIDDEN, self._exact(text))

    def value(self, value: Any) -> Any:
        """Return a JSON value without the secrets; equal to `value` when it holds none."""
        written = json.dumps(value)
        if not any(json.dumps(secret)[1:-1] in written for secret in self._secrets):
            return value
        return self._walk(value)

    def _exact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._exact(value)
        if isinstance(value, list):
            return [self._walk(item) for item in value]
        if isinstance(value, dict):
            return {self._exact(key): self._walk(item) for key, item in value.items()}
        return value
