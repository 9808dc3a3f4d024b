"""The table of all types of checks: one row each.

The form, the help, the importer's report, the evaluator and the judges read it. A type that is not evaluated here is
kept with its check and unscored. A judged type is evaluated by models, in `core/judging`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.core.cases import SET

PAIRWISE = "select-best"
"""The judged type that compares two answers, so that people cannot label a single one by it."""

ValueKind = Literal["none", "text", "texts", "pattern", "schema", "number", "map", "json", "code", "checks"]
"""What a type takes as its value; `map` and `schema` are optional."""
Need = Literal[
    "",
    "engine",
    "finish reason",
    "latency",
    "cost",
    "tool steps",
    "sqlglot",
    "judge",
    "embeddings",
    "judge and embeddings",
]
"""What evaluating a type needs, apart from the text of the answer: `judge` is a judge model, `embeddings` a model that
turns texts into vectors."""
NO_JUDGE = "No judge model is chosen for this prompt. Choose one in the settings of the test."
NO_EMBEDDINGS = "No embedding model is chosen for this prompt. Choose one in the settings of the test."


@dataclass(frozen=True, slots=True)
class CheckType:
    """A type of checks.

    `name` is promptfoo's. `title` and `explanation` are for people; the explanation is one sentence, which says why for
    a type that is not evaluated. `threshold` is the default, None for a type without one. `difference` says what is
    different from promptfoo, "" for nothing. `judged` types are evaluated, but not without calls of models.
    """

    name: str
    title: str
    explanation: str
    value: ValueKind = "none"
    threshold: float | None = None
    needs: Need = ""
    is_evaluated: bool = True
    difference: str = ""
    judged: bool = False

    @property
    def needs_judge(self) -> bool:
        """Whether a judge model is asked."""
        return self.judged and self.needs != "embeddings"

    @property
    def needs_embeddings(self) -> bool:
        """Whether an embedding model is asked."""
        return self.judged and self.needs != "judge"

    @property
    def without_model(self) -> str:
        """The sentence of a judged type whose models are not chosen."""
        return NO_JUDGE if self.needs_judge else NO_EMBEDDINGS


def _unevaluated(name: str, title: str, why: str, value: ValueKind = "text") -> CheckType:
    return CheckType(name, title, why, value, is_evaluated=False)


def _judged(
    name: str,
    title: str,
    explanation: str,
    value: ValueKind = "text",
    threshold: float | None = None,
    needs: Need = "judge",
    difference: str = "",
) -> CheckType:
    return CheckType(name, title, explanation, value, threshold, needs, difference=difference, judged=True)


_MODEL = "A model has to grade the answer in a way that is not supported here."
_CODE = "It runs a program outside of the workbench, which is never done."
_NETWORK = "It calls a service over the network, which is never done."
_TRACE = "It needs a trace of the call, which is not recorded here."
_LOGPROBS = "It needs the probabilities of tokens, which are not recorded here."
_COLUMNS = "It compares the scores of several columns, which is not done here."
_UNCLEAR = "A reply without a clear verdict makes the check unscored; promptfoo fails the check, or takes a guess."
_NOT_IGNORED = f"promptfoo ignores not- before this type. {_UNCLEAR}"
_FACTS = "A judge compares the facts of the answer with those of this reference, or of the case's expectation."
_SIMILAR = "The answer means about the same as one of these texts, or as the case's expectation, "
_BATCH = "Without a text, the case's expectation is compared; promptfoo needs a text."
_FUNCTION = "It depends on the provider's own form of function calls; use is-valid-openai-tools-call instead."

_ROWS = (
    CheckType("equals", "Equals", "The answer is exactly this text, or the same JSON.", "json"),
    CheckType("contains", "Contains", "The answer contains this text, in the same case.", "text"),
    CheckType("icontains", "Contains, ignoring case", "The answer contains this text in any case.", "text"),
    CheckType("contains-any", "Contains any", "The answer contains at least one of these texts.", "texts"),
    CheckType("contains-all", "Contains all", "The answer contains every one of these texts.", "texts"),
    CheckType(
        "icontains-any",
        "Contains any, ignoring case",
        "The answer contains at least one of these texts in any case.",
        "texts",
    ),
    CheckType(
        "icontains-all",
        "Contains all, ignoring case",
        "The answer contains every one of these texts in any case.",
        "texts",
    ),
    CheckType("starts-with", "Starts with", "The answer begins with this text, in the same case.", "text"),
    CheckType(
        "regex",
        "Matches a pattern",
        "A JavaScript regular expression without flags matches somewhere in the answer.",
        "pattern",
        needs="engine",
    ),
    CheckType(
        "is-json",
        "Is JSON",
        "The whole answer is JSON, without a code fence, and fits the JSON Schema (draft-07) if there is one.",
        "schema",
    ),
    CheckType(
        "contains-json",
        "Contains JSON",
        "The answer contains a JSON object or array that fits the JSON Schema (draft-07) if there is one.",
        "schema",
        difference="Reads JSON; promptfoo reads YAML in braces, so that it accepts {not json} and misses "
        "arrays, nested objects and braces in texts.",
    ),
    CheckType(
        "is-xml",
        "Is XML",
        "The whole answer is well-formed XML with these elements, such as order.item.",
        "texts",
        difference="A path through a repeated element holds for any of them; promptfoo needs its position.",
    ),
    CheckType(
        "contains-xml",
        "Contains XML",
        "The answer contains a closed XML element with these elements in it.",
        "texts",
        difference="A path through a repeated element holds for any of them; promptfoo needs its position.",
    ),
    CheckType("is-html", "Is HTML", "The whole answer is HTML, without text outside of its elements."),
    CheckType("contains-html", "Contains HTML", "The answer contains tags, entities or other signs of HTML."),
    CheckType(
        "is-sql",
        "Is SQL",
        "The whole answer is SQL for MySQL or another database, and uses only allowed tables and columns.",
        "map",
        needs="sqlglot",
        difference="Another parser decides, which accepts some statements that promptfoo's does not, and the reverse.",
    ),
    CheckType(
        "contains-sql",
        "Contains SQL",
        "A code block of the answer, or the whole answer without one, is SQL.",
        "map",
        needs="sqlglot",
        difference="Another parser decides, which accepts some statements that promptfoo's does not, and the reverse.",
    ),
    CheckType(
        "levenshtein", "Edit distance", "The answer differs from this text by few changes of characters.", "text", 5
    ),
    CheckType("rouge-n", "Shared words (ROUGE-N)", "The answer shares most words with this text.", "text", 0.75),
    CheckType(
        "bleu", "Shared phrases (BLEU)", "The answer shares phrases of up to four words with a text.", "texts", 0.5
    ),
    CheckType(
        "gleu", "Shared phrases (GLEU)", "Like BLEU, for single sentences: missing words count, too.", "texts", 0.5
    ),
    CheckType("word-count", "Word count", "The answer has this many words, or between min and max.", "number"),
    CheckType(
        "finish-reason",
        "Finish reason",
        "The provider gave this reason for the end of the answer, such as stop or length.",
        "text",
        needs="finish reason",
    ),
    CheckType("latency", "Latency", "The call took at most this many milliseconds (threshold).", needs="latency"),
    CheckType("cost", "Cost", "The call cost at most this many US dollars (threshold).", needs="cost"),
    CheckType("is-refusal", "Is a refusal", "The answer contains a phrase with which models decline, or is empty."),
    CheckType(
        "is-valid-openai-tools-call",
        "Valid tool calls",
        "The answer calls tools of the prompt with arguments that fit their parameters.",
        needs="tool steps",
        difference="Reads the recorded calls of any provider, and allows tools without parameters.",
    ),
    CheckType(
        "tool-call-f1",
        "Expected tools (F1)",
        "The called tools are the expected ones, in any order and number.",
        "texts",
        1,
        needs="tool steps",
        difference="Reads the recorded calls; only without any it looks for calls in the text.",
    ),
    CheckType(
        "trajectory:tool-used",
        "Uses tools",
        "The answer calls these tools; names may contain * and ?.",
        "texts",
        needs="tool steps",
        difference="Reads the recorded calls instead of a trace.",
    ),
    CheckType(
        "trajectory:tool-sequence",
        "Uses tools in order",
        "The answer calls these tools in this order; names may contain * and ?.",
        "texts",
        needs="tool steps",
        difference="Reads the recorded calls instead of a trace.",
    ),
    CheckType(
        "javascript",
        "JavaScript",
        "JavaScript returns true for the answer (`output`), or a score; it has no access to files and network.",
        "code",
        needs="engine",
        difference="Scores are kept between 0 and 1.",
    ),
    CheckType(
        SET,
        "Set of checks",
        "All checks of the set pass, or their mean score reaches the threshold.",
        "checks",
        difference="Sets may contain sets and may be negated.",
    ),
    _judged(
        "llm-rubric",
        "Rubric",
        "A judge finds that the answer meets this requirement.",
        difference=_UNCLEAR,
    ),
    _judged("factuality", "Factuality", _FACTS, difference=_NOT_IGNORED),
    _judged("model-graded-factuality", "Factuality (older name)", _FACTS, difference=_NOT_IGNORED),
    _judged(
        "model-graded-closedqa",
        "Criterion",
        "A judge says yes or no to whether the answer meets this criterion, given the prompt.",
        difference=_NOT_IGNORED,
    ),
    _judged(
        "answer-relevance",
        "Answers the question",
        "A judge writes three questions that the answer fits, which mean about the same as the prompt or the "
        "variable query.",
        "none",
        0.5,
        "judge and embeddings",
        "A call that fails makes the check unscored; promptfoo fails the check.",
    ),
    _judged("similar", "Similar meaning", f"{_SIMILAR}by cosine similarity.", "texts", 0.75, "embeddings", _BATCH),
    _judged(
        "similar:cosine",
        "Similar meaning (cosine)",
        f"{_SIMILAR}by cosine similarity.",
        "texts",
        0.75,
        "embeddings",
        _BATCH,
    ),
    _judged(
        "similar:dot",
        "Similar meaning (dot product)",
        f"{_SIMILAR}by the dot product of their vectors.",
        "texts",
        0.75,
        "embeddings",
        f"{_BATCH} Scores are kept between 0 and 1.",
    ),
    _judged(
        "similar:euclidean",
        "Similar meaning (distance)",
        f"{_SIMILAR}by the distance of their vectors (threshold).",
        "texts",
        0.75,
        "embeddings",
        _BATCH,
    ),
    _judged(
        PAIRWISE,
        "Better than the baseline",
        "A judge prefers the answer to the baseline column's by this criterion, asked in both orders.",
        difference="Each answer is compared with that of the baseline column, in both orders; promptfoo shows "
        "all answers at once and passes the best one.",
    ),
    _unevaluated("meteor", "Shared words (METEOR)", "It needs a dictionary of synonyms, and fails in promptfoo, too."),
    _unevaluated("agent-rubric", "Rubric for agents", _MODEL),
    _unevaluated("search-rubric", "Rubric with web search", _MODEL),
    _unevaluated("g-eval", "G-Eval", _MODEL, "texts"),
    _unevaluated("conversation-relevance", "Relevant to the conversation", _MODEL, "none"),
    _unevaluated("context-faithfulness", "Keeps to its context", _MODEL, "none"),
    _unevaluated("context-recall", "Context is complete", _MODEL),
    _unevaluated("context-relevance", "Context is relevant", _MODEL, "none"),
    _unevaluated("classifier", "Classifier", _MODEL),
    _unevaluated("moderation", "Moderation", _MODEL, "texts"),
    _unevaluated("guardrails", "Guardrails", "It needs the report of a provider's guardrails.", "none"),
    _unevaluated("pi", "Pi score", _NETWORK),
    _unevaluated("trajectory:goal-success", "Reaches a goal", _MODEL),
    _unevaluated("max-score", "Highest score", _COLUMNS, "map"),
    _unevaluated("human", "Person's verdict", "A person decided it in promptfoo's page.", "none"),
    _unevaluated("python", "Python", _CODE, "code"),
    _unevaluated("ruby", "Ruby", _CODE, "code"),
    _unevaluated("webhook", "Webhook", _NETWORK),
    _unevaluated("perplexity", "Perplexity", _LOGPROBS, "none"),
    _unevaluated("perplexity-score", "Perplexity score", _LOGPROBS, "none"),
    _unevaluated("is-valid-function-call", "Valid function call", _FUNCTION, "none"),
    _unevaluated("is-valid-openai-function-call", "Valid function call", _FUNCTION, "none"),
    _unevaluated("skill-used", "Uses a skill", _TRACE, "texts"),
    _unevaluated("trajectory:tool-args-match", "Arguments of a tool", _TRACE, "map"),
    _unevaluated("trajectory:step-count", "Number of steps", _TRACE, "map"),
    _unevaluated("trace-span-count", "Number of spans", _TRACE, "map"),
    _unevaluated("trace-span-duration", "Duration of spans", _TRACE, "map"),
    _unevaluated("trace-error-spans", "Failed spans", _TRACE, "map"),
)
CHECK_TYPES: Mapping[str, CheckType] = {row.name: row for row in _ROWS}
"""All rows by their names."""
_RED_TEAM = "promptfoo:redteam:"
_MEANT = {
    "json": "is-json",
    "xml": "is-xml",
    "html": "is-html",
    "sql": "is-sql",
    "js": "javascript",
    "rouge": "rouge-n",
}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def unknown_type(name: str) -> str:
    """Return a sentence about a type that is not in the table, with the one that may be meant."""
    if name.startswith(_RED_TEAM):
        return "Checks of promptfoo's red team are not evaluated here."
    meant = next(iter(_meant(name)), "")
    advice = f"Did you mean {meant}?" if meant else "Choose another type."
    return f"There is no type of check called “{name[:80]}”. {advice}"


def _meant(name: str) -> Iterator[str]:
    plain = re.sub(r"[\s_]+", "-", _CAMEL.sub("-", name.strip())).lower()
    for one in (plain, _MEANT.get(plain, "")):
        if one in CHECK_TYPES:
            yield one
    yield from difflib.get_close_matches(plain[:80], CHECK_TYPES, 1)
