"""How many tokens a text has, and how well that is known.

Invariant: a count that may be wrong says so: only a model's own tokenizer is exact, and whatever a provider adds to a
prompt in a way that is not public makes the whole "about".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RULE = "estimate"
"""Id of the tokenizer that is none: a rule over letters, digits and signs."""


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """What counts the tokens of a model.

    `id` says which vocabulary; `name` is for people. `exact` is whether the model itself uses it. `per_message` and
    `per_prompt` are the tokens that its chat format puts around one message and around all of them.
    """

    id: str
    name: str
    exact: bool = False
    per_message: int = 4
    per_prompt: int = 3


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Tokens of a prompt: of each message's text, and of all with what stands around them.

    `cacheable` are those of the whole that the provider is asked to keep for the next call.
    """

    tokenizer: Tokenizer
    parts: tuple[int, ...]
    whole: int
    about: bool = True
    cacheable: int = 0


def count_of(tokenizer: Tokenizer, parts: Sequence[int], extra: int = 0, *, about: bool = False) -> TokenCount:
    """Return the count of messages with these many tokens each, and `extra` for what is no message."""
    whole = sum(parts) + tokenizer.per_message * len(parts) + tokenizer.per_prompt + extra if parts else 0
    return TokenCount(tokenizer, tuple(parts), whole, about or not tokenizer.exact or extra > 0)


def show_tokens(low: int, high: int | None = None, *, about: bool = False) -> str:
    """Return "412 tokens", "about 412 tokens" or "398–412 tokens"."""
    high = low if high is None else high
    word = "token" if high == 1 else "tokens"
    number = f"{low:,}" if low == high else f"{low:,}–{high:,}"
    return f"{'about ' if about else ''}{number} {word}"
