"""Packs are read back as written, and written again with the same bytes."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given

from tests import depth
from tests.packs.making import BODIES, FILES, ORDER, PACK, PICTURE, body_of, one, packs, prompt
from workbench.core.blocks import Attachment
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.packs import case_file, manifest, prompt_file
from workbench.packs.errors import PackError
from workbench.packs.pack_contents import Pack, PackFile
from workbench.packs.pack_reader import read_pack
from workbench.packs.pack_writer import texts, write_archive, write_folder
from workbench.packs.read_limits import MB, MOST_LINES, MOST_TEXT


def test_folder_and_tags_are_read_back_on_one_line_and_damage_is_refused() -> None:
    pack = Pack(PACK.about, (replace(PACK.prompts[0], folder="Support", tags=("live", "de")),))
    raw = manifest.write(pack)
    [listed] = manifest.read(raw).prompts
    assert (listed.folder, listed.tags) == ("Support", ("live", "de"))
    [odd] = manifest.read(raw.replace(b"folder: Support", b'folder: "a\\n b"')).prompts
    assert odd.folder == "a b"
    with pytest.raises(PackError, match="the tags of order-bot are not a list of texts"):
        manifest.read(raw.replace(b"- live", b"- [live]"))


def read_back(files: dict[str, bytes], pack: Pack) -> Pack:
    """Read the files without a disk."""
    listed = manifest.read(files["pack.yaml"])
    prompts = []
    for written, said in zip(pack.prompts, listed.prompts, strict=True):
        found, notes = prompt_file.read(files[written.file], said.slug, written.file)
        assert notes == ()
        cases = case_file.read(files.get(written.case_file, b""), written.case_file)
        assert said.versions == tuple(version.hash for version in written.versions)
        prompts.append(
            type(written)(
                found.uid,
                found.name,
                found.slug,
                found.main,
                found.versions,
                found.description,
                found.lanes,
                found.values,
                cases,
                said.standing,
                found.checks,
                found.threshold,
            )
        )
    return Pack(listed.about, tuple(prompts), listed.files)


@depth.examples(15, 1250, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(packs())
def test_any_pack_is_read_back_and_rewritten_identically(pack: Pack) -> None:
    files = texts(pack)
    read = read_back(files, pack)
    assert read == pack
    assert texts(read) == files


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_pack_on_disk_is_read_back_and_rewritten_identically(tmp_path: Path, kind: str) -> None:
    write = write_folder if kind == "folder" else write_archive
    write(tmp_path / "pack", PACK, body_of(BODIES))
    read = read_pack(tmp_path / "pack")
    assert read.pack == PACK
    assert read.bodies == {FILES[0].hash: PICTURE}
    write(tmp_path / "again", read.pack, body_of(read.bodies))
    assert snapshot(tmp_path / "pack") == snapshot(tmp_path / "again")


def snapshot(path: Path) -> dict[str, bytes]:
    if path.is_file():
        return {"": path.read_bytes()}
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def test_negative_zero_threshold_is_rewritten_identically() -> None:
    pack = one(Content((Message("user", "Hi"),)), cases=(Case("c", threshold=-0.0),))
    files = texts(pack)
    assert texts(read_back(files, pack)) == files


def test_archive_has_no_time_and_no_local_file_modes(tmp_path: Path) -> None:
    write_archive(tmp_path / "p.promptpack", PACK, body_of(BODIES))
    with zipfile.ZipFile(tmp_path / "p.promptpack") as archive:
        for entry in archive.infolist():
            assert (entry.date_time, entry.create_system, entry.external_attr) == (
                (1980, 1, 1, 0, 0, 0),
                3,
                0o100644 << 16,
            )
        assert archive.namelist()[:3] == ["pack.yaml", "README.md", "promptfooconfig.yaml"]


def test_folder_is_updated_and_foreign_files_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    write_folder(folder, PACK, body_of(BODIES))
    (folder / ".git").mkdir()
    (folder / "LICENSE").write_text("mine")
    (folder / "prompts" / "old.prompt.yml").write_text("a prompt that was in it")
    (folder / "prompts" / "notes.txt").write_text("mine")
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*.md")}
    small = Pack(PACK.about, (one(Content((Message("user", "Hi"),))).prompts[0],))
    write_folder(folder, PACK, body_of(BODIES))
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*.md")} == before
    write_folder(folder, small, body_of({}))
    assert sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()) == [
        "LICENSE",
        "README.md",
        "pack.yaml",
        "promptfooconfig.yaml",
        "prompts/notes.txt",
        "prompts/order-bot.prompt.yml",
    ]
    assert read_pack(folder).pack.prompts == small.prompts


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_stopped_write_keeps_the_existing_pack(tmp_path: Path, kind: str) -> None:
    write = write_folder if kind == "folder" else write_archive
    write(tmp_path / "pack", PACK, body_of(BODIES))
    before = snapshot(tmp_path / "pack")

    def stop(done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "pack", one(Content((Message("user", "Hi"),))), body_of({}), None, stop)
    assert snapshot(tmp_path / "pack") == before
    assert [file.name for file in tmp_path.iterdir()] == ["pack"]


def test_folder_with_other_content_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(PackError, match="not a pack"):
        write_folder(tmp_path, PACK, body_of(BODIES))
    with pytest.raises(PackError, match="is a folder"):
        write_archive(tmp_path, PACK, body_of(BODIES))
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


def test_changed_text_changes_one_line_of_the_file(tmp_path: Path) -> None:
    before = prompt_file.write(ORDER).decode().splitlines()
    text = ORDER.content.messages[0].text.replace("Be brief.", "Be very brief.")
    changed = one(
        Content((Message("system", text, cache=True), *ORDER.content.messages[1:]), examples=ORDER.content.examples)
    ).prompts[0]
    after = prompt_file.write(changed).decode().splitlines()
    assert [line for line in after if "brief" in line] == ["      2. Be very brief."]
    assert [line for line in before if "brief" in line] == ["      2. Be brief."]


def test_manual_edit_is_read_as_its_own_version(tmp_path: Path) -> None:
    write_folder(tmp_path / "pack", PACK, body_of(BODIES))
    file = tmp_path / "pack" / ORDER.file
    file.write_text(file.read_text().replace("2. Be brief.", "2. Be kind."))
    read = read_pack(tmp_path / "pack").pack
    assert "Be kind" in read.prompts[0].content.messages[0].text
    assert read.prompts[0].main != ORDER.main
    assert "changed after the export" in read.notes[0]


def test_prompt_with_a_wrong_version_hash_is_noted_as_changed(tmp_path: Path) -> None:
    write_folder(tmp_path / "pack", PACK, body_of(BODIES))
    file = tmp_path / "pack" / ORDER.file
    # The first mention names the version of the text; its list of versions follows.
    file.write_text(file.read_text().replace(ORDER.main, "0" * 64, 1))
    (note,) = read_pack(tmp_path / "pack").pack.notes
    assert "changed after the export" in note


def test_lone_surrogate_is_refused() -> None:
    with pytest.raises(PackError, match="half of a character"):
        texts(one(Content((Message("user", "Hi"),)), values=(("a", "\ud800"),)))


def test_highly_compressible_pack_is_read_back(tmp_path: Path) -> None:
    blank = b" " * (3 * MB)
    file = PackFile(hashlib.sha256(blank).hexdigest(), "text/plain", len(blank))
    said = Message("user", "a" * (2 * MB), (Attachment(file.hash, "text/plain", "blank.txt"),))
    pack = replace(one(Content((said,))), files=(file,))
    write_archive(tmp_path / "p.promptpack", pack, {file.hash: blank}.__getitem__)
    assert read_pack(tmp_path / "p.promptpack").pack == pack


@pytest.mark.deep(only=True)
def test_prompt_with_thousands_of_versions_is_read_back(tmp_path: Path) -> None:
    prompt_ = prompt(*(replace(ORDER.content, messages=(Message("user", f"Try {n}"),)) for n in range(3_000)))
    write_archive(tmp_path / "p", Pack(PACK.about, (prompt_,)), body_of({}))
    assert len(read_pack(tmp_path / "p").pack.prompts[0].versions) == 3_000


@pytest.mark.parametrize("kind", [pytest.param("folder", marks=pytest.mark.deep(only=True)), "archive"])
def test_pack_too_large_to_read_back_is_not_written(tmp_path: Path, kind: str) -> None:
    write = write_folder if kind == "folder" else write_archive
    write(tmp_path / "p", PACK, body_of(BODIES))
    before = snapshot(tmp_path / "p")
    large = one(Content((Message("user", "x" * MOST_TEXT),)))
    with pytest.raises(PackError, match=r"Nothing was written, because the pack could not be read back\. .*16 MB"):
        write(tmp_path / "p", large, body_of({}))
    told = {"order-bot": b"{}\n" * (MOST_LINES + 1)}
    with pytest.raises(PackError, match="leave the evidence out"):
        write(tmp_path / "p", PACK, body_of(BODIES), told)
    assert snapshot(tmp_path / "p") == before
    assert [file.name for file in tmp_path.iterdir()] == ["p"]


def test_targets_of_linked_pack_files_are_not_overwritten(tmp_path: Path) -> None:
    write_folder(tmp_path / "p", PACK, body_of(BODIES))
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "p" / "README.md").unlink()
    (tmp_path / "p" / "README.md").hardlink_to(tmp_path / "mine")
    (tmp_path / "p" / ORDER.file).unlink()
    (tmp_path / "p" / ORDER.file).symlink_to(tmp_path / "mine")
    write_folder(tmp_path / "p", PACK, body_of(BODIES))
    assert (tmp_path / "mine").read_text() == "mine"
    assert read_pack(tmp_path / "p").pack == PACK
