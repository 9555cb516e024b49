"""Small chat templates of our own in the shapes of three families, and a tokenizer of words: enough to prove masks without a model library.

qwen     tools and answers in Qwen3's shape; reasoning of turns before the last user message is left out, as its servers do
thinking the same, but the generation prompt opens the reasoning (the shape of the Thinking-2507 models)
llama    headers, `ipython` for answers, calls as bare JSON, <|eot_id|>
mistral  [INST], [TOOL_CALLS], no generation prompt at all, </s>
glm      a turn ends where the next role's mark begins: there is no end of turn to train on
"""

import re
from typing import Any

import jinja2
import orjson

_QWEN = """
{%- set ns = namespace(last=-1) %}
{%- for m in messages %}{% if m.role == 'user' %}{% set ns.last = loop.index0 %}{% endif %}{% endfor %}
{%- if tools %}<|im_start|>system
{% if messages[0].role == 'system' %}{{ messages[0].content }}

{% endif %}<tools>{% for t in tools %}
{{ t | tojson }}{% endfor %}
</tools><|im_end|>
{% endif %}
{%- for m in messages %}
{%- if m.role == 'user' or (m.role == 'system' and not (tools and loop.first)) %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% elif m.role == 'assistant' %}<|im_start|>assistant
{% if loop.index0 > ns.last and (THINK or m.reasoning_content) %}<think>
{{ m.reasoning_content or '' }}
</think>

{% endif %}{{ m.content }}{% for c in m.tool_calls or [] %}{% if m.content or not loop.first %}
{% endif %}<tool_call>
{"name": {{ c.function.name | tojson }}, "arguments": {{ c.function.arguments | tojson }}}
</tool_call>{% endfor %}<|im_end|>
{% elif m.role == 'tool' %}{% if messages[loop.index0 - 1].role != 'tool' %}<|im_start|>user{% endif %}
<tool_response>
{{ m.content }}
</tool_response>{% if loop.last or messages[loop.index0 + 1].role != 'tool' %}<|im_end|>
{% endif %}{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% if THINK %}<think>
{% elif enable_thinking is defined and not enable_thinking %}<think>

</think>

{% endif %}{% endif %}"""

_LLAMA = """
{%- for m in messages %}<|start_header_id|>{{ 'ipython' if m.role == 'tool' else m.role }}<|end_header_id|>

{% if tools and m.role == 'system' %}Functions: {{ tools | tojson }}
{% endif %}{{ m.content }}{% for c in m.tool_calls or [] %}{"name": {{ c.function.name | tojson }}, "parameters": {{ c.function.arguments | tojson }}}{% if not loop.last %}; {% endif %}{% endfor %}<|eot_id|>
{%- endfor %}
{%- if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>

{% endif %}"""

_MISTRAL = """<s>
{%- if tools %}[AVAILABLE_TOOLS]{{ tools | tojson }}[/AVAILABLE_TOOLS]{% endif %}
{%- for m in messages %}
{%- if m.role == 'system' %}[SYSTEM_PROMPT]{{ m.content }}[/SYSTEM_PROMPT]
{%- elif m.role == 'user' %}[INST]{{ m.content }}[/INST]
{%- elif m.role == 'assistant' %}{{ m.content }}{% if m.tool_calls %}[TOOL_CALLS][{% for c in m.tool_calls %}{"name": {{ c.function.name | tojson }}, "arguments": {{ c.function.arguments | tojson }}}{% if not loop.last %}, {% endif %}{% endfor %}]{% endif %}</s>
{%- else %}[TOOL_RESULTS]{{ m.content }}[/TOOL_RESULTS]
{%- endif %}
{%- endfor %}"""

_GLM = """
{%- for m in messages %}<|{{ 'observation' if m.role == 'tool' else m.role }}|>
{{ m.content }}{% for c in m.tool_calls or [] %}<tool_call>{{ c.function | tojson }}</tool_call>{% endfor %}
{%- endfor %}
{%- if add_generation_prompt %}<|assistant|>
{% endif %}"""

TEMPLATES = {"qwen": _QWEN.replace("THINK", "false"), "thinking": _QWEN.replace("THINK", "true"), "llama": _LLAMA, "mistral": _MISTRAL, "glm": _GLM}
ENDS = {"qwen": "<|im_end|>", "thinking": "<|im_end|>", "llama": "<|eot_id|>", "mistral": "</s>", "glm": "<|endoftext|>"}
_MARKS = re.compile(r"(<\|\w+\|>|</?tool_call>|</?think>|</?s>|\[/?[A-Z_]{4,}\])")


class WordTokenizer:
    """One token a mark, a word, a space or a sign; ids in the order of first use."""

    def __init__(self, family: str) -> None:
        env = jinja2.Environment()
        env.filters["tojson"] = lambda value: orjson.dumps(value).decode()
        self._template = env.from_string(TEMPLATES[family])
        self.ids: dict[str, int] = {}
        self.eos_token_id = self._id(ENDS[family])

    def apply_chat_template(self, conversation: list[dict[str, Any]], **options: Any) -> str:
        assert options.pop("tokenize") is False
        return self._template.render(messages=conversation, **options)

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        assert not add_special_tokens
        return [self._id(t) for part in _MARKS.split(text) if part for t in ([part] if _MARKS.fullmatch(part) else re.findall(r"\w+|\s|[^\w\s]", part))]

    def decode(self, ids: list[int]) -> str:
        words = {n: t for t, n in self.ids.items()}
        return "".join(words[i] for i in ids)

    def _id(self, token: str) -> int:
        return self.ids.setdefault(token, len(self.ids))
