"""Configuration and start of llama.cpp's server.

Invariant: none of its permissive defaults remains: loopback only, a key, no cross-origin access, no web pages, no slot
or metric listing, and no cache that grows beside the context.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import xllamacpp

_BATCH = 256
_EMBEDDING_BATCH = 2048
"""Tokens; a text is embedded in one batch, so a longer one is refused."""


class LoadError(Exception):
    """llama.cpp did not load the model; its reasons are on stderr."""


def load(order: Mapping[str, Any]) -> Any:
    """Return a running server for `order`: model, adapter ("" for none), key, slots, context (tokens, of all slots).

    With `embeds` it gives vectors of texts, pooled by `pooling`, "" for the way that the model's file names.
    """
    try:
        return xllamacpp.Server(_settings(order))
    except (RuntimeError, ValueError, OSError) as error:
        raise LoadError(str(error)) from error


def _settings(order: Mapping[str, Any]) -> Any:
    p = xllamacpp.CommonParams()
    p.model.path = order["model"]
    if order["adapter"]:
        p.lora_adapters = [_adapter(order["adapter"])]
    p.model_alias = {order["name"]}
    p.hostnames, p.port = ["127.0.0.1"], 0
    p.api_keys = [order["key"]]
    p.cors_origins, p.cors_credentials = "", False
    p.ui, p.endpoint_slots, p.endpoint_props, p.endpoint_metrics = False, False, False, False
    p.use_jinja, p.enable_chat_template = True, True
    p.n_parallel = order["slots"]
    # One context for all slots, so that a single long prompt may use all of it.
    p.n_ctx, p.kv_unified = order["context"], True
    p.n_batch = p.n_ubatch = _BATCH
    if order["embeds"]:
        p.embedding = True
        p.n_batch = p.n_ubatch = min(_EMBEDDING_BATCH, order["context"])
        if order["pooling"]:
            p.pooling_type = getattr(xllamacpp.llama_pooling_type, f"LLAMA_POOLING_TYPE_{order['pooling'].upper()}")
    p.cache_ram_mib, p.cache_idle_slots, p.n_ctx_checkpoints = 0, False, 0
    _share_cores(p)
    p.verbosity = 1
    # The first request warms up as well, and is answered sooner without a separate warm-up.
    p.warmup = False
    p.offline = True
    return p


def _share_cores(p: Any) -> None:
    # Threads wait for each other, so one that is preempted stalls them all: on a busy machine as many threads as cores
    # are ten times slower than one less. On an idle machine the last core is used for prompt processing only, which
    # ends before anything moves on the screen.
    cores = os.cpu_count() or 1
    if cores > 4:
        # Usually two logical cores per physical one.
        cores //= 2
    idle = hasattr(os, "getloadavg") and os.getloadavg()[0] < cores / 2
    p.cpuparams.n_threads = max(1, cores - 1)
    p.cpuparams_batch.n_threads = cores if idle else max(1, cores - 1)
    p.cpuparams.poll = p.cpuparams_batch.poll = 0


def _adapter(path: str) -> Any:
    adapter = xllamacpp.CommonAdapterLoraInfo()
    adapter.path, adapter.scale = path, 1.0
    return adapter
