"""Hostile packs are refused with a sentence, without writing, in bounded time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.packs import hostile
from tests.packs.making import BODIES, ORDER, PACK, body_of
from tests.patience import PROCESS_S
from workbench.packs.errors import PackError
from workbench.packs.pack_reader import read_pack, read_place
from workbench.packs.pack_source import open_source
from workbench.packs.pack_writer import write_folder

ROOT = Path(__file__).resolve().parents[2]
MEMORY_MB, CPU_S = 500, 30.0

# Reads each pack under resource limits and prints the result with its time and memory.
CHILD = """
import json, sys, time
from pathlib import Path
from workbench.packs.errors import PackError
from workbench.packs.pack_reader import read_pack
for path in Path(sys.argv[1]).read_text().split("\\n"):
    began = time.process_time()
    try:
        read_pack(path)
        said = None
    except PackError as error:
        said = error.sentence
    print(json.dumps([path, said, time.process_time() - began]), flush=True)
# Of this program alone: what getrusage tells begins with the memory of the process that it was forked from.
status = Path("/proc/self/status").read_text().split("\\n")
print(next(line.split()[1] for line in status if line.startswith("VmHWM:")))
"""


def limited(paths: list[Path], listed: Path) -> tuple[dict[str, tuple[str | None, float]], int]:
    """Read packs in a process with limits; return each one's result and time, and the memory in kB."""
    listed.write_text("\n".join(map(str, paths)))

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY_MB * 2**20, 2 * MEMORY_MB * 2**20))
        resource.setrlimit(resource.RLIMIT_CPU, (600, 600))
        # No byte may be written anywhere.
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    done = subprocess.run(
        [sys.executable, "-B", "-c", CHILD, str(listed)],
        cwd=ROOT,
        preexec_fn=limit,
        capture_output=True,
        text=True,
        timeout=PROCESS_S,
    )
    assert done.returncode == 0, done.stderr
    *lines, memory = map(json.loads, done.stdout.splitlines())
    return {path: (said, took) for path, said, took in lines}, memory


def everything(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*")}


def test_every_hostile_pack_is_refused_within_limits(tmp_path: Path) -> None:
    packs: dict[Path, tuple[str, str]] = {}
    for number, (name, raw, word) in enumerate(hostile.archives()):
        path = tmp_path / f"{number}.promptpack"
        path.write_bytes(raw)
        packs[path] = (name, word)
    (tmp_path / "folders").mkdir()
    for name, path, word in hostile.folders(tmp_path / "folders"):
        packs[path] = (name, word)
    before = everything(tmp_path) | {"list"}
    said, memory = limited(list(packs), tmp_path / "list")
    assert everything(tmp_path) == before
    assert memory < MEMORY_MB * 1024
    for path, (name, word) in packs.items():
        sentence, took = said[str(path)]
        assert sentence is not None, name
        assert any(part in sentence for part in word.split("|")), (name, sentence)
        assert sentence.endswith("."), (name, sentence)
        assert "secret" not in sentence
        assert took < CPU_S, (name, took)


def test_valid_pack_that_hostile_ones_are_built_from_is_read(tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(hostile.zipped(hostile.FILES))
    assert read_pack(tmp_path / "p").pack == PACK


def test_archive_with_a_top_level_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(hostile.zipped({f"orders-main/{k}": v for k, v in hostile.FILES.items()}))
    assert read_pack(tmp_path / "p").pack == PACK


def test_invalid_pin_of_a_lane_is_read_as_no_pin(tmp_path: Path) -> None:
    raw = hostile.FILES[ORDER.file]
    pinned = next(line for line in raw.split(b"\n") if b"pinned:" in line)
    for value in (b"{a: b}", b"[]", b"1"):
        changed = raw.replace(pinned, pinned.partition(b":")[0] + b": " + value)
        (tmp_path / "p").write_bytes(hostile.zipped({**hostile.FILES, ORDER.file: changed}))
        assert [lane.pinned for lane in read_pack(tmp_path / "p").pack.prompts[0].lanes] == [None] * 3


def test_folder_replaced_by_a_link_during_reading_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path / "p", PACK, body_of(BODIES))
    write_folder(tmp_path / "other", PACK, body_of(BODIES))
    with open_source(tmp_path / "p") as place:
        (tmp_path / "p" / "prompts").rename(tmp_path / "p" / "before")
        (tmp_path / "p" / "prompts").symlink_to(tmp_path / "other" / "prompts")
        with pytest.raises(PackError, match=r"order-bot\.prompt\.yml in this pack cannot be read"):
            read_place(place)
    with open_source(tmp_path / "other") as place:
        (tmp_path / "other" / ORDER.file).unlink()
        with pytest.raises(PackError, match="missing"):
            read_place(place)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_damaged_archives_are_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(hostile.zipped(hostile.FILES))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        # Damage in the headers, with their lengths and flags, is the most effective.
        near = data.draw(st.sampled_from([at, raw.find(b"PK\x01\x02") + at % 46, len(raw) - 1 - at % 22]))
        raw[near] = data.draw(st.integers(0, 255))
    (tmp_path / "p").write_bytes(raw[: data.draw(st.sampled_from([len(raw), len(raw) // 2]))])
    with suppress(PackError):
        read_pack(tmp_path / "p")
    assert os.listdir(tmp_path) == ["p"]  # noqa: PTH208


VALUES = [
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"{a: b}",
    b"[[]]",
    b"-1",
    b"1e999",
    b"9" * 30,
    b"''",
    b'"\\ud800"',
    b"- x",
    b"~",
]
files = st.sampled_from([name for name in hostile.FILES if name.endswith((".yaml", ".yml", ".jsonl"))])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(files, st.data())
def test_damaged_texts_of_a_pack_are_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    lines = hostile.FILES[name].split(b"\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["drop", "twice", "swap", "cut", "text", "value"]))
        if change == "drop" and len(lines) > 1:
            del lines[at]
        elif change == "twice":
            lines.insert(at, lines[at])
        elif change == "swap":
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif change == "cut":
            lines[at] = lines[at][: len(lines[at]) // 2]
        elif change == "value":
            lines[at] = lines[at].partition(b":")[0] + b": " + data.draw(st.sampled_from(VALUES))
        else:
            lines[at] += data.draw(st.text(" -:#[]{}&*!|>'\"0a\n", max_size=5)).encode()
    (tmp_path / "p").write_bytes(hostile.zipped({**hostile.FILES, name: b"\n".join(lines)}))
    with suppress(PackError):
        read_pack(tmp_path / "p")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("./\\: aA.é\u0301\u202e\0\x1f~"), min_size=1, max_size=12))
def test_accepted_names_stay_inside_the_folder(tmp_path: Path, name: str) -> None:
    """Whatever is accepted stays inside when it is joined with a folder."""
    from workbench.packs.pack_source import check_names

    try:
        check_names([name])
    except PackError:
        return
    inside = tmp_path / "inside"
    assert (inside / name).resolve().is_relative_to(inside.resolve())
    assert "\\" not in name
    assert name == name.strip()
