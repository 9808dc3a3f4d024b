"""The identity of a check, by which its results and overrules are found again."""

from __future__ import annotations

import hashlib

import rfc8785

from workbench.core.cases import Check, check_to_json, json_text


def check_hash(check: Check) -> str:
    """Return the SHA-256 of a check as canonical JSON (RFC 8785), 64 hexadecimal digits.

    A check that RFC 8785 cannot express, for example one with a number beyond 2^53, is hashed as compact JSON.
    """
    data = check_to_json(check)
    try:
        body = rfc8785.dumps(data)
    except rfc8785.CanonicalizationError:
        body = json_text(data).encode()
    return hashlib.sha256(body).hexdigest()
