"""The judge prompts of a scoring: made when they are first used, and the same until the scoring ends.

Invariant: a scoring uses one version of each judge prompt, so that its verdicts can be compared.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.core.cases import Check
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.content import Content, Message
from workbench.core.judging.judge_prompts import PROMPT_TYPES, default_content
from workbench.store.judging.judge_records import JudgeRecords
from workbench.store.judging.records import JudgePromptStart, JudgeVersion
from workbench.usecases.judging.cell_judging import VECTORS, prompt_type

_STORED_WITHIN_S = 30.0
_NEWER = "The judge prompt was changed by a newer version of Prompt Workbench. Update it, or edit the judge prompt."


class JudgePrompts:
    """Finds the judge prompts of a prompt's tests. Blocks; not thread-safe."""

    def __init__(
        self, records: JudgeRecords, owner_uid: str, new_uid: Callable[[], str], now: Callable[[], str]
    ) -> None:
        """`owner_uid` is the prompt that is tested."""
        self._records, self._owner = records, owner_uid
        self._new_uid, self._now = new_uid, now
        self._found: dict[str, JudgeVersion | str] = {}

    def of(self, check: Check) -> JudgeVersion | str:
        """Return the judge prompt of a check, or a sentence about why it cannot be used. Raises StoreError."""
        kind = prompt_type(check)
        if kind not in self._found:
            start = prompt_start(self._owner, kind, self._new_uid)
            made = self._records.ensure_judge_prompt(start, self._now()).result(_STORED_WITHIN_S)
            version = self._records.newest(made.uid)
            self._found[kind] = _NEWER if version.newer else version
        return self._found[kind]


def prompt_start(owner_uid: str, check_type: str, new_uid: Callable[[], str]) -> JudgePromptStart:
    """Return a judge prompt with the shipped text, to be stored if there is none."""
    row = CHECK_TYPES.get(check_type)
    name = f"Judge: {row.title if row is not None else check_type}"
    return JudgePromptStart(owner_uid, check_type, new_uid(), new_uid(), name, shipped_content(check_type))


def shipped_content(check_type: str) -> Content:
    """Return the shipped text of a type, an empty message for one that only compares vectors."""
    return default_content(check_type) if check_type in PROMPT_TYPES and check_type != VECTORS else _NONE


_NONE = Content((Message("user", ""),))
