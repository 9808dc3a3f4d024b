"""Forecasting tokens and cost of the next run on this computer.

Invariant: a forecast uses no network and loads no model; a text in the cache is not counted again for the same
vocabulary. Every method blocks; use them on worker threads.
"""

from __future__ import annotations

import collections
import hashlib
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Protocol

from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.forecast import Forecast, LaneForecast, PastAmounts, span_of
from workbench.core.lanes import LITELLM, Endpoint, Lane
from workbench.core.money import Rates
from workbench.core.providers import takes_breakpoints
from workbench.core.rendered_content import RenderedRequest, assemble, with_files
from workbench.core.runs import IterationDetail, VersionRow
from workbench.core.templates import render_plain, template_texts
from workbench.core.token_counts import RULE, TokenCount, Tokenizer, count_of
from workbench.core.value_kinds import plain_values
from workbench.engine.calls import EngineError, TokensCounted
from workbench.engine.catalogue import ModelInfo
from workbench.engine.estimate import tokens
from workbench.engine.tokenizers import BUILTIN_CONTEXT, ESTIMATE, RUNTIME, RUNTIME_CONTEXT, tokenizer_of

REMEMBERED = 4096
PAST = 50
"""Number of past answers from which the length of the next one is estimated."""
WITHIN_S = 60.0
IMAGE = 800
"""Approximate tokens of an image: providers count 85 to 1,600 by size, and the size says little in advance."""


class CountingEngine(Protocol):
    """The part of the engine that counts tokens."""

    def count(self, endpoint: Endpoint, tokenizer: str, messages: Sequence[Message]) -> Future[TokensCounted]:
        """Count the tokens of messages."""


class PastStore(Protocol):
    """The part of the history that forecasts read."""

    def past_amounts(self, prompt_uid: str, endpoint_uid: str, model: str, limit: int) -> list[PastAmounts]:
        """Return the amounts of the newest answers."""

    def version(self, prompt_uid: str, number: int) -> VersionRow:
        """Return a version."""


