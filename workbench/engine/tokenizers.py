"""The tokenizer of each model.

Invariant: a tokenizer is exact only where the model's maker says that the model uses it; all others count
approximately and say so in their names. Nothing here loads a tokenizer.
"""

from __future__ import annotations

import re

from workbench.core.lanes import Endpoint
from workbench.core.providers import split_model
from workbench.core.token_counts import RULE, Tokenizer

O200K = Tokenizer("o200k_base", "OpenAI's o200k_base", exact=True)
CL100K = Tokenizer("cl100k_base", "OpenAI's cl100k_base", exact=True)
CLAUDE = Tokenizer("claude", "the Claude 2 tokenizer; newer models count a few more")
DEEPSEEK = Tokenizer("deepseek", "the DeepSeek V3 tokenizer")
ESTIMATE = Tokenizer(RULE, "an estimate from letters, digits and signs")
RUNTIME = Tokenizer("runtime", "the model's own", exact=True, per_message=0, per_prompt=0)
"""The tokenizer of the model that the built-in runtime has loaded; counts whole prompts in the model's own format."""

BUILTIN_CONTEXT, RUNTIME_CONTEXT = 4096, 8192
"""Context lengths in tokens of the built-in model and of a user's GGUF file in the built-in runtime."""

# Model families as tiktoken maps them; older models no longer serve chats.
_CL100K = re.compile(r"^(ft:)?(gpt-4(?!o|\.1|\.5)|gpt-3\.5|gpt-35)")
_O200K = re.compile(r"^(ft:)?(gpt-|chatgpt-|o[1-9](-|$))")


def tokenizer_of(endpoint: Endpoint, model: str) -> Tokenizer | None:
    """Return the tokenizer for a model at an endpoint, None for echo, which reads no tokens."""
    if endpoint.kind == "echo":
        return None
    if endpoint.kind in ("builtin", "gguf"):
        return RUNTIME
    if endpoint.has_address:
        # A user's own server may name any model "gpt-4o".
        return ESTIMATE
    provider, name = split_model(model)
    name = name.rsplit("/", 1)[-1]
    if provider in ("openai", "azure", "openrouter", "github", "vercel_ai_gateway") or not provider:
        if _CL100K.search(name):
            return CL100K
        if _O200K.search(name):
            return O200K
    if "claude" in name:
        return CLAUDE
    return DEEPSEEK if "deepseek" in name else ESTIMATE
