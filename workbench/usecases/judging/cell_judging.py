"""What is asked about one answer, and the score that the replies give it.

Invariant: the questions are a function of the answer, the checks and the replies so far, so that an interrupted
judgement goes on with those that are missing. An identity names all that a reply depends on; equal identities have
equal questions.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import rfc8785

from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult, UnscoredError, unscored
from workbench.core.checks.check_sets import assembled, single_checks
from workbench.core.checks.check_types import PAIRWISE
from workbench.core.checks.scoring import score_case
from workbench.core.content import Content, content_hash
from workbench.core.judging.decision_checks import (
    decided_result,
    decision_problem,
    decision_questions,
    pass_probability,
)
from workbench.core.judging.decisions import question_to_json
from workbench.core.judging.judge_prompts import PROMPT_TYPES, effective_content
from workbench.core.judging.judged_checks import (
    is_judged,
    judged_result,
    most_calls,
    next_questions,
    question_problem,
)
from workbench.core.judging.pairwise import UNDECIDED
from workbench.core.judging.questions import JudgeQuestion, JudgeReply
from workbench.core.judging.repeats import combined
from workbench.core.testing.check_hash import check_hash
from workbench.store.judging.records import JudgementKey, JudgeVersion
from workbench.store.testing.records import CellScored, JudgeVerdictStart
from workbench.usecases.judging.judge_models import Judge, JudgeModels
from workbench.usecases.testing.cell_judge import CellToJudge, single_results

VECTORS = "similar"
"""The type under which checks that only compare vectors are judged; its judge prompt is empty."""


def prompt_type(check: Check) -> str:
    """Return the type whose judge prompt a check uses."""
    return PROMPT_TYPES.get(check.type, VECTORS)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that has no reply yet, who is asked, and by which version of a judge prompt."""

    key: JudgementKey
    check: Check
    question: JudgeQuestion
    judge: Judge
    prompt: JudgeVersion
    identity: str
    round: JudgeRound
    answer_uid: str
    title: str
    """What the answer is called, such as "Order 12, column 2"."""


class JudgeRound:
    """One round of judging one check of an answer: its questions come in stages."""

    def __init__(
        self, check: Check, key: JudgementKey, asked: CellToJudge, prompt: JudgeVersion | str, *, decides: bool
    ) -> None:
        """`key` is that of its first question. `prompt` may be a sentence about why there is none. `decides` for a
        decision model.
        """
        self._decides = decides
        self.check, self.key, self.answer, self._prompt = check, key, asked.answer, prompt
        self._answer_uid = asked.cell.output_uid
        self._title = f"{asked.case.name or f'Case {key.case + 1}'}, column {key.column + 1}"
        self._replies: list[JudgeReply | None] = []
        self.problem = ""
        """Why it cannot be judged, "" for nothing."""
        if isinstance(prompt, str):
            self.problem = prompt
        elif decides:
            self.problem = decision_problem(check, self.answer)
        else:
            self.problem = question_problem(check, self.answer, prompt.content)

    @property
    def is_asking(self) -> bool:
        """Whether replies are missing."""
        return None in self._replies and not self.problem

    def questions(self, models: JudgeModels) -> Iterator[OpenQuestion]:
        """Yield the questions of the next stage, if the replies to the last one are here."""
        if self.problem or isinstance(self._prompt, str) or self.is_asking:
            return
        first = len(self._replies)
        if self._decides:
            found = decision_questions(self.check, self.answer, self._known())
        else:
            found = next_questions(self.check, self.answer, self._prompt.content, self._known())
        for step, question in enumerate(found, start=first):
            judge = models.find(self.check, question.kind)
            if isinstance(judge, str):
                self.problem = judge
                return
            self._replies.append(None)
            key = self.key._replace(step=step)
            identity = judgement_identity(self.check, question, judge, self._prompt, key)
            yield OpenQuestion(
                key, self.check, question, judge, self._prompt, identity, self, self._answer_uid, self._title
            )

    def put(self, step: int, reply: JudgeReply) -> None:
        """Take the reply to a question."""
        self._replies[step] = reply

    def give_up(self, problem: str) -> None:
        """End it without a result, unless it has all replies."""
        if self.is_asking:
            self.problem = problem

    def result(self) -> CheckResult:
        """Return the result of this round."""
        if self.problem:
            return unscored(self.problem)
        read = decided_result if self._decides else judged_result
        return read(self.check, self.answer, self._known())

    @property
    def probability(self) -> float | None:
        """The probability of a pass according to a decision model, None without one."""
        if not self._decides or self.problem:
            return None
        return pass_probability(self.check, self.answer, self._known())

    def _known(self) -> tuple[JudgeReply, ...]:
        return tuple(reply for reply in self._replies if reply is not None)


