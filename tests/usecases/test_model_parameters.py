"""Which parameters a model takes, by LiteLLM's list and by LiteLLM itself."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future

import pytest

from workbench.core.lanes import FIXED_ENDPOINTS, Endpoint
from workbench.core.parameter_support import ParameterSupport
from workbench.core.parameters import EFFORTS, parameter, table
from workbench.core.runs import Failure
from workbench.engine.calls import EngineError
from workbench.engine.catalogue import ModelCatalogue
from workbench.engine.parameter_facts import support_of
from workbench.usecases.model_parameters import ModelParameters

BUILTIN, ECHO, LITELLM = FIXED_ENDPOINTS
MINE = Endpoint("mine", "openai", "Mine", "http://127.0.0.1:9/v1")


class Engine:
    def __init__(self, passed: Collection[str] | Failure | None) -> None:
        self.passed = passed
        self.asked: list[str] = []

    def supported_parameters(self, model: str) -> Future[Collection[str] | None]:
        self.asked.append(model)
        done: Future[Collection[str] | None] = Future()
        if isinstance(self.passed, Failure):
            done.set_exception(EngineError(self.passed))
        else:
            done.set_result(self.passed)
        return done


@pytest.fixture(scope="module")
def catalogue() -> ModelCatalogue:
    return ModelCatalogue.load()


def facts(catalogue: ModelCatalogue, engine: Engine) -> ModelParameters:
    return ModelParameters(catalogue.get, catalogue.provider_of, engine)


def test_catalogue_lists_the_efforts_of_each_model(catalogue: ModelCatalogue) -> None:
    """Figures of the whole list: many take xhigh and max, many refuse minimal."""
    efforts = [model.support.efforts for model in catalogue.models if model.support.efforts]
    assert sum("xhigh" in one for one in efforts) > 250
    assert sum("max" in one for one in efforts) > 200
    assert sum("minimal" not in one for one in efforts) > 100
    for model in catalogue.models:
        assert set(model.support.efforts or ()) <= set(EFFORTS)
        assert all(parameter(name) and why.endswith(".") for name, why in model.support.refused.items())


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"supports_reasoning": False}, ()),
        ({}, ()),
        ({"supports_reasoning": True}, None),
        ({"supports_reasoning": True, "reasoning_effort_levels": ["low", "max", "odd"]}, ("low", "max")),
        (
            {"supports_reasoning": True, "supports_xhigh_reasoning_effort": True},
            ("none", "minimal", "low", "medium", "high", "xhigh"),
        ),
        (
            {"supports_minimal_reasoning_effort": False, "supports_none_reasoning_effort": False},
            ("low", "medium", "high"),
        ),
        (
            {"litellm_provider": "azure", "key": "azure/gpt-5", "supports_low_reasoning_effort": True},
            ("minimal", "low", "medium", "high"),
        ),
    ],
)
def test_efforts_are_read_from_the_flags(row: dict[str, object], expected: tuple[str, ...] | None) -> None:
    found = support_of("acme/m", row, {})
    assert found.efforts == (expected or None)
    assert ("reasoning_effort" in found.refused) == (expected == ())


def test_row_without_the_provider_name_fills_missing_flags() -> None:
    bare = {"supports_minimal_reasoning_effort": False}
    assert support_of("azure/m", {"supports_reasoning": True}, bare).efforts == ("none", "low", "medium", "high")


def test_models_without_sampling_settings_refuse_them_with_a_reason(catalogue: ModelCatalogue) -> None:
    flat = [m for m in catalogue.models if "temperature" in m.support.refused]
    assert len(flat) > 100
    assert "takes no sampling settings" in flat[0].support.refused["temperature"]
    assert "max_tokens" not in flat[0].support.refused


def test_parameter_dropped_by_litellm_is_refused_with_the_provider_name(catalogue: ModelCatalogue) -> None:
    engine = Engine(["temperature", "top_p", "max_tokens", "stop", "reasoning_effort"])
    found = facts(catalogue, engine).full(LITELLM, "anthropic/claude-haiku-4-5")
    assert found.refused["seed"] == "Anthropic has no such setting for claude-haiku-4-5."
    assert not {"temperature", "max_tokens", "top_k"} & found.refused.keys()
    opus = facts(catalogue, Engine(["temperature"])).full(LITELLM, "anthropic/claude-opus-4-6")
    assert "reasoning_effort" not in opus.refused, "the list's entry about efforts takes precedence"
    assert "max" in (opus.efforts or ())


def test_litellm_is_queried_once_and_its_failure_is_ignored(catalogue: ModelCatalogue) -> None:
    engine = Engine(["temperature"])
    known = facts(catalogue, engine)
    assert known.full(LITELLM, "groq/x") == known.full(LITELLM, "groq/x")
    assert engine.asked == ["groq/x"]
    for passed in (None, Failure("internal", "No.")):
        unknown = facts(catalogue, Engine(passed))
        assert unknown.full(LITELLM, "groq/x") == unknown.listed(LITELLM, "groq/x")


def test_openai_refuses_parameters_its_library_does_not_know(catalogue: ModelCatalogue) -> None:
    refused = facts(catalogue, Engine(None)).listed(LITELLM, "gpt-4o").refused
    own = {row.name for row in table() if row.formats["openai"] or not row.is_sent}
    assert {"top_k", "min_p", "repetition_penalty", "reasoning_effort"} <= refused.keys()
    assert refused.keys() == {row.name for row in table()} - own | {"reasoning_effort"}


def test_custom_endpoints_refuse_no_parameter_and_echo_refuses_all(catalogue: ModelCatalogue) -> None:
    engine = Engine(["temperature"])
    known = facts(catalogue, engine)
    assert known.full(MINE, "gpt-5") == known.full(BUILTIN, "x") == known.full(None, "x") == ParameterSupport()
    assert engine.asked == []
    assert known.full(ECHO, "echo").refused.keys() == {row.name for row in table()}
