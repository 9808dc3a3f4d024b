"""The engine's pure parts that are too small for a file of their own."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.content import Message
from workbench.core.lanes import Endpoint
from workbench.core.money import Usage
from workbench.core.redaction import MASK, MIN_SECRET
from workbench.core.runs import Mark
from workbench.engine import estimate as estimating
from workbench.engine.calls import Call
from workbench.engine.child.call_runner import LONGEST_PAUSE_S, pause_s
from workbench.engine.child.environment import is_secret
from workbench.engine.child.litellm_arguments import split_params
from workbench.engine.child.openai_chat import RefusedRequest, adjusted
from workbench.engine.child.request import RequestAdjustments, build, dumps
from workbench.engine.child.streamed_answer import StreamedAnswer
from workbench.engine.child.wire_marks import compare, visible
from workbench.engine.estimate import estimate, estimate_ended, tokens
from workbench.engine.redactor import Redactor

any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


def call(**params: Any) -> Call:
    return Call("a", Endpoint("e", "openai", "E"), "m", (Message("user", "Hi"),), params)


_REDIRECTS = [
    *(
        "api_base",
        "base_url",
        "api_key",
        "extra_headers",
        "mock_response",
        "fallbacks",
        "custom_llm_provider",
        "client",
    ),
    *("aws_bedrock_runtime_endpoint", "azure_ad_token", "vertex_credentials", "logger_fn", "stream", "timeout"),
]


class TestEstimate:
    @pytest.mark.parametrize(
        ("text", "low", "high"),
        [
            ("", 0, 0),
            ("Hello world", 2, 4),
            ("The quick brown fox jumps over the lazy dog.", 9, 13),
            ("日本語のテキスト", 8, 8),
            ("Привет, как дела?", 5, 9),
            ("x = 12345678", 4, 6),
        ],
    )
    def test_estimate_is_close_to_real_tokenizers(self, text: str, low: int, high: int) -> None:
        assert low <= tokens(text) <= high

    @given(any_text, any_text)
    def test_estimate_grows_with_the_text(self, a: str, b: str) -> None:
        assert tokens(a) <= tokens(a + " " + b)

    @given(st.text(alphabet="ab1 é日,\n", min_size=1), st.integers(1, 9))
    def test_estimate_does_not_depend_on_slice_size(self, text: str, slice_: int) -> None:
        whole = tokens(text * 9)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(estimating, "_SLICE", slice_)
            assert tokens(text * 9) == whole

    def test_estimated_usage_is_labelled_as_estimate(self) -> None:
        usage = estimate([Message("user", "Hi")], "Hello", "Hm")
        assert (usage.source, usage.reasoning, usage.output) == ("estimate", 1, 2)

    def test_calls_that_fail_before_any_text_get_no_estimate(self) -> None:
        asked = [Message("user", "Hi")]
        assert estimate_ended(asked, "", sent=False, failed=False) == Usage()
        assert estimate_ended(asked, "", sent=True, failed=True) == Usage()
        assert estimate_ended(asked, "Hel", sent=True, failed=True).output == 1
        assert estimate_ended(asked, "", sent=True, failed=False).output == 0


class TestRedactor:
    @given(st.text(min_size=MIN_SECRET, max_size=20), any_text, any_text)
    def test_redactor_removes_every_secret(self, secret: str, before: str, after: str) -> None:
        redact = Redactor([secret])
        assert secret not in redact.text(before + secret + after).replace(MASK, "\0")

    def test_longer_secrets_are_masked_first(self) -> None:
        assert "tail" not in Redactor(["abcde", "abcde-tail"]).text("abcde-tail")

    @pytest.mark.parametrize(
        "key", ["sk-proj-abcdefghijklmnop", "AIzaSyA1234567890abcdefghijk", "gsk_abcdefghijklmnop1"]
    )
    def test_unknown_keys_are_masked_by_their_pattern(self, key: str) -> None:
        assert key not in Redactor().text(f"Incorrect API key provided: {key}.")

    @given(st.recursive(st.text("ab", max_size=6), lambda s: st.lists(s) | st.dictionaries(st.text("ab"), s)))
    def test_json_without_secrets_is_unchanged(self, value: Any) -> None:
        assert Redactor(["secret"]).value(value) == value

    def test_nested_json_values_and_keys_are_redacted(self) -> None:
        value = {"a": ['x "quoted-key" y'], "quoted-key": 1}
        assert "quoted-key" not in json.dumps(Redactor(["quoted-key"]).value(value))


class TestAnswer:
    def tell(self, pieces: list[str]) -> tuple[str, list[dict[str, Any]]]:
        told: list[dict[str, Any]] = []

        async def play() -> None:
            answer = StreamedAnswer(call(), lambda kind, /, **fields: told.append({"type": kind, **fields}))
            answer.sent({}, ())
            for piece in pieces:
                answer.text(piece)
            answer.end("finished")

        asyncio.run(play())
        return "".join(m["text"] for m in told if m["type"] == "delta"), told

    @given(st.lists(any_text, max_size=8))
    def test_text_equals_received_chunks_with_surrogate_pairs_joined(self, pieces: list[str]) -> None:
        text, told = self.tell(pieces)
        whole = "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        assert text == whole
        text.encode()
        offset = 0
        for message in told:
            if message["type"] == "delta":
                assert message["offset"] == offset
                offset += len(message["text"])

    def test_split_emoji_is_joined(self) -> None:
        assert self.tell(["a\ud83d", "\ude00b", "\ud83d"])[0] == "a😀b\ufffd"

    def test_huge_chunk_is_split_into_messages_that_fit(self) -> None:
        text, told = self.tell(["😀" * 1_200_000])
        assert len(text) == 1_200_000
        assert len([m for m in told if m["type"] == "delta"]) == 3


class TestRequest:
    def test_body_has_only_set_parameters_and_marks_the_rest(self) -> None:
        body, marks = build(call(temperature=0.5, model="evil", messages=[]), "m1", RequestAdjustments())
        assert body["model"] == "m1"
        assert body["messages"] == [{"role": "user", "content": "Hi"}]
        assert set(body) == {"model", "messages", "temperature", "stream", "stream_options"}
        assert {(m.kind, m.name) for m in marks} == {
            ("refused", "model"), ("refused", "messages"), ("added", "stream_options")
        }  # fmt: skip

    def test_renames_are_marked_and_never_overwrite(self) -> None:
        known = RequestAdjustments(renames={"max_tokens": "max_completion_tokens"})
        body, marks = build(call(max_tokens=5), "m", known)
        assert body["max_completion_tokens"] == 5
        assert "max_tokens" not in body
        assert ("changed", "max_tokens") in {(m.kind, m.name) for m in marks}
        body, _ = build(call(max_tokens=5, max_completion_tokens=6), "m", known)
        assert (body["max_tokens"], body["max_completion_tokens"]) == (5, 6)

    @given(st.dictionaries(any_text, any_text))
    def test_any_text_survives_dumps(self, value: dict[str, str]) -> None:
        assert json.loads(dumps(value)) == value

    def test_dumps_rejects_nan(self) -> None:
        with pytest.raises(ValueError):
            dumps({"temperature": float("nan")})

    def refusal(self, message: str, **more: Any) -> RefusedRequest:
        return RefusedRequest(400, json.dumps({"error": {"message": message, **more}}))

    def test_refused_stream_options_disable_the_usage_request(self) -> None:
        less = adjusted(RequestAdjustments(), call(), self.refusal("Unknown field stream_options"))
        assert less is not None
        assert not less.wish_usage

    def test_refused_max_tokens_is_renamed_to_max_completion_tokens(self) -> None:
        refusal = self.refusal(
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        )
        less = adjusted(RequestAdjustments(), call(max_tokens=3), refusal)
        assert less is not None
        assert less.renames == {"max_tokens": "max_completion_tokens"}

    def test_unsupported_value_is_omitted(self) -> None:
        refusal = self.refusal("Only 1 is supported.", param="temperature", code="unsupported_value")
        less = adjusted(RequestAdjustments(), call(temperature=0), refusal)
        assert less is not None
        assert less.refused == {"temperature": "Only 1 is supported."}
        assert adjusted(less, call(temperature=0), refusal) is None

    def test_refusal_of_unsent_parameter_changes_nothing(self) -> None:
        refusal = self.refusal("no", param="seed", code="unsupported_parameter")
        assert adjusted(RequestAdjustments(), call(), refusal) is None
        assert adjusted(RequestAdjustments(), call(), RefusedRequest(400, "<html>")) is None


class TestWireMarks:
    def test_anthropic_request_is_marked_with_parameter_changes(self) -> None:
        wire = {"model": "c", "messages": [], "stop_sequences": ["x"], "max_tokens": 64000, "temperature": 0.1}
        assert compare({"temperature": 0.1, "stop": ["x"], "seed": 3}, wire) == (
            Mark("changed", "stop", 'Sent as stop_sequences: ["x"].'),
            Mark("refused", "seed", "LiteLLM left it out: this model has no such setting."),
            Mark("added", "max_tokens", "Sent as 64000, though it was not set."),
        )

    def test_gemini_generation_config_is_marked_as_renames(self) -> None:
        wire = {"contents": [], "generationConfig": {"maxOutputTokens": 5, "topP": 0.5, "seed": 1}}
        marks = compare({"max_tokens": 5, "top_p": 0.5, "seed": 1}, wire)
        assert {(m.kind, m.name) for m in marks} == {("changed", "max_tokens"), ("changed", "top_p")}

    @given(st.dictionaries(st.sampled_from(["temperature", "seed", "stop", "n"]), st.integers()))
    def test_every_requested_parameter_is_found_or_marked(self, asked: dict[str, int]) -> None:
        assert compare(asked, {"model": "m", "messages": [], **asked}) == ()
        assert {m.name for m in compare(asked, {"model": "m"})} == set(asked)

    def test_visible_body_omits_keys_and_extra_headers(self) -> None:
        assert visible({"a": 1, "extra_headers": {"x": "k"}, "api_key": "k", "extra_body": {"b": 2}}) == {
            "a": 1,
            "b": 2,
        }
        assert visible('{"a": 1}') == {"a": 1}
        assert visible("no") is None

    @pytest.mark.parametrize("name", _REDIRECTS)
    def test_redirecting_parameters_are_refused(self, name: str) -> None:
        kept, marks = split_params({name: "x", "temperature": 1, "top_k": 2, "max_tokens": 3, "thinking": {}})
        assert name not in kept
        assert {m.name for m in marks} == {name}


class TestPauses:
    @given(st.integers(1, 40), st.integers())
    def test_retry_pauses_grow_and_stay_bounded(self, attempt: int, seed: int) -> None:
        pause = pause_s(attempt, None, random.Random(seed))
        assert 0.5 <= pause <= LONGEST_PAUSE_S
        assert pause >= min(LONGEST_PAUSE_S, 2.0 ** (attempt - 1)) / 2

    @given(st.floats(0, 100), st.integers(1, 40), st.integers())
    def test_requested_retry_pause_is_honoured(self, after: float, attempt: int, seed: int) -> None:
        assert after <= pause_s(attempt, after, random.Random(seed)) <= after + min(4.0, 0.25 * 2 ** (attempt - 1))

    def test_calls_that_are_refused_again_are_spread_further(self) -> None:
        rng = random.Random(1)
        first, fifth = ([pause_s(attempt, 0.0, rng) for _ in range(100)] for attempt in (1, 5))
        assert max(first) <= 0.25 < 2.0 < max(fifth) <= 4.0


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("OPENAI_API_KEY", True),
        ("OPENAI_BASE_URL", True),
        ("HF_TOKEN", True),
        ("AWS_SECRET_ACCESS_KEY", True),
        ("GOOGLE_APPLICATION_CREDENTIALS", True),
        ("PATH", False),
        ("HOME", False),
        ("HTTPS_PROXY", False),
        ("AZURE_API_BASE", True),
        ("PYTHONPATH", False),
    ],
)
def test_secret_environment_variables_are_recognised_by_name(name: str, secret: bool) -> None:
    assert is_secret(name) is secret
