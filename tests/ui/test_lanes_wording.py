"""Texts of a lane's column: pure functions."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.app.lanes.lane_state import LaneHead, LaneStatus
from workbench.core.chat_form import IN_WORDS
from workbench.core.lanes import Params
from workbench.core.money import Usage
from workbench.core.runs import Failure, Mark
from workbench.ui.features.lanes import wording

DONE = LaneStatus("finished", 310, 142.2, Usage(104, 86, 12), "$0.0004", attempt=1, attempts=1, took_ms=2140)

STATUSES = st.builds(
    LaneStatus,
    state=st.sampled_from(["idle", "waiting", "queued", "streaming", "finished", "failed", "stopped", "interrupted"]),
    ttft_ms=st.none() | st.integers(0, 10**6),
    tokens_per_second=st.none() | st.floats(0, 10**5),
    usage=st.builds(
        Usage,
        st.none() | st.integers(0, 10**6),
        st.none() | st.integers(0, 10**6),
        st.none() | st.integers(0, 10**6),
        st.none(),
        st.sampled_from(["provider", "estimate"]),
    ),
    cost=st.sampled_from(["", "free", "unknown", "$0.0004", "about $1.20"]),
    notice=st.sampled_from(["", "retrying in 3 s: rate limited"]),
    blind=st.booleans(),
)


def test_numbers_line_of_a_finished_answer_is_complete() -> None:
    assert wording.numbers(DONE)[0] == "2.1 s · 104→86 tok · $0.0004"


def test_narrow_numbers_keep_time_tokens_and_cost() -> None:
    assert wording.numbers(DONE)[:2] == ("2.1 s · 104→86 tok · $0.0004", "2.1 s · 86 tok · $0.0004")
    guessed = replace(DONE, usage=Usage(104, 86, source="estimate"), cost="about $0.0004")
    assert wording.numbers(guessed)[:3] == (
        "2.1 s · about 104→86 tok · about $0.0004",
        "2.1 s · about 86 tok · about $0.0004",
        "2.1 s · ~86 tok · ~$0.0004",
    )
    failed = LaneStatus("failed", took_ms=310, usage=Usage(5, 0), cost="$0.01")
    assert wording.numbers(failed)[0] == "failed · 0.31 s · 5→0 tok · $0.01"


@given(STATUSES, st.none() | st.integers(0, 10**7))
@example(LaneStatus("finished", usage=Usage(None, 0), cost="unknown"), None)
def test_each_candidate_is_shorter_than_the_one_before(status: LaneStatus, elapsed: int | None) -> None:
    lines = wording.numbers(status, elapsed)
    assert lines
    assert all(len(a) > len(b) for a, b in itertools.pairwise(lines))
    assert wording.numbers_tip(status) or not status.ttft_ms or status.blind


def test_unknown_cost_is_said_shorter_then_dropped_before_token_counts() -> None:
    lines = wording.numbers(LaneStatus("finished", 310, 44.0, Usage(50, 20), cost="unknown", took_ms=900))
    assert lines[0] == "0.90 s · 50→20 tok · cost unknown"
    assert lines[2:4] == ("0.90 s · 20 tok · cost ?", "0.90 s · 20 tok")


@pytest.mark.parametrize(
    ("status", "elapsed", "line"),
    [
        (LaneStatus(), None, "not run yet"),
        (LaneStatus("waiting"), 420, "waiting 0.4 s"),
        (LaneStatus("queued"), 12_600, "queued 12 s"),
        (LaneStatus("streaming", 310), 185_000, "streaming… 3 min 05 s"),
        (LaneStatus("queued", notice="retrying in 3 s: rate limited"), 9, "retrying in 3 s: rate limited"),
        (LaneStatus("finished", usage=Usage(5, 9), cost="unknown"), None, "5→9 tok · cost unknown"),
        (LaneStatus("failed", failure=Failure("no_key", "No key."), cost="unknown"), None, "failed"),
        (LaneStatus("stopped", usage=Usage(5, 9, source="estimate")), None, "stopped · about 5→9 tok"),
        (LaneStatus("streaming", blind=True, cost="$1"), 9, "streaming…"),
        (LaneStatus("finished", ttft_ms=3, blind=True, cost="$1"), None, "numbers hidden while blind"),
    ],
)
def test_numbers_line_matches_the_status(status: LaneStatus, elapsed: int | None, line: str) -> None:
    assert wording.numbers(status, elapsed)[0] == line


def test_notice_has_a_short_form() -> None:
    assert wording.numbers(LaneStatus("queued", notice="retrying in 3 s: limit"))[-1] == "retrying in 3 s"


def test_numbers_tooltip_lists_every_detail() -> None:
    tip = wording.numbers_tip(LaneStatus("finished", 310, 142.2, Usage(104, 86, 12, 40), "$0.0004", version=5), "#5")
    for fact in (
        "ran the text of #5",
        "104 input",
        "12 of them cached",
        "86 output",
        "40 of them reasoning",
        "$0.0004",
    ):
        assert fact in tip


def test_blind_lane_hides_its_model() -> None:
    head, status = LaneHead("a", 2, "gpt-5", "openai/gpt-5", "built in", 3, "#3"), LaneStatus("finished", blind=True)
    texts = [wording.title(head, True), wording.title_tip(head, True), *wording.pills(head, status)]
    assert not any("gpt" in text or "built" in text or "#3" in text for text in texts)


def test_pills_are_ordered_by_importance() -> None:
    head = LaneHead("a", 1, "m", "m", "built in", 3)
    assert wording.pills(head, LaneStatus(standing="tie")) == ("tie", "built in")
    assert wording.pills(head, LaneStatus(standing="bad"))[0] == "all bad"
    assert wording.pills(head, LaneStatus(standing="winner")) == ("built in",)


def test_settings_line_lists_only_non_default_properties() -> None:
    plain = LaneHead("a", 1, "m", "m")
    assert wording.settings_line(plain, LaneStatus()) == ""
    pinned = replace(plain, pinned=3, pinned_name="#2", params=Params(temperature=0.2))
    assert wording.settings_line(pinned, LaneStatus()) == "#2 pinned"
    assert wording.settings_line(replace(pinned, read_only=True), LaneStatus()) == "#2 pinned · temp 0.2"
    assert wording.settings_line(replace(plain, answered_by="gpt-5"), LaneStatus()) == "ran with gpt-5"
    kept = LaneStatus("finished", kept="#12")
    assert wording.settings_line(replace(plain, baseline=True), kept) == "baseline · from #12"
    assert wording.settings_line(plain, replace(kept, other_values=True)) == "from #12, other values"
    assert wording.settings_line(pinned, replace(kept, blind=True)) == ""


def test_params_summary_abbreviates_the_parameters() -> None:
    assert wording.params_summary(Params()) == ""
    assert wording.params_summary(Params(temperature=0.2, max_tokens=120)) == "temp 0.2 · max 120"
    params = Params(
        temperature=0,
        top_p=0.9,
        max_tokens=5,
        stop=("\n\n",),
        seed=0,
        reasoning_effort="low",
        extra='{"a": 1}',
    )
    expected = "temp 0 · top_p 0.9 · max 5 · stop “\\n\\n” · seed 0 · effort low · extra JSON"
    assert wording.params_summary(params) == expected
    assert wording.params_summary(Params(stop=("a", "b"))) == "2 stops"


IN_WORDS_MARK = Mark("changed", "response_format", f"{IN_WORDS}the server takes none.")


@pytest.mark.parametrize(
    ("marks", "line"),
    [
        ((), ""),
        ((Mark("changed", "a", ""),), "1 parameter changed"),
        ((Mark("added", "a", ""), Mark("added", "b", "")), "2 parameters added"),
        ((Mark("added", "a", ""), Mark("refused", "b", "")), "2 parameters changed"),
        ((IN_WORDS_MARK,), "format sent as an instruction"),
        ((Mark("added", "a", ""), IN_WORDS_MARK), "format sent as an instruction, 1 more"),
    ],
)
def test_marks_line_counts_changed_parameters(marks: tuple[Mark, ...], line: str) -> None:
    assert wording.marks_line(marks) == line


def test_time_to_first_token_is_never_shown_as_zero() -> None:
    assert wording.numbers(LaneStatus("finished", took_ms=0)) == ("<0.01 s",)
    assert wording.numbers(LaneStatus("finished", took_ms=5)) == ("0.01 s",)


def test_ending_names_the_reason_an_answer_stopped() -> None:
    assert wording.ending(LaneStatus("finished", finish_reason="length")) == "stopped at max tokens"
    assert wording.ending(LaneStatus("stopped", finish_reason="length")) == "stopped by you"
    assert wording.ending(LaneStatus("interrupted")) == "interrupted before its end"
    assert wording.ending(LaneStatus("finished", finish_reason="stop")) == ""


def test_tooltip_shows_the_savings_from_the_cache() -> None:
    tip = wording.numbers_tip(LaneStatus("finished", usage=Usage(1200, 86, 1024), saved="$0.0012"))
    assert "1,024 of them cached, saved about $0.0012" in tip


def test_stalled_stream_says_for_how_long() -> None:
    stalled = LaneStatus("streaming", ttft_ms=100, silent_s=8)
    assert wording.numbers(stalled, 20_000)[0] == "no token for 8 s"
    assert wording.numbers(replace(stalled, silent_s=75), 90_000)[0] == "no token for 75 s"
    assert "no token" not in wording.numbers(replace(stalled, blind=True), 20_000)[0]
