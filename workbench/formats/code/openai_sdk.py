"""Python with OpenAI's SDK, for every server with the chat completions API."""

from __future__ import annotations

from workbench.core.parameters import names_in
from workbench.formats.code.contents import python_messages
from workbench.formats.code.source import (
    CannotWriteError,
    CodeSource,
    CodeTarget,
    python,
    python_call,
    python_head,
    python_headers,
    quoted,
    sent_params,
)
from workbench.formats.code.tool_code import answers_code, chat_loop

_MORE = frozenset(
    {
        *("logit_bias", "max_completion_tokens", "n", "parallel_tool_calls", "response_format"),
        *("tool_choice", "tools", "user", "verbosity"),
    }
)
"""Arguments of the SDK beside the parameters of a lane; anything else goes into `extra_body` unchanged."""


def write(source: CodeSource) -> str:
    """Return a program. Raises CannotWriteError."""
    if not source.base_url:
        raise CannotWriteError("This model does not use OpenAI's format. Choose LiteLLM or the workbench command.")
    client = [("base_url", quoted(source.base_url))]
    key = f"os.environ[{quoted(source.key_variable)}]" if source.key_variable else quoted("none")
    client.append(("api_key", key))
    if headers := python_headers(source):
        client.append(("default_headers", headers))
    params = sent_params(source)
    show = "print(response.choices[0].message" + (")" if "tools" in params else ".content)") + "\n"
    arguments = [("model", quoted(source.model)), ("messages", "messages")]
    own = _MORE | names_in("openai").keys()
    arguments += [(name, python(value, 1)) for name, value in params.items() if name in own]
    if others := {name: value for name, value in params.items() if name not in own}:
        arguments.append(("extra_body", python(others, 1)))
    ask = python_call("client.chat.completions.create", arguments)
    return "\n".join(
        [
            python_head(source, "openai", uses_keys=bool(source.key_variable or source.secret_headers), parses=True)
            + "\nfrom openai import OpenAI\n",
            *([answers_code(source, parses=True)] if source.tools else []),
            python_messages(source),
            "client = " + python_call("OpenAI", client),
            chat_loop(source, ask) if source.tools else f"response = {ask}\n{show}",
        ]
    )


FORMAT = CodeTarget("OpenAI SDK", 20, write)
