"""The commands of the terminal: what each one calls, how it ends when nothing is there, and an example.

Invariant: every command of the parser has one row, and every row a command. The guide's page about the terminal and the
tests of all commands read the rows; arguments and help are in the parser alone.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Run = Callable[[argparse.Namespace, Mapping[str, str]], int]


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One command. `path` are its words, `function` is "module:name" below `workbench.cli`, `example` a command line.

    A command that lists has `lists`, the key of its rows in the JSON document: with no history yet it has nothing to
    list, which is no error.
    """

    path: str
    function: str
    example: str
    lists: str = ""

    def load(self) -> Run:
        """Import and return the function that runs the command."""
        module, _, name = self.function.partition(":")
        run: Run = getattr(importlib.import_module(f"workbench.cli.{module}"), name)
        return run


_ROWS = (
    CommandRow("run", "run:run", 'workbench run "Translate to French: {{text}}" --var text=@letter.txt --model echo'),
    CommandRow("models", "models:models", "workbench models claude"),
    CommandRow("test", "testing:test", 'workbench test "Order status bot" --fail-under 90%'),
    CommandRow("label export", "labels:labels", 'workbench label export "Order status bot" --sample -o labels.csv'),
    CommandRow("label import", "labels:labels", 'workbench label import "Order status bot" labels.csv --preview'),
    CommandRow("decide", "decide:decide", 'workbench decide "Order status bot"'),
    CommandRow("prompt list", "prompts:prompts", "workbench prompt list", lists="prompts"),
    CommandRow("prompt show", "prompts:prompts", 'workbench prompt show "Order status bot" > order.prompt.yml'),
    CommandRow("prompt new", "prompts:prompts", 'workbench prompt new Translator "Translate to French: {{text}}"'),
    CommandRow("prompt edit", "prompts:prompts", 'workbench prompt edit "Order status bot"'),
    CommandRow("case list", "cases:cases", 'workbench case list "Order status bot"', lists="cases"),
    CommandRow("case add", "cases:cases", 'workbench case add "Order status bot" --var question="Where is it?"'),
    CommandRow("case import", "cases:cases", 'workbench case import "Order status bot" cases.csv --preview'),
    CommandRow("case remove", "cases:cases", 'workbench case remove "Order status bot" "Case 2"'),
    CommandRow("verdict", "verdict:verdict", "workbench verdict last 2"),
    CommandRow("rank", "rank:rank", 'workbench rank "Order status bot" --by model'),
    CommandRow("endpoint list", "endpoints:endpoints", "workbench endpoint list", lists="endpoints"),
    CommandRow("endpoint add", "endpoints:endpoints", "workbench endpoint add http://localhost:8000 --name lab"),
    CommandRow("endpoint test", "endpoints:endpoints", "workbench endpoint test lab"),
    CommandRow("endpoint remove", "endpoints:endpoints", "workbench endpoint remove lab"),
    CommandRow("key set", "keys:keys", "workbench key set openai < key.txt"),
    CommandRow("key test", "keys:keys", "workbench key test openai"),
    CommandRow("key remove", "keys:keys", "workbench key remove openai"),
    CommandRow("history list", "history:history", "workbench history list --limit 5", lists="runs"),
    CommandRow("history search", "history:history", 'workbench history search "tracking model:echo after:7d"'),
    CommandRow("history searches", "history:searches", "workbench history searches", lists="searches"),
    CommandRow("history show", "history:history", "workbench history show last"),
    CommandRow("history diff", "diff:diff", "workbench history diff 0197c2 0197d4"),
    CommandRow("history query", "query:query", 'workbench history query "SELECT name FROM prompts" --csv'),
    CommandRow("history import", "imports:take_over", "workbench history import llm-logs.db --preview"),
    CommandRow("history export", "export:export", "workbench history export --query winner:yes -o runs.html"),
    CommandRow("history delete", "deletion:delete", "workbench history delete 0197c2 --preview"),
    CommandRow("history training", "training:training", "workbench history training data --format trl-kto"),
    CommandRow("history handover", "training:training", "workbench history handover tuning --pairs"),
    CommandRow("history star", "training:training", "workbench history star 0197c2"),
    CommandRow("history backup", "maintenance:care", "workbench history backup"),
    CommandRow("history check", "maintenance:care", "workbench history check"),
    CommandRow("history salvage", "maintenance:care", "workbench history salvage new.db --db damaged.db"),
    CommandRow("history restore", "maintenance:care", "workbench history restore newest"),
    CommandRow("history move", "maintenance:care", "workbench history move ~/prompts"),
    CommandRow("import", "imports:take_over", "workbench import promptfooconfig.yaml --preview"),
    CommandRow("pack export", "packs:packs", 'workbench pack export my-pack --prompt "Order status bot" --licence MIT'),
    CommandRow("pack import", "packs:packs", "workbench pack import my-pack --preview"),
    CommandRow("pack undo", "packs:packs", "workbench pack undo"),
    CommandRow("pack validate", "packs:packs", "workbench pack validate my-pack"),
    CommandRow("pack show", "packs:packs", "workbench pack show my-pack --evidence"),
    CommandRow("pack diff", "packs:packs", "workbench pack diff my-pack"),
    CommandRow("pack run", "run:run", "workbench pack run my-pack --model echo"),
    CommandRow("doctor", "doctor:doctor", "workbench doctor --network"),
    CommandRow("completion", "completion:completion", "workbench completion bash"),
)

COMMANDS: Mapping[str, CommandRow] = {row.path: row for row in _ROWS}


def row_of(args: argparse.Namespace) -> CommandRow:
    """Return the row of the command that the arguments name."""
    return COMMANDS.get(args.command) or COMMANDS[f"{args.command} {args.what}"]
