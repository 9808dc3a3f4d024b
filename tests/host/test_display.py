"""Whether a window can open, checked before Qt would abort."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PROCESS_S
from workbench import __version__
from workbench.host import display, system_libraries
from workbench.host.display import display_problem

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="X11 and Wayland")


def test_missing_display_is_reported() -> None:
    assert "no display" in display_problem({})


def test_unresponsive_display_is_reported() -> None:
    assert "does not answer" in display_problem({"DISPLAY": ":9873"})
    assert "does not answer" in display_problem({"WAYLAND_DISPLAY": "wayland-9873", "XDG_RUNTIME_DIR": "/nowhere"})


def test_offscreen_and_vnc_platforms_need_no_display() -> None:
    assert display_problem({"QT_QPA_PLATFORM": "offscreen"}) == ""
    assert display_problem({"QT_QPA_PLATFORM": "vnc:size=800x600"}) == ""


def test_wayland_socket_is_accepted(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "w-0"))
        server.listen()
        assert display_problem({"WAYLAND_DISPLAY": "w-0", "XDG_RUNTIME_DIR": str(tmp_path)}) == ""
        assert display_problem({"WAYLAND_DISPLAY": str(tmp_path / "w-0")}) == ""


def test_real_x_server_is_accepted() -> None:
    read, write = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "640x480x24"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(write)
        try:
            with os.fdopen(read) as stream:
                number = stream.readline().strip()
            assert display_problem({"DISPLAY": f":{number}"}) == ""
            assert display_problem({"DISPLAY": f":{number}.0"}) == ""
        finally:
            server.terminate()


@pytest.mark.parametrize("folders", [system_libraries._usual_folders(), ()], ids=["usual", "elsewhere"])
def test_missing_window_libraries_are_named_with_their_packages(
    folders: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(system_libraries, "_usual_folders", lambda: folders)
    assert display._missing_library() == ""
    assert system_libraries.missing_libraries("model") == []
    table = system_libraries.resource(system_libraries.TABLE).read_text()
    (tmp_path / system_libraries.TABLE).write_text(f"{table}window lib libxcb-nowhere.so.0 libxcb-nowhere0\n")
    monkeypatch.setattr(system_libraries, "resource", tmp_path.joinpath)
    assert display._missing_library().endswith(
        "missing here (libxcb-nowhere.so.0). Install them: sudo apt-get install -y libxcb-nowhere0"
    )


def test_main_module_imports_no_qt() -> None:
    code = "import sys, workbench.__main__; print(sorted(m for m in sys.modules if m.startswith('PySide6')))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def _front_door(*args: str, also: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbench", *args],
        env={"PYTHONPATH": f"{also}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=PROCESS_S,
        check=False,
    )


def test_version_is_printed_when_qt_cannot_be_imported(tmp_path: Path) -> None:
    """A bare Debian lacks libraries that Qt is linked with."""
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "PySide6" / "__init__.py").write_text("raise ImportError('libglib-2.0.so.0: cannot open it')\n")
    done = _front_door("--version", also=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_and_version_are_printed_without_a_display() -> None:
    version, usage, wrong = _front_door("--version"), _front_door("--help"), _front_door("--model", "echo")
    assert (version.returncode, version.stdout, version.stderr) == (0, f"Prompt Workbench {__version__}\n", "")
    assert (usage.returncode, usage.stderr) == (0, "")
    assert usage.stdout.startswith("usage: prompt-workbench ")
    assert wrong.returncode == 2
    assert "unrecognized arguments: --model echo" in wrong.stderr
