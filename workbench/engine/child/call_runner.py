"""The life cycle of one call: its slot at the endpoint, its rounds with tools, its retries and its end.

Invariant: every call ends exactly once; an attempt is repeated only while no readable part of its round has arrived,
and a cancel interrupts anything, waiting included. Tools are run only here, in at most as many rounds as the call
allows.
"""

from __future__ import annotations

import asyncio
import logging
import random
import traceback

from workbench.core.runs import AnswerStep, Failure
from workbench.core.simulated_tools import answer_of
from workbench.core.text import plural
from workbench.engine.calls import Call
from workbench.engine.child.failures import CallError
from workbench.engine.child.outage import OutageWatch
from workbench.engine.child.provider import CallProvider
from workbench.engine.child.rate_limit import RateLimit
from workbench.engine.child.request_files import RequestFiles, attachments
from workbench.engine.child.streamed_answer import StreamedAnswer

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
FIRST_SPREAD_S = 0.25
LONGEST_SPREAD_S = 4.0

logger = logging.getLogger(__name__)


def pause_s(attempt: int, after: float | None, rng: random.Random) -> float:
    """Return the pause in seconds after failed attempt number `attempt` (from 1): `after`, or exponential back-off.

    `after` is the provider's Retry-After; jitter only lengthens it, from attempt to attempt by a longer range, so that
    calls which were refused together do not come back together. Back-off pauses are jittered over their upper half.
    """
    if after is not None:
        return after + rng.uniform(0.0, min(LONGEST_SPREAD_S, FIRST_SPREAD_S * 2.0 ** (attempt - 1)))
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempt - 1))
    return rng.uniform(longest / 2, longest)


async def run_call(
    call: Call, answer: StreamedAnswer, provider: CallProvider, gate: RateLimit | None, rng: random.Random
) -> None:
    """Run a call to its end. Its slot is held during retry pauses, because waiting calls would be refused as well."""
    try:
        if gate is None:
            await _rounds(call, answer, provider, OutageWatch(), rng)
        else:
            async with gate.place((call.group, call.stream)):
                await _rounds(call, answer, provider, gate.outage, rng)
    except asyncio.CancelledError:
        answer.end("stopped")
    except CallError as error:
        answer.end("failed", error.failure)
    except Exception as error:
        logger.exception("A provider failed in a way that is not foreseen")
        answer.end("failed", unforeseen(error))
    else:
        answer.end("finished")


async def _rounds(
    call: Call, answer: StreamedAnswer, provider: CallProvider, outage: OutageWatch, rng: random.Random
) -> None:
    if attachments(call.messages) and call.endpoint.kind != "echo":
        answer.files = await asyncio.to_thread(RequestFiles, call)
    while True:
        await _attempts(call, answer, provider, outage, rng)
        calls = answer.close_turn()
        if not call.tools or not calls:
            return
        if answer.rounds >= call.tool_rounds:
            times = f"{call.tool_rounds} {plural(call.tool_rounds, 'round')}"
            raise CallError(
                "tool_rounds",
                f"The model still called tools after {times}, which is the limit of this prompt, so it was stopped. "
                "Raise the limit beside the prompt's tools, or tell the model when to answer.",
            )
        # In a thread: searching ten thousand rows for each of many calls would block the other lanes too long.
        results = await asyncio.to_thread(_simulate, call, calls)
        answer.answered(calls, results)
        # Lets a pending cancel take effect, also with a provider that answers without awaiting.
        await asyncio.sleep(0)


def _simulate(call: Call, calls: list[AnswerStep]) -> list[AnswerStep]:
    return [
        AnswerStep("tool_result", answer_of(call.tools, one.name, one.text), one.name, one.call_id) for one in calls
    ]


async def _attempts(
    call: Call, answer: StreamedAnswer, provider: CallProvider, outage: OutageWatch, rng: random.Random
) -> None:
    attempt, clock = 1, asyncio.get_running_loop().time
    while True:
        try:
            await provider.ask(call, answer)
            outage.answered()
            return
        except CallError as error:
            outage.failed(error, clock())
            if not error.retry or answer.has_text or attempt > outage.retries(call.retries, clock()):
                raise
            pause = pause_s(attempt, error.after, rng)
            attempt += 1
            answer.retrying(pause, attempt, error.failure)
        await asyncio.sleep(pause)


def unforeseen(error: BaseException) -> Failure:
    """Return the failure of an unexpected exception."""
    return Failure(
        "internal",
        "The engine failed unexpectedly. Retry the lane; if it fails again, report it with the details.",
        "".join(traceback.format_exception(error))[-4000:],
    )
