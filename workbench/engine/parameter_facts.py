"""Parameter support of models, read from LiteLLM's model list.

Invariant: nothing of LiteLLM is imported; a parameter that the list does not mention is not refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.core.parameter_support import ParameterSupport
from workbench.core.parameters import EFFORTS, table

_FLAGS = tuple((effort, f"supports_{effort}_reasoning_effort") for effort in EFFORTS)
_ALWAYS = frozenset({"medium", "high"})


def support_of(name: str, row: Mapping[str, Any], bare: Mapping[str, Any]) -> ParameterSupport:
    """Return a model's support by its row; `bare` is the row of the model without provider prefix, or empty."""
    efforts = _efforts(row, bare)
    refused: dict[str, str] = {}
    if row.get("supports_sampling_params") is False:
        why = f"{_short(name)} takes no sampling settings."
        refused |= dict.fromkeys((one.name for one in table() if one.is_sampling), why)
    if efforts == ():
        refused["reasoning_effort"] = f"{_short(name)} does not reason before it answers."
    return ParameterSupport(refused, efforts or None)


def _efforts(row: Mapping[str, Any], bare: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the reasoning efforts of a model, () for none and None for unknown.

    Follows LiteLLM's own reading of its list: `reasoning_effort_levels` overrides the flags; otherwise low and minimal
    are accepted unless flagged false, xhigh and max only if flagged true, and none unless flagged false, where
    GPT-5 on Azure needs it flagged true.
    """
    if row.get("supports_reasoning") is False:
        return ()
    flags = {effort: _first(flag, row, bare) for effort, flag in _FLAGS}
    has_flags = any(flag is not None for flag in flags.values())
    if row.get("supports_reasoning") is not True and not has_flags:
        return ()
    declared = _first("reasoning_effort_levels", row, bare)
    if isinstance(declared, list):
        return tuple(effort for effort in EFFORTS if effort in declared)
    if not has_flags:
        return None
    taken = {effort for effort in ("minimal", "low") if flags[effort] is not False}
    taken |= {effort for effort in ("xhigh", "max") if flags[effort] is True}
    is_azure_gpt5 = row.get("litellm_provider") == "azure" and "gpt-5" in str(row.get("key", ""))
    if flags["none"] is True or (flags["none"] is None and not is_azure_gpt5):
        taken.add("none")
    return tuple(effort for effort in EFFORTS if effort in taken | _ALWAYS)


def _first(key: str, *rows: Mapping[str, Any]) -> Any:
    for row in rows:
        if (value := row.get(key)) is not None:
            return value
    return None


def _short(name: str) -> str:
    return name.rpartition("/")[2] or name
