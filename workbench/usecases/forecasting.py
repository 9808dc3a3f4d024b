"""What the next run will take, worked out on this computer.

Invariant: nothing is asked over the network and no model is loaded for it; a text is counted once per vocabulary as
long as it is remembered. Every method blocks and belongs on a worker thread.
"""

from __future__ import annotations

import collections
import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Protocol

from workbench.core.content import Content, Message
from workbench.core.counting import RULE, Count, Tokenizer, count_of
from workbench.core.drafts import Draft
from workbench.core.forecast import Forecast, LaneForecast, span_of
from workbench.core.lanes import Endpoint, Lane
from workbench.core.money import Rates
from workbench.core.runs import VersionRow
from workbench.core.templates import fill
from workbench.engine.calls import Counted, EngineError
from workbench.engine.catalogue import ModelInfo
from workbench.engine.tokenizers import BUILTIN_CONTEXT, ESTIMATE, RUNTIME, RUNTIME_CONTEXT, tokenizer_of

REMEMBERED = 4096
PAST = 50
"""Past answers that the range of the next one's length is taken from."""
WITHIN_S = 60.0


class CountingEngine(Protocol):
    """The part of the engine that counts."""

    def count(self, endpoint: Endpoint, tokenizer: str, messages: Sequence[Message]) -> Future[Counted]:
        """Count the tokens of messages."""


class PastStore(Protocol):
    """The part of the history that is looked at."""

    def output_lengths(self, prompt_uid: str, endpoint_uid: str, model: str, limit: int) -> list[int]:
        """Return the output tokens of the newest answers."""

    def version(self, prompt_uid: str, number: int) -> VersionRow:
        """Return a version."""


class Forecaster:
    """Counts and reckons; safe in any thread."""

    def __init__(
        self,
        store: PastStore,
        engine: CountingEngine,
        endpoint: Callable[[str], Endpoint | None],
        rates_for: Callable[[Endpoint, str], Rates | None],
        info: Callable[[str], ModelInfo | None],
    ) -> None:
        """`info` returns what the catalogue knows of a model of LiteLLM."""
        self._store, self._engine = store, engine
        self._endpoint, self._rates_for, self._info = endpoint, rates_for, info
        self._lock = threading.Lock()
        self._counts: collections.OrderedDict[tuple[str, bytes], tuple[str, int]] = collections.OrderedDict()

    def forecast(self, prompt_uid: str, draft: Draft) -> Forecast:
        """Return what running `draft` now would take."""
        return Forecast(tuple(self._lane(prompt_uid, draft, lane) for lane in draft.lanes))

    def _lane(self, prompt_uid: str, draft: Draft, lane: Lane) -> LaneForecast:
        endpoint = self._endpoint(lane.endpoint)
        if endpoint is None:
            return LaneForecast(lane.slot, lane.title, trouble="Its endpoint was removed; choose another model.")
        tokenizer = tokenizer_of(endpoint, lane.model)
        if tokenizer is None:
            return LaneForecast(lane.slot, lane.title, is_local=True)
        content = draft.content
        if lane.pinned is not None:
            content = self._store.version(prompt_uid, lane.pinned).content
        try:
            count = self._count(endpoint, tokenizer, content, draft.value_map)
        except EngineError as error:
            return LaneForecast(lane.slot, lane.title, is_local=endpoint.is_local, trouble=error.failure.sentence)
        lengths = self._store.output_lengths(prompt_uid, lane.endpoint, lane.model, PAST)
        return LaneForecast(
            lane.slot,
            lane.title,
            (count,),
            context=self._context(endpoint, lane.model),
            output=span_of(lengths, lane.params.max_tokens),
            past=len(lengths),
            rates=self._rates_for(endpoint, lane.model),
            is_local=endpoint.is_local,
        )

    def _context(self, endpoint: Endpoint, model: str) -> int | None:
        if endpoint.is_local:
            return BUILTIN_CONTEXT if endpoint.kind == "builtin" else RUNTIME_CONTEXT
        info = self._info(model) if endpoint.kind == "litellm" else None
        return None if info is None else info.context

    def _count(self, endpoint: Endpoint, tokenizer: Tokenizer, content: Content, values: Mapping[str, str]) -> Count:
        # A Jinja template is counted as it is typed: while one types it is rarely whole, and its loops decide.
        plain = content.template == "plain"
        messages = [Message(m.role, fill(m.text, values) if plain else m.text) for m in content.messages]
        if tokenizer is RUNTIME:
            found = self._ask(endpoint, tokenizer, messages)
            if found.whole is not None and found.tokenizer == RUNTIME.id:
                return Count(RUNTIME, found.counts, found.whole, about=not plain)
            return count_of(ESTIMATE, found.counts)
        keys = [(tokenizer.id, hashlib.sha256(m.text.encode("utf-8", "surrogatepass")).digest()) for m in messages]
        with self._lock:
            known = {key: self._counts[key] for key in keys if key in self._counts}
        missing = {key: m for key, m in zip(keys, messages, strict=True) if key not in known}
        if missing:
            found = self._ask(endpoint, tokenizer, list(missing.values()))
            known |= {key: (found.tokenizer, count) for key, count in zip(missing, found.counts, strict=True)}
            self._remember(known)
        used = ESTIMATE if any(known[key][0] == RULE for key in keys) else tokenizer
        return count_of(used, [known[key][1] for key in keys], about=not plain)

    def _ask(self, endpoint: Endpoint, tokenizer: Tokenizer, messages: Sequence[Message]) -> Counted:
        return self._engine.count(endpoint, tokenizer.id, messages).result(WITHIN_S)

    def _remember(self, counts: Mapping[tuple[str, bytes], tuple[str, int]]) -> None:
        with self._lock:
            for key, count in counts.items():
                self._counts[key] = count
                self._counts.move_to_end(key)
            while len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)
