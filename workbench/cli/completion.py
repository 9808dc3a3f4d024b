"""`workbench completion bash|zsh|fish`: a script that completes commands and options.

Invariant: the script is made of the parser, so it knows every command and option of this release; using it starts no
Python. What follows an option that takes a value, and every other word, is completed as the name of a file.

The JSON document: {"shell", "script"}.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.cli.exit_codes import OK
from workbench.cli.output import write_exact, write_json
from workbench.cli.parser import make_parser

_BASH = """\
# Completes workbench in bash. Load it in ~/.bashrc: source <(workbench completion bash)
_workbench() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} path="" word at words="" values=""
    for ((at = 1; at < COMP_CWORD; at++)); do
        word=${{COMP_WORDS[at]}}
        case "$path $word" in
{steps}
        esac
    done
    case "$path" in
{options}
    esac
    if [[ " $values " == *" ${{COMP_WORDS[COMP_CWORD - 1]}} "* ]]; then
        words=""
    fi
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _workbench workbench
"""
_ZSH = """\
#compdef workbench
# Completes workbench in zsh. Load it in ~/.zshrc, after compinit: source <(workbench completion zsh)
_workbench() {{
    local current_path="" word before=${{words[CURRENT - 1]}} values=""
    local -a found
    for word in ${{words[2,CURRENT - 1]}}; do
        case "$current_path $word" in
{steps}
        esac
    done
    case "$current_path" in
{options}
    esac
    if [[ " $values " == *" $before "* ]]; then
        _files
    else
        _describe workbench found
        _files
    fi
}}
compdef _workbench workbench
"""
_FISH = """\
# Completes workbench in fish. Keep it as ~/.config/fish/completions/workbench.fish
function __workbench_at
    set -l path ""
    for word in (commandline -opc)[2..-1]
        switch "$path $word"
{steps}
        end
    end
    test "$path" = "$argv[1]"
end
{options}
"""


@dataclass(frozen=True, slots=True)
class CompletedWord:
    """A word that can follow: a command or an option, with its help. `takes_value` is True for options with one."""

    text: str
    help: str = ""
    takes_value: bool = False


def completion(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the script and return the exit code."""
    script = script_for(args.shell)
    if args.json:
        write_json({"shell": args.shell, "script": script})
    else:
        write_exact(script)
    return OK


def script_for(shell: str) -> str:
    """Return the script of a shell; every shell of `setup_arguments.SHELLS` has one."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](dict(_levels(make_parser(), "")))


def _levels(parser: argparse.ArgumentParser, path: str) -> Iterator[tuple[str, tuple[CompletedWord, ...]]]:
    """Yield each level of commands: its path, " history list", and the words that can follow."""
    parser.format_usage()  # completes a parser that is completed when used
    words, below = [], []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {row.dest: row.help or "" for row in action._choices_actions}
            words += [CompletedWord(name, helps.get(name, "")) for name in action.choices]
            below = list(action.choices.items())
        elif action.option_strings and action.help != argparse.SUPPRESS:
            said = (action.help or "").replace("%%", "%")
            words += [CompletedWord(name, said, action.nargs != 0) for name in action.option_strings]
        elif action.choices:
            words += [CompletedWord(str(choice)) for choice in action.choices]
    yield path, tuple(words)
    for name, child in below:
        yield from _levels(child, f"{path} {name}")


Levels = Mapping[str, tuple[CompletedWord, ...]]


def _steps(levels: Levels, form: str) -> str:
    return "\n".join(form.format(path=path) for path in levels if path)


def _bash(levels: Levels) -> str:
    steps = _steps(levels, '            "{path}") path="{path}" ;;')
    options = (
        f'        "{path}") words="{_joined(words)}" values="{_joined(one for one in words if one.takes_value)}" ;;'
        for path, words in levels.items()
    )
    return _BASH.format(steps=steps, options="\n".join(options))


def _zsh(levels: Levels) -> str:
    steps = _steps(levels, '            "{path}") current_path="{path}" ;;')
    options = (
        f'        "{path}") found=({" ".join(_zsh_word(one) for one in words)})'
        f' values="{_joined(one for one in words if one.takes_value)}" ;;'
        for path, words in levels.items()
    )
    return _ZSH.format(steps=steps, options="\n".join(options))


def _fish(levels: Levels) -> str:
    steps = _steps(levels, '            case "{path}"\n                set path "{path}"')
    lines = []
    for path, words in levels.items():
        for one in words:
            what = f"-a {one.text}"
            if one.text.startswith("-"):
                name = one.text.lstrip("-")
                what = f"{'-l' if one.text.startswith('--') else '-s'} {name}{' -r' if one.takes_value else ''}"
            said = f" -d {_quoted(one.help)}" if one.help else ""
            lines.append(f"complete -c workbench -n '__workbench_at \"{path}\"' {what}{said}")
    return _FISH.format(steps=steps, options="\n".join(lines))


def _joined(words: Iterator[CompletedWord] | tuple[CompletedWord, ...]) -> str:
    return " ".join(one.text for one in words)


def _zsh_word(one: CompletedWord) -> str:
    said = one.help.replace(":", "\\:")
    return _quoted(f"{one.text}:{said}" if said else one.text)


def _quoted(text: str) -> str:
    """Return a text in single quotes, safe in every shell here: quotes and line ends become spaces and primes."""
    return "'" + re.sub(r"\s+", " ", text).replace("\\'", "’").replace("'", "’") + "'"
