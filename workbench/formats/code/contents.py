"""Messages and attachments as code, in the form of each target.

Invariant: a message has the parts that the workbench sends: text files follow the text in tags with their name, images
come last. Variables inside a file's text are never replaced.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from workbench.core.blocks import Attachment
from workbench.core.content import Message
from workbench.core.templates import fill
from workbench.formats.code.source import STEP, CodeSource, json_text, python, quoted

OPENAI_IMAGE = """\
def image(path, media_type):
    \"\"\"Return an image as a part of a message.\"\"\"
    data = base64.b64encode(open(path, "rb").read()).decode()
    return {"type": "image_url", "image_url": {"url": f"data:{media_type};base64,{data}"}}
"""
ANTHROPIC_IMAGE = """\
def image(path, media_type):
    \"\"\"Return an image as a part of a message.\"\"\"
    data = base64.b64encode(open(path, "rb").read()).decode()
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}
"""
_FILL = '''\
def fill(text):
    """Fill in the values; a name without one stays as it is."""
    pattern = r"\\{\\{[ \\t]*([^\\W\\d]\\w*)[ \\t]*\\}\\}"
    return re.sub(pattern, lambda found: values.get(found[1], found[0]), text)
'''
_DROP_EMPTY_PARTS = """\
for message in messages:
    if isinstance(message["content"], list):
        message["content"] = [part for part in message["content"] if part.get("text") != ""]"""


def images(source: CodeSource) -> list[Attachment]:
    """Return all images, in order."""
    return [one for message in source.messages for one in message.attachments if one.is_image]


def file_texts(source: CodeSource, message: Message) -> list[str]:
    """Return the text files of a message in the form that is sent."""
    return [
        f'<file name="{one.name}">\n{source.files[one.hash]}\n</file>'
        for one in message.attachments
        if not one.is_image and one.hash in source.files
    ]


def python_messages(source: CodeSource, image: str = OPENAI_IMAGE, *, caches: bool = False) -> str:
    """Return code for the list of messages and its helpers; `image` is the code of the function that reads an image.

    `caches` includes the breakpoints of the provider's cache.
    """
    lines: list[str] = []
    if images(source):
        lines += ["", image]
    if source.values:
        lines += ["values = " + python(source.values), "", "", _FILL, ""]
    made = "".join(_python_message(source, message, caches and message.cache) for message in source.messages)
    lines.append(f"messages = [\n{made}]" if made else "messages = []")
    if source.values:
        if caches or images(source):
            lines.append(_DROP_EMPTY_PARTS)
        lines.append('messages = [message for message in messages if message["content"]]')
    return "\n".join(lines)


def _python_message(source: CodeSource, message: Message, cache: bool) -> str:
    pad = STEP * 2
    content = _python_content(source, message, cache)
    return (
        f"{STEP}{{\n{pad}{quoted('role')}: {quoted(message.role)},\n{pad}{quoted('content')}: {content},\n{STEP}}},\n"
    )


def _python_content(source: CodeSource, message: Message, cache: bool) -> str:
    pictures = [one for one in message.attachments if one.is_image]
    inside = 4 if pictures or cache else 2
    texts = file_texts(source, message)
    if source.values and message.text:
        code = python(message.text, inside)
        code = f"fill{code}" if code.startswith("(") else f"fill({code})"
        if texts:
            files = python("\n\n".join(texts), inside)
            code = f'"\\n\\n".join(filter(None, [{code}, {files}]))'
    else:
        code = python("\n\n".join([message.text, *texts] if message.text else texts), inside)
    if not pictures and not cache:
        return code
    parts = [f'"type": "text", "text": {code}'] if code != '""' else []
    made = ["{" + part + "}" for part in parts]
    made += [f"image({quoted(one.name)}, {quoted(one.media_type)})" for one in pictures]
    if cache and made:
        made[-1] = f'{{**{made[-1]}, "cache_control": {{"type": "ephemeral"}}}}'
    pad = STEP * 3
    return "[\n" + "".join(f"{pad}{one},\n" for one in made) + STEP * 2 + "]"


def shell_body(source: CodeSource, body: dict[str, Any]) -> str:
    """Return a here-document of a request: the messages with their values, and `body`. The shell reads the images."""
    places: dict[str, str] = {}
    messages = []
    for message in source.messages:
        text = fill(message.text, source.values)
        text = "\n\n".join([text, *file_texts(source, message)] if text else file_texts(source, message))
        parts: list[Any] = []
        for one in message.attachments:
            if one.is_image:
                place = f"PICTURE-{len(places)}-{one.hash}"
                places[place] = f"$(base64 < {shlex.quote(one.name)} | tr -d '\\n')"
                parts.append({"type": "image_url", "image_url": {"url": f"data:{one.media_type};base64,{place}"}})
        if text or parts:
            content: Any = [*([{"type": "text", "text": text}] if text else []), *parts] if parts else text
            messages.append({"role": message.role, "content": content})
    text = json_text({"model": source.model, "messages": messages, **body})
    # A line of JSON is never the bare word BODY, because texts are quoted.
    if not places:
        return f"<<'BODY'\n{text}\nBODY\n"
    text = re.sub(r"([\\$`])", r"\\\1", text)
    for place, command in places.items():
        text = text.replace(json.dumps(place)[1:-1], command)
    return f"<<BODY\n{text}\nBODY\n"
