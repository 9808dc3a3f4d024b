"""One call from its arrival to its end: its turn, its attempts, its ending.

Invariant: every call ends exactly once; a further attempt is made only while nothing has arrived that a person could
read, and a cancel interrupts anything, waiting included.
"""

from __future__ import annotations

import asyncio
import logging
import random
import traceback

from workbench.core.runs import Failure
from workbench.engine.calls import Call
from workbench.engine.child.answer import Answer
from workbench.engine.child.failures import CallError
from workbench.engine.child.gates import Gate
from workbench.engine.child.provider import Provider

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0

logger = logging.getLogger(__name__)


def pause_s(attempt: int, after: float | None, rng: random.Random) -> float:
    """Return the pause after failed attempt number `attempt` (from 1): what the provider asked for, or a doubling one.

    Jitter only lengthens a pause that was asked for, and spreads the doubling ones over their upper half.
    """
    if after is not None:
        return after + rng.uniform(0.0, 0.25)
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempt - 1))
    return rng.uniform(longest / 2, longest)


async def conduct(call: Call, answer: Answer, provider: Provider, gate: Gate | None, rng: random.Random) -> None:
    """See a call through. The place at the endpoint is kept during pauses: whoever waits would be refused as well."""
    try:
        if gate is None:
            await _attempts(call, answer, provider, rng)
        else:
            async with gate.place((call.group, call.stream)):
                await _attempts(call, answer, provider, rng)
    except asyncio.CancelledError:
        answer.end("stopped")
    except CallError as error:
        answer.end("failed", error.failure)
    except Exception as error:
        logger.exception("A provider failed in a way that is not foreseen")
        answer.end("failed", unforeseen(error))
    else:
        answer.end("finished")


async def _attempts(call: Call, answer: Answer, provider: Provider, rng: random.Random) -> None:
    attempt = 1
    while True:
        try:
            return await provider.ask(call, answer)
        except CallError as error:
            if not error.retry or answer.has_text or attempt > call.retries:
                raise
            pause = pause_s(attempt, error.after, rng)
            attempt += 1
            answer.retrying(pause, attempt, error.failure.sentence)
        await asyncio.sleep(pause)


def unforeseen(error: BaseException) -> Failure:
    """Return the failure of an exception that nobody expected."""
    return Failure(
        "internal",
        "The engine met something it does not know. Retry the lane; if it stays, the details belong in a bug report.",
        "".join(traceback.format_exception(error))[-4000:],
    )
