"""A curl command, for every server that speaks chat completions."""

from __future__ import annotations

import shlex

from workbench.core.templates import fill
from workbench.formats.code.source import CannotWriteError, Source, json_text, sent_params


def write(source: Source) -> str:
    """Return a shell command; values are filled in, a shell has no templates. Raises CannotWriteError."""
    if not source.base_url:
        raise CannotWriteError("This model is not asked in OpenAI's format. Choose LiteLLM or the workbench command.")
    filled = [(m.role, fill(m.text, source.values)) for m in source.messages]
    messages = [{"role": role, "content": text} for role, text in filled if text]
    body = {"model": source.model, "messages": messages, **sent_params(source)}
    headers = ["-H 'Content-Type: application/json'"]
    if source.key_variable:
        headers.append(f'-H "Authorization: Bearer ${source.key_variable}"')
    headers += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in source.headers]
    headers += [f'-H {shlex.quote(name + ": ")}"${variable}"' for name, variable in source.secret_headers]
    url = shlex.quote(source.base_url.rstrip("/") + "/chat/completions")
    # A line of JSON is never the bare word, because texts stand in quotes.
    return " \\\n  ".join([f"curl -sS {url}", *headers, "--data-binary @- <<'BODY'"]) + f"\n{json_text(body)}\nBODY\n"
