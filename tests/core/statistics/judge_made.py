"""Judged answers for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from workbench.core.statistics.judge_cells import JudgedCell, JudgeVerdict, RandomLabel

VERDICTS: dict[str, JudgeVerdict] = {"+": "pass", "-": "fail", "?": "unscored"}
LABELS: dict[str, RandomLabel | None] = {"+": "pass", "-": "fail", "0": "unsure", " ": None}


def judged(answers: str, clusters: Sequence[object] = ()) -> list[JudgedCell]:
    """Return a case for each pair of signs: the judge's + - ? and the person's + - 0, or a space without a label.

    Pairs are separated by commas.
    """
    pairs = answers.split(",") if answers else []
    return [
        JudgedCell(str(at), VERDICTS[pair[0]], LABELS[pair[1]], str(clusters[at]) if clusters else "")
        for at, pair in enumerate(pairs)
    ]


def answered(passed: tuple[int, int], failed: tuple[int, int], rest: tuple[int, int] = (0, 0)) -> list[JudgedCell]:
    """Return cases of which the judge passed and failed some: what the person passed and failed of each, then others.

    `rest` are the answers without a label that the judge passed and failed.
    """
    pairs = ["++"] * passed[0] + ["+-"] * passed[1] + ["-+"] * failed[0] + ["--"] * failed[1]
    return judged(",".join(pairs + ["+ "] * rest[0] + ["- "] * rest[1]))


def exchanged(cells: Sequence[JudgedCell]) -> list[JudgedCell]:
    """Return the cells with pass and fail exchanged."""
    other: dict[str, str] = {"pass": "fail", "fail": "pass"}
    return [
        replace(cell, verdict=other.get(cell.verdict, cell.verdict), label=cell.label and other.get(cell.label))  # type: ignore[arg-type]
        for cell in cells
    ]


@st.composite
def judged_columns(draw: st.DrawFn, least: int = 25, most: int = 60) -> list[JudgedCell]:
    """A column of up to three samples per case, in clusters or not, of which about half the answers have a label."""
    pairs = st.tuples(st.sampled_from("++++---?"), st.sampled_from("++-- 0 "))
    rows = draw(
        st.lists(st.tuples(st.lists(pairs, min_size=1, max_size=3), st.integers(0, 40)), min_size=least, max_size=most)
    )
    return [
        JudgedCell(str(at), VERDICTS[verdict], LABELS[label], str(cluster or ""))
        for at, (cells, cluster) in enumerate(rows)
        for verdict, label in cells
    ]
