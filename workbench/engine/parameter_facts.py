"""Which parameters LiteLLM's list says that a model takes.

Invariant: nothing of LiteLLM is imported; what the list is silent about is not refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.core.parameter_support import ParameterSupport
from workbench.core.parameters import EFFORTS

_SAMPLING = ("temperature", "top_p", "top_k", "min_p")
_FLAGS = tuple((effort, f"supports_{effort}_reasoning_effort") for effort in EFFORTS)
_ALWAYS = frozenset({"medium", "high"})


def support_of(name: str, row: Mapping[str, Any], bare: Mapping[str, Any]) -> ParameterSupport:
    """Return what a row says of a model; `bare` is the row of the same model without the provider's name, or empty."""
    efforts = _efforts(row, bare)
    refused: dict[str, str] = {}
    if row.get("supports_sampling_params") is False:
        why = f"{_short(name)} takes no sampling settings."
        refused |= dict.fromkeys(_SAMPLING, why)
    if efforts == ():
        refused["reasoning_effort"] = f"{_short(name)} does not reason before it answers."
    return ParameterSupport(refused, efforts or None)


def _efforts(row: Mapping[str, Any], bare: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the reasoning efforts of a model, () for none and None for unknown, by LiteLLM's own reading of its list:

    `reasoning_effort_levels` counts alone; else low and minimal are taken unless the list says no, xhigh and max only
    where it says yes, and none unless it says no, except by GPT-5 on Azure.
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
