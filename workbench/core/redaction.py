"""Redaction of keys in text.

Invariant: after `redact` the text contains none of the given secrets, neither verbatim nor encoded as JSON, URL or
base64.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

# Not ASCII and shorter than any secret, so that a mask cannot create or contain one: keys are ASCII.
MASK = "•••"

# Shorter values are placeholders ("a", "1234"); redacting them would garble the text.
MIN_SECRET = 5


def pattern_of(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern for every encoding of every secret of at least MIN_SECRET characters, None if there is none."""
    return pattern_of_spellings(spellings_of(secrets))


def pattern_of_spellings(spellings: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern for these texts, None if there are none."""
    # Longest first, so that a key that starts with another key is replaced as a whole.
    found = sorted(spellings, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(re.escape, found))) if found else None


def spellings_of(secrets: Iterable[str]) -> frozenset[str]:
    """Return every encoding of every secret of at least MIN_SECRET characters."""
    # Header values are sent without surrounding white space.
    found = {form for secret in secrets for form in (secret, secret.strip())}
    return frozenset(form for secret in found if len(secret) >= MIN_SECRET for form in _spellings(secret))


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return `text` with every encoding of every secret masked; secrets under MIN_SECRET characters are left alone."""
    pattern = pattern_of(secrets)
    return text if pattern is None else pattern.sub(MASK, text)


def _spellings(secret: str) -> set[str]:
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret, safe=""),
        quote_plus(secret),
        base64.b64encode(secret.encode()).decode(),
    }
