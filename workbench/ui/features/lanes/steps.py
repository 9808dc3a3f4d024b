"""The next step that a lane offers after a failure.

Invariant: every error code of the engine and the use cases has an entry here, whose step matches the advice in the
error's message. A retry is always possible in the lane's footer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.core.provider_requirements import NOT_CONFIRMED

Action = Literal["keys", "model", "params", "endpoint", "prompt", "install_model", "address", "run", "retry"]


@dataclass(frozen=True, slots=True)
class LaneStep:
    """The action of the button, and its label."""

    action: Action
    label: str


RETRY = LaneStep("retry", "Retry")
RUN = LaneStep("run", "Run all lanes")
"""For a lane that changed since it failed: a retry would repeat the old call."""
_MODEL = LaneStep("model", "Change model…")
_PARAMS = LaneStep("params", "Parameters…")
_PROMPT = LaneStep("prompt", "Edit the prompt")
_ENDPOINT = LaneStep("endpoint", "Endpoint settings…")
_STEPS: dict[str, LaneStep] = {
    "no_key": LaneStep("keys", "Add a key…"),
    "bad_key": LaneStep("keys", "Change the key…"),
    NOT_CONFIRMED: LaneStep("address", "Confirm the address…"),
    "no_address": LaneStep("keys", "Enter the address…"),
    "no_setting": LaneStep("keys", "Open the settings…"),
    "bad_setting": LaneStep("keys", "Open the settings…"),
    "no_package": RETRY,
    "no_sign_in": _MODEL,
    "no_builtin_model": LaneStep("install_model", "Install the built-in model"),
    "no_model": _MODEL,
    "no_endpoint": _MODEL,
    "model_load_failed": _MODEL,
    "context_too_long": _MODEL,
    "over_quota": _MODEL,
    "refused_param": _PARAMS,
    "answer_too_long": _PARAMS,
    "bad_request": _PARAMS,
    "bad_address": _ENDPOINT,
    "certificate": _ENDPOINT,
    "connect_failed": _ENDPOINT,
    "timeout_connect": _ENDPOINT,
    "broken_stream": _ENDPOINT,
    "timeout_first": RETRY,
    "timeout_silence": RETRY,
    "half_answer": RETRY,
    "rate_limited": RETRY,
    "server_error": RETRY,
    "runtime_died": RETRY,
    "engine_died": RETRY,
    "engine_closed": RETRY,
    "too_long": _PROMPT,
    "bad_prompt": _PROMPT,
    "tool_rounds": _PROMPT,
    "no_tools": _MODEL,
    "no_vision": _MODEL,
    "no_embeddings": _MODEL,
    "no_decisions": _MODEL,
    "bad_file": _PROMPT,
    "blind": RETRY,
    "internal": RETRY,
    "not_counted": RETRY,
    "elsewhere": RETRY,
}


def next_step(failure_code: str, place: str) -> LaneStep:
    """Return the step after a failure of a lane whose endpoint is of the kind `place` ("" if it was removed).

    Only endpoints that the user added have settings; for the others the network or the key is what can be fixed.
    A code of another release leads to a retry.
    """
    step = _STEPS.get(failure_code, RETRY)
    if step is _ENDPOINT and place != "openai":
        return _STEPS["bad_key"] if failure_code == "bad_address" and place == "litellm" else RETRY
    return step
