"""What stands below a judged check of a cell: who judged it, how far that judge can be trusted, and the next step.

Invariant: a judge's verdict never stands without its measured error or the word "unmeasured".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.app.judging.judged_among import judged_among, lacks_judge
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.testing.check_hash import check_hash
from workbench.core.visible_text import visible_name
from workbench.ui.features.testing.judge_note import CHOOSE
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.small_controls import breakable

if TYPE_CHECKING:
    from workbench.core.testing.judged_report import JudgedCheck

JudgeStep = Literal["answer", "label", "choose"]
"""answer: show what the judge wrote. label: label answers of this check. choose: choose a judge."""
ANSWER, LABEL = "The judge's answer", "Label answers…"


class JudgeLine(QWidget):
    """One judged check. `act` gets the step that a button stands for."""

    def __init__(
        self, judges: Sequence[JudgedCheck], *, lacks: bool, act: Callable[[JudgeStep], object], parent: QWidget
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 1, 0, 0)
        column.setSpacing(1)
        self.texts = [label(breakable(visible_name(text)), "small") for text in map(judge_line, judges)]
        for text, judge in zip(self.texts, judges, strict=True):
            text.setToolTip(visible_name(judge.words))
            column.addWidget(text)
        steps: list[tuple[JudgeStep, str]] = []
        if lacks:
            steps.append(("choose", CHOOSE))
        elif judges:
            steps.append(("answer", ANSWER))
            if not all(judge.is_measured for judge in judges):
                steps.append(("label", LABEL))
        row = QWidget(self)
        flow = FlowLayout(4)
        row.setLayout(flow)
        self.buttons = {step: button(title, partial(act, step), "quiet-chip") for step, title in steps}
        for made in self.buttons.values():
            flow.addWidget(made)
        row.setVisible(bool(steps))
        column.addWidget(row)


def judge_line(judge: JudgedCheck) -> str:
    """Return "Judged by gpt-5-mini · unmeasured", or its measured error instead."""
    models = " and ".join(judge.models) or "a model"
    error = judge.error
    if error is None:
        return f"Judged by {models}"
    if not judge.is_measured:
        return f"Judged by {models} · unmeasured"
    parts = (
        f"catches {error.catch.hits:,} of {error.catch.size:,} bad answers" if error.catch else "",
        f"fails {error.false_alarms.hits:,} of {error.false_alarms.size:,} good ones" if error.false_alarms else "",
    )
    return f"Judged by {models} · {', '.join(filter(None, parts))}"


def line_of(
    check: Check,
    result: CheckResult,
    judges: Sequence[JudgedCheck],
    act: Callable[[JudgeStep], object],
    parent: QWidget,
) -> JudgeLine | None:
    """Return the line of a check, None if no judge is concerned."""
    singles = {check_hash(one) for one in judged_among((check,))}
    if not singles:
        return None
    concerned = [judge for judge in judges if judge.check_hash in singles]
    lacks = lacks_judge(result.reason) or any(lacks_judge(part.reason) for part in result.parts)
    return JudgeLine(concerned, lacks=lacks, act=act, parent=parent) if concerned or lacks else None
