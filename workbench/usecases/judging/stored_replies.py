"""Replies that are stored: of an earlier start of the same scoring, or to equal questions of other scorings.

Invariant: a reply answers only the question with its identity. Everything blocks for the history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.core.judging.questions import JudgeReply
from workbench.core.judging.vectors import read_vectors
from workbench.core.testing.cells import CellKey
from workbench.store.judging.judge_records import JudgeRecords
from workbench.store.judging.records import JudgementKey, ReusedJudgement, StoredJudgement
from workbench.usecases.judging.cell_judging import OpenQuestion

_STORED_WITHIN_S = 30.0


@dataclass(slots=True)
class FoundReplies:
    """Questions with their stored replies; `changed` ones, which this scoring asked another judge; and `unknown`."""

    answered: list[tuple[OpenQuestion, JudgeReply]] = field(default_factory=list)
    changed: list[OpenQuestion] = field(default_factory=list)
    unknown: list[OpenQuestion] = field(default_factory=list)


class StoredReplies:
    """Finds stored replies for one scoring. Not thread-safe."""

    def __init__(self, records: JudgeRecords, scoring_uid: str) -> None:
        self._records, self._scoring_uid = records, scoring_uid
        self._is_continued: bool | None = None
        self._stored: dict[str, dict[JudgementKey, StoredJudgement]] = {}

    def read(self, answer_uid: str, cell: CellKey) -> None:
        """Read what this scoring has about a cell, to be kept until `forget`."""
        if self._is_continued is None:
            self._is_continued = self._records.counts(self._scoring_uid).judgements > 0
        if self._is_continued:
            self._stored[answer_uid] = {one.key: one for one in self._records.replies(self._scoring_uid, cell, cell)}

    def forget(self, answer_uid: str) -> None:
        """Forget a cell."""
        self._stored.pop(answer_uid, None)

    def find(self, questions: Sequence[OpenQuestion]) -> FoundReplies:
        """Return what is stored about questions; replies of other scorings become judgements of this one."""
        found, new = FoundReplies(), list[OpenQuestion]()
        for one in questions:
            known = self._stored.get(one.answer_uid, {}).get(one.key)
            if known is None or known.state != "finished":
                new.append(one)
            elif (reply := _reply_of(one, known)) is not None:
                found.answered.append((one, reply))
            else:
                found.changed.append(one)
        by_prompt: dict[str, list[OpenQuestion]] = defaultdict(list)
        for one in new:
            by_prompt[one.prompt.prompt_uid].append(one)
        for prompt_uid, some in by_prompt.items():
            self._reuse(prompt_uid, some, found)
        return found

    def _reuse(self, prompt_uid: str, questions: Sequence[OpenQuestion], found: FoundReplies) -> None:
        outputs = self._records.reusable(prompt_uid, [one.identity for one in questions])
        reused = {one.key: one for one in questions if one.identity in outputs}
        if reused:
            rows = [ReusedJudgement(key, one.check, one.identity, outputs[one.identity]) for key, one in reused.items()]
            self._records.reuse(self._scoring_uid, rows).result(_STORED_WITHIN_S)
        replies: dict[JudgementKey, JudgeReply] = {}
        for cell in dict.fromkeys(key.cell for key in reused):
            for stored in self._records.replies(self._scoring_uid, cell, cell):
                known = reused.get(stored.key)
                if known is not None and (reply := _reply_of(known, stored)) is not None:
                    replies[stored.key] = reply
        for one in questions:
            if one.key in replies:
                found.answered.append((one, replies[one.key]))
            else:
                found.unknown.append(one)


def read_reply(question: OpenQuestion, output_uid: str, text: str) -> JudgeReply:
    """Return a reply from the text of its output."""
    if question.question.kind == "embedding":
        try:
            return JudgeReply(output_uid, vectors=read_vectors(text))
        except ValueError as error:
            return JudgeReply(output_uid, problem=str(error))
    return JudgeReply(output_uid, text)


def _reply_of(question: OpenQuestion, stored: StoredJudgement) -> JudgeReply | None:
    if stored.identity != question.identity or stored.state != "finished":
        return None
    return read_reply(question, stored.output_uid, stored.text)
