"""`python -m tests.guide`: writes the generated parts of the guide anew."""

from __future__ import annotations

from tests.guide.pages import DOCS, pages

if __name__ == "__main__":
    for path, text in pages().items():
        target = DOCS / path
        if not target.exists() or target.read_text("utf-8") != text:
            target.write_text(text, "utf-8")
            print(path)
