"""What the product says about itself: version, licences, news, and a report about a problem.

Invariant: a report contains the error log, which never holds text by a user or a model (`host.faults`), and nothing
else of the user's data. Everything blocks: use it on worker threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from workbench.host.dirs import document, resource
from workbench.host.errors import HostError, explain
from workbench.host.faults import log_file, platform_name

_MOST_LOG = 20_000
"""Characters from the end of the log that a report contains."""
_LONGEST_LICENCE = 80
GUIDE_PAGES = (
    "start",
    "loop",
    "blocks",
    "comparing",
    "TESTING",
    "DECIDING",
    "fine-tuning",
    "PACKS",
    "models",
    "history",
    "coming-from",
    "keys",
    "troubleshooting",
    "glossary",
)
"""The pages of the guide in order; reference pages are left to the site."""
_NOT_SHOWN = re.compile(r"<!--.*?-->|!\[[^\]]*\]\([^)]*\)", re.DOTALL)
"""Comments and pictures."""
_LINK = re.compile(r"\[([^\]]*)\]\((?!\w+://)[^)]*\)")
"""Links to other pages."""


def news() -> str:
    """Return the changelog as Markdown. Raises HostError if it is missing."""
    return document("CHANGELOG.md").read_text("utf-8")


def guide() -> str:
    """Return the guide as one Markdown text, without pictures and links. Raises HostError if a page is missing."""
    pages = (document(f"docs/{name}.md").read_text("utf-8") for name in GUIDE_PAGES)
    return "\n\n".join(_LINK.sub(r"\1", _NOT_SHOWN.sub("", page)).strip() for page in pages)


def guide_site() -> Path | None:
    """Return the first page of the guide's site, None if it was not built."""
    try:
        return resource("guide", "index.html")
    except HostError:
        return None


def about(version: str, database: Path, qt: str) -> str:
    """Return version, system and the place of the history as Markdown."""
    rows = (
        ("Version", version),
        ("System", platform_name()),
        ("Qt", qt),
        ("History", f"`{database}`"),
        ("Licence", "Apache-2.0"),
    )
    return "# Prompt Workbench\n\n" + "".join(f"- {name}: {value}\n" for name, value in rows)


def licences() -> str:
    """Return the product's licence and those of the installed packages as Markdown. Raises HostError."""
    rows = "".join(f"| {name} | {version} | {licence} |\n" for name, version, licence in sorted(_packages()))
    return (
        "# Licences\n\nPrompt Workbench is licensed under Apache-2.0; its text is at the end. These packages are "
        f"installed with it:\n\n| Package | Version | Licence |\n| --- | --- | --- |\n{rows}\n"
        f"```text\n{document('LICENSE').read_text('utf-8')}\n```\n"
    )


def problem_report(version: str, qt: str, state: Path) -> str:
    """Return a report to send: version, system and the newest part of the error log. Raises HostError."""
    file = log_file(state)
    try:
        log = file.read_text("utf-8", "replace") if file.exists() else ""
    except OSError as error:
        raise HostError(f"The error log {file} cannot be read. Check its permissions.", explain(error)) from error
    shown = log[-_MOST_LOG:].strip() or "No errors are logged."
    return f"Prompt Workbench {version}, {platform_name()}, Qt {qt}\n\n{shown}\n"


def _packages() -> Iterator[tuple[str, str, str]]:
    for one in metadata.distributions():
        described = one.metadata
        named_by = (described.get_all(key) for key in ("License-Expression", "License"))
        licence = next((found[0] for found in named_by if found and found[0]), "")
        if not licence or len(licence) > _LONGEST_LICENCE or "\n" in licence:
            named = [text.rpartition(" :: ")[2] for text in described.get_all("Classifier") or [] if "License" in text]
            licence = ", ".join(named) or "see the package"
        yield described["Name"], one.version, licence.replace("|", "/")
