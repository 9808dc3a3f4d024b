"""Checks of the call that gave an answer: finish-reason, latency, cost."""

from __future__ import annotations

from workbench.core.checks.check_result import Finding, UnscoredError, quoted
from workbench.core.checks.inputs import CheckInputs


def finish_reason(inputs: CheckInputs) -> Finding:
    """Compare the provider's finish reason without regard to case; without one the check fails."""
    wanted, given = inputs.value, inputs.answer.finish_reason
    if not isinstance(wanted, str):
        raise UnscoredError("Enter a finish reason, such as stop, length, content_filter or tool_calls.")
    if not given:
        return Finding(False, f"The provider gave no finish reason; {quoted(wanted)} expected.")
    return Finding(wanted.lower() == given.lower(), f"The finish reason is {quoted(given)}; {quoted(wanted)} expected.")


def latency(inputs: CheckInputs) -> Finding:
    """Compare the time of the call with the threshold."""
    limit, took = inputs.check.threshold, inputs.answer.latency_ms
    if limit is None:
        raise UnscoredError("Enter a threshold in milliseconds.")
    if took is None:
        raise UnscoredError("The time of this call is unknown.")
    return Finding(took <= limit, f"The call took {took:,.10g} ms; at most {limit:,.10g} ms allowed.")


def cost(inputs: CheckInputs) -> Finding:
    """Compare the cost of the call with the threshold."""
    limit, paid = inputs.check.threshold, inputs.answer.cost_usd
    if limit is None:
        raise UnscoredError("Enter a threshold in US dollars.")
    if paid is None:
        raise UnscoredError("The cost of this call is unknown, because its model has no price.")
    return Finding(paid <= limit, f"The call cost ${paid:,.10g}; at most ${limit:,.10g} allowed.")
