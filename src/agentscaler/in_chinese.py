"""Chinese twins: the same task, world, gold and judge, but the user speaks Chinese. A model says the brief in Chinese, code judges whether anything of it is lost.

    found = ...                             what a model answered to ask_chinese(task, env)
    bad_chinese(found, task, env)           what is wrong with it; None where it holds
    in_chinese(task, found, number)         the twin of the row `number`

What is judged: sentences one for one and really Chinese; names in quotation marks, figures, days and values of the service as they stood; the action, its condition, its order, the question; no
other action asked for. What is not: which of two conditions of one sentence belongs to what, whether a thing's Chinese name is the one people use, and whether the sentence is good Chinese. A task that gives the user tools of its own has no twin: what the agent asks it to do is read in English only.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from agentscaler.chinese import han_count, has_han, western
from agentscaler.grade import says
from agentscaler.llm.prompts import prompt
from agentscaler.polish import Worded
from agentscaler.records import Brief, EnvSpec, Task
from agentscaler.rollouts.lint import Ear, same_values
from agentscaler.words import MONTHS

AS_SHOWN: Final = "状态、类型这类取值请照系统里的原文告诉我。"
"""Said by the user where a value is asked for that an agent might translate: the judge knows the value, not its translations."""
_QUOTED: Final = re.compile(r'["“”「」『』][^"“”「」『』]*["“”「」『』]')
_LATIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_'-]*[A-Za-z0-9]")
_CODE: Final = re.compile(r"[A-Za-z][\w.]*[-_.\d/@][\w./@-]*\w")
_MONTH: Final = re.compile(rf"\b\d{{1,2}} ({'|'.join(MONTHS)})\b|\b({'|'.join(MONTHS)}) \d{{4}}\b")
_MEANT: Final = (
    (r"delet\w*|remov\w*|terminat\w*|destroy\w*|erase\w*|drop", r"删|移除|移走|移出|去掉|清|取消|注销|撤|终止|销毁|释放|退|作废|拿掉"),
    (r"creat\w*|regist\w*|set up|make an?|we need an?", r"建|创|加|登|注册|设|开|生成|订|要一|需要|办|做"), (r"renam\w*", r"重命名|改名|更名|改[成为叫]|(?:名|名字|名称)(?:改|换|设)|换.{0,4}名|命名为"), (r"disabl\w*|deactivat\w*|turn(?:ed)? off", r"禁|停|关|失效"),
    (r"enabl\w*|activat\w*|turn(?:ed)? on", r"启|开|激活|生效"), (r"detach\w*|unlink\w*|disassociat\w*", r"解|分离|移|卸|断|取消|摘|拆"),
    (r"stop|stopped", r"停|终止|中止"), (r"start", r"启|开|运行"), (r"cancel\w*", r"取消|撤"), (r"restart|reboot", r"重启|重新启动"),
    (r"only|unless", r"只|仅|除非|才|唯一|前提|否则"), (r"before|earlier|until", r"前(?!提)|先|早"), (r"after|since|later", r"后|起|晚|以来|再"), (r"then", r"前|后|再|接着|先|就"), (r"first", r"先|第一|首|早|之前"), (r"not|don't|never|isn't", r"不|别(?!的)|没|无|勿|非|未|否|保持|保留|原样|只|仅"), (r"nothing|leave|else", r"不|别(?!的)|没|无|勿|保|留|原|只|仅|就"),
    (r"all|every|each", r"所有|每|全|都|各|一切|凡"), (r"last|latest|newest|most recent|most recently|recently", r"最后|最近|最新|最晚|上次|上一|新|上|近"), (r"oldest|earliest", r"最早|最旧|最老|最先"),
    (r"least|lowest|lower|fewer|fewest|smaller|less", r"少|低|小"), (r"higher|highest|most|larger|bigger", r"最|更|高|多|大"), (r"how many|number of|count", r"多少|几|数|量|计|名额|额"), (r"same", r"同|一样|一致"), (r"if", r"如果|若|要是|只有|的话|假如|时|除非|仅"),
    (r"what|when|which|who|how|tell me|let me know|need to know|look up", r"什么|何|哪|几|多少|谁|怎|告诉|查|看|知道|说|吗|[？?]"),
)  # fmt: skip
"""What a sentence says, and the words of which a Chinese one must hold one."""
_ADDED: Final = (
    (r"删除|删掉|移除|注销|销毁|清空", r"delet|remov|terminat|destroy|eras|drop|deregist|unregist|purg|clear|discard|uninstall|detach|releas"),
    (r"禁用|停用|停止|关闭", r"disabl|deactivat|stop|\boff\b|clos|shut|paus|suspend|end|terminat|cancel"), (r"启用|启动|开启|激活", r"enabl|activat|start|\bon\b|open|launch|boot|run|resum|true"),
    (r"新建|创建|添加", r"creat|mak|made|new|add|set up|regist|need|open|order|start|issu|launch|schedul|book|submit|invit"),
    (r"之后|以后", r"after|then|since|later|last|once|from"), (r"之前|以前", r"before|earlier|until|first|prior|ago|previous|by\b"),
)  # fmt: skip
"""Actions and orders, and the stems of which a sentence must hold one where the Chinese one says such."""


def ask_chinese(task: Task, env: EnvSpec) -> str:
    """The prompt."""
    facts = _plain(task).facts
    values = sorted({v for f in facts for v in _needed(f.text, task, env)})
    return prompt("tasks.chinese", facts="\n".join(f"{n}. {f.text}" for n, f in enumerate(facts, 1)), values=", ".join(values) or "(none here)")


def in_chinese(task: Task, found: Worded, number: str) -> Task:
    """The twin. number: id of the task's row."""
    facts = [f.model_copy(update={"text": text.strip()}) for f, text in zip(_plain(task).facts, found.facts, strict=True)]
    if any(a.type == "text" and re.search("[A-Za-z]", str(a.value)) and not re.search(r"name|title", a.name.lower()) for a in task.answers):
        facts[0] = facts[0].model_copy(update={"text": facts[0].text + AS_SHOWN})
    brief = Brief(text="".join(f.text for f in facts), facts=tuple(facts), language="zh")
    # pairs of conditions and rules count as one, each in its own language
    return task.model_copy(update={"brief": brief, "plain": _plain(task), "original": number, "twin": task.twin and f"{task.twin}-zh"})