class CellJudging:
    """All rounds of an answer. Not thread-safe."""

    def __init__(
        self, asked: CellToJudge, prompt: Callable[[Check], JudgeVersion | str], repeats: int, models: JudgeModels
    ) -> None:
        """`prompt` returns the judge prompt of a check, or a sentence about why there is none."""
        self.asked = asked
        self._models = models
        self._rounds: dict[int, tuple[JudgeRound, ...]] = {}
        cell = asked.cell
        singles = (one for check in asked.case.checks for one in single_checks(check))
        for seq, check in enumerate(singles):
            if is_judged(check):
                found = prompt(check)
                self._rounds[seq] = tuple(
                    JudgeRound(check, JudgementKey(*cell.key, seq, repeat), asked, found, decides=models.decides(check))
                    for repeat in range(repeats)
                )

    def questions(self) -> Iterator[OpenQuestion]:
        """Yield questions that were not yielded before; none while replies to all of them are missing."""
        for rounds in self._rounds.values():
            for one in rounds:
                yield from one.questions(self._models)

    @property
    def is_done(self) -> bool:
        """Whether nothing is asked any more. Call it after `questions` yielded nothing."""
        return not any(one.is_asking for rounds in self._rounds.values() for one in rounds)

    def give_up(self, problem: str) -> None:
        """Ask nothing more; what lacks replies is unscored for this reason."""
        for rounds in self._rounds.values():
            for one in rounds:
                one.give_up(problem)

    def scored(self) -> CellScored:
        """Return the score of the cell."""
        case, cell = self.asked.case, self.asked.cell
        verdicts: list[JudgeVerdictStart] = []
        results, seq = [], 0
        for check, before in zip(case.checks, self.asked.results, strict=True):
            singles, found = list(single_checks(check)), single_results(check, before)
            if len(found) == len(singles):
                for place, one in enumerate(singles, start=seq):
                    if place in self._rounds:
                        found[place - seq] = self._verdict(one, place, verdicts)
                result = assembled(check, iter(found), self.asked.answer.values)
            else:
                # A set that could not be evaluated as a whole.
                result = before
            results.append(result)
            seq += len(singles)
        score = score_case(case, results)
        pairs = tuple(zip(case.checks, results, strict=True))
        return CellScored(
            cell.key, cell.output_uid, score.state, score.score, score.reason, pairs, judged=tuple(verdicts)
        )

    def _verdict(self, check: Check, seq: int, verdicts: list[JudgeVerdictStart]) -> CheckResult:
        rounds = [one.result() for one in self._rounds[seq]]
        result = combined(check, rounds)
        agreeing = Counter(one.state for one in rounds).most_common(1)[0][1]
        said = [one.probability for one in self._rounds[seq]]
        known = [one for one in said if one is not None]
        probability = sum(known) / len(known) if known else None
        score = result.score
        if check.type == PAIRWISE and score is None and result.reason.startswith(UNDECIDED):
            # Between worse (0) and better (1); without one it is not known.
            score = 0.5
        verdicts.append(JudgeVerdictStart(check, result.state, score, len(rounds), agreeing, probability))
        return result


def calls_of(asked: CellToJudge, repeats: int) -> int:
    """Return the most calls that judging a cell takes."""
    singles = (one for check in asked.case.checks for one in single_checks(check))
    return repeats * sum(map(most_calls, singles))


def judgement_identity(
    check: Check, question: JudgeQuestion, judge: Judge, prompt: JudgeVersion, key: JudgementKey
) -> str:
    """Return the SHA-256 of all that a reply depends on, 64 hexadecimal digits.

    A check with a `rubricPrompt` of its own does not depend on the judge prompt. No question depends on the threshold.
    """
    asked: dict[str, Any] = {
        "check": check_hash(replace(check, threshold=None)),
        "judge": judge.question,
        "kind": question.kind,
        "repeat": key.repeat,
        "step": key.step,
    }
    if question.kind == "embedding":
        asked["texts"] = list(question.texts)
    else:
        if question.kind == "chat":
            asked["prompt"] = _content_hash(check, prompt)
        asked["decisions"] = [question_to_json(one) for one in question.decisions]
        asked["messages"] = [[one.role, one.text] for one in question.messages]
        asked["values"] = [list(pair) for pair in question.values]
    return hashlib.sha256(_canonical(asked)).hexdigest()


def _content_hash(check: Check, prompt: JudgeVersion) -> str:
    if not check.rubric_prompt:
        return prompt.content_hash
    try:
        own: Content = effective_content(check, prompt.content)
    except UnscoredError:
        return prompt.content_hash
    return prompt.content_hash if own is prompt.content else content_hash(own)


def _canonical(asked: Mapping[str, Any]) -> bytes:
    try:
        return bytes(rfc8785.dumps(dict(asked)))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        # A text with a lone surrogate.
        return repr(sorted(asked.items())).encode("ascii", "backslashreplace")
