"""Evaluating the checks of answers with one checking process.

Invariant: every check gets a result, whatever happens to the process. Not thread-safe: the process ends with the thread
that started it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from workbench.core.blocks import Tool
from workbench.core.cases import Case, Check
from workbench.core.checks.check_result import CheckResult, unscored
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.content import Content
from workbench.core.rendered_content import assemble, fill_case
from workbench.core.testing.cells import CellKey
from workbench.core.testing.probes import values_with_facts, with_facts
from workbench.core.value_kinds import template_values
from workbench.engine.calls import EngineError
from workbench.engine.checker.client import ENDED, NO_START
from workbench.store.testing.records import ScoredInput
from workbench.usecases.check_trial import CheckEvaluator
from workbench.usecases.problems import problem_of
from workbench.usecases.run_plan import RENDER_WITHIN_S, Render
from workbench.usecases.testing.job import SuiteJob, prompt_text

_MORE_TRIES = 2
"""Further evaluations of an answer during which the checking process was ended."""
_MOST_PROMPTS = 256
_FIRST = (Check("equals", value='""'),)


class AnswerChecker:
    """Evaluates checks. The process starts with the first answer, or with `start`."""

    def __init__(self, evaluator: Callable[[], CheckEvaluator], render: Render) -> None:
        """`render` fills in Jinja templates, which checks may look at."""
        self._evaluator, self._render = evaluator, render
        self._client: CheckEvaluator | None = None
        self._prompts: OrderedDict[tuple[str, int, int], str] = OrderedDict()

    @property
    def is_running(self) -> bool:
        """Whether there is a checking process."""
        return self._client is not None

    def start(self) -> None:
        """Start the checking process before the first answer."""
        self.evaluate(CheckedAnswer(""), _FIRST)

    def check(self, job: SuiteJob, case: Case, cell: ScoredInput) -> tuple[CheckResult, ...]:
        """Return the results of the checks of a case for its answer; judged ones are unscored."""
        content = job.columns[cell.key.column].content
        answer = CheckedAnswer(
            cell.text,
            dict(case.values),
            self.prompt(job, cell.key),
            cell.finish_reason,
            cell.latency_ms,
            cell.cost_usd,
            cell.steps,
            _offered(content),
        )
        return self.evaluate(answer, case.checks)

    def evaluate(self, answer: CheckedAnswer, checks: Sequence[Check]) -> tuple[CheckResult, ...]:
        """Return the results of checks; what could not be evaluated is unscored and says why."""
        try:
            results = self._ready().evaluate(answer, checks)
            for _ in range(_MORE_TRIES):
                if not any(map(_is_ended, results)):
                    break
                # The process may have been ended by something else than the check, for example for want of memory.
                results = self._ready().evaluate(answer, checks)
            return results
        except Exception as error:  # noqa: BLE001 - one answer must not end the scoring of all others
            self.end()
            sentence = problem_of(error).sentence
            return tuple(unscored(f"The check could not be evaluated. {sentence}") for _ in checks)

    def prompt(self, job: SuiteJob, key: CellKey) -> str:
        """Return the prompt of a cell as it was sent, "" if it cannot be rendered now."""
        place = (job.uid, job.run.columns[key.column].version, key.case)
        known = self._prompts.get(place)
        if known is None:
            self._prompts[place] = known = self._rendered(
                job.columns[key.column].content, job.cases[key.case], job.facts
            )
            while len(self._prompts) > _MOST_PROMPTS:
                self._prompts.popitem(last=False)
        return known

    def _rendered(self, content: Content, case: Case, facts: str) -> str:
        given = values_with_facts(content, dict(case.values), facts)
        try:
            if content.template == "plain":
                request = fill_case(content, given, case.kinds)
            else:
                texts = self._render(content, template_values(given, case.kinds)).result(RENDER_WITHIN_S)
                request = assemble(content, texts)
            return prompt_text(with_facts(content, request, facts))
        except (EngineError, TimeoutError):
            return ""

    def _ready(self) -> CheckEvaluator:
        if self._client is None:
            self._client = self._evaluator()
        return self._client

    def end(self) -> None:
        """End the checking process."""
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _is_ended(result: CheckResult) -> bool:
    return result.reason in (ENDED, NO_START) or any(map(_is_ended, result.parts))


def _offered(content: Content) -> tuple[Tool, ...]:
    return tuple(tool for tool in content.tools if tool.enabled)
