"""What stands below a judged check of a cell: who judged it, how far that judge can be trusted, and the next step.

Invariant: a judge's verdict never stands without its measured error or the word "unmeasured".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from workbench.app.judging.judged_among import choosing, judged_among, lacks_judge
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.check_types import PAIRWISE
from workbench.core.testing.check_hash import check_hash
from workbench.core.visible_text import visible_name
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.small_controls import breakable

if TYPE_CHECKING:
    from workbench.core.testing.judged_report import JudgedCheck

JudgeStep = Literal["answer", "label", "threshold", "choose_judge", "choose_embedding"]
"""answer: show what the judge wrote. label: label answers of this check. threshold: use the one chosen on labels. The
others choose the model that is missing."""
ANSWER, LABEL = "The judge's answer", "Label answers…"
LABELLED = {"pass": "Your label: pass", "fail": "Your label: fail", "unsure": "Your label: cannot say"}
"""What is said of a label."""


class JudgeLine(QWidget):
    """One judged check. `act` gets the step that a button stands for."""

    def __init__(
        self,
        judges: Sequence[JudgedCheck],
        said: Mapping[str, str],
        *,
        lack: str,
        act: Callable[[JudgeStep], object],
        parent: QWidget,
    ) -> None:
        """`said` are the person's labels by hash of the check, `lack` is why a check has no judge, "" if it has one."""
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 1, 0, 0)
        column.setSpacing(1)
        self.texts = [label(breakable(visible_name(text)), "small") for text in map(judge_line, judges)]
        self.labelled: list[QLabel] = []
        for text, judge in zip(self.texts, judges, strict=True):
            if (words := LABELLED.get(said.get(judge.check_hash, ""), "")) != "":
                self.labelled.append(label(words, "small"))
                column.addWidget(self.labelled[-1])
            text.setToolTip("\n".join(filter(None, map(visible_name, (judge.words, judge.threshold_words)))))
            column.addWidget(text)
        steps: list[tuple[JudgeStep, str]] = []
        if lack:
            command, words = choosing(lack)
            steps.append(("choose_embedding" if command == "choose_embedding" else "choose_judge", words))
        elif judges:
            steps.append(("answer", ANSWER))
            if (chosen := chosen_threshold(judges)) is not None:
                steps.append(("threshold", f"Use threshold {chosen:g}"))
            if any(not judge.is_measured and judge.check_type != PAIRWISE for judge in judges):
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
    if error is None or not judge.is_measured:
        why = ": comparisons cannot be labelled" if judge.check_type == PAIRWISE else ""
        return f"Judged by {models} · unmeasured{why}"
    parts = (
        f"catches {error.catch.hits:,} of {error.catch.size:,} bad answers" if error.catch else "",
        f"fails {error.false_alarms.hits:,} of {error.false_alarms.size:,} good ones" if error.false_alarms else "",
    )
    threshold = "" if judge.threshold is None else f" · your labels suggest threshold {judge.threshold:g}"
    return f"Judged by {models} · {', '.join(filter(None, parts))}{threshold}"


def chosen_threshold(judges: Sequence[JudgedCheck]) -> float | None:
    """Return the threshold that labels suggest for the only check of `judges`, None without one."""
    return judges[0].threshold if len(judges) == 1 else None


def line_of(
    check: Check,
    result: CheckResult,
    judges: Sequence[JudgedCheck],
    said: Mapping[str, str],
    act: Callable[[JudgeStep], object],
    parent: QWidget,
) -> JudgeLine | None:
    """Return the line of a check, None if no judge is concerned. `said` are the person's labels by hash."""
    singles = {check_hash(one) for one in judged_among((check,))}
    if not singles:
        return None
    concerned = [judge for judge in judges if judge.check_hash in singles]
    reasons = (result.reason, *(part.reason for part in result.parts))
    lack = next(filter(lacks_judge, reasons), "")
    return JudgeLine(concerned, said, lack=lack, act=act, parent=parent) if concerned or lack else None
