"""Token counts and their precision.

Invariant: a count that may be wrong is marked `about`. Only a model's own tokenizer is exact, and anything that a
provider adds to a prompt in an undocumented way makes the whole count `about`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.core.text import plural

RULE = "estimate"
"""Id of the fallback tokenizer: an estimate from letters, digits and other characters."""


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """The tokenizer used to count for a model.

    `id` identifies the vocabulary, `name` is shown. `exact` means that the model itself uses it. `per_message` and
    `per_prompt` are the tokens that the chat format adds per message and per prompt.
    """

    id: str
    name: str
    exact: bool = False
    per_message: int = 4
    per_prompt: int = 3


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Token counts of a prompt: `parts` for each message's text, `whole` including the chat format.

    `cacheable` are the tokens of the whole up to the last cache breakpoint.
    """

    tokenizer: Tokenizer
    parts: tuple[int, ...]
    whole: int
    about: bool = True
    cacheable: int = 0


def count_of(tokenizer: Tokenizer, parts: Sequence[int], extra: int = 0, *, about: bool = False) -> TokenCount:
    """Return the count of a prompt from the tokens of each message, and `extra` tokens for everything else."""
    whole = sum(parts) + tokenizer.per_message * len(parts) + tokenizer.per_prompt + extra if parts else 0
    return TokenCount(tokenizer, tuple(parts), whole, about or not tokenizer.exact or extra > 0)


def show_tokens(low: int, high: int | None = None, *, about: bool = False) -> str:
    """Return for example "412 tokens", "about 412 tokens" or "398–412 tokens"."""
    high = low if high is None else high
    word = plural(high, "token")
    number = f"{low:,}" if low == high else f"{low:,}–{high:,}"
    return f"{'about ' if about else ''}{number} {word}"
