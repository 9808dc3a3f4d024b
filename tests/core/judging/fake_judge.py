"""A judge and an embedding model whose replies depend on what is in a request, as in `promptfoo_judgements.mjs`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.content import Content
from workbench.core.judging.judge_prompts import PROMPT_TYPES, default_content
from workbench.core.judging.judged_checks import judged_result, next_questions
from workbench.core.judging.questions import JudgedAnswer, JudgeQuestion, JudgeReply

Vectors = Mapping[str, Sequence[float]]
FAILURE = "The fake judge fails."


class FakeJudge:
    """Replies by rules: the first whose text is in a request. A number as reply is a failed call.

    `asked` are all questions so far.
    """

    def __init__(
        self, rules: Sequence[tuple[str, Any]] = (), vectors: Mapping[str, Sequence[float]] | None = None
    ) -> None:
        self.asked: list[JudgeQuestion] = []
        self._rules = rules
        self._vectors = vectors or {}

    def reply(self, question: JudgeQuestion) -> JudgeReply:
        """Return the reply to a question."""
        self.asked.append(question)
        if question.kind == "embedding":
            return JudgeReply(vectors=tuple(tuple(self._vectors.get(text, (1.0, 1.0))) for text in question.texts))
        told = "\n".join(message.text for message in question.messages)
        reply = next(reply for text, reply in self._rules if text in told)
        return JudgeReply(problem=FAILURE) if isinstance(reply, int) else JudgeReply(text=reply)

    def judge(self, check: Check, answer: JudgedAnswer, content: Content | None = None) -> CheckResult:
        """Ask all questions about an answer, stage by stage, and return the result."""
        if content is None:
            content = default_content(check.type) if check.type in PROMPT_TYPES else Content()
        replies: list[JudgeReply] = []
        while questions := next_questions(check, answer, content, replies):
            replies += map(self.reply, questions)
        return judged_result(check, answer, replies)
