"""Python with LiteLLM."""

from __future__ import annotations

import keyword

from workbench.core.model_settings import is_of_the_model
from workbench.formats.code.contents import python_messages
from workbench.formats.code.source import (
    CannotWriteError,
    CodeSource,
    CodeTarget,
    all_params,
    comment,
    python,
    python_call,
    python_head,
    python_headers,
    quoted,
)
from workbench.formats.code.tool_code import answers_code, chat_loop

_GIVEN = frozenset(
    {
        "model",
        "messages",
        "stream",
        "stream_options",
        "api_base",
        "api_key",
        "extra_headers",
        "drop_params",
        "extra_body",
    }
)
"""Arguments that the lane itself decides; the workbench does not accept them as parameters either."""


def _is_name(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def write(source: CodeSource) -> str:
    """Return a program. Raises CannotWriteError."""
    if not source.litellm_model:
        raise CannotWriteError("Only the workbench can run this model. Choose the workbench command instead.")
    arguments = [("model", quoted(source.litellm_model)), ("messages", "messages")]
    if address := source.base_url if source.is_custom else source.api_base:
        arguments.append(("api_base", quoted(address)))
    arguments += [(name, quoted(value)) for name, value in source.settings]
    if source.key_variable:
        arguments.append(("api_key", f"os.environ[{quoted(source.key_variable)}]"))
    elif source.is_custom:
        arguments.append(("api_key", quoted("none")))
    if headers := python_headers(source):
        arguments.append(("extra_headers", headers))
    given = {k: v for k, v in all_params(source).items() if k not in _GIVEN}
    # The lane does not pass these to LiteLLM either: one of them could send the key to another address.
    left_out = [name for name, value in given.items() if not is_of_the_model(name, value)]
    params = {k: v for k, v in given.items() if k not in left_out}
    arguments += [(name, python(value, 1)) for name, value in params.items() if _is_name(name)]
    # Drops parameters that the model does not support, as the lane does.
    arguments.append(("drop_params", "True"))
    if others := {name: value for name, value in params.items() if not _is_name(name)}:
        arguments.append(("extra_body", python(others, 1)))
    ask = python_call("litellm.completion", arguments)
    show = "print(response.choices[0].message" + (")" if "tools" in params else ".content)") + "\n"
    return "\n".join(
        [
            python_head(source, "litellm", uses_keys=bool(source.key_variable or source.secret_headers), parses=True)
            + "\nimport litellm\n",
            *(
                [comment(f"Settings of LiteLLM, not of the model, so not sent: {', '.join(left_out)}")]
                if left_out
                else []
            ),
            *([answers_code(source, parses=True)] if source.tools else []),
            python_messages(source, caches=source.caches),
            chat_loop(source, ask) if source.tools else f"response = {ask}\n{show}",
        ]
    )


FORMAT = CodeTarget("LiteLLM", 10, write)
