"""Vectors and decisions over the real pipe: echo, an OpenAI-compatible server, LiteLLM, the local runtime, a script."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.listening import BUILTIN, ECHO, ENVIRONMENT_KEY, LITELLM, Engine, address, kinds, quick
from tests.fakes.provider import JSON, FakeProvider, Hold, Reply, Request, Send, error, status
from workbench.core.content import Message
from workbench.core.judging.decisions import DecisionAnswer, DecisionOption, DecisionQuestion, read_answers
from workbench.core.judging.vectors import read_vectors, vectors_text
from workbench.core.lanes import Endpoint
from workbench.core.runs import Result
from workbench.engine import scripted_engine
from workbench.engine.calls import EngineError

KEY = "sk-planted-0123456789abcdef"
TEXTS = ("The sky is blue.", "Blue is the sky.")
POLITE = DecisionQuestion("predicate", "The answer is polite.", name="polite")
TONE = DecisionQuestion("choice", "Which tone?", (DecisionOption("warm", "kind words"), DecisionOption("cold")))
GRADE = DecisionQuestion("score", "How good?", (DecisionOption("bad"), DecisionOption("fair"), DecisionOption("good")))
QUESTIONS = (POLITE, TONE, GRADE)
ANSWERS = [
    {"type": "predicate", "name": "polite", "probability": 0.83},
    {
        "type": "choice",
        "name": None,
        "choice": "warm",
        "probabilities": [{"value": "warm", "probability": 0.7}, {"value": "cold", "probability": 0.3}],
        "confidence": 0.4,
    },
    {
        "type": "score",
        "name": None,
        "score": 1.5,
        "probabilities": [
            {"value": 0, "label": "bad", "probability": 0.1},
            {"value": 1, "label": "fair", "probability": 0.3},
            {"value": 2, "label": "good", "probability": 0.6},
        ],
    },
]


def reply(body: Any, headers: dict[str, str] | None = None) -> Reply:
    return Reply((Send(json.dumps(body).encode()),), headers={**JSON, **(headers or {})})


def vectors(*rows: Any, counted: int | None = 9, **more: Any) -> Reply:
    data = [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(rows)]
    usage = {} if counted is None else {"usage": {"prompt_tokens": counted, "total_tokens": counted}}
    return reply({"object": "list", "model": "embed-1", "data": data, **usage, **more})


def decisions(*answers: Any) -> Reply:
    usage = {"input_tokens": 40, "input_tokens_details": {"cached_tokens": 8}, "output_tokens": 0, "total_tokens": 40}
    return reply({"model": "decide-1", "answers": list(answers), "usage": usage})


def embed(engine: Engine, endpoint: Endpoint, texts: tuple[str, ...] = TEXTS, **more: Any) -> Result:
    messages = [Message("user", text) for text in texts]
    return engine.ask(endpoint, messages, task="embed", **more)


def decide(engine: Engine, endpoint: Endpoint, *questions: DecisionQuestion, **more: Any) -> Result:
    return engine.ask(endpoint, "Please sit down.", task="decide", questions=questions, **more)


def code(result: Result) -> str:
    return result.failure.code if result.failure else ""


# Vectors


def test_vectors_of_a_server_are_stored_as_text_and_priced_by_their_tokens(
    shared_engine: Engine, fake: FakeProvider
) -> None:
    fake.script(vectors([0.1, 2, -3.5], [1e-7, 0.0, 4.0]))
    endpoint = address(fake.base_url)
    result = embed(
        shared_engine, endpoint, model="embed-1", key=KEY, params={"dimensions": 3, "temperature": 0.5, "input": "x"}
    )
    assert (result.state, result.finish_reason, result.model) == ("finished", "stop", "embed-1")
    assert read_vectors(result.text) == tuple(
        pytest.approx(one, rel=1e-6) for one in ([0.1, 2, -3.5], [1e-7, 0.0, 4.0])
    )
    assert (result.usage.input, result.usage.output, result.usage.source) == (9, 0, "provider")
    (request,) = fake.requests
    assert request.path == "/v1/embeddings"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == {"model": "embed-1", "input": list(TEXTS), "dimensions": 3}
    assert result.request == request.body
    assert kinds(result.marks) == {("refused", "temperature"), ("refused", "input")}


def test_vectors_may_come_as_base64_and_in_another_order(shared_engine: Engine, fake: FakeProvider) -> None:
    packed = json.loads(vectors_text([[1.5, 2.5]]))["vectors"][0]
    data = [{"index": 1, "embedding": [3.0, 4.0]}, {"index": 0, "embedding": packed}]
    fake.script(reply({"data": data}))
    result = embed(shared_engine, address(fake.base_url))
    assert read_vectors(result.text) == ((1.5, 2.5), (3.0, 4.0))
    # Without a count of the server, the texts are estimated, and the vectors are no output.
    assert (result.usage.output, result.usage.source) == (0, "estimate")


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"embedding": [1.0]}]},
        {"data": [{"embedding": [1.0]}, {"embedding": [1.0, 2.0]}]},
        {"data": [{"embedding": []}, {"embedding": []}]},
        {"data": [{"embedding": [True]}, {"embedding": [1.0]}]},
        {"data": [{"embedding": ["1"]}, {"embedding": [1.0]}]},
        {"data": [{"embedding": [1e300]}, {"embedding": [1.0]}]},
        {"data": [{"embedding": "no base64!"}, {"embedding": [1.0]}]},
        {"data": "vectors"},
        [],
    ],
)
def test_unusable_vectors_fail(shared_engine: Engine, fake: FakeProvider, body: Any) -> None:
    fake.script(reply(body))
    result = embed(shared_engine, address(fake.base_url), model="embed-1")
    assert (result.state, code(result), result.text) == ("failed", "broken_stream", "")
    assert result.failure is not None
    assert result.failure.sentence == "My server sent no usable vectors of embed-1. Choose an embedding model."


def test_rate_limits_are_waited_for_and_keys_are_redacted(shared_engine: Engine, fake: FakeProvider) -> None:
    fake.script(status(429, headers={"retry-after": "0"}), vectors([1.0], [2.0]))
    messages = [Message("user", text) for text in TEXTS]
    call_id = shared_engine.run(address(fake.base_url), messages, task="embed", key=KEY)
    assert read_vectors(shared_engine.heard.result(call_id).text) == ((1.0,), (2.0,))
    assert [one.code for one in shared_engine.retries(call_id)] == ["rate_limited"]
    fake.script(status(401, error(f"The key {KEY} is wrong")))
    result = embed(shared_engine, address(fake.base_url), key=KEY)
    assert code(result) == "bad_key"
    assert result.failure is not None
    assert KEY not in result.failure.detail


def test_server_without_embeddings_is_named(shared_engine: Engine, fake: FakeProvider) -> None:
    result = embed(shared_engine, address(fake.base_url), model="m")
    assert code(result) == "no_embeddings"
    assert result.failure is not None
    assert result.failure.sentence == "My server has no embeddings for m. Choose an embedding model."


def test_too_many_texts_are_not_sent(shared_engine: Engine, fake: FakeProvider) -> None:
    result = embed(shared_engine, address(fake.base_url), ("x",) * 257)
    assert code(result) == "too_long"
    assert not fake.requests


def test_cancelled_embedding_stops(shared_engine: Engine, fake: FakeProvider) -> None:
    fake.script(Reply((Hold(),), headers=JSON))
    call_id = shared_engine.run(address(fake.base_url), task="embed")
    fake.wait_for(lambda f: len(f.requests) == 1)
    shared_engine.client.cancel(call_id)
    assert shared_engine.heard.result(call_id).state == "stopped"


def test_slow_embedding_times_out(shared_engine: Engine, fake: FakeProvider) -> None:
    fake.script(Reply((Hold(),), headers=JSON))
    result = embed(shared_engine, address(fake.base_url), timeouts=quick(first=0.05, silence=0.05), retries=0)
    assert code(result) == "timeout_first"


def test_echo_has_vectors_without_a_model(shared_engine: Engine) -> None:
    first = embed(shared_engine, ECHO, (*TEXTS, "Completely other words"))
    a, b, c = read_vectors(first.text)
    near, far = (sum(x * y for x, y in zip(a, other, strict=True)) for other in (b, c))
    assert near > far + 0.3
    assert embed(shared_engine, ECHO, (*TEXTS, "Completely other words")).text == first.text
    assert first.usage.output == 0
    assert code(decide(shared_engine, ECHO, POLITE)) == "no_decisions"


def test_client_gives_vectors_as_a_future_beside_its_events(shared_engine: Engine, fake: FakeProvider) -> None:
    events = len(shared_engine.heard.events)
    fake.script(vectors([1.0, 2.0]), status(404))
    future = shared_engine.client.embed(address(fake.base_url), "embed-1", ["Hi"], KEY)
    assert future.result(20) == ((1.0, 2.0),)
    with pytest.raises(EngineError) as caught:
        shared_engine.client.embed(address(fake.base_url), "embed-1", ["Hi"]).result(20)
    assert caught.value.failure.code == "no_embeddings"
    assert len(shared_engine.heard.events) == events


def test_provider_that_speaks_openai_is_asked_directly_with_its_own_key(
    translating: Engine, fake: FakeProvider
) -> None:
    fake.script(vectors([1.0], [2.0]))
    endpoint = replace(LITELLM, base_url=fake.base_url)
    result = embed(translating, endpoint, model="openai/text-embedding-3-small", key=KEY)
    assert read_vectors(result.text) == ((1.0,), (2.0,))
    (request,) = fake.requests
    assert request.body == {"model": "text-embedding-3-small", "input": list(TEXTS)}
    assert ENVIRONMENT_KEY not in str(request.headers)


@pytest.mark.parametrize("model", ["hosted_vllm/bge-m3", "voyage/voyage-3", "jina_ai/jina-embeddings-v3"])
def test_other_providers_embed_through_litellm(translating: Engine, fake: FakeProvider, model: str) -> None:
    fake.script(vectors([1.0, 0.5], [2.0, 0.25]))
    endpoint = Endpoint("own", "litellm", "Mine", fake.base_url, provider=model.partition("/")[0])
    result = embed(translating, endpoint, model=model, key=KEY, params={"top_p": 0.5, "api_base": "x"})
    assert (result.state, code(result)) == ("finished", "")
    assert read_vectors(result.text) == ((1.0, 0.5), (2.0, 0.25))
    (request,) = fake.requests
    assert request.path == "/v1/embeddings"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body["input"] == list(TEXTS)
    # LiteLLM may have counted the tokens itself.
    assert (result.usage.input, result.usage.output, result.usage.source) == (9, 0, "estimate")
    assert {("refused", "top_p"), ("refused", "api_base")} <= kinds(result.marks)
    assert KEY not in str(result.request)


def test_litellm_failures_of_embeddings_have_the_usual_codes(translating: Engine, fake: FakeProvider) -> None:
    endpoint = Endpoint("own", "litellm", "My vLLM", fake.base_url, provider="hosted_vllm")
    fake.script(status(401, error("wrong key")))
    assert code(embed(translating, endpoint, model="hosted_vllm/bge-m3", key=KEY)) == "bad_key"
    fake.script(status(429, error("slow down")), vectors([1.0], [2.0]))
    fake.answer = lambda request: vectors([1.0], [2.0])
    assert embed(translating, endpoint, model="hosted_vllm/bge-m3", key=KEY).state == "finished"


@pytest.mark.builtin
def test_runtime_embeds_with_a_gguf_file(weights: Path) -> None:
    endpoint = Endpoint("own", "gguf", "Mine", path=str(weights))
    slow = quick(first=120.0)
    with Engine(builtin_model=weights) as engine:
        # The built-in model writes text: only a pooling that somebody chooses makes vectors of it.
        assert code(embed(engine, BUILTIN, timeouts=slow)) == "no_embeddings"
        assert code(embed(engine, endpoint, timeouts=slow)) == "no_embeddings"
        assert code(embed(engine, endpoint, params={"pooling": "max"})) == "refused_param"
        result = embed(engine, endpoint, params={"pooling": "mean"}, timeouts=slow)
        assert result.state == "finished", result.failure
        first, second = read_vectors(result.text)
        assert len(first) == len(second) == 576
        assert first != second
        assert (result.usage.output, result.usage.source) == (0, "provider")
        assert result.request is not None
        assert "pooling" not in result.request
        long = embed(engine, endpoint, ("word " * 3000,), params={"pooling": "mean"}, timeouts=slow, retries=0)
        assert code(long) == "context_too_long"
        assert code(decide(engine, endpoint, POLITE, timeouts=slow)) == "no_decisions"


# Decisions


def test_decisions_of_a_server_are_probabilities(shared_engine: Engine, fake: FakeProvider) -> None:
    fake.script(decisions(*ANSWERS))
    result = decide(
        shared_engine, address(fake.base_url), *QUESTIONS, model="decide-1", key=KEY, params={"max_tokens": 5}
    )
    assert read_answers(result.text, QUESTIONS) == (
        DecisionAnswer("predicate", 0.83),
        DecisionAnswer("choice", choice="warm", probabilities=(("warm", 0.7), ("cold", 0.3))),
        DecisionAnswer("score", score=1.5, probabilities=(("bad", 0.1), ("fair", 0.3), ("good", 0.6))),
    )
    assert (result.usage.input, result.usage.output, result.usage.cached) == (40, 0, 8)
    (request,) = fake.requests
    assert request.path == "/v1/decisions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": "decide-1",
        "input": "Please sit down.",
        "questions": [
            {"type": "predicate", "name": "polite", "instructions": "The answer is polite."},
            {
                "type": "choice",
                "instructions": "Which tone?",
                "choices": [{"value": "warm", "description": "kind words"}, {"value": "cold"}],
            },
            {
                "type": "score",
                "instructions": "How good?",
                "levels": [{"label": "bad"}, {"label": "fair"}, {"label": "good"}],
            },
        ],
    }
    assert kinds(result.marks) == {("refused", "max_tokens")}


def test_refused_question_stays_refused(shared_engine: Engine, fake: FakeProvider) -> None:
    fake.script(decisions({"type": "refusal", "name": "polite"}))
    result = decide(shared_engine, address(fake.base_url), POLITE)
    assert read_answers(result.text, [POLITE]) == (DecisionAnswer("refusal"),)


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "predicate"},
        {"type": "predicate", "probability": 1.2},
        {"type": "predicate", "probability": "0.5"},
        {"type": "predicate", "probability": True},
        {"type": "choice", "choice": "warm", "probabilities": []},
        "yes",
    ],
)
def test_unusable_decisions_fail(shared_engine: Engine, fake: FakeProvider, answer: Any) -> None:
    fake.script(decisions(answer))
    assert code(decide(shared_engine, address(fake.base_url), POLITE)) == "broken_stream"


def system_one(request: Request) -> Reply:
    if request.path != "/v1/systemone":
        return status(404, error("File Not Found"))
    answers = {
        "1": {"type": "noul", "noul": 0.83},
        "2": {"type": "choice", "choice": "warm", "confidence": 0.4, "probabilities": {"warm": 0.7, "cold": 0.3}},
        "3": {
            "type": "score",
            "score": 1.5,
            "confidence": 0.5,
            "legend": {"0": "bad", "1": "fair", "2": "good"},
            "probabilities": {"0": 0.1, "1": 0.3, "2": 0.6},
        },
    }
    return reply({"model": "jev", "answers": answers, "usage": {"input_tokens": 12, "output_tokens": 0}})


def test_server_of_the_system_one_format_is_recognised_once(shared_engine: Engine, fake: FakeProvider) -> None:
    fake.answer = system_one
    for _ in range(2):
        result = decide(shared_engine, address(fake.base_url), *QUESTIONS)
        assert [one.kind for one in read_answers(result.text, QUESTIONS)] == ["predicate", "choice", "score"]
        assert read_answers(result.text, QUESTIONS)[2].probabilities == (("bad", 0.1), ("fair", 0.3), ("good", 0.6))
        assert (result.usage.input, result.usage.output) == (12, 0)
    assert [request.path for request in fake.requests] == ["/v1/decisions", "/v1/systemone", "/v1/systemone"]
    assert fake.requests[-1].body == {
        "model": "m",
        "state": "Please sit down.",
        "questions": {
            "1": {"type": "noul", "instructions": "The answer is polite."},
            "2": {"type": "choice", "instructions": "Which tone?", "criteria": {"warm": "kind words", "cold": None}},
            "3": {"type": "score", "instructions": "How good?", "criteria": ["bad", "fair", "good"]},
        },
    }
    assert result.request == fake.requests[-1].body


def test_server_without_decisions_is_named(shared_engine: Engine, fake: FakeProvider) -> None:
    result = decide(shared_engine, address(fake.base_url), POLITE, model="m")
    assert code(result) == "no_decisions"
    assert result.failure is not None
    assert result.failure.sentence == "My server has no decisions by m. Choose a decision model."


def test_openai_decides_by_its_own_interface(translating: Engine, fake: FakeProvider) -> None:
    fake.script(decisions(ANSWERS[0]))
    result = decide(translating, replace(LITELLM, base_url=fake.base_url), POLITE, model="openai/gpt-6-luna", key=KEY)
    assert read_answers(result.text, [POLITE]) == (DecisionAnswer("predicate", 0.83),)
    assert fake.requests[0].path == "/v1/decisions"
    assert fake.requests[0].body["model"] == "gpt-6-luna"


@pytest.mark.parametrize("model", ["hosted_vllm/openjev", "typesafe/jev-latest", "perplexity/pplx-decider-latest"])
def test_other_providers_decide_through_litellm(translating: Engine, fake: FakeProvider, model: str) -> None:
    def answer(request: Request) -> Reply:
        keys = list(request.body["questions"])
        found = system_one(replace(request, path="/v1/systemone"))
        (sent,) = found.steps
        assert isinstance(sent, Send)
        body = json.loads(sent.data)
        body["answers"] = dict(zip(keys, body["answers"].values(), strict=True))
        return reply(body)

    fake.answer = answer
    endpoint = Endpoint("own", "litellm", "Mine", fake.url, provider=model.partition("/")[0])
    result = decide(translating, endpoint, *QUESTIONS, model=model, key=KEY)
    assert (result.state, result.failure) == ("finished", None)
    first, second, third = read_answers(result.text, QUESTIONS)
    assert first == DecisionAnswer("predicate", 0.83)
    assert (second.choice, third.score) == ("warm", 1.5)
    assert (result.usage.input, result.usage.output) == (12, 0)
    (request,) = fake.requests
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert ENVIRONMENT_KEY not in str(request.headers)
    assert KEY not in str(result.request)


def test_litellm_provider_without_decisions_is_named(translating: Engine, fake: FakeProvider) -> None:
    endpoint = Endpoint("own", "litellm", "Claude", fake.url, provider="anthropic")
    result = decide(translating, endpoint, POLITE, model="anthropic/claude-haiku-4-5", key=KEY)
    assert code(result) == "no_decisions"
    assert not fake.requests


# The scripted engine


def test_scripted_engine_embeds_and_decides(tmp_path: Path) -> None:
    script = {
        "models": {
            "vectors": [{"vectors": [[1.0, 0.0], [0.0, 1.0]]}],
            "decider": [{"answers": [{"type": "predicate", "probability": 0.25}]}],
            "broken": [{"fail": ["no_embeddings", "None here.", ""]}],
        }
    }
    with Engine(scripted_engine.command(script, tmp_path)) as engine:
        assert read_vectors(embed(engine, ECHO, model="vectors").text) == ((1.0, 0.0), (0.0, 1.0))
        assert read_answers(decide(engine, ECHO, POLITE, model="decider").text, [POLITE])[0].probability == 0.25
        assert code(embed(engine, ECHO, model="broken")) == "no_embeddings"
        free = embed(engine, ECHO, model="other")
        assert len(read_vectors(free.text)) == 2
        assert free.usage.output == 0
        assert engine.client.embed(ECHO, "vectors", TEXTS).result(20) == ((1.0, 0.0), (0.0, 1.0))
