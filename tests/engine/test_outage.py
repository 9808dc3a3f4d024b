"""During an outage calls are not repeated for long; single failures and refusals are."""

from __future__ import annotations

import pytest

from workbench.engine.child.failures import CallError
from workbench.engine.child.outage import FEWEST, LASTS_S, RETRIES, OutageWatch

SERVER = CallError("server", "It failed.", retry=True)


def failed(watch: OutageWatch, count: int, error: CallError = SERVER, *, seconds: float = LASTS_S) -> None:
    for number in range(count):
        watch.failed(error, 100.0 + seconds * number / (count - 1))


def test_a_row_of_failures_that_lasts_is_an_outage() -> None:
    watch = OutageWatch()
    failed(watch, FEWEST)
    assert watch.retries(6, 100.0 + LASTS_S) == RETRIES
    assert watch.retries(0, 100.0 + LASTS_S) == 0
    watch.answered()
    assert watch.retries(6, 200.0) == 6


@pytest.mark.parametrize(
    ("count", "seconds", "error"),
    [
        (FEWEST - 1, LASTS_S, SERVER),
        (8 * FEWEST, LASTS_S - 1, SERVER),
        (8 * FEWEST, LASTS_S, CallError("rate_limited", "Too many calls.", retry=True)),
        (8 * FEWEST, LASTS_S, CallError("server", "Come back.", retry=True, after=5.0)),
    ],
)
def test_what_is_no_outage(count: int, seconds: float, error: CallError) -> None:
    watch = OutageWatch()
    failed(watch, count, error, seconds=seconds)
    assert watch.retries(6, 100.0 + seconds) == 6


def test_failures_of_different_kinds_are_no_row() -> None:
    watch = OutageWatch()
    for number in range(40):
        watch.failed(CallError("server" if number % 2 else "network", "x"), 100.0 + number)
    assert watch.retries(6, 200.0) == 6
