"""A curl command, for every server with the chat completions API."""

from __future__ import annotations

import re
import shlex

from workbench.formats.code.contents import images, shell_body
from workbench.formats.code.source import CannotWriteError, CodeSource, CodeTarget, comment, sent_params


def write(source: CodeSource) -> str:
    """Return a shell command with the values filled in, as a shell has no templates. Raises CannotWriteError."""
    if not source.base_url:
        raise CannotWriteError("This model does not use OpenAI's format. Choose LiteLLM or the workbench command.")
    headers = ["-H 'Content-Type: application/json'"]
    if source.key_variable:
        headers.append(f'-H "Authorization: Bearer ${source.key_variable}"')
    # `Name:` would make curl remove the header; `Name;` sends it empty.
    headers += [f"-H {shlex.quote(f'{name}: {value}' if value else f'{name};')}" for name, value in source.headers]
    headers += [f'-H {shlex.quote(name + ": ")}"${variable}"' for name, variable in source.secret_headers]
    url = shlex.quote(source.base_url.rstrip("/") + "/chat/completions")
    # Without --globoff curl expands brackets and braces to several URLs.
    literally = " --globoff" if re.search(r"[\[\]{}]", url) else ""
    notes = [f"Reads {one.name} from the current directory." for one in images(source)]
    if source.tools:
        notes.append("Sends one request and answers no tool calls; the Python snippets do.")
    head = "".join(f"{comment(note)}\n" for note in notes)
    body = shell_body(source, sent_params(source))
    return head + " \\\n  ".join([f"curl -sS{literally} {url}", *headers, "--data-binary @- "]) + body


FORMAT = CodeTarget("curl", 40, write)
