"""`workbench rank`: how versions and models of a prompt stand to each other by your verdicts.

Invariant: a strength is never printed without its 95 % interval.

The JSON document, strongest first:

    {"prompt": uid, "by", "verdicts", "blind", "enough": true or false, "judge": name of the model or null,
     "rows": [{"name", "chance": [low, estimate, high] to beat the average, "strength": [low, estimate, high],
               "won", "lost", "tied", "usd_per_1000": number or null, "median_ms": number or null}],
     "sentences": [text]}
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import OK
from workbench.cli.output import one_line, write_json
from workbench.core.dates import duration
from workbench.core.money import show_cost
from workbench.usecases.ranking_result import RankingRemark, RankingResult, RankRow
from workbench.usecases.workbench import Workbench


def rank(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print a ranking and return the exit code. Raises StoreError, HostError, RefusedError."""
    workbench = open_workbench(args, env)
    try:
        prompt = workbench.prompts.find(args.prompt)
        result, judge, remarks = _ranked(workbench, prompt.uid, args)
    finally:
        workbench.close()
    sentences = [remark.text for remark in remarks] if result.rows else [result.enough.sentence]
    if args.json:
        write_json(
            {
                "prompt": prompt.uid,
                "by": result.grouping,
                "verdicts": result.verdicts,
                "blind": result.blind,
                "enough": bool(result.enough),
                "judge": judge or None,
                "rows": [_document(row) for row in result.rows],
                "sentences": sentences,
            }
        )
        return OK
    for row in result.rows:
        print("\t".join(map(one_line, _cells(row))))
    for sentence in sentences:
        print(one_line(sentence), file=sys.stderr)
    return OK


def _ranked(
    workbench: Workbench, prompt_uid: str, args: argparse.Namespace
) -> tuple[RankingResult, str, Sequence[RankingRemark]]:
    # These import numpy, which no other command needs.
    from workbench.usecases.judging.judge_ranking import rank_by_judge, with_agreement
    from workbench.usecases.ranking import rank as rank_prompt
    from workbench.usecases.technique_ranking import rank_techniques
    from workbench.usecases.techniques import Techniques

    if args.judge:
        ranking = rank_by_judge(workbench.store, prompt_uid, args.by)
        return ranking.result, ranking.judge, ranking.remarks
    if args.by == "technique":
        result = rank_techniques(workbench.store, prompt_uid, Techniques(workbench.places))
    else:
        result = with_agreement(workbench.store, rank_prompt(workbench.store, prompt_uid, args.by))
    return result, "", result.remarks


def _cells(row: RankRow) -> tuple[str, ...]:
    low, estimate, high = row.strength.chances
    return (
        row.name,
        f"{100 * estimate:.0f} % (95 %: {100 * low:.0f} to {100 * high:.0f}) to beat {row.strength.against}",
        f"{row.won:g} won, {row.lost:g} lost, {row.tied:g} tied",
        f"{show_cost(row.per_thousand, free=row.free)} per 1,000",
        "time unknown" if row.median_ms is None else duration(round(row.median_ms)),
    )


def _document(row: RankRow) -> dict[str, object]:
    strength = row.strength
    return {
        "name": row.name,
        "chance": list(strength.chances),
        "strength": [strength.low, strength.estimate, strength.high],
        "won": row.won,
        "lost": row.lost,
        "tied": row.tied,
        "usd_per_1000": 0.0 if row.free else row.per_thousand,
        "median_ms": row.median_ms,
    }
