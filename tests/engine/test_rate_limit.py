"""Limits of parallel calls: fairness between groups, and cancelled waiters."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.child.rate_limit import RateLimit, RateLimits


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_waiting_groups_take_turns() -> None:
    async def play() -> list[str]:
        gate, order = RateLimit(1), []
        go = asyncio.Event()

        async def one(group: str, name: str) -> None:
            async with gate.place(group):
                order.append(name)
                await go.wait()

        tasks = [asyncio.ensure_future(one("big", f"big{n}")) for n in range(4)]
        await settle()
        tasks += [asyncio.ensure_future(one("lane", f"lane{n}")) for n in range(2)]
        await settle()
        go.set()
        await asyncio.gather(*tasks)
        return order

    assert asyncio.run(play()) == ["big0", "big1", "lane0", "big2", "lane1", "big3"]


@given(st.integers(1, 4), st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=25))
def test_rate_limit_is_never_exceeded_and_every_waiter_is_served(limit: int, plan: list[tuple[int, bool]]) -> None:
    async def play() -> None:
        gate, busy, most, finished = RateLimit(limit), 0, 0, 0

        async def one(group: int) -> None:
            nonlocal busy, most, finished
            async with gate.place(group):
                busy += 1
                most = max(most, busy)
                try:
                    await asyncio.sleep(0)
                finally:
                    busy -= 1
                finished += 1

        tasks = [asyncio.ensure_future(one(group)) for group, _ in plan]
        await asyncio.sleep(0)
        doomed = [task for task, (_, cancel) in zip(tasks, plan, strict=True) if cancel]
        for task in doomed:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert most <= limit
        assert finished >= len(plan) - len(doomed)
        async with asyncio.timeout(20), gate.place(99):
            pass

    asyncio.run(play())


def test_slot_of_cancelled_waiter_is_passed_on() -> None:
    async def play() -> None:
        gate = RateLimit(1)
        first = gate.place("a")
        await first.__aenter__()
        second = asyncio.ensure_future(gate.place("b").__aenter__())
        third = asyncio.ensure_future(gate.place("c").__aenter__())
        await settle()
        await first.__aexit__(None, None, None)
        second.cancel()
        async with asyncio.timeout(20):
            await third

    asyncio.run(play())


def test_limits_apply_by_name_and_by_endpoint() -> None:
    async def play() -> None:
        gates = RateLimits()
        runtime = gates.gate("builtin", 2)
        openai = gates.gate("litellm/openai")
        gates.set_limits({"litellm": 1})
        places = [runtime.place(n) for n in range(2)]
        for place in places:
            async with asyncio.timeout(20):
                await place.__aenter__()
        held = openai.place("a")
        await held.__aenter__()
        waiting = asyncio.ensure_future(openai.place("b").__aenter__())
        await settle()
        assert not waiting.done()
        gates.set_limits({})
        async with asyncio.timeout(20):
            await waiting

    asyncio.run(play())
