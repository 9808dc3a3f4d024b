"""The guide: generated parts are up to date, links lead somewhere, and its commands exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.guide.pages import DOCS, pages
from tests.guide.terminal_page import terminal
from workbench.cli.command_table import COMMANDS
from workbench.cli.parser import make_parser
from workbench.core.providers import PROVIDERS

ROOT = DOCS.parent
WRITTEN = sorted([*DOCS.glob("*.md"), *DOCS.glob("reference/*.md"), *ROOT.glob("*.md")])
GUIDE = [path for path in WRITTEN if DOCS in path.parents and path.name != "DECISIONS.md"]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages()


def test_generated_pages_are_up_to_date(made: dict[str, str]) -> None:
    old = [path for path, text in made.items() if (DOCS / path).read_text("utf-8") != text]
    assert old == [], "renew them with: python -m tests.guide"


@pytest.mark.parametrize("page", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    text = _FENCE.sub("", page.read_text("utf-8"))
    links = [link.partition("#")[0] for link in _LINK.findall(text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


def test_every_page_is_in_the_table_of_contents() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    listed = {line for block in re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL) for line in block.split()}
    for page in GUIDE:
        name = str(page.relative_to(DOCS).with_suffix(""))
        assert name == "index" or name in listed, name


def command_lines() -> list[str]:
    """Return the lines of the guide and the README that call the program, without redirections."""
    texts = [path.read_text("utf-8") for path in (*GUIDE, ROOT / "README.md")]
    lines = [line for text in texts for block in _SHELL.findall(text) for line in block.splitlines()]
    lines += [line for text in texts for line in re.findall(r"`(workbench [^`…]+)`", text)]
    calls = (re.split(r" [<>|#] |  ", line.strip())[0] for line in lines if line.startswith("workbench "))
    return sorted({call for call in calls if not call.endswith("COMMAND --help")})


@pytest.mark.parametrize("line", command_lines())
def test_every_command_line_exists(line: str) -> None:
    words = shlex.split(line)[1:]
    if len(words) < 3 and " ".join(words) in {*COMMANDS, *(path.split()[0] for path in COMMANDS)}:
        return  # it only names the command
    if words[-1] == "--help":
        words = words[:-1]
        assert " ".join(words) in COMMANDS
        return
    make_parser().parse_args(words)


@pytest.mark.parametrize("path", [path for path in COMMANDS if path != "test"])
def test_every_command_says_what_its_json_document_has(path: str) -> None:
    page = "\n".join(terminal())
    section = page.partition(f"\n## workbench {path}\n")[2].partition("\n## workbench ")[0]
    assert "The JSON document" in section


def test_every_provider_with_a_key_has_a_section() -> None:
    text = (DOCS / "models.md").read_text("utf-8")
    lacking = [one.id for one in PROVIDERS.values() if one.takes_key and f"\n### {one.name}\n" not in text]
    assert lacking == []


def test_glossary_is_sorted() -> None:
    text = (DOCS / "glossary.md").read_text("utf-8")
    terms = re.findall(r"^([A-Z][\w -]+)\n: ", text, re.MULTILINE)
    assert terms == sorted(terms, key=str.casefold)
    assert len(terms) > 15
