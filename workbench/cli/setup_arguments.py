"""The arguments of `workbench endpoint`, `key` and `completion`: what is set up once."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.pack_arguments import add_confirming
from workbench.cli.prompt_arguments import JSON_HELP, Commands

_KEY_EPILOG = """\
A key is read from standard input, or asked for without showing it, and is never an argument. It is stored in the
keyring of this computer together with the address that it is for; without a keyring, use the environment variable of
the provider. NAME is a provider, such as openai, or one of your endpoints."""
SHELLS = ("bash", "zsh", "fish")


def add_setup(commands: Commands[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add `endpoint` and `key`."""
    endpoint = commands.add_parser("endpoint", parents=[shared], help="add, list, test and remove your own endpoints")
    what = endpoint.add_subparsers(dest="what", metavar="WHAT", title="what", required=True)
    listed = what.add_parser("list", parents=[shared], help="list your endpoints, one per line, name first")
    added = what.add_parser("add", parents=[shared], help="add an address or a GGUF file")
    added.add_argument("address", metavar="URL|FILE", help="a base URL such as http://localhost:8000, or a GGUF file")
    added.add_argument("--name", metavar="NAME", default="", help="the name (the host, or the name of the file)")
    added.add_argument("--key", action="store_true", help="it needs a key; it is read from standard input")
    added.add_argument(
        "--header", metavar="NAME=VALUE", action="append", default=[], help="a header to send; repeat for more"
    )
    added.add_argument(
        "--secret-header",
        metavar="NAME",
        action="append",
        default=[],
        help="a secret header; each value is the next line of standard input, after the key",
    )
    added.add_argument("--provider", metavar="ID", default="", help="the provider whose protocol it speaks (OpenAI's)")
    added.add_argument(
        "--setting", metavar="K=V", action="append", default=[], help="a setting of that provider; repeat for more"
    )
    added.add_argument("--adapter", metavar="FILE", type=Path, help="a LoRA adapter for the GGUF file")
    tested = what.add_parser("test", parents=[shared], help="ask an endpoint whether it answers and takes the key")
    removed = what.add_parser("remove", parents=[shared], help="remove an endpoint and its key; past runs stay")
    for one in (tested, removed):
        one.add_argument("name", metavar="NAME", help="the name of the endpoint")
    _add_test(tested)
    for one in (listed, added, tested, removed):
        one.add_argument("--json", action="store_true", help=JSON_HELP)
    _add_key(commands, shared)


def add_completion(commands: Commands[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add `completion`."""
    completion = commands.add_parser("completion", parents=[shared], help="print a script that completes commands")
    completion.add_argument("shell", metavar="SHELL", choices=SHELLS, help="the shell: bash, zsh or fish")
    completion.add_argument("--json", action="store_true", help=JSON_HELP)


def _add_key(commands: Commands[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    key = commands.add_parser(
        "key",
        parents=[shared],
        help="store, test and remove API keys",
        epilog=_KEY_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = key.add_subparsers(dest="what", metavar="WHAT", title="what", required=True)
    stored = what.add_parser("set", parents=[shared], help="store a key, read from standard input", repeats=False)
    tested = what.add_parser("test", parents=[shared], help="ask the provider whether it takes the key")
    removed = what.add_parser("remove", parents=[shared], help="remove a key from the keyring")
    for one in (stored, tested, removed):
        one.add_argument("name", metavar="NAME", help="a provider, such as openai, or one of your endpoints")
        one.add_argument("--json", action="store_true", help=JSON_HELP)
    _add_test(tested)


def _add_test(command: argparse.ArgumentParser) -> None:
    command.add_argument("--model", metavar="M", default="", help="a model to ask, for servers that list none")
    add_confirming(command)
