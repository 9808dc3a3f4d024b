"""Table model of a ranking.

Invariant: everything the chart shows of a row is also in the text of its cell.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from workbench.core.dates import duration
from workbench.core.money import show_cost
from workbench.core.text import counted
from workbench.usecases.ranking_result import Grouping, JudgeRanking, RankingResult, RankRow

Index = QModelIndex | QPersistentModelIndex
ENTRANT, STRENGTH, WON, LOST, BLIND, COST, LATENCY = range(7)
_TITLES = (
    ("Entrant", "Strength (Bradley–Terry, 95 % interval)", "Won", "Lost", "Blind", "Cost per 1,000", "Median latency"),
    ("Entrant", "Strength, 95 % interval", "Won", "Lost", "Blind", "Cost per 1,000", "Latency"),
    ("Entrant", "Strength", "Won", "Lost", "Blind", "Cost per 1,000", "Latency"),
)
"""The column titles, and two shorter forms."""
_TECHNIQUE_TITLES = (
    (
        "Technique",
        "Effect: with against without (95 % interval)",
        "Won",
        "Lost",
        "Blind",
        "Cost per 1,000",
        "Median latency",
    ),
    ("Technique", "Effect, 95 % interval", "Won", "Lost", "Blind", "Cost per 1,000", "Latency"),
    ("Technique", "Effect", "Won", "Lost", "Blind", "Cost per 1,000", "Latency"),
)
_TIPS = (
    "The version, model or technique being ranked.",
    "Strength relative to the average of all entrants (dashed line); the bar is its 95 % interval. "
    "See “How this is computed” below.",
    "Comparisons won, of all. Each run and case counts once, however many samples it had.",
    "Comparisons lost. The rest were ties.",
    "The share of its verdicts given while names were hidden.",
    "Dollars for 1,000 answers: the mean of those whose cost is known.",
    "The median time from sending to the end of an answer.",
)
_TECHNIQUE_TIPS = (
    "Techniques that versions use. Correct them below the table.",
    "A version with the technique relative to the same one without it (dashed line); the bar is the 95 % interval. "
    "See “How this is computed” below.",
    "Comparisons won, of all in which exactly one side had the technique.",
    "Comparisons lost, of the same. The rest were ties.",
    "The share of its verdicts given while names were hidden.",
    "Dollars for 1,000 answers of versions with it: the mean of those whose cost is known.",
    "The median time from sending to the end of an answer of versions with it.",
)
GROUPED: dict[Grouping, str] = {
    "both": "version × model",
    "version": "version",
    "model": "model",
    "technique": "technique",
    "everywhere": "model, all prompts",
}


class RankTable(QAbstractTableModel):
    """Rows strongest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[RankRow, ...] = ()
        self._of_techniques = False
        self._brevity = 0

    def set_rows(self, rows: tuple[RankRow, ...], *, of_techniques: bool = False) -> None:
        """Show another ranking."""
        self.beginResetModel()
        self.rows, self._of_techniques = rows, of_techniques
        self.endResetModel()

    def set_brevity(self, level: int) -> None:
        """Set the length of the column titles: full (0) or shorter for less room (1, 2)."""
        if level != self._brevity:
            self._brevity = level
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(_TITLES[level]) - 1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(_TITLES[0])

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (_TECHNIQUE_TITLES if self._of_techniques else _TITLES)[self._brevity][section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return (_TECHNIQUE_TIPS if self._of_techniques else _TIPS)[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            # The chart is painted over this column.
            return None if column == STRENGTH else _texts(row)[column]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _texts(row)[column]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return tip(row, column)
        return None


def _texts(row: RankRow) -> tuple[str, ...]:
    return row.name, strength(row), won(row), _number(row.lost), _blind(row), _cost(row), _latency(row)


def won(row: RankRow) -> str:
    """Return "64 of 90"."""
    return f"{_number(row.won)} of {_number(row.pairs)}"


def strength(row: RankRow) -> str:
    """Return a strength and its interval in words."""
    low, middle, high = (round(100 * chance) for chance in row.strength.chances)
    return (
        f"Strength {_signed(row.strength.estimate)}, 95 % interval {_signed(row.strength.low)} to "
        f"{_signed(row.strength.high)}: it beats {row.strength.against} in {middle} of 100 cases, or {low} to {high}"
    )


def tip(row: RankRow, column: int) -> str:
    """Return the tooltip of a cell."""
    if column in (ENTRANT, STRENGTH):
        return f"{row.name}\n{strength(row)}."
    if column in (WON, LOST, BLIND):
        return (
            f"{_number(row.won)} won, {_number(row.lost)} lost, {_number(row.tied)} tied, from {row.verdicts:,} "
            f"verdicts, {row.blind:,} of them blind."
        )
    if column == COST and not row.free and row.priced < row.answers:
        return f"Of {row.answers:,} answers {row.priced:,} have a known cost."
    return f"From {row.answers:,} answers." if row.answers else "No finished answers to measure."


def headline(found: RankingResult) -> str:
    """Return "347 verdicts · 212 blind"."""
    verdicts = counted(found.verdicts, "verdict")
    return f"{verdicts} · {found.blind:,} blind"


def judge_headline(found: JudgeRanking) -> str:
    """Return "24 verdicts of gpt-5-mini"; "· unmeasured" is added while nothing tells how far to trust it."""
    if not found.judge:
        return ""
    said = f"{counted(found.result.verdicts, 'verdict')} of {found.judge}"
    return said if found.is_measured else f"{said} · unmeasured"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value - round(value)) < 0.05 else f"{value:,.1f}"


def _blind(row: RankRow) -> str:
    """Return "66 %"; 0 and 100 only for none and all."""
    if row.verdicts == 0:
        return "none"
    share = 100 * row.blind / row.verdicts
    return f"{share:.0f} %" if share in (0, 100) else f"{min(99, max(1, round(share)))} %"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _cost(row: RankRow) -> str:
    if row.free or row.per_thousand is None or not 0.1 <= row.per_thousand < 1:
        return show_cost(row.per_thousand, free=row.free)
    return f"${row.per_thousand:.2f}"


def _latency(row: RankRow) -> str:
    return "unknown" if row.median_ms is None else duration(round(row.median_ms))
