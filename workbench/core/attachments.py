"""Validation of files attached to a message.

Invariant: a file's type is determined by its bytes; its name only distinguishes kinds of text. Accepted are images in
formats that models read, and text. Anything else raises AttachError, which names the file, the reason and a next step.
"""

from __future__ import annotations

from pathlib import PurePath

from workbench.core.byte_sizes import show_bytes

MOST_BYTES = 20 * 1024 * 1024
"""Size limit of one file, in bytes."""
TEXT = "text/plain"
_TEXTS = {
    ".csv": "text/csv",
    ".htm": "text/html",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".tsv": "text/tab-separated-values",
    ".xml": "text/xml",
}
PICTURES = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
}
"""The media types of accepted pictures, with the extensions of their files."""
EXTENSIONS = (*(extension for named in PICTURES.values() for extension in named), ".txt", *_TEXTS)
"""The usual extensions of accepted files, for file dialogs."""
_STARTS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


class AttachError(ValueError):
    """A file that cannot be attached. The text is shown to the user."""


def media_type(name: str, body: bytes) -> str:
    """Return the media type of a file. Raises AttachError for an empty, too large or unsupported file."""
    if not body:
        raise AttachError(f"“{name}” is empty. Choose another file.")
    check_size(name, len(body))
    if found := picture_type(body):
        return found
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise AttachError(
            f"“{name}” is neither a picture (PNG, JPEG, GIF, WebP) nor text in UTF-8, so no model can take it. "
            "Save it as one of these, then attach it."
        )
    return _TEXTS.get(PurePath(name).suffix.lower(), TEXT)


def check_size(name: str, size: int) -> None:
    """Raise AttachError for a file of more than MOST_BYTES."""
    if size > MOST_BYTES:
        raise AttachError(f"“{name}” has {show_bytes(size)}; the limit is {show_bytes(MOST_BYTES)}. Make it smaller.")


def picture_type(body: bytes) -> str:
    """Return the media type of a supported image, "" for anything else."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _STARTS if body.startswith(start)), "")
