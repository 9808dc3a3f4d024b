"""`workbench decide`: what to do about a prompt next, from its own history.

Invariant: no model is asked, and nothing changes in the history. The exit code is 0 whatever the answer is: that is the
code in the first line and in the JSON document, which is stable.

The JSON document has a `format` of its own, the code and words of the decision, and the figures behind it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import OK
from workbench.cli.output import one_row
from workbench.usecases.testing.report_files import check_target

if TYPE_CHECKING:
    from workbench.core.decide.report import DecisionReport


def decide(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the decision and return the exit code. Raises StoreError, HostError, RefusedError."""
    files = [(format_, Path(name)) for format_ in ("markdown", "html") if (name := getattr(args, format_)) is not None]
    for _, target in files:
        check_target(target)
    with closing(open_workbench(args, env, makes=False)) as workbench:
        report = workbench.decider.report(workbench.prompts.find(args.prompt).uid)
    if files:
        from workbench.usecases.decide.report_files import write_decision

        for format_, target in files:
            write_decision(report, format_, target)
    if args.json:
        from workbench.formats.decision_reports import FORMATS

        for piece in FORMATS["json"].write(report):
            sys.stdout.write(piece)
    else:
        print("\n".join(map(one_row, lines(report))))
    sys.stdout.flush()
    return OK


def lines(report: DecisionReport) -> Iterator[str]:
    """Yield the decision line by line: headline, reasons, next steps, and one line for each question."""
    from workbench.core.decide.decision_words import effort_words, next_steps

    made = report.decision
    yield f"{made.code}: {made.headline}"
    yield from (f"  {reason}" for reason in made.reasons)
    yield f"  {made.confidence_sentence}"
    if made.retiring is not None:
        yield f"  {made.retiring.sentence}"
    for at, step in enumerate(next_steps(made), start=1):
        effort = effort_words(step)
        yield f"{at}. {step.title}{f' ({effort})' if effort else ''}: {step.sentence}"
    width = max(len(row.question) for row in made.rows)
    words = max(len(row.lead.answer) for row in made.rows)
    for row in made.rows:
        yield f"  {row.question:<{width}}  {row.lead.answer:<{words}}  {row.lead.sentence}"
