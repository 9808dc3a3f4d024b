"""Databases for the benches: prompts with drafts, endpoints, and a given number of iterations.

Invariant: everything is written by the store itself, so a database is like one from years of use.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO, ECHO_MODEL, Endpoint, Lane, Params
from workbench.core.money import FREE, Usage
from workbench.core.runs import Result, RunSet, Timing, Verdict
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import LaneStart, OutputStart, RunStart, Store, open_store

_ANSWER = "Your order 123ABCDEFG is in transit and should arrive on Friday. You can follow it with the tracking link. "
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def echo_history(path: Path) -> None:
    """Make a database with one prompt that has one lane, echo."""
    content = Content((Message("system", "You are brief."), Message("user", "{{question}}")))
    draft = Draft(content, (("question", "Where is my order?"),), (Lane(new_uid(), ECHO, ECHO_MODEL),))
    _with_prompt(path, "Echo", draft)


def endpoint_history(path: Path, base_url: str, lanes: int) -> None:
    """Make a database whose prompt has `lanes` lanes on one OpenAI-compatible address without a key."""
    endpoint = Endpoint(new_uid(), "openai", "Local", base_url)
    content = Content((Message("system", "You are thorough.\n" * 20), Message("user", "Tell me everything.")))
    draft = Draft(content, (), tuple(Lane(new_uid(), endpoint.uid, "fake", Params()) for _ in range(lanes)))
    store = open_store(path, now=utc_now(), uid=new_uid)
    try:
        store.save_endpoint(endpoint, utc_now()).result()
    finally:
        store.close()
    _with_prompt(path, "Streaming", draft)


def _with_prompt(path: Path, name: str, draft: Draft) -> None:
    store = open_store(path, now=utc_now(), uid=new_uid)
    try:
        uid = new_uid()
        store.create_prompt(uid, name, utc_now())
        store.save_draft(uid, draft, utc_now())
        store.set_meta("last_prompt", uid).result()
    finally:
        store.close()


def add_lane(path: Path, endpoint: str, model: str) -> None:
    """Add a lane to the draft of the most recent prompt."""
    store = open_store(path, now=utc_now(), uid=new_uid)
    try:
        prompt = store.last_prompt()
        draft = prompt and store.draft(prompt)
        if not prompt or not draft:
            raise ValueError("the database has no draft")
        lanes = (*draft.lanes, Lane(new_uid(), endpoint, model))
        store.save_draft(prompt, replace(draft, lanes=lanes), utc_now()).result()
    finally:
        store.close()


def add_iterations(path: Path, count: int) -> str:
    """Add `count` iterations with two lanes to the most recent prompt, and return the prompt's uid.

    Every tenth iteration has a new text, every third a winner.
    """
    store = open_store(path, now=utc_now(), uid=new_uid)
    try:
        prompt = store.last_prompt()
        if prompt is None:
            raise ValueError("the database has no prompt")
        draft = store.draft(prompt)
        if draft is None:
            raise ValueError("the prompt has no draft")
        waiting: list[Future[Any]] = []
        for index in range(count):
            waiting += _iteration(store, prompt, draft, index)
        for future in waiting:
            future.result()
        return prompt
    finally:
        store.close()


def _iteration(store: Store, prompt: str, draft: Draft, index: int) -> list[Future[Any]]:
    at = (_EPOCH + timedelta(seconds=20 * index)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    first, *rest = draft.content.messages
    content = Content((Message(first.role, f"{first.text}\nRule {index // 10}: stay polite."), *rest))
    lanes = tuple(
        LaneStart(new_uid(), Lane(f"slot{n}", ECHO, ECHO_MODEL), n, (OutputStart(new_uid()),)) for n in range(2)
    )
    run, outputs = new_uid(), tuple(lane.outputs[0].uid for lane in lanes)
    start = RunStart(
        run, "iteration", prompt, new_uid(), at, None, content, new_uid(), (RunSet("", "", draft.values),), lanes
    )
    result = Result(
        "finished",
        _ANSWER * 6,
        model=ECHO_MODEL,
        finish_reason="stop",
        usage=Usage(120, 90),
        rates=FREE,
        cost_usd=0.0,
        timing=Timing(0, 1, 200, 1400),
    )
    done: list[Future[Any]] = [store.begin_run(start), *(store.finish_output(uid, result, at) for uid in outputs)]
    if index % 3 == 0:
        done.append(store.mark(run, new_uid(), Verdict("winner", (index % 2,)), outputs, at))
    return done
