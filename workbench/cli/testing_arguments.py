"""The arguments of `workbench test`."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.pack_arguments import add_confirming

_EPILOG = """\
exit codes: 0 the bar was held, 1 it was not, 2 wrong usage, 3 a budget was reached, 130 stopped with Ctrl+C.
The bar is --fail-under or --no-worse-than, else that every case passes; 0 is impossible when nothing was scored.
Answers of the same question are not asked and paid again, however old they are: a second start continues the first
one, --max-age asks old ones again, --fresh all. RATE is 90% or 0.9."""


def add_testing(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add `test`."""
    test = commands.add_parser(
        "test",
        parents=[shared],
        help="test a prompt with its cases and checks",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    test.add_argument(
        "target",
        metavar="PACK|PROMPT|promptfooconfig.yaml",
        help="a pack, a prompt of the history, or a promptfoo file",
    )
    test.add_argument("--prompt", metavar="SLUG", help="the prompt of the pack")
    test.add_argument(
        "--model",
        metavar="M",
        action="append",
        default=[],
        help="a model, such as openai/gpt-5-mini, lab/NAME of an endpoint called lab, builtin or echo; "
        "repeat for more columns",
    )
    test.add_argument(
        "--version",
        metavar="NAME",
        action="append",
        default=[],
        help='a version such as "#2"; repeat to compare several (the current text)',
    )
    test.add_argument("--param", metavar="K=V", action="append", default=[], help="a parameter of every column")
    test.add_argument(
        "--judge", metavar="M", default="", help="the model that evaluates judged checks, also those that name another"
    )
    test.add_argument(
        "--judge-probability",
        action="store_true",
        help="the judge is a decision model: ask it for a probability",
    )
    test.add_argument(
        "--judge-vectors", metavar="M", default="", help="the embedding model of checks that compare meanings"
    )
    test.add_argument("--repeat", metavar="N", type=int, help="answers per case and column, at most 20")
    test.add_argument(
        "--vote",
        action="store_true",
        help="each case counts by the most frequent of its answers, of 3 or more (--repeat)",
    )
    test.add_argument("--concurrency", metavar="N", type=int, help="concurrent calls per endpoint (8)")
    test.add_argument("--budget", metavar="USD", type=float, help="stop before this start costs more dollars")
    test.add_argument("--max-calls", metavar="N", type=int, help="stop after this number of calls")
    test.add_argument(
        "--filter",
        metavar="WORDS",
        default="",
        help='only cases that match: words of name or values, "a phrase", tag:NAME, tag:"A NAME"',
    )
    test.add_argument("--hold-out", action="store_true", help="test the hold-out cases, not the others")
    test.add_argument(
        "--guards",
        action="store_true",
        help="also run the guard sets of the prompt; a model that is worse there than the baseline's misses the bar",
    )
    test.add_argument("--fresh", action="store_true", help="ask everything anew")
    test.add_argument(
        "--max-age", metavar="DAYS", type=int, help="ask answers that are older than this number of days again"
    )
    test.add_argument(
        "--try",
        dest="is_try",
        action="store_true",
        help="two columns: is the second one better than the first, the champion? Both are asked anew",
    )
    test.add_argument(
        "--baseline", metavar="RUN", help="compare with this test run: its number, or its id or the beginning of it"
    )
    test.add_argument("--no-worse-than", metavar="RUN", help="the bar: no worse than this test run by the margin")
    test.add_argument("--margin", metavar="RATE", help="how much worse a column may be (5%%)")
    test.add_argument(
        "--env", metavar="NAME", action="append", default=[], help="a variable that a promptfoo file may read"
    )
    add_confirming(test)
    test.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    test.add_argument("--junit", metavar="FILE", type=Path, help="also write the results as JUnit XML")
    test.add_argument("--markdown", metavar="FILE", type=Path, help="also write the results as Markdown")
    test.add_argument("--fail-under", metavar="RATE", help="the bar: lowest pass rate of every column")
    test.add_argument("--allow-unscored", action="store_true", help="unscored answers do not miss the bar")
    test.add_argument(
        "--allow-left-out",
        action="store_true",
        help="prompts and cases of a file that are left out do not miss the bar",
    )
