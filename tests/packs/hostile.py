"""Generates hostile packs: each is a name, its bytes, and a word of the expected error."""

from __future__ import annotations

import functools
import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.packs.making import BODIES, ORDER, PACK
from workbench.packs.pack_writer import texts
from workbench.packs.read_limits import MB, MOST_FILES, MOST_TEXT

FILES = {**texts(PACK), **{file.path: BODIES[file.hash] for file in PACK.files}}


def zipped(
    files: dict[str, bytes],
    change: Callable[[zipfile.ZipInfo], None] | None = None,
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Return a zip of these files; `change` may modify each entry that is not part of the sound pack."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression, compresslevel=1) as archive:
        for name, body in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = compression
            info.external_attr = 0o100644 << 16
            if change is not None and FILES.get(name) != body:
                change(info)
            archive.writestr(info, body)
    return made.getvalue()


def sound(**more: bytes) -> dict[str, bytes]:
    return {**FILES, **more}


def _named(name: str) -> bytes:
    return zipped({**FILES, name: b"x"})


def _attr(mode: int) -> bytes:
    def change(info: zipfile.ZipInfo) -> None:
        info.external_attr = mode << 16

    return zipped({**FILES, "prompts/x.prompt.yml": b"/etc/passwd"}, change)


def _patched(raw: bytes, old: bytes, new: bytes) -> bytes:
    assert old in raw
    return raw.replace(old, new)


def _flags(raw: bytes, bits: int) -> bytes:
    """Set flags in all headers, local and central."""
    out = bytearray(raw)
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = out.find(signature)
        while start >= 0:
            out[start + at] |= bits
            start = out.find(signature, start + 4)
    return bytes(out)


def _wrong_sum() -> bytes:
    raw = bytearray(zipped(FILES))
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        raw[at + 16] ^= 0xFF
        at = raw.find(b"PK\x01\x02", at + 4)
    return bytes(raw)


def _said_size(size: int) -> bytes:
    """Return an archive whose central directory has other sizes than its entries."""
    raw = bytearray(zipped(FILES))
    at = raw.find(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(raw)


def _overlapping() -> bytes:
    """Return an archive with many directory entries for one file, as in David Fifield's zip bomb."""
    raw = zipped({"pack.yaml": FILES["pack.yaml"]})
    start = raw.find(b"PK\x01\x02")
    entry = raw[start : raw.rfind(b"PK\x05\x06")]
    entries = [entry]
    for number in range(50):
        one = bytearray(entry)
        one[46:55] = f"pack{number:03}xx".encode()
        entries.append(bytes(one))
    directory = b"".join(entries)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(entries), len(entries), len(directory), start, 0)
    return raw[:start] + directory + end


def _many(count: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            archive.writestr(f"x/{number}", b"")
    return made.getvalue()


def _many_unsaid(count: int) -> bytes:
    """Return an archive with one entry by its end record, and very many by the ZIP64 record."""
    names = (b"%08x" % number for number in range(count))
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 788, 20, 0, 0, 0, 33, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0)
    directory = b"".join(entry + name for name in names)
    end = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), 0)
    end += struct.pack("<4sIQI", b"PK\x06\x07", 0, len(directory), 1)
    return directory + end + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, 60, 0, 0)


def _ratio() -> bytes:
    return zipped({**FILES, "prompts/order-bot.prompt.yml": b"a: " + b"x" * (15 * MB)})


