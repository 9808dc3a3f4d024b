"""Planning, pricing, sessions, names, samples: use cases without processes and files."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.usecases.making import ALL, FILE, LOCAL, draft, echo
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import BUILTIN, ECHO, FIXED_ENDPOINTS, LITELLM, Endpoint, Lane, Params
from workbench.core.money import FREE, Rates, Usage
from workbench.core.runs import BesideLane, IterationDetail, IterationRow, Result, RunLane, Verdict, VersionRow
from workbench.core.templates import content_variables
from workbench.core.timeline import BareVersion, VersionDetail
from workbench.host.provider_choices import ProviderChoices
from workbench.usecases.history import branch, next_verdict, restore
from workbench.usecases.model_names import model_name, pair, resolve_model, shadowed, slots, with_params
from workbench.usecases.pricing import Pricing
from workbench.usecases.problems import MissingInput, RefusedError
from workbench.usecases.prompts import clean_name
from workbench.usecases.run_plan import check, plan_lanes
from workbench.usecases.sample_prompts import load_sample
from workbench.usecases.session import SessionTotals


def no_render(content: Content, values: object) -> Future[tuple[Message, ...]]:
    raise AssertionError("a plain template is not rendered by the engine")


def no_version(number: int) -> VersionRow:
    raise AssertionError("nothing is pinned")


class TestPlanning:
    def test_missing_input_is_listed_and_the_message_stays_short(self) -> None:
        names = tuple(f"v{i}" for i in range(3000))
        problem = check(draft(text=" ".join(f"{{{{{name}}}}}" for name in names)))
        assert problem is not None
        assert problem.lack == MissingInput(names)
        assert "Enter a value for {{v0}}, {{v1}}, {{v2}}, {{v3}}, {{v4}} and 2,995 more below." in problem.sentence
        assert len(problem.sentence) < 200
        empty = check(Draft(Content(), (), (echo(),)))
        assert empty is not None
        assert empty.lack == MissingInput()

    def test_variables_without_a_value_are_named(self) -> None:
        problem = check(draft(text="{{a}} {{b}} {{name}}"))
        assert problem is not None
        assert "{{a}} and {{b}}" in problem.sentence

    def test_empty_value_is_accepted(self) -> None:
        assert check(draft(values={"name": ""})) is None

    def test_jinja_variables_are_not_checked_before_rendering(self) -> None:
        content = Content((Message("user", "{% for x in y %}{{x}}{% endfor %}"),), "jinja")
        assert check(Draft(content, (("y", "z"),), (echo(),))) is None

    @pytest.mark.parametrize("text", ["", "no lanes"])
    def test_draft_without_text_or_lanes_is_refused(self, text: str) -> None:
        wrong = Draft(Content((Message("user", text),)), (), () if text else (echo(),))
        assert check(wrong) is not None

    def test_draft_with_only_pinned_lanes_needs_no_text(self) -> None:
        assert check(Draft(Content(), (), (echo(pinned=1),))) is None

    @pytest.mark.parametrize("extra", ["{", "[1]", '"a"'])
    def test_extra_parameters_must_be_an_object(self, extra: str) -> None:
        problem = check(draft(Lane("a", ECHO, "echo", Params(extra=extra))))
        assert problem is not None
        assert "lane 1" in problem.sentence

    def test_pinned_lanes_send_their_version_and_others_the_draft(self) -> None:
        old = VersionRow("v", 4, "", None, "t", Content((Message("user", "Old {{name}}"),)))
        planned = plan_lanes(draft(echo(), echo("b", pinned=4)), {4: old}.__getitem__, no_render)
        assert [lane.rendered[0].messages[0].text for lane in planned] == ["Hello Ada", "Old Ada"]

    def test_pinned_version_with_a_missing_value_is_named(self) -> None:
        old = VersionRow("v", 4, "", None, "t", Content((Message("user", "{{gone}}"),)), name="#3")
        with pytest.raises(RefusedError, match=r"Enter a value for \{\{gone\}\} below, which #3 uses\."):
            plan_lanes(draft(echo(pinned=4)), {4: old}.__getitem__, no_render)

    def test_messages_that_are_empty_after_rendering_are_refused(self) -> None:
        with pytest.raises(RefusedError, match="nothing to send"):
            plan_lanes(draft(text="{{name}}", values={"name": ""}), no_version, no_render)


CATALOGUE = {"gpt-5-mini": Rates(1e-6, 2e-6)}


class TestPricing:
    litellm = next(e for e in FIXED_ENDPOINTS if e.uid == LITELLM)
    answered = Result("finished", "x", usage=Usage(100, 10), request={"model": "m"})

    def pricing(self) -> Pricing:
        return Pricing(ProviderChoices(), CATALOGUE.get, lambda: "now")

    def test_user_price_overrides_the_catalogue_until_removed(self) -> None:
        pricing = self.pricing()
        assert pricing.rates_for(self.litellm, "gpt-5-mini") == CATALOGUE["gpt-5-mini"]
        pricing.set_price(LITELLM, "gpt-5-mini", Rates(1.0, 2.0))
        assert pricing.rates_for(self.litellm, "gpt-5-mini") == Rates(1.0, 2.0, None, "user")
        pricing.set_price(LITELLM, "gpt-5-mini", None)
        assert pricing.rates_for(self.litellm, "gpt-5-mini") == CATALOGUE["gpt-5-mini"]

    def test_custom_endpoint_has_no_catalogue_price(self) -> None:
        assert self.pricing().rates_for(LOCAL, "gpt-5-mini") is None

    def test_local_models_are_free_and_unknown_models_have_no_price(self) -> None:
        pricing = self.pricing()
        assert pricing.price(self.answered, FILE, "Tiny").cost_usd == 0.0
        assert pricing.rates_for(FILE, "Tiny") == FREE
        unknown = pricing.price(self.answered, self.litellm, "no-such")
        assert (unknown.rates, unknown.cost_usd) == (None, None)

    def test_cost_is_computed_from_usage(self) -> None:
        assert self.pricing().price(self.answered, self.litellm, "gpt-5-mini").cost_usd == pytest.approx(120e-6)

    def test_result_without_a_request_has_no_cost(self) -> None:
        never = Result("failed", usage=Usage(100, 10))
        assert self.pricing().price(never, self.litellm, "gpt-5-mini").cost_usd is None


class TestSession:
    def test_session_sums_known_costs_and_counts_unknown_ones(self) -> None:
        session = SessionTotals()
        session.ended(Result("finished", cost_usd=0.25, request={}))
        session.ended(Result("stopped", cost_usd=0.5, request={}, usage=Usage(1, 1, source="estimate")))
        session.ended(Result("finished", cost_usd=None, request={}))
        session.ended(Result("failed", cost_usd=None))
        stats = session.stats()
        assert (stats.spent_usd, stats.unknown, stats.about) == (0.75, 1, True)

    def test_median_loop_time_is_per_prompt_without_long_pauses(self) -> None:
        session = SessionTotals()
        for prompt, at in [("a", 0), ("b", 1_000), ("a", 8_000), ("a", 8_000 + 11 * 60_000), ("b", 11_000)]:
            session.started(prompt, at)
        assert (session.stats().iterations, session.stats().median_loop_ms) == (5, 9_000)

    def test_new_session_has_no_loop_time(self) -> None:
        assert SessionTotals().stats().median_loop_ms is None


class TestNames:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("echo", (ECHO, "echo")),
            ("BUILTIN", (BUILTIN, "SmolLM2-135M-Instruct")),
            ("my server/llama/3", ("e1", "llama/3")),
            ("tiny", ("e2", "Tiny")),
            ("openrouter/anthropic/claude", (LITELLM, "openrouter/anthropic/claude")),
            ("gpt-5", (LITELLM, "gpt-5")),
            # Similar names are not completed.
            ("ech", (LITELLM, "ech")),
            ("builtins", (LITELLM, "builtins")),
            ("tin", (LITELLM, "tin")),
            ("my serv/llama", (LITELLM, "my serv/llama")),
            ("gpt5mini", (LITELLM, "gpt5mini")),
        ],
    )
    def test_model_name_resolves_to_one_model(self, text: str, meant: tuple[str, str]) -> None:
        assert resolve_model(text, ALL) == meant

    @pytest.mark.parametrize("text", ["", "  ", "My server", "My server/"])
    def test_incomplete_model_name_is_refused(self, text: str) -> None:
        with pytest.raises(RefusedError):
            resolve_model(text, ALL)

    def test_endpoint_name_never_shadows_a_provider(self) -> None:
        theirs = Endpoint("e9", "openai", "groq", "https://evil.example/v1")
        file = Endpoint("e8", "gguf", "openai/gpt-5", path="/m.gguf")
        there = [theirs, file, *ALL]
        assert resolve_model("groq/llama", there) == (LITELLM, "groq/llama")
        assert resolve_model("Groq/llama", there) == (LITELLM, "groq/llama")
        assert resolve_model("openai/gpt-5", there) == (LITELLM, "openai/gpt-5")
        assert model_name(theirs, "llama") == "endpoint:groq/llama"
        assert resolve_model("endpoint:groq/llama", there) == ("e9", "llama")
        assert shadowed("groq/llama", there) == (
            "“groq” means the provider Groq. For your endpoint of that name write “endpoint:groq/llama”."
        )
        assert shadowed("groq/llama", ALL) == shadowed("My server/llama", there) == ""

    def test_name_of_several_endpoints_is_refused(self) -> None:
        theirs = Endpoint("e9", "openai", "My Server", "https://evil.example/v1")
        with pytest.raises(RefusedError, match="Several endpoints"):
            resolve_model("my server/llama", [theirs, *ALL])

    def test_lane_slots_are_unique(self) -> None:
        made = slots(800)
        assert made[:3] == ("a", "b", "c")
        assert made[25:28] == ("z", "aa", "ab")
        assert len(set(made)) == 800

    @given(st.text(st.characters(exclude_characters="="), min_size=1).filter(str.strip), st.text())
    def test_name_value_pair_keeps_its_value_exactly(self, name: str, value: str) -> None:
        assert pair(f"{name}={value}", "x") == (name.strip(), value)

    def test_parameters_are_parsed_from_text(self) -> None:
        given_ = [
            ("temperature", "0.2"),
            ("max-tokens", "5"),
            ("stop", "a,b"),
            ("stop", "\n"),
            ("top_k", "40"),
            ("x", "y"),
        ]
        made = with_params(Params(top_p=0.5, extra='{"z": 1}'), given_)
        assert made.to_json() == {
            "top_p": 0.5,
            "temperature": 0.2,
            "max_tokens": 5,
            "stop": ["a,b", "\n"],
            "top_k": 40,
            "extra": {"z": 1, "x": "y"},
        }

    def test_given_parameters_override_extra_parameters_of_the_lane(self) -> None:
        made = with_params(Params(extra='{"top_p": 0.9, "z": 1}'), [("top-p", "0.4")])
        assert made.request() == {"top_p": 0.4, "z": 1}
        extra = '{"max_completion_tokens": 9, "num_predict": -1, "topP": 1, "logprobs": true, "z": 1}'
        given_ = [("maxTokens", "100"), ("Top_P", "0.4"), ("top_logprobs", "2")]
        made = with_params(Params(extra=extra), given_)
        assert made.request() == {
            "max_tokens": 100,
            "top_p": 0.4,
            "top_logprobs": 2,
            "logprobs": True,
            "z": 1,
        }

    @pytest.mark.parametrize(
        "given_",
        [
            ("temperature", "hot"),
            ("temperature", "99"),
            ("reasoning_effort", "hihg"),
            ("seed", "1.5"),
            ("top_p", "nan"),
            ("max_tokens", ""),
            ("max_tokens", "1_0"),
            ("top_p", "0_1"),
            ("top_p", "٠"),
            ("stop", ""),
        ],
    )
    def test_invalid_parameter_values_are_refused(self, given_: tuple[str, str]) -> None:
        with pytest.raises(RefusedError, match=given_[0]):
            with_params(Params(), [given_])

    @pytest.mark.parametrize(
        ("text", "words"),
        [("1e999", "too large"), ('{"a": [-1e999]}', "too large"), ("[" * 60_000, "nested too deeply")],
    )
    def test_too_large_or_nested_values_are_refused(self, text: str, words: str) -> None:
        with pytest.raises(RefusedError, match=f"x.*{words}"):
            with_params(Params(), [("x", text)])

    @pytest.mark.parametrize("given_", [("Temperature", "99"), ("max_completion_tokens", "-3"), ("topP", "7")])
    def test_other_spellings_and_names_are_checked_as_the_same_parameter(self, given_: tuple[str, str]) -> None:
        with pytest.raises(RefusedError, match=r"^(temperature|max_tokens|top_p) must be a (whole )?number"):
            with_params(Params(), [given_])

    def test_extra_parameters_that_are_not_json_are_refused(self) -> None:
        with pytest.raises(RefusedError, match="not a JSON object"):
            with_params(Params(extra="{"), [("top_k", "1")])

    @pytest.mark.parametrize("name", ["", " \n", "\u200b", "x" * 201])
    def test_a_prompt_needs_a_visible_name(self, name: str) -> None:
        with pytest.raises(RefusedError):
            clean_name(name)

    def test_whitespace_in_a_name_is_collapsed(self) -> None:
        assert clean_name("  Order \n status ") == "Order status"


def detail() -> IterationDetail:
    row = IterationRow("r", 3, 2, "t", "", "", 0, 0, "none", "", False)
    lanes = (RunLane(0, echo(), 2), RunLane(1, echo("b", pinned=1), 1))
    content = Content((Message("user", "was"),))
    return IterationDetail(row, content, 1, (("name", "Bo"),), lanes, (), Verdict("none"))


class TestHistory:
    def test_restore_keeps_the_base_version_and_branch_changes_the_base(self) -> None:
        now = replace(draft(), based_on=7)
        back, aside = restore(detail(), now), branch(detail(), now)
        assert back.content == aside.content == detail().content
        assert back.values == aside.values == (("name", "Bo"),)
        assert [lane.pinned for lane in back.lanes] == [None, 1]
        assert (back.based_on, aside.based_on) == (7, 2)

    def test_restoring_a_version_without_runs_changes_only_the_text(self) -> None:
        now = replace(draft(), based_on=7)
        was = VersionDetail(BareVersion("v", 2, "t", "", "", 0, 0), Content((Message("user", "was"),)))
        back, aside = restore(was, now), branch(was, now)
        assert back == replace(now, content=was.content)
        assert aside == replace(now, content=was.content, based_on=2)

    def test_content_of_a_newer_release_is_not_restored_or_branched(self) -> None:
        for take_over in (restore, branch):
            with pytest.raises(RefusedError, match="a newer release made it"):
                take_over(replace(detail(), newer="No: a newer release made it."), draft())

    def test_restore_keeps_order_baselines_and_visibility_of_lanes(self) -> None:
        was = detail()
        earlier = replace(
            was,
            row=replace(was.row, run_uid="e", number=1),
            lanes=(RunLane(0, echo("c"), 1), RunLane(1, echo("d", "other"), 1)),
        )
        beside = (BesideLane("c", "e", 0, baseline=True), BesideLane("d", "e", 2, hidden=True))
        back = restore(replace(was, beside=beside, earlier=(earlier,)), draft())
        assert [(lane.slot, lane.baseline, lane.hidden) for lane in back.lanes] == [
            ("c", "e", False),
            ("a", "", False),
            ("d", "", True),
            ("b", "", False),
        ]

    def test_repeated_verdict_is_cleared(self) -> None:
        none, tie, bad = Verdict("none"), Verdict("tie", (0, 1), True), Verdict("all_bad", (0, 1))
        first, kept = Verdict("winner", (1,)), Verdict("winner", kept=("c",))
        assert next_verdict(none, first) == first
        assert next_verdict(first, Verdict("winner", (0,))) == Verdict("winner", (0,))
        assert next_verdict(first, first) == none
        assert next_verdict(first, kept) == kept
        assert next_verdict(kept, kept) == none
        assert next_verdict(first, tie) == tie
        assert next_verdict(tie, tie) == Verdict("none", (), True)
        assert next_verdict(tie, bad) == bad


def test_sample_has_two_versions_and_a_draft_ready_to_run() -> None:
    sample = load_sample()
    one_line, refined = (version.content for version in sample.versions)
    assert sample.name == "Order status bot"
    assert [m.role for m in one_line.messages] == ["user"]
    assert "\n" not in one_line.messages[0].text
    assert [m.text.splitlines()[-5][:2] for m in refined.messages if m.role == "system"] == ["1."]
    assert [lane.pinned for lane in sample.draft.lanes] == [1, None]
    assert {lane.endpoint for lane in sample.draft.lanes} == {BUILTIN}
    assert sample.draft.value_map["question"] == "What's the status of my order 123ABCDEFG?"
    assert set(content_variables(sample.draft.content)) == set(sample.draft.value_map)
    assert check(sample.draft) is None
