"""Detection of secrets and personal data in a text: keys, passwords, addresses, account and telephone numbers.

Invariant: a finding never holds the text that was found, only its place and its first characters, so that findings can
be shown and logged. Only known formats are recognised; an empty result proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

_SHOWN = 4
_MOST = 200
"""Maximum number of findings per text."""
_PIECE = 20_000
"""Characters searched per call, because a regular expression search holds the GIL until it returns."""
_REACH = 600
"""Characters after a chunk that are searched too, for matches that begin in the chunk."""


@dataclass(frozen=True, slots=True)
class DisclosureFinding:
    """A finding that looks like `what`, in `where`. `hint` is its beginning, `count` its number of occurrences."""

    what: str
    where: str
    hint: str
    count: int = 1

    @property
    def sentence(self) -> str:
        """The finding as shown to the user."""
        again = f", {self.count} times" if self.count > 1 else ""
        return f"{self.where}: {self.what} ({self.hint}){again}"


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    sources = (
        ("a private key", r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----"),
        ("an API key", r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}|\bsk_(?:live|test)_[A-Za-z0-9]{16,}"),
        ("an API key", r"\bAIza[A-Za-z0-9_-]{30,}|\bhf_[A-Za-z0-9]{20,}|\bgsk_[A-Za-z0-9]{20,}|\bxai-[A-Za-z0-9]{20,}"),
        ("an AWS key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        (
            "a code host token",
            r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_-]{16,}",
        ),
        ("a Slack token", r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
        ("a signed token", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
        ("a password in an address", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,100}:[^\s/:@]{1,100}@[^\s/]{1,200}"),
        (
            "a password",
            r"(?i)\b(?:password|passwd|pwd|api[_-]?key|secret|access[_-]?token)\b[\"']?\s{0,3}[:=]\s{0,3}[\"']?[^\s\"'{},;]{6,}",
        ),
        (
            "an e-mail address",
            r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,5}\.[A-Za-z]{2,24}\b",
        ),
        ("an account number (IBAN)", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"),
        ("a card number", r"\b(?:\d[ -]?){12,18}\d\b"),
        ("a telephone number", r"(?<![\w.])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d(?:[ .-]?\d){6,12}\b"),
        ("a private network address", r"\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3}\b"),
        ("a path in a home folder", r"(?:/home/|/Users/|[A-Z]:\\Users\\)[A-Za-z0-9._-]{2,40}"),
    )
    return tuple((what, re.compile(source)) for what, source in sources)


def findings(texts: Iterable[tuple[str, str]]) -> tuple[DisclosureFinding, ...]:
    """Return the findings in texts given as (where, text); equal findings in one place are merged."""
    counted: dict[tuple[str, str, str], int] = {}
    for where, text in texts:
        for what, found in _found(text):
            key = what, where, found
            counted[key] = counted.get(key, 0) + 1
    return tuple(DisclosureFinding(what, where, _hint(found), count) for (what, where, found), count in counted.items())


def _found(text: str) -> Iterator[tuple[str, str]]:
    taken: list[tuple[int, int]] = []
    told = 0
    for what, pattern in _patterns():
        for match in _matches(pattern, text):
            inside = any(start < match.end() and match.start() < end for start, end in taken)
            if inside or (what in _CHECKED and not _CHECKED[what](match[0])):
                continue
            taken.append(match.span())
            yield what, match[0]
            told += 1
            if told == _MOST:
                return


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the matches in a text, searched in chunks; a match belongs to the chunk in which it begins."""
    behind = 0
    for start in range(0, len(text), _PIECE):
        for match in pattern.finditer(text, max(start, behind), start + _PIECE + _REACH):
            if match.start() >= start + _PIECE:
                break
            behind = match.end()
            yield match


def _hint(found: str) -> str:
    if "@" in found and "://" not in found:
        name, _, host = found.partition("@")
        return f"{name[:1]}…@{host}"
    return f"{' '.join(found[:_SHOWN].split())}…"


def _is_card(text: str) -> bool:
    """Whether the digits have a valid Luhn checksum (ISO/IEC 7812)."""
    digits = [int(character) for character in reversed(text) if character.isdecimal()]
    doubled = (digit * 2 - 9 * (digit > 4) for digit in digits[1::2])
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    bare = text.replace(" ", "")
    if not 15 <= len(bare) <= 34:
        return False
    return int("".join(str(int(character, 36)) for character in bare[4:] + bare[:4])) % 97 == 1


_CHECKED = {"a card number": _is_card, "an account number (IBAN)": _is_iban}
