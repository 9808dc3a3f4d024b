"""Desktop and metadata files of the product."""

from __future__ import annotations

import subprocess
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
(METAINFO,) = PACKAGING.glob("*.metainfo.xml")


def run(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""


def test_the_desktop_entry_is_valid() -> None:
    run("desktop-file-validate", PACKAGING / "prompt-workbench.desktop")


def test_the_metainfo_is_valid() -> None:
    command = ["appstreamcli", "validate", "--no-net", "--no-color", str(METAINFO)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "Validation" in done.stdout, done.stderr
    # The project has no home page yet, and a made-up address would be worse. Old validators do not require one.
    wrong = [line for line in done.stdout.splitlines() if line[:2] in ("E:", "W:")]
    assert [line for line in wrong if not line.endswith("url-homepage-missing")] == []


def test_they_agree_with_each_other_and_with_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    root = ET.parse(METAINFO).getroot()
    desktop = (PACKAGING / "prompt-workbench.desktop").read_text("utf-8").splitlines()
    assert f"{root.findtext('id')}.metainfo.xml" == METAINFO.name
    assert root.findtext("launchable") == "prompt-workbench.desktop"
    assert root.findtext("project_license") == project["license"]
    assert f"Name={root.findtext('name')}" in desktop
    commands = {element.text for element in root.iter("binary")}
    assert commands == {*project["scripts"], *project["gui-scripts"]}
    release = root.find("releases/release")
    assert release is not None
    assert release.get("version") == project["version"]


def test_the_icon_is_one_picture_in_two_places() -> None:
    icon = ROOT / "resources" / "icons" / "app.svg"
    assert (PACKAGING / "prompt-workbench.svg").resolve() == icon
    root = ET.parse(icon).getroot()
    assert root.get("viewBox") == "0 0 128 128"
    assert "http" not in icon.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