def has_twin(task: Task) -> bool:
    """Can it be played in Chinese?"""
    return not task.hands and task.brief.language == "en"


def bad_chinese(found: Worded, task: Task, env: EnvSpec) -> str | None:
    """What is wrong with the sentences, in words that the model can act on."""
    facts = _plain(task).facts
    if len(found.facts) != len(facts):
        return f"give {len(facts)} sentences, not {len(found.facts)}"
    ear = Ear(task.model_copy(update={"brief": _plain(task)}), [t.name for t in env.tools])
    for number, (fact, said) in enumerate(zip(facts, found.facts, strict=True), 1):
        values = _needed(fact.text, task, env)
        why = _lost(fact.text, said, values) or next((f"no longer says {v!r}: it stays in English" for v in values if not says(said, v, "text")[0]), None)
        if why is None and fact.about != "reason":
            why = _unsaid(fact.text, said)
        if why is None and (faults := ear.turn(said, [])):
            why = f"{faults[0].name}: {faults[0].what}"
        if why is not None:
            return f"sentence {number} ({fact.text!r}): {why}"
    return None


def _plain(task: Task) -> Brief:
    """The brief as it was made."""
    return task.plain or task.brief


def _lost(plain: str, said: str, values: Sequence[str]) -> str | None:
    """A sentence that is no Chinese, is empty or far too long; another name, number or month."""
    bare = _QUOTED.sub(" ", said)
    for value in values:
        bare = bare.replace(value, " ")
    latin = _LATIN.findall(bare)
    if not has_han(bare) or len(latin) * 2 > han_count(bare):
        return "is not said in Chinese"
    if not 2 <= len(said.strip()) <= 3 * len(plain) + 40:
        return "is empty or far too long"
    given = {w.lower() for w in _LATIN.findall(plain)}
    if strange := next((w for w in latin if w.lower() not in given), None):
        return f"{strange!r} stands nowhere in it"
    if not same_values(plain, said):
        return "the names in quotation marks, the numbers or the days are not its own"
    if _figures(plain) != _figures(said):
        return "the numbers are not its own"
    if _months(plain) != _months(western(said)):
        return "the month is another"
    return None


def _figures(text: str) -> set[str]:
    return {n.lstrip("0") for n in re.findall(r"\d+", western(_QUOTED.sub(" ", text)))}


def _months(text: str) -> set[str]:
    return {one or other for one, other in _MONTH.findall(_QUOTED.sub(" ", text))}


def _unsaid(plain: str, said: str) -> str | None:
    """An action, a condition or a question that the plain sentence has and the Chinese one has not; an action or an order that only the Chinese one has."""
    bare, other = _QUOTED.sub(" ", plain).lower(), _QUOTED.sub(" ", said)
    for meant, words in _MEANT:
        if (asked := re.search(rf"\b(?:{meant})\b", bare)) and not re.search(words, other):
            return f"{asked[0]!r} is no longer said"
    return next((f"{found[0]!r} was not asked for" for added, stems in _ADDED if (found := re.search(added, other)) and not re.search(stems, bare)), None)


def _needed(plain: str, task: Task, env: EnvSpec) -> list[str]:
    """Values of the service that a sentence names without quotation marks, as it spells them: 'whose currency is USD', 'set its state to in progress', 'in the project catalog-main'."""
    bare = _QUOTED.sub(" ", plain)
    given = {v for c in task.gold for v in _texts(c.arguments)}
    own = given | set(_choices(env))
    spelled = {s for v in own for s in {v, re.sub(r"[_-]+", " ", v)} if len(s) > 1 and re.search("[A-Za-z]", s)}
    found = [m[0] for m in _CODE.finditer(bare) if any(m[0] in v for v in given)]
    for value in sorted(spelled):
        one = re.escape(value)
        if place := re.search(rf"(?i)\b(?:(?:is|are|be)(?: not)? (?:now |still )?({one})(?![\w-])|to ({one})(?=[.,;?!]| and | or | before |$))", bare):
            found.append(place[1] or place[2])
    return [v for v in dict.fromkeys(found) if not any(v != w and v in w for w in found)]


def _choices(env: EnvSpec) -> Iterator[str]:
    """The values of its closed lists."""
    for recipe in env.population.get("columns", {}).values():
        for value in recipe.get("choice", ()):
            yield from _texts(value[:1])
        yield from _texts(recipe.get("of", ()))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
    elif isinstance(value, str) and len(value) <= 60:
        yield value