class Forecaster:
    """Counts tokens and estimates costs; thread-safe."""

    def __init__(
        self,
        store: PastStore,
        engine: CountingEngine,
        endpoint: Callable[[str], Endpoint | None],
        rates_for: Callable[[Endpoint, str], Rates | None],
        info: Callable[[str], ModelInfo | None],
    ) -> None:
        """Use `info` to look up a LiteLLM model in the catalogue."""
        self._store, self._engine = store, engine
        self._endpoint, self._rates_for, self._info = endpoint, rates_for, info
        self._lock = threading.Lock()
        self._counts: collections.OrderedDict[tuple[str, bytes], tuple[str, int]] = collections.OrderedDict()

    def forecast(self, prompt_uid: str, draft: Draft) -> Forecast:
        """Return the forecast of running `draft` now."""
        return Forecast(tuple(self._lane(prompt_uid, draft, lane) for lane in draft.run_lanes))

    def again(self, prompt_uid: str, detail: IterationDetail, output_uids: Collection[str]) -> Forecast:
        """Return the forecast of repeating these outputs of an iteration."""
        ran = {lane.position: lane for lane in detail.lanes}
        found: list[LaneForecast] = []
        for output in detail.outputs:
            if output.uid in output_uids:
                values = detail.sets[output.value_set].values if detail.sets else detail.values
                lane = replace(ran[output.position].lane, pinned=ran[output.position].version, samples=1)
                found.append(self._lane(prompt_uid, Draft(values=values, lanes=(lane,)), lane))
        return Forecast(tuple(found))

    def _lane(self, prompt_uid: str, draft: Draft, lane: Lane) -> LaneForecast:
        uncounted = LaneForecast(lane.slot, lane.title, samples=lane.samples, sets=len(draft.run_sets))
        endpoint = self._endpoint(lane.endpoint)
        if endpoint is None:
            return replace(uncounted, trouble="Its endpoint was removed; choose another model.")
        tokenizer = tokenizer_of(endpoint, lane.model)
        if tokenizer is None:
            return replace(uncounted, is_local=True)
        content = draft.content
        if lane.pinned is not None:
            content = self._store.version(prompt_uid, lane.pinned).content
        # Breakpoints that are not sent cause no costs.
        caches = endpoint.uid == LITELLM and takes_breakpoints(lane.model)
        try:
            counts = tuple(
                self._count(
                    endpoint,
                    tokenizer,
                    with_files(content, dict(one.values), one.kinds),
                    plain_values(dict(one.values), one.kinds),
                    caches,
                )
                for one in draft.run_sets
            )
        except EngineError as error:
            return replace(uncounted, is_local=endpoint.is_local, trouble=error.failure.sentence)
        past = self._store.past_amounts(prompt_uid, lane.endpoint, lane.model, PAST)
        lengths = [one.output for one in past if one.output is not None]
        return LaneForecast(
            lane.slot,
            lane.title,
            counts,
            lane.samples,
            context=self._context(endpoint, lane.model),
            output=span_of(lengths, lane.params.get("max_tokens")),
            past=len(past),
            reported=span_of([one.reported_usd for one in past if one.reported_usd is not None]),
            rates=self._rates_for(endpoint, lane.model),
            is_local=endpoint.is_local,
            is_current=lane.pinned is None,
            tier=_tier(lane),
        )

    def _context(self, endpoint: Endpoint, model: str) -> int | None:
        if endpoint.is_local:
            return BUILTIN_CONTEXT if endpoint.kind == "builtin" else RUNTIME_CONTEXT
        info = self._info(model) if endpoint.uid == LITELLM else None
        return None if info is None else info.context

    def _count(
        self, endpoint: Endpoint, tokenizer: Tokenizer, content: Content, values: Mapping[str, str], caches: bool
    ) -> TokenCount:
        # A Jinja template is counted unrendered: while typing it is rarely valid, and its loops decide the length.
        plain = content.template == "plain"
        typed = template_texts(content)
        texts = render_plain(typed, values) if plain else tuple(text for _, text in typed)
        rendered = assemble(content, texts)
        beside = _beside(rendered)
        about = not plain or any(m.attachments for m in rendered.messages)
        wanted = [m.text for m in rendered.messages]
        if tokenizer is RUNTIME:
            messages = [Message(m.role, m.text) for m in rendered.messages] or [Message("user", "")]
            found = self._engine.count(endpoint, tokenizer.id, messages).result(WITHIN_S)
            by_text = dict(zip((m.text for m in messages), found.counts, strict=True))
            used = RUNTIME if found.tokenizer == RUNTIME.id else ESTIMATE
            whole = found.whole if used is RUNTIME else None
        else:
            used, by_text = self._vocabulary(endpoint, tokenizer, {*wanted, *texts, *beside})
            whole = None
        asides = sum(by_text[text] if text in by_text else tokens(text) for text in beside)
        extra = asides + _pictures(rendered.messages)
        count = count_of(used, [by_text[text] for text in wanted], extra, about=about)
        # Tools come before all messages, so the cached prefix includes them.
        kept = _kept(rendered.messages) if caches else ()
        if kept:
            text_tokens = sum(by_text[m.text] + used.per_message for m in kept)
            count = replace(count, cacheable=asides + _pictures(kept) + text_tokens)
        parts = tuple(by_text[text] if text in by_text else tokens(text) for text in texts[: len(content.messages)])
        if whole is not None:
            return TokenCount(used, parts, whole + extra, about or extra > 0)
        return replace(count, parts=parts)

    def _vocabulary(
        self, endpoint: Endpoint, tokenizer: Tokenizer, texts: Collection[str]
    ) -> tuple[Tokenizer, dict[str, int]]:
        keys = {text: (tokenizer.id, hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()) for text in texts}
        with self._lock:
            known = {text: self._counts[key] for text, key in keys.items() if key in self._counts}
        if missing := [text for text in keys if text not in known]:
            asked = [Message("user", text) for text in missing]
            found = self._engine.count(endpoint, tokenizer.id, asked).result(WITHIN_S)
            known |= {text: (found.tokenizer, count) for text, count in zip(missing, found.counts, strict=True)}
            self._remember({keys[text]: known[text] for text in known})
        used = ESTIMATE if any(name == RULE for name, _ in known.values()) else tokenizer
        return used, {text: count for text, (_, count) in known.items()}

    def _remember(self, counts: Mapping[tuple[str, bytes], tuple[str, int]]) -> None:
        with self._lock:
            for key, count in counts.items():
                self._counts[key] = count
                self._counts.move_to_end(key)
            while len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)


def _tier(lane: Lane) -> str:
    try:
        tier = lane.params.request().get("service_tier")
    except ValueError:
        # Parameters that are being typed are not valid JSON yet.
        return ""
    return tier if isinstance(tier, str) else ""


def _pictures(messages: Iterable[Message]) -> int:
    return IMAGE * sum(a.is_image for m in messages for a in m.attachments)


def _kept(messages: Sequence[Message]) -> Sequence[Message]:
    """Return the messages up to the last cache breakpoint, none without one."""
    last = max((number for number, message in enumerate(messages, start=1) if message.cache), default=0)
    return messages[:last]


def _beside(rendered: RenderedRequest) -> list[str]:
    """Return the texts sent beside the messages: tools and the JSON schema of the output."""
    texts = [f"{tool.name}\n{tool.description}\n{tool.parameters}" for tool in rendered.tools]
    return texts + ([rendered.output.schema] if rendered.output is not None and rendered.output.schema else [])
