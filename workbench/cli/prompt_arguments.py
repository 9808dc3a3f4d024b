"""The arguments of `workbench prompt`, `case`, `verdict` and `rank`: what is done with the prompts of a history."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

Commands = argparse._SubParsersAction
JSON_HELP = "one JSON document instead of lines"
LANES_HELP = (
    "a model, such as openai/gpt-5-mini, lab/NAME of an endpoint called lab, builtin or echo; repeat for more lanes"
)
RUN_HELP = "the id of a run, its beginning, or last for the newest run"
_NAME_HELP = "a prompt, by its name or the beginning of it"
_VAR_HELP = "the value of a variable; @FILE reads it from a file, - from standard input; repeat for more"
_VERDICT_EPILOG = """\
what to say:
  N          lane N has the best answer
  tie        the answers of all lanes are equally good; with lanes, as in tie 1 3, those of these lanes
  bad        no answer is good
  none       take the verdict back
A verdict is added to the history and replaces none; the newest counts."""


def add_prompts(commands: Commands[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add `prompt`, `case`, `verdict` and `rank`."""
    _add_prompt(commands, shared)
    _add_case(commands, shared)
    verdict = commands.add_parser(
        "verdict",
        parents=[shared],
        help="say which answer of a run is the best",
        epilog=_VERDICT_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verdict.add_argument("id", metavar="RUN", help=RUN_HELP)
    verdict.add_argument("says", metavar="WHAT", nargs="+", help="a lane from 1, tie, bad or none; see below")
    verdict.add_argument("--set", metavar="N", type=int, default=1, help="the value set from 1 (1)")
    verdict.add_argument("--sample", metavar="N", type=int, default=1, help="the sample of each lane from 1 (1)")
    verdict.add_argument("--json", action="store_true", help=JSON_HELP)
    commands.add_parser(
        "rank",
        parents=[shared],
        help="rank versions and models by your verdicts",
        complete=_complete_rank,
    )


def add_var(command: argparse.ArgumentParser) -> None:
    """Add --var."""
    command.add_argument("--var", metavar="K=V", action="append", default=[], help=_VAR_HELP)


def _complete_rank(rank: argparse.ArgumentParser) -> None:
    from workbench.usecases.ranking_result import Grouping

    ways = get_args(Grouping)
    rank.add_argument("prompt", metavar="NAME", help=_NAME_HELP)
    rank.add_argument("--by", choices=ways, default=ways[0], help=f"what is ranked ({ways[0]}: version with model)")
    rank.add_argument("--judge", action="store_true", help="rank by the verdicts of a judge, not by yours")
    rank.add_argument("--json", action="store_true", help=JSON_HELP)


def _add_prompt(commands: Commands[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    prompt = commands.add_parser("prompt", parents=[shared], help="list, show, create and edit prompts")
    what = prompt.add_subparsers(dest="what", metavar="WHAT", title="what", required=True)
    listed = what.add_parser("list", parents=[shared], help="list the prompts, one per line, id first")
    listed.add_argument("--archived", action="store_true", help="the archived ones")
    shown = what.add_parser("show", parents=[shared], help="show a prompt as a .prompt.yml file")
    shown.add_argument("prompt", metavar="NAME", help=_NAME_HELP)
    new = what.add_parser("new", parents=[shared], help="create a prompt from a text or a .prompt.yml file")
    new.add_argument("name", metavar="NAME", help="the name of the new prompt")
    new.add_argument("text", metavar="TEXT", nargs="?", help="its message; - reads it from standard input (empty)")
    new.add_argument("--from", dest="file", metavar="FILE", type=Path, help="a .prompt.yml file")
    new.add_argument("--model", metavar="M", action="append", default=[], help=LANES_HELP)
    edited = what.add_parser("edit", parents=[shared], help="edit messages and values with $VISUAL or $EDITOR")
    edited.add_argument("prompt", metavar="NAME", help=_NAME_HELP)
    for one in (listed, shown, new, edited):
        one.add_argument("--json", action="store_true", help=JSON_HELP)


def _add_case(commands: Commands[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    case = commands.add_parser("case", parents=[shared], help="list, add, import and remove cases of a prompt")
    what = case.add_subparsers(dest="what", metavar="WHAT", title="what", required=True)
    listed = what.add_parser("list", parents=[shared], help="list the cases of a prompt, one per line, id first")
    added = what.add_parser("add", parents=[shared], help="add a case")
    imported = what.add_parser("import", parents=[shared], help="import cases from a CSV, JSON, YAML or Excel file")
    removed = what.add_parser("remove", parents=[shared], help="remove a case")
    for one in (listed, added, imported, removed):
        one.add_argument("prompt", metavar="PROMPT", help=_NAME_HELP)
        one.add_argument("--json", action="store_true", help=JSON_HELP)
    added.add_argument("--name", metavar="TEXT", default="", help="the name of the case (Case 1, Case 2, …)")
    add_var(added)
    added.add_argument("--expect", metavar="TEXT", default="", help="a good answer")
    added.add_argument("--tag", metavar="TAG", action="append", default=[], help="a tag; repeat for more")
    imported.add_argument("file", metavar="FILE", type=Path, help="the file; it is not changed")
    imported.add_argument("--sheet", metavar="NAME", default="", help="the sheet of a workbook (the first)")
    imported.add_argument("--preview", action="store_true", help="only show what would be imported")
    removed.add_argument("case", metavar="CASE", help="the case, by its name or id")
