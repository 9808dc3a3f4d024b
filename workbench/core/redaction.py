"""Taking keys out of text.

Invariant: after `redact` none of the given secrets is in the text, neither as it is nor as JSON, a URL or base64
would spell it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

# Not ASCII and shorter than any secret, so that a mask can never make or hold one: keys are ASCII.
MASK = "•••"

# Something shorter is no key, and taking it out would shred the text ("a", "1234" as a dummy).
MIN_SECRET = 5


def pattern_of(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds every spelling of every secret, None when there is none; under 5 characters is no secret."""
    return pattern_of_spellings(spellings_of(secrets))


def pattern_of_spellings(spellings: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds these texts, None when there is none."""
    # Longest first: a key that starts with another key goes as a whole.
    found = sorted(spellings, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(re.escape, found))) if found else None


def spellings_of(secrets: Iterable[str]) -> frozenset[str]:
    """Return every spelling of every secret; under 5 characters is no secret."""
    # What goes into a header goes without the white space around it.
    found = {form for secret in secrets for form in (secret, secret.strip())}
    return frozenset(form for secret in found if len(secret) >= MIN_SECRET for form in _spellings(secret))


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return `text` with every spelling of every secret replaced; secrets under 5 characters are left alone."""
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
