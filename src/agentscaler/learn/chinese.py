"""Tasks of the small worlds, said in Chinese by templates: the same task, world, gold and judge, and a user who speaks Chinese.

    twin = in_templates(task)               None where a sentence is none that the templates know

The English brief is read as the scripted solver reads it, and what was understood is said anew; made-up nouns stay, verbs and the last words of attributes ("count", "limit") are Chinese, so
that which tool and which argument are meant must be read across the languages. Reasons and limits are not translated but drawn: they carry no fact.
"""

import re
from typing import Final

from agentscaler.chinese import VERBS
from agentscaler.dice import Dice
from agentscaler.in_chinese import in_chinese
from agentscaler.polish import Worded
from agentscaler.records import Fact, Task
from agentscaler.rollouts.reading import Thing, read_wishes
from agentscaler.store import row_id

ATTRIBUTES: Final = {"count": "数量", "capacity": "容量", "priority": "优先级", "price": "价格", "limit": "上限", "tier": "档次", "type": "类型", "level": "等级", "category": "类别", "name": "名称", "status": "状态"}
_GONE: Final = ("删除", "移除", "删掉")
_ASK: Final = ("名为“{name}”的{noun}的{about}是多少？", "请查一下名为“{name}”的{noun}的{about}。", "能告诉我{noun}“{name}”的{about}吗？", "我想知道{noun}“{name}”的{about}。")
_DO: Final = ("请{verb}名为“{name}”的{noun}。", "帮我{verb}{noun}“{name}”。", "能{verb}名为“{name}”的{noun}吗？", "我需要{verb}{noun}“{name}”。")
_BOTH: Final = ("请{verb}{noun}“{name}”和“{other}”。", "能帮我{verb}“{name}”和“{other}”这两个{noun}吗？")
_SET: Final = ("请把名为“{name}”的{noun}的{about}改成{value}", "能把{noun}“{name}”的{about}设为{value}", "我想把{noun}“{name}”的{about}改为{value}")
_CREATE: Final = ("我们需要一个新的{noun}，名为“{name}”。", "请新建一个名为“{name}”的{noun}。", "能添加一个叫“{name}”的{noun}吗？", "请登记一个新的{noun}“{name}”。")
_FIRST: Final = ("{verb}名为“{name}”的{noun}之前，先告诉我它的{about}，然后再{verb}。", "请{verb}{noun}“{name}”。我还想知道它的{about}，请先查一下。", "能{verb}名为“{name}”的{noun}吗？{verb}之前请告诉我它的{about}。")
_PROPERTY: Final = ("{about}应为{value}。", "{about}设为{value}。")
REASONS: Final = ("这是昨天评审时提到的。", "上周就定好了。", "同事托我办的。", "经理今天要。", "我在核对记录。", "交接表里要写。", "今天早上刚批下来。", "计划有变。", "客户一直在等。", "下周的培训要用。")
LIMITS: Final = ("其他的请保持原样。", "除此之外什么都别改。", "请不要动其他的。", "只做这一件事就好。")


def in_templates(task: Task) -> Task | None:
    """The task with a user who speaks Chinese."""
    dice = Dice("chinese", task.brief.text)
    said = [_said(fact, dice) for fact in task.brief.facts]
    return None if None in said else in_chinese(task, Worded(facts=[s for s in said if s]), row_id(task))


def _said(fact: Fact, dice: Dice) -> str | None:
    if fact.about in ("reason", "limit"):
        return dice.choice(REASONS if fact.about == "reason" else LIMITS)
    found = read_wishes(fact.text)
    if found.homes or any(g.only_if or g.otherwise or any(not _named(t) for t in g.things) for g in found.goals):
        return None
    acts = [g.act for g in found.goals]
    if not acts and len(found.facts) == 1:
        return dice.choice(_PROPERTY).format(about=_attribute(found.facts[0].about), value=found.facts[0].value)
    if found.facts or not acts:
        return None
    goal = found.goals[-1]
    words = {"noun": goal.things[0].noun, "name": _named(goal.things[0])}
    if acts == ["ask"]:
        return dice.choice(_ASK).format(about=_attribute(goal.about), **words)
    if acts == ["create"]:
        return dice.choice(_CREATE).format(**words)
    if acts == ["set"]:
        head, *more = goal.values
        text = dice.choice(_SET).format(about=_attribute(head.about), value=_value(head.value), **words)
        return text + "".join(f"，再把它的{_attribute(v.about)}改成{_value(v.value)}" for v in more) + ("吗？" if text.startswith("能") else "。")
    if acts == ["do"]:
        return dice.choice(_DO).format(verb=_verb(goal.verb, dice), **words)
    if acts == ["do", "do"] and found.goals[0].verb == goal.verb:
        return dice.choice(_BOTH).format(verb=_verb(goal.verb, dice), noun=words["noun"], name=_named(found.goals[0].things[0]), other=words["name"])
    if acts == ["ask", "do"] and found.goals[0].things == goal.things:
        return dice.choice(_FIRST).format(verb=_verb(goal.verb, dice), about=_attribute(found.goals[0].about), **words)
    return None


def _named(thing: Thing) -> str:
    """Its name, where that is all that is said of it."""
    return thing.tests[0].value if [t.about for t in thing.tests] == ["name"] and not thing.of and not thing.below and thing.pick in ("", "new") else ""


def _attribute(about: str) -> str:
    """'miku count' -> 'miku数量'."""
    *made_up, last = about.split(" ")
    return "".join((*made_up, ATTRIBUTES.get(last, last)))


def _value(value: str) -> str:
    return value if re.fullmatch(r"\d+", value) else f"“{value}”"


def _verb(verb: str, dice: Dice) -> str:
    return dice.choice(_GONE) if verb in ("delete", "remove", "drop") else VERBS.get(verb, verb)
