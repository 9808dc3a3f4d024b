"""The table of types is complete."""

from __future__ import annotations

import pytest

from workbench.core.cases import Check
from workbench.core.check_words import lines
from workbench.core.checks import evaluator
from workbench.core.checks.check_types import CHECK_TYPES, NO_EMBEDDINGS, NO_JUDGE, CheckType, unknown_type
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer

PROMPTFOO = """
agent-rubric answer-relevance bleu classifier contains contains-all contains-any contains-html contains-json
contains-sql contains-xml context-faithfulness context-recall context-relevance conversation-relevance cost equals
factuality finish-reason g-eval gleu guardrails icontains icontains-all icontains-any is-html is-json is-refusal is-sql
is-valid-function-call is-valid-openai-function-call is-valid-openai-tools-call is-xml javascript latency levenshtein
llm-rubric meteor model-graded-closedqa model-graded-factuality moderation perplexity perplexity-score pi python regex
ruby rouge-n search-rubric skill-used similar similar:cosine similar:dot similar:euclidean starts-with tool-call-f1
trajectory:goal-success trajectory:tool-args-match trajectory:step-count trajectory:tool-sequence trajectory:tool-used
trace-error-spans trace-span-count trace-span-duration webhook word-count select-best max-score human assert-set
"""
"""The types of promptfoo 0.123.1."""


def test_table_has_every_type_of_promptfoo() -> None:
    assert CHECK_TYPES.keys() == set(PROMPTFOO.split())


@pytest.mark.parametrize("row", CHECK_TYPES.values(), ids=lambda row: row.name)
def test_row_is_complete(row: CheckType) -> None:
    assert row.title[0].isupper()
    assert row.explanation[0].isupper()
    assert row.explanation.endswith(".")
    assert ". " not in row.explanation
    assert not row.difference or row.difference.endswith(".")
    assert row.is_evaluated == (row.name in evaluator._FUNCTIONS or row.name == "assert-set" or row.judged)
    assert row.judged == (row.needs in ("judge", "embeddings", "judge and embeddings"))
    assert row.judged == (row.needs_judge or row.needs_embeddings)


@pytest.mark.parametrize("row", [row for row in CHECK_TYPES.values() if not row.is_evaluated], ids=lambda row: row.name)
def test_type_that_is_not_evaluated_never_passes(row: CheckType) -> None:
    for is_negated in (False, True):
        found = evaluate(Check(row.name, is_negated, '"x"'), CheckedAnswer("x"))
        assert (found.state, found.score, found.reason) == ("unscored", None, row.explanation)


@pytest.mark.parametrize("row", [row for row in CHECK_TYPES.values() if row.judged], ids=lambda row: row.name)
def test_judged_type_is_unscored_without_a_model(row: CheckType) -> None:
    for is_negated in (False, True):
        found = evaluate(Check(row.name, is_negated, '"x"', weight=0.0), CheckedAnswer("x"))
        assert (found.state, found.score, found.reason) == ("unscored", None, row.without_model)
        assert found.reason == (NO_JUDGE if "judge" in row.needs else NO_EMBEDDINGS)


@pytest.mark.parametrize("row", CHECK_TYPES.values(), ids=lambda row: row.name)
def test_type_is_described_in_words_and_says_why_it_is_not_evaluated(row: CheckType) -> None:
    (plain, *_), (negated, *_) = lines(Check(row.name, threshold=1.0)), lines(Check(row.name, True, threshold=1.0))
    assert not plain.is_verbatim
    assert plain.text != negated.text
    for line in (plain, negated):
        assert (" Not scored: " in line.text) == (not row.is_evaluated)


def test_unknown_type_names_the_nearest_one() -> None:
    assert "Did you mean contains?" in unknown_type("Contains")
    assert "Did you mean is-json?" in unknown_type("isJson")
