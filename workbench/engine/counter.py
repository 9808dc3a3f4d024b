"""The token counting process: `python -m workbench.engine.counter`.

Invariant: counting reads only files of the installation, never the network; every answer names the vocabulary that
counted, which is the rule of `estimate` where the requested one is not available.
"""

from __future__ import annotations

import collections
import ctypes
import os
import queue
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workbench.core.token_counts import RULE
from workbench.engine import estimate, protocol
from workbench.engine.child_setup import die_with_parent
from workbench.engine.pipes import ChildPipe

Counting = Callable[[str], int]
KEPT = 2
"""Number of vocabularies that stay loaded; each takes 20 to 50 MB."""
_FILES = {"claude": "anthropic_tokenizer.json", "deepseek": "deepseek_tokenizer.json"}


class Vocabularies:
    """An LRU cache of vocabularies, loaded on first use."""

    def __init__(self) -> None:
        self._kept: collections.OrderedDict[str, Counting] = collections.OrderedDict()

    def count(self, wanted: str, texts: Sequence[str]) -> tuple[str, list[int], str]:
        """Return the id of the vocabulary that counted, its counts, and why it is not `wanted` ("" when it is)."""
        reason = ""
        if wanted != RULE:
            try:
                counting = self._counting(wanted)
                return wanted, [counting(whole_characters(text)) for text in texts], ""
            except Exception as error:  # noqa: BLE001 - libraries raise anything; the estimate is marked as one
                reason = f"{type(error).__name__}: {error}"
        return RULE, [estimate.tokens(text) for text in texts], reason

    def _counting(self, wanted: str) -> Counting:
        if wanted not in self._kept:
            self._kept[wanted] = _load(wanted)
            _give_back()
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(wanted)
        return self._kept[wanted]


def whole_characters(text: str) -> str:
    """Return `text` with lone surrogates, which no vocabulary has, replaced by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _load(wanted: str) -> Counting:
    directory = _directory()
    if wanted in _FILES:
        from tokenizers import Tokenizer

        read = Tokenizer.from_file(str(directory / _FILES[wanted]))
        return lambda text: len(read.encode(text, add_special_tokens=False).ids)
    # tiktoken's package lacks the files of its own vocabularies; without this it would download them.
    os.environ["TIKTOKEN_CACHE_DIR"] = str(directory)
    import tiktoken
    import tiktoken.load

    tiktoken.load.read_file = _refuse
    encoding = tiktoken.get_encoding(wanted)
    # The source table, which is only needed for pickling and doubles the memory of an encoding.
    vars(encoding).pop("_mergeable_ranks", None)
    return lambda text: len(encoding.encode_ordinary(text))


def _give_back() -> None:
    """Return memory that was only needed for loading to the system; glibc keeps up to 20 MB of it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _refuse(blobpath: str) -> bytes:
    raise FileNotFoundError(f"The vocabulary {blobpath} is not installed, and nothing is fetched.")


def _directory() -> Path:
    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("LiteLLM is not installed, which has the vocabularies.")
    return Path(spec.origin).parent / "litellm_core_utils" / "tokenizers"


def main() -> None:
    """Answer requests until stdin closes."""
    parent = os.getppid()
    pipe = ChildPipe()
    die_with_parent(parent)
    orders: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
    pipe.listen(orders.put)
    vocabularies = Vocabularies()
    while True:
        order = orders.get()
        if order["type"] != "count":
            pipe.send("pong")
            continue
        tokenizer, counts, reason = vocabularies.count(order["tokenizer"], order["texts"])
        try:
            pipe.send("counted", tokenizer=tokenizer, counts=counts, reason=reason)
        except protocol.ProtocolError:
            pipe.send("counted", tokenizer=RULE, counts=[], reason="too many texts at once")


if __name__ == "__main__":
    main()
