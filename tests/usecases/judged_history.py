"""Histories with verdicts of a simulated judge with known preferences, written by the store itself."""

from __future__ import annotations

import gc
import math
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from random import Random
from typing import Any

from workbench.core.content import Content, Message
from workbench.core.lanes import LITELLM, Lane
from workbench.core.money import Rates, Usage
from workbench.core.runs import Result, RunSet, Timing, Verdict
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import LaneStart, OutputStart, RunStart, Store, open_store
from workbench.store.runs.ranking_queries import VerdictKind
from workbench.usecases.judging_session import JudgingSession, ShownPair

MODELS = ("openai/gpt-5-mini", "anthropic/claude-haiku-4.5")
STRENGTHS = {MODELS[0]: 0.4, MODELS[1]: 0.0}
ORDERS = ("123ABCDEFG", "987ZYXWVUT", "555LMNOPQR")


def history(path: Path) -> tuple[Store, str]:
    """Return an open history with one prompt, and its uid."""
    store = open_store(path, now=utc_now(), uid=new_uid)
    prompt = new_uid()
    store.create_prompt(prompt, "Order status bot", utc_now()).result(60)
    return store, prompt


def kept_texts(outputs: Collection[str]) -> int:
    """Return the number of pairs of these outputs whose texts are in memory, wherever they are kept."""
    gc.collect()
    # A pair under construction in another thread has no attribute yet; other tests may have left pairs too.
    shown = [thing for thing in gc.get_objects() if type(thing) is ShownPair and hasattr(thing, "pair")]
    return sum(one.pair.left in outputs for one in shown)


def runs(
    store: Store,
    prompt: str,
    count: int,
    *,
    versions: int = 3,
    models: Sequence[str] = MODELS,
    judged: bool = True,
    blind: int = 60,
    seed: int = 1,
    answer: str = "Your order {order} is on its way. Version {version} says so, politely, in answer {number}.",
) -> list[str]:
    """Add iterations with a lane per model, `blind` in a hundred of them blind; return the uids of their outputs.

    Each version is stronger than the previous one by 0.6. Without `judged` the runs have no verdicts and are not blind.
    """
    random, waiting, uids = Random(seed), [], []
    for number in range(count):
        version = 1 + number % versions
        order = ORDERS[number // versions % len(ORDERS)]
        begun = _run(store, prompt, version, order, models, is_blind := judged and random.randrange(100) < blind)
        waiting += begun[0]
        run, outputs = begun[1:]
        for output, model in zip(outputs, models, strict=True):
            say = answer.format(order=order, version=version, number=number, model=model)
            waiting.append(store.finish_output(output, _result(say, model, random), utc_now()))
        uids += outputs
        if judged:
            # A blind run shows its answers in random order.
            shown = random.sample(outputs, len(outputs)) if is_blind else outputs
            waiting.append(store.mark(run, new_uid(), _said(random, models, is_blind), tuple(shown), utc_now()))
    for future in waiting:
        future.result(60)
    return uids


def _run(
    store: Store, prompt: str, version: int, order: str, models: Sequence[str], is_blind: bool
) -> tuple[list[Future[Any]], str, list[str]]:
    content = Content((Message("system", f"Rule {version}: be polite."), Message("user", "{{order}}")))
    run, outputs = new_uid(), [new_uid() for _ in models]
    lanes = tuple(
        LaneStart(new_uid(), Lane(f"slot{n}", LITELLM, model), n, (OutputStart(outputs[n]),))
        for n, model in enumerate(models)
    )
    sets = (RunSet("", "", (("order", order),)),)
    start = RunStart(
        run, "iteration", prompt, new_uid(), utc_now(), None, content, new_uid(), sets, lanes, blind=is_blind
    )
    return [store.begin_run(start)], run, outputs


def _said(random: Random, models: Sequence[str], is_blind: bool) -> Verdict:
    if random.random() < 0.12:
        return Verdict("tie", (), is_blind)
    worths = [math.exp(STRENGTHS.get(model, -1.2)) for model in models]
    (won,) = random.choices(range(len(models)), worths)
    return Verdict("winner", (won,), is_blind)


def _result(text: str, model: str, random: Random) -> Result:
    usage = Usage(120, random.randrange(60, 140))
    rates = Rates(2.5e-7, 2e-6, 2.5e-8, "catalogue")
    cost = None if model.startswith("unknown/") else 120 * rates.input + (usage.output or 0) * rates.output
    timing = Timing(0, 1, 200, random.randrange(600, 1500))
    return Result(
        "finished", text, model=model, finish_reason="stop", usage=usage, rates=rates, cost_usd=cost, timing=timing
    )


def sitting(store: Store, prompt: str, count: int, seed: int = 1) -> None:
    """Judge pairs with a preference for the one that sorts later: later versions, and later answers."""
    random, one = Random(seed), JudgingSession(store, prompt, new_uid, utc_now)
    for _ in range(count):
        if (shown := one.prepare()) is None:
            return
        likes_left = random.random() < (0.75 if shown.left > shown.right else 0.25)
        kind: VerdictKind = "tie" if random.random() < 0.1 else "winner"
        one.judge(shown, kind, 0 if kind == "tie" else 1 if likes_left else 2).result(60)


def preferring(store: Store, prompt: str, count: int, worths: Mapping[int, float], seed: int = 1) -> None:
    """Judge pairs by the given strengths of versions on the log scale; everything else has no influence."""
    random, one = Random(seed), JudgingSession(store, prompt, new_uid, utc_now)
    version = {answer.uid: answer.who.version for answer in store.judgements.answers(prompt)}
    for _ in range(count):
        if (shown := one.prepare()) is None:
            return
        lead = worths.get(version[shown.pair.left], 0.0) - worths.get(version[shown.pair.right], 0.0)
        likes_left = random.random() < 1 / (1 + math.exp(-lead))
        one.judge(shown, "winner", 1 if likes_left else 2).result(60)