@functools.cache
def _gigabyte() -> bytes:
    """Return an archive with a field of a gigabyte, compressed without holding it in memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block, sum_ = b"x" * MB, 0
    # After a full flush the same compressed block can be repeated.
    piece = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(1024):
        sum_ = zlib.crc32(block, sum_)
    packed, name = piece * 1024 + packer.flush(), b"pack.yaml"
    size = 1024 * MB
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, sum_, len(packed), size, len(name), 0) + name
    central = (
        struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            b"PK\x01\x02",
            788,
            20,
            0,
            8,
            0,
            33,
            sum_,
            len(packed),
            size,
            len(name),
            0,
            0,
            0,
            0,
            0o100644 << 16,
            0,
        )
        + name
    )
    at = len(local) + len(packed)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(central), at, 0)
    return local + packed + central + end


def _lying_gigabyte() -> bytes:
    """Return the same archive with a small declared size."""
    raw = bytearray(_gigabyte())
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = raw.find(signature)
        raw[start + at : start + at + 4] = struct.pack("<I", 3000)
    return bytes(raw)


def _yaml_bomb() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines).encode() + b"\n" + FILES["pack.yaml"]


def _prompts(count: int, **bodies: bytes) -> bytes:
    """Return a pack of many prompts, each with these files."""
    listed = b"".join(b"- slug: p%d\n" % number for number in range(count))
    files = {"pack.yaml": b"format: 1\nname: x\nprompts:\n" + listed}
    for number in range(count):
        files[f"prompts/p{number}.prompt.yml"] = bodies.get("prompt", b"messages: []\n")
        if "cases" in bodies:
            files[f"cases/p{number}.jsonl"] = bodies["cases"]
    return zipped(files)


def _in(name: str, body: bytes, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    return zipped({**FILES, name: body}, compression=compression)


def archives() -> Iterator[tuple[str, bytes, str]]:
    """Yield archives that must be refused."""
    for name in ("../evil", "a/../../evil", "/etc/evil", "//x/evil", "c:/evil", "..", "prompts/..", "../"):
        yield f"path {name}", _named(name), "outside of it|not a valid file name"
    for name in (
        "a\\..\\..\\evil",
        "C:\\evil",
        "a//b",
        "./a",
        "a/./b",
        "a ",
        " a",
        "a.",
        "aux",
        "prompts/NUL.prompt.yml",
    ):
        yield f"name {name}", _named(name), "not a valid file name|outside of it"
    yield "name that is long", _named("a" * 300), "more than 200 bytes"
    yield "control characters", _named("a\x1b[31mb"), "not a valid file name"
    yield "right to left", _patched(_named("a-rtl"), b"a-rtl", b"a\x7frtl"), "not a valid file name"
    yield "turned around", _named("a\u202elmth.b"), "not a valid file name"
    yield "nothing to see", _named("pack\u200b.yaml"), "not a valid file name"
    yield "accents apart", _named("cafe\u0301"), "accents"
    yield "two cases of one name", zipped({**FILES, "PACK.yaml": b"x"}), "same name"
    yield "two widths of one name", zipped({**FILES, "ｐack.yaml": b"x"}), "same name"
    yield "the same name twice", _patched(zipped({**FILES, "pack.yamm": b"x"}), b"pack.yamm", b"pack.yaml"), "same name"
    yield "a link", _attr(stat.S_IFLNK | 0o777), "link or a device"
    yield "a device", _attr(stat.S_IFCHR | 0o666), "link or a device"
    yield "a pipe", _attr(stat.S_IFIFO | 0o666), "link or a device"
    yield "encrypted", _flags(zipped(FILES), 1), "encrypted"
    yield "wrong checksums", _wrong_sum(), "damaged"
    yield "a size too small", _said_size(10), "damaged"
    yield "a size too large", _said_size(4000), "damaged"
    yield "entries on top of each other", _overlapping(), "overlap"
    yield "too many entries", _many(MOST_FILES + 1), "files"
    yield "very many entries", _many(60_000), "files"
    yield "a million entries that are not told", _many_unsaid(1_000_000), "files"
    yield "a bomb", _ratio(), "would grow"
    yield "a field of a gigabyte", _gigabyte(), "would grow|MB"
    yield "a field that lies about its gigabyte", _lying_gigabyte(), "damaged|MB|would grow"
    yield "cut off", zipped(FILES)[:-40], "not a pack|damaged"
    yield "cut in the middle", zipped(FILES)[: len(zipped(FILES)) // 2], "not a pack|damaged"
    yield "nothing", b"", "not a pack"
    yield "noise", bytes(range(256)) * 100, "not a pack"
    yield "an end without a beginning", b"PK\x05\x06" + b"\0" * 18, "not a pack|pack.yaml"
    yield "aliases that explode", _in("pack.yaml", _yaml_bomb()), "anchor"
    yield "a tag", _in("pack.yaml", b"a: !!python/object/apply:os.system ['touch /tmp/x']\n"), "tag"
    yield "deep YAML", _in("pack.yaml", b"a: " + b"[" * 900), "nested|YAML"
    yield "deep blocks", _in("pack.yaml", b"".join(b" " * n + b"a:\n" for n in range(400))), "nested|YAML"
    yield "wide YAML", _in("pack.yaml", b"[" + b"[]," * 2_000_000 + b"]"), "values|would grow"
    noise = os.urandom(3 * MB).hex().encode()
    yield (
        "wide YAML that packs badly",
        _in(
            "pack.yaml",
            b"a:\n" + b"".join(b"- " + noise[n : n + 8] + b"\n" for n in range(0, len(noise), 8)),
            zipfile.ZIP_STORED,
        ),
        "values",
    )
    yield "large YAML", _in("pack.yaml", b"#" * (MOST_TEXT + 10), zipfile.ZIP_STORED), "MB"
    yield "deep JSON", _in(ORDER.case_file, b"[" * 100_000), "nested|JSON"
    yield "wide JSON", _in(ORDER.case_file, b"[" + b"[]," * 1_000_000 + b"1]"), "too many|would grow"
    yield "a number without end", _in(ORDER.case_file, b'{"uid":"a","threshold":' + b"9" * 100_000 + b"}"), "JSON"
    yield "wide YAML in many files", _prompts(20, prompt=b"messages: []\nx:\n" + b"- a\n" * 59_000), "values"
    checks = b'{"checks":[' + b",".join([b'{"type":"a"}'] * 5) + b"]}\n"
    yield "wide JSON in many files", _prompts(10, cases=checks * 9_000), "values"
    for name, text in (("Jinja", b"{% if a %}{% endif %}"), ("plain", b"{{a}}")):
        body = b"messages:\n- {role: user, content: '" + text * 30_000 + b"'}\n"
        yield f"{name} tags without end", _prompts(5, prompt=body), "variables"
    yield "many cases", _in(ORDER.case_file, b'{"uid":""}\n' * 20_000), "lines"
    yield "cases that are no objects", _in(ORDER.case_file, b"3\n"), "not an object"
    yield "a case twice", _in(ORDER.case_file, b'{"uid":"a"}\n{"uid":"a"}\n'), "twice"
    yield (
        "a slug that leads out",
        _in("pack.yaml", FILES["pack.yaml"].replace(b"order-bot", b'"../x"')),
        "small letters",
    )
    yield "an attachment that is another", _in(PACK.files[0].path, b"other"), "does not match"
    lost = {name: body for name, body in FILES.items() if name != PACK.files[0].path}
    yield "an attachment that is missing", zipped(lost), "missing"
    yield "a prompt that is missing", zipped({k: v for k, v in FILES.items() if k != ORDER.file}), "missing"
    yield "a newer format", _in("pack.yaml", FILES["pack.yaml"].replace(b"format: 1", b"format: 2")), "Update"
    yield "a prompt of another uid", _in(ORDER.file, FILES[ORDER.file].replace(b"uid-order", b"uid-other")), "uid"


def folders(inside: Path) -> Iterator[tuple[str, Path, str]]:
    """Make folders that must be refused; `secret`, outside of them, must never be read."""
    secret = inside / "secret"
    secret.write_text("name: secret\nmessages: [{role: user, content: secret}]\n")

    def fresh(name: str) -> Path:
        folder = inside / name
        for where, body in FILES.items():
            (folder / where).parent.mkdir(parents=True, exist_ok=True)
            (folder / where).write_bytes(body)
        return folder

    link = fresh("link")
    (link / ORDER.file).unlink()
    (link / ORDER.file).symlink_to(secret)
    yield "a linked file", link, "link"
    linked = fresh("linked-folder")
    (inside / "elsewhere").mkdir()
    (linked / "cases" / "order-bot.jsonl").rename(inside / "elsewhere" / "order-bot.jsonl")
    (linked / "cases").rmdir()
    (linked / "cases").symlink_to(inside / "elsewhere")
    yield "a linked folder", linked, "link"
    pipe = fresh("pipe")
    (pipe / "pack.yaml").unlink()
    os.mkfifo(pipe / "pack.yaml")
    yield "a pipe", pipe, "device"
    inner = fresh("folder-for-file")
    (inner / ORDER.file).unlink()
    (inner / ORDER.file).mkdir()
    yield "a folder for a file", inner, "folder"
    many = fresh("many")
    for number in range(MOST_FILES + 1):
        (many / "cases" / f"{number}.jsonl").touch()
    yield "many files", many, "files"
    wide = inside / "wide-characters"
    (wide / "prompts").mkdir(parents=True)
    listed = "".join(f"- slug: p{number}\n" for number in range(12))
    (wide / "pack.yaml").write_text(f"format: 1\nname: x\nprompts:\n{listed}")
    text = ("messages:\n- {role: user, content: '😀" + "x" * (MOST_TEXT - 100) + "'}\n").encode()
    for number in range(12):
        (wide / "prompts" / f"p{number}.prompt.yml").write_bytes(text)
    yield "texts that take four times their bytes", wide, "MB together"
    large = fresh("large")
    with (large / ORDER.file).open("r+b") as file:
        file.truncate(3 * 2**30)
    yield "a file of gigabytes", large, "MB"
