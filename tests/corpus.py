"""Texts that programs tend to alter. Each must survive byte for byte, except that CRLF becomes LF."""

from __future__ import annotations

EXACT_TEXTS: dict[str, str] = {
    "no-break spaces": "a\u00a0b\u202fc\u2007d",
    "latex": r"\frac{a}{b} \begin{align} x &= y \\ {{{2}}} \end{align} $\{x\}$",
    "jinja source": "{# a comment #}{% for x in xs %}{{ x | upper }}{% endfor %}\n",
    "handlebars source": "{{#each items}}{{this.name}}{{/each}} {{{this.raw}}} {{! note }}",
    "go template source": '{{- range .Items }} {{ .Name | printf "%s" }} {{ end -}}',
    "php source": '<?php echo "$x {$y["a"]} ${z}"; ?>\n',
    "trailing newlines": "text\n\n\n",
    "only newlines": "\n\n",
    "leading and trailing spaces": "   two  spaces \t",
    "tabs": "a\tb\t\tc",
    "emoji": "👩‍💻 🇫🇷 👍🏽 1️⃣ 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "right to left": "שלום עולם \u200fמה\u200e שלומך? مرحبا",
    "lone carriage returns": "one\rtwo\r\rthree\r",
    "crlf": "one\r\ntwo\r\n\r\nthree",
    "separators": "line\u2028separator paragraph\u2029separator next\u0085line",
    "combining": "e\u0301 vs \u00e9, \ufb01, Å vs \u212b",
    "byte order mark": "\ufefffirst \ufeff inside",
    "swapped byte order mark": "\ufffefirst",
    "zero width": "a\u200bb\u200cc\u200dd\ufeffe",
    "noncharacters": "x\ufdd0y\ufdd1z\uffff",
    "object replacement": "before \ufffc after \ufffd",
    "controls": "bell\x07 esc\x1b[31m del\x7f form\x0cfeed",
    "astral": "𝒳 𠀋 \U0010ffff",
    "cjk": "请用中文回答。「はい」、네.",
    "json": '{"a": [1, 2, {"b": "\\u00e9\\n"}], "c": "{{not a variable}}"}',
}
