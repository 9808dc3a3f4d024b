"""The environment of child processes.

Invariant: a child gets only the variables listed here: no key, token or password under any name, no address that would
redirect a key, and no permission to download anything; everything else it needs is sent in messages.

Exceptions: proxy addresses keep their user and password, because the network may be unreachable without them. The cloud
libraries (AWS, Google) get the variables for profile, region and files that the provider table names; keys and
addresses from the environment are sent in the calls that need them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.core.providers import child_variables
from workbench.core.secret_names import is_secret_name, is_secret_value

_PROXY = re.compile(r"^(https?|all|no)_proxy$", re.IGNORECASE)

_PERSON = "HOME USER LOGNAME LANG LANGUAGE TZ TMPDIR"
# Not every LC_ name, because SSH servers that accept all of them are used to pass arbitrary variables.
_LOCALE = (
    "LC_ALL LC_ADDRESS LC_COLLATE LC_CTYPE LC_IDENTIFICATION LC_MEASUREMENT LC_MESSAGES LC_MONETARY LC_NAME LC_NUMERIC "
    "LC_PAPER LC_TELEPHONE LC_TIME"
)
_DIRECTORIES = (
    "XDG_CACHE_HOME XDG_CONFIG_HOME XDG_CONFIG_DIRS XDG_DATA_HOME XDG_DATA_DIRS XDG_STATE_HOME XDG_RUNTIME_DIR"
)
_LOADING = "PATH LD_LIBRARY_PATH DYLD_LIBRARY_PATH DYLD_FALLBACK_LIBRARY_PATH"
_PYTHON = (
    "PYTHONPATH PYTHONHOME PYTHONUSERBASE PYTHONNOUSERSITE PYTHONSAFEPATH PYTHONPLATLIBDIR PYTHONPYCACHEPREFIX "
    "PYTHONDONTWRITEBYTECODE PYTHONHASHSEED PYTHONFAULTHANDLER PYTHONUNBUFFERED PYTHONIOENCODING PYTHONDEVMODE "
    "PYTHONTRACEMALLOC PYTHONASYNCIODEBUG VIRTUAL_ENV"
)
_WINDOWS = (
    "SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT TEMP TMP USERNAME USERPROFILE HOMEDRIVE HOMEPATH APPDATA "
    "LOCALAPPDATA PROGRAMDATA PROGRAMFILES PROGRAMFILES(X86) PROGRAMW6432 COMMONPROGRAMFILES NUMBER_OF_PROCESSORS "
    "PROCESSOR_ARCHITECTURE"
)
_CERTIFICATES = "SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NIX_SSL_CERT_FILE AWS_CA_BUNDLE"
# Devices and thread counts of llama.cpp.
_HARDWARE = (
    "OMP_NUM_THREADS OMP_THREAD_LIMIT OMP_PROC_BIND OMP_PLACES OMP_WAIT_POLICY OMP_DYNAMIC GOMP_CPU_AFFINITY "
    "KMP_AFFINITY KMP_BLOCKTIME OPENBLAS_NUM_THREADS MKL_NUM_THREADS CUDA_VISIBLE_DEVICES CUDA_DEVICE_ORDER CUDA_HOME "
    "CUDA_PATH NVIDIA_VISIBLE_DEVICES HIP_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES HSA_OVERRIDE_GFX_VERSION "
    "GPU_DEVICE_ORDINAL VK_ICD_FILENAMES VK_DRIVER_FILES VK_LAYER_PATH GGML_VK_VISIBLE_DEVICES ZE_AFFINITY_MASK "
    "ONEAPI_DEVICE_SELECTOR"
)
# Marks the processes that a test run started, so that it finds those left behind.
_TESTS = "WORKBENCH_TEST_RUN"
_GROUPS = (_PERSON, _LOCALE, _DIRECTORIES, _LOADING, _PYTHON, _WINDOWS, _CERTIFICATES, _HARDWARE, _TESTS)
_OF_CLOUDS = child_variables()
_PASSED = frozenset(" ".join(_GROUPS).split()) | _OF_CLOUDS

_FIXED = {
    # Use the price list of the package; by default litellm downloads it at import.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    # Otherwise litellm loads the .env file of the working directory, keys included.
    "LITELLM_MODE": "PRODUCTION",
    "PYTHON_DOTENV_DISABLED": "1",
    # Otherwise counting tokens requests tokenizers from a hub, which takes 20 s when offline.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "PYTHONUTF8": "1",
}


def scrubbed_env(env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a child: the required variables of `env`, with downloads and telemetry disabled.

    A value that looks like a key is dropped under any name, except in a proxy address.
    """
    kept = {name: value for name, value in env.items() if _PROXY.match(name) or _passes(name, value)}
    return {**kept, **_FIXED}


def is_secret(name: str, value: str) -> bool:
    """Return whether a variable or header looks like a key, by its name or by its value."""
    return not _PROXY.match(name) and (is_secret_name(name) or is_secret_value(value))


def _passes(name: str, value: str) -> bool:
    # Cloud libraries treat an empty profile or file name differently from an unset one.
    return name.upper() in _PASSED and not is_secret_value(value) and bool(value or name not in _OF_CLOUDS)
