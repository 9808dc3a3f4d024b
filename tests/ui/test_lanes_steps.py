"""Every failure has a next step that fits its sentence."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import workbench
from workbench.app.compose.hidden_names import HIDDEN
from workbench.core.provider_requirements import NOT_CONFIRMED
from workbench.engine.child import failures
from workbench.engine.child.failures import CallError, FailureSubject, http_failure
from workbench.engine.child.litellm_failures import failure_of
from workbench.ui.features.lanes.steps import _STEPS, RETRY, next_step

PACKAGE = Path(workbench.__file__).parent
_OF_TESTS = {"empty", "refused"}
"""Codes of cells of a test that cannot be asked."""
NOT_OF_LANES = {
    *("not_listed", "template_error", "template_timeout", "template_limit", "list_too_long", "no_answer"),
    "stopped",
    *_OF_TESTS,
}
"""Codes that no lane shows: template errors appear above the editor, the others answer queries about models and
requests for vectors."""
PROVIDER = FailureSubject("OpenAI", "gpt-5")
OWN = FailureSubject("My Ollama", "llama", page="Endpoints")
NO_KEY = FailureSubject("OpenAI", "gpt-5", has_key=False)


def _codes_in_the_source() -> set[str]:
    found = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                code = node.args[0]
                if node.func.id in ("CallError", "Failure") and isinstance(code, ast.Constant):
                    found.add(str(code.value))
    return found


def test_every_failure_code_of_a_lane_has_a_next_step() -> None:
    given = (
        _codes_in_the_source()
        | {f"timeout_{phase}" for phase in ("connect", "first", "silence")}
        | {HIDDEN, NOT_CONFIRMED}
    )
    assert {"no_key", "no_endpoint", "engine_died", "model_load_failed"} <= given
    assert given - NOT_OF_LANES == set(_STEPS)


def _http(status: int, words: str, where: FailureSubject = PROVIDER, **error: str) -> CallError:
    return http_failure(status, json.dumps({"error": {"message": words, **error}}), where)


UNSUPPORTED = type("UnsupportedParamsError", (Exception,), {})
CASES: list[tuple[CallError, str, str]] = [
    (_http(401, "no", NO_KEY), "litellm", "Add a key…"),
    (_http(401, "no"), "litellm", "Change the key…"),
    (_http(401, "no", OWN), "openai", "Change the key…"),
    (failures.no_key(NO_KEY), "litellm", "Add a key…"),
    (_http(404, "The model `gpt-9` does not exist", code="model_not_found"), "litellm", "Change model…"),
    (_http(404, "not here", OWN), "openai", "Change model…"),
    (failure_of(Exception("LLM Provider NOT provided"), PROVIDER, has_text=False), "litellm", "Change model…"),
    (_http(400, "too long", code="context_length_exceeded"), "litellm", "Change model…"),
    (_http(402, "pay"), "litellm", "Change model…"),
    (_http(400, "Unsupported parameter: 'top_k'", param="top_k"), "litellm", "Parameters…"),
    (failure_of(UNSUPPORTED("top_k"), PROVIDER, has_text=False), "litellm", "Parameters…"),
    (_http(418, "I am a teapot"), "litellm", "Parameters…"),
    (http_failure(307, "", OWN), "openai", "Endpoint settings…"),
    (failures.bad_address(OWN, ValueError()), "openai", "Endpoint settings…"),
    (failures.bad_address(PROVIDER, ValueError()), "litellm", "Change the key…"),
    (failures.connect_failed(OWN, ""), "openai", "Endpoint settings…"),
    (failures.connect_failed(PROVIDER, ""), "litellm", "Retry"),
    (failures.timed_out("connect", 10, OWN), "openai", "Endpoint settings…"),
    (failures.timed_out("first", 60, OWN), "openai", "Retry"),
    (failures.timed_out("silence", 60, OWN), "openai", "Retry"),
    (failures.half_answer(OWN, ""), "openai", "Retry"),
    (failures.broken_stream(OWN, ""), "openai", "Endpoint settings…"),
    (_http(429, "slow down"), "litellm", "Retry"),
    (_http(503, "down"), "litellm", "Retry"),
]
WORDS: dict[str, tuple[str, ...]] = {
    "keys": ("key",),
    "model": ("model", "name"),
    "params": ("parameter",),
    "endpoint": ("address", "base url"),
    "retry": ("retry", "try again"),
}


@pytest.mark.parametrize(
    ("error", "place", "label"), CASES, ids=lambda v: v.failure.code if hasattr(v, "failure") else v
)
def test_next_step_matches_the_failure_message(error: CallError, place: str, label: str) -> None:
    step = next_step(error.failure.code, place)
    assert step.label == label
    assert any(word in error.failure.sentence.lower() for word in WORDS[step.action])


@pytest.mark.parametrize("where", [PROVIDER, OWN], ids=["provider", "own"])
@pytest.mark.parametrize("made", [failures.no_key, lambda where: _http(401, "no", where)], ids=["none", "refused"])
def test_failure_message_names_the_settings_page_of_the_key(
    made: Callable[[FailureSubject], CallError], where: FailureSubject
) -> None:
    assert f"Settings → {where.page}" in made(where).failure.sentence


def test_unknown_failure_code_offers_retry() -> None:
    assert next_step("from_the_future", "openai") == RETRY
