"""Python with LiteLLM."""

from __future__ import annotations

from workbench.formats.code.source import (
    CannotWriteError,
    Source,
    python,
    python_call,
    python_head,
    python_headers,
    python_messages,
    quoted,
)


def write(source: Source) -> str:
    """Return a program. Raises CannotWriteError."""
    if not source.litellm_model:
        raise CannotWriteError("Only the workbench serves this model. Choose the workbench command instead.")
    arguments = [("model", quoted(source.litellm_model)), ("messages", "messages")]
    if source.is_custom:
        arguments.append(("api_base", quoted(source.base_url)))
    if source.key_variable:
        arguments.append(("api_key", f"os.environ[{quoted(source.key_variable)}]"))
    elif source.is_custom:
        arguments.append(("api_key", quoted("none")))
    if headers := python_headers(source):
        arguments.append(("extra_headers", headers))
    params = {k: v for k, v in source.params.items() if k not in ("model", "messages", "stream", "stream_options")}
    arguments += [(name, python(value, 1)) for name, value in params.items() if name.isidentifier()]
    # What a model does not take is left out, as the lane does it.
    arguments.append(("drop_params", "True"))
    if others := {name: value for name, value in params.items() if not name.isidentifier()}:
        arguments.append(("extra_body", python(others, 1)))
    return "\n".join(
        [
            python_head(source, "litellm", uses_keys=bool(source.key_variable or source.secret_headers))
            + "\nimport litellm\n",
            python_messages(source),
            "response = " + python_call("litellm.completion", arguments),
            "print(response.choices[0].message" + (")" if "tools" in source.params else ".content)"),
            "",
        ]
    )
