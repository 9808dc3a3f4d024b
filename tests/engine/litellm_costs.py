"""Costs computed by LiteLLM itself: reads cases as JSON, prints dollars or errors.

Run in a separate interpreter, because LiteLLM takes seconds to import and changes its process.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch


def tell(file: str) -> None:
    """Read `{"at": time, "cases": [{model, provider, usage, tier, region, size, seconds}]}` and print a list."""
    import litellm
    from litellm.litellm_core_utils.llm_cost_calc import utils

    asked = json.loads(Path(file).read_text())
    at = datetime.fromisoformat(asked["at"])
    # The interpreter runs other programs afterwards.
    with patch.object(litellm, "suppress_debug_info", True), patch.object(utils, "current_billing_time", lambda: at):
        print(json.dumps([_cost(case) for case in asked["cases"]]))


def _cost(case: dict[str, Any]) -> Any:
    from litellm.cost_calculator import cost_per_token
    from litellm.litellm_core_utils.llm_cost_calc.tool_call_cost_tracking import StandardBuiltInToolCostTracking
    from litellm.types.utils import Usage

    usage = Usage(**case["usage"])
    if (details := case["usage"].get("server_side_tool_usage_details")) is not None:
        usage.server_side_tool_usage_details = details
    model, provider = case["model"], case["provider"]
    try:
        given, answered = cost_per_token(
            model=model,
            custom_llm_provider=provider,
            usage_object=usage,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            service_tier=case["tier"] or None,
            data_residency=case["region"] or None,
            vertex_location=case["region"] or None,
            response_time_ms=case["seconds"] * 1000,
        )
        tools = StandardBuiltInToolCostTracking.get_cost_for_built_in_tools(
            model=model,
            response_object=None,
            usage=usage,
            custom_llm_provider=provider,
            standard_built_in_tools_params={"web_search_options": {"search_context_size": case["size"] or None}},
        )
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return given + answered + tools
