"""The commands of Rank and of judging pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from workbench.app.commands import EVERYWHERE, Command, View, needs

if TYPE_CHECKING:
    from workbench.usecases.ranking_result import Grouping

RANK: tuple[View, ...] = ("rank",)
GROUPINGS: Mapping[Grouping, str] = {
    "both": "Group by version × model",
    "version": "Group by version",
    "model": "Group by model",
    "technique": "Group by technique",
    "everywhere": "Group by model, over all prompts",
}
"""The titles of the commands that select a grouping."""
RankingWay = Literal["verdicts", "judge", "checks"]
WAYS: Mapping[RankingWay, str] = {"verdicts": "By your verdicts", "judge": "By judge", "checks": "By checks"}
"""What is ranked by; they are never mixed."""

_can_judge = needs("has_prompt", "writable", unless=("judging",))
_is_judging = needs("judging")


def _group(grouping: Grouping, title: str) -> Command:
    return Command(
        f"group_{grouping}",
        title,
        "Rank",
        enabled=needs(unless=("judging",)),
        views=RANK,
        run=lambda controller: controller.group(grouping),
        checked=lambda controller: controller.rank.grouping == grouping,
        after="judge",
    )


def _way(way: RankingWay, title: str) -> Command:
    return Command(
        f"rank_by_{way}",
        title,
        "Rank",
        enabled=needs(unless=("judging",)),
        views=RANK,
        run=lambda controller: controller.choose_way(way),
        checked=lambda controller: controller.way == way,
        after="judge",
    )


COMMANDS = (
    Command(
        "judge",
        "Judge the next pair blind",
        "Rank",
        ("J",),
        _can_judge,
        views=EVERYWHERE,
        navigates_in=RANK,
        run=lambda controller: controller.judge(),
        after="history_smaller",
    ),
    Command(
        "judge_undo",
        "Undo the last verdict on a pair",
        "Rank",
        ("Z",),
        needs("judging", "can_undo"),
        views=RANK,
        needs_answer=True,
        run=lambda controller: controller.undo(),
        after="judge",
    ),
    Command(
        "judge_skip",
        "Skip this pair",
        "Rank",
        ("S",),
        _is_judging,
        views=RANK,
        navigates_in=RANK,
        needs_answer=True,
        run=lambda controller: controller.skip(),
        after="judge",
    ),
    Command(
        "judge_prompt",
        "Show the prompt of the pairs",
        "Rank",
        ("P",),
        _is_judging,
        views=RANK,
        navigates_in=RANK,
        needs_answer=True,
        run=lambda controller: controller.toggle_prompt(),
        after="judge",
    ),
    Command(
        "judge_reveal",
        "Show who answered in the last pair",
        "Rank",
        ("R",),
        _is_judging,
        views=RANK,
        navigates_in=RANK,
        needs_answer=True,
        run=lambda controller: controller.toggle_reveal(),
        after="judge",
    ),
    _way("verdicts", "Rank by your verdicts"),
    _way("judge", "Rank by judge"),
    _way("checks", "Rank by checks"),
    Command(
        "let_judge_compare",
        "Let a judge compare pairs…",
        "Rank",
        enabled=needs("has_prompt", "writable", unless=("judging",)),
        views=RANK,
        run=lambda controller: controller.let_judge_compare(),
        after="judge",
    ),
    *(_group(grouping, title) for grouping, title in GROUPINGS.items()),
    Command(
        "view_rank",
        "Rank: who wins, and how sure",
        "View",
        ("Alt+4",),
        views=EVERYWHERE,
        run=lambda controller: controller.show(),
        after="view_history",
    ),
)
