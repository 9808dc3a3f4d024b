"""Cost of a provider's built-in tools: searches, pages, maps.

Invariant: searches counted by the provider are billed as LiteLLM bills them; uncounted ones cost nothing.
"""

from __future__ import annotations

from workbench.core.price_sheet import Sheet, as_number, first, number
from workbench.core.usage import Usage

_SEARCH = "search_context_cost_per_query"
_GEMINI_SEARCH, _XAI_SEARCH = 0.035, 0.005
_MAPS_PER_QUERY, _MAPS_PER_PROMPT = 0.014, 0.025
_GROQ_PAGE = 0.001


def tools_cost(sheet: Sheet, usage: Usage) -> float:
    """Return the cost of the provider's built-in tools in dollars."""
    details, provider = usage.details, str(sheet.get("litellm_provider") or "")
    google = provider in ("gemini", "vertex_ai")
    per_query = sheet.get("web_search_billing_unit") == "per_query"
    total = 0.0
    if google and details.maps:
        price = number(sheet, "google_maps_grounding_cost_per_query")
        listed = _MAPS_PER_QUERY if per_query else _MAPS_PER_PROMPT
        total += first(price, listed) * (details.maps if per_query else 1)
    if provider == "groq":
        return total + details.searches * search_price(sheet, "medium") + details.pages_opened * _GROQ_PAGE
    if not details.searches or provider == "perplexity":
        return total
    if google and "claude" not in str(sheet.get("model") or "").lower():
        price = number(sheet.get(_SEARCH), "search_context_size_medium")
        return total + first(price, _GEMINI_SEARCH) * (details.searches if per_query else 1)
    if provider == "xai":
        listed_prices = (search_price(sheet, size) for size in ("medium", "low", "high"))
        return total + next((price for price in listed_prices if price), _XAI_SEARCH) * details.searches
    size = "medium" if google or provider in ("anthropic", "azure_ai") else details.search_size or "medium"
    return total + search_price(sheet, size) * details.searches


def search_price(sheet: Sheet, size: str) -> float:
    """Return the price of a search with context `size` "low", "medium" or "high", 0 if none is listed."""
    listed = sheet.get(_SEARCH)
    if isinstance(listed, int | float):
        return as_number(listed) or 0.0
    return number(listed, f"search_context_size_{size}") or 0.0
