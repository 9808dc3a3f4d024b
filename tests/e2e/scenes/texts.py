"""Texts for the pictures: prompts and answers of every kind."""

from __future__ import annotations

from workbench.core.blocks import Example, OutputFormat, Tool, ToolRow
from workbench.core.content import Content, Message

SCHEMA = """{
  "type": "object",
  "properties": {
    "status": {"type": "string", "enum": ["shipped", "in transit", "delivered", "preparing"]},
    "eta": {"type": "string"}
  },
  "required": ["status"]
}"""
LOOKUP = Tool(
    "lookup_order",
    "Finds an order by its number.",
    '{"type": "object", "properties": {"order_number": {"type": "string"}}, "required": ["order_number"]}',
    '{"error": "no such order"}',
    (ToolRow('{"order_number": "123ABCDEFG"}', '{"status": "in transit", "eta": "2026-11-28"}'),),
)
BLOCKS = Content(
    (
        Message("system", "You are a professional, patient support bot.\n\n# Steps\n1. Verify the number.\n2. Answer."),
        Message("user", "{{question}}"),
    ),
    examples=(
        Example("Where is 77AB12CD90?", "It was delivered on Tuesday. Anything else?"),
        Example("Where is my order?", "Which order is it? Please give me its number.", enabled=False),
    ),
    output=OutputFormat("schema", SCHEMA, "order_status"),
    tools=(LOOKUP,),
)
MARKDOWN = """# Order 123ABCDEFG

It is **in transit** and should arrive on *Friday 28 November*.

| step | done |
|---|---|
| packed | yes |
| handed over | yes |

1. Track it at https://track.example/123ABCDEFG
2. Write to us if it is late

```python
def status(order: str) -> str:
    return lookup(order)["status"]  # a comment
```

> Is there anything else I can help with?
"""
JSON = '{"order": "123ABCDEFG", "status": "in transit", "eta": "2026-11-28", "steps": [{"at": "Lyon"}], "n": 3}'
RTL = "أين طلبي رقم 123ABCDEFG؟ أريد معرفة متى يصل.\n\nשלום! ההזמנה שלך בדרך 📦🚚 ותגיע ביום שישי."
EMOJI = "Family 👨‍👩‍👧‍👦, flags 🇫🇷🇯🇵, skin 👍🏽, combining e\u0301, 漢字かな交じり文, and a_very_long_word_" + "x" * 120
ARGUMENTS = '{"order_number": "123ABCDEFG"}'
ROWS = "name\tlanguage\tquestion\nlate\tEnglish\tWhere is order 1?\nrefund\tFrench\tMoney back?\n"
LONG = "A prompt whose name goes on and on, as names do when several people work on several things at once"
CONVERSATION = "user: Where is my order?\nassistant: Which number does it have?\nuser: 123ABCDEFG"
JINJA = Content(
    (
        Message("system", "You are a support bot.\n{% if vip %}\nThe customer is important.\n\nBe brief."),
        Message("user", "{% for order in orders %}\n- {{ order.number\n{% endfor %}"),
    ),
    template="jinja",
)
MISSPELT = Content(
    (
        Message("system", "Answer in {{langauge}}, and only in {{langauge}}."),
        Message("user", "{{question}}\n\nThe order is {{order}}."),
    ),
    examples=(Example("In {{langauge}}, please", "Gladly."),),
)
CACHED = Content(
    (
        Message("system", "You are a professional, patient support bot.\n\n# Steps\n1. Verify the number.", cache=True),
        Message("user", "{{question}}"),
    )
)
IMPROVED = (
    "I named who answers, asked for the number, and shortened the rest.\n"
    '<message role="system">\nYou are a professional, friendly support bot of an online shop.\n\n'
    "# Steps\n1. Verify the order number; ask politely when it is missing.\n2. Answer in two sentences.\n</message>\n"
    '<message role="user">\n{{question}}\n</message>'
)
PAIRS = "user\tassistant\nWhere is 77AB12CD90?\tIt was delivered on Tuesday.\nMoney back?\tOf course.\nonly one cell\n"
SAMPLES = (
    "Your order is in transit and arrives on Friday.",
    "It is on its way: Friday 28 November, as the database says.",
    "Order 123ABCDEFG left Lyon this morning. You can expect it on Friday.",
)
TOOLS = (
    '[{"name": "lookup_order", "description": "Finds an order by its number.", "input_schema": {"type": "object", '
    '"properties": {"order_number": {"type": "string"}}, "required": ["order_number"]}}]'
)
