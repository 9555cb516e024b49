"""Chinese, as far as code reads and says it: figures, days and edges of words for the judge; yes, no and leave for conversations; what deeds are called.

    western("于2026年5月12日建了3个volume")      '于 12 May 2026 建了 3 个 volume', which whoever reads English figures can read

A text without Chinese comes back as it is. What is not read: values of an API said in a translation, figures in words beyond counting, Chinese of other scripts than Han.
"""

import re
from typing import Final

from agentscaler.words import MONTHS

HAN: Final = r"\u3400-\u4dbf\u4e00-\u9fff"
_HAN: Final = re.compile(f"[{HAN}]")
_SEAM: Final = re.compile(rf"(?<=[{HAN}])(?=[-+$€£¥]?[A-Za-z0-9])|(?<=[A-Za-z0-9%])(?=[{HAN}])")
_WIDE: Final = {code: code - 0xFEE0 for code in range(ord("０"), ord("９") + 1)}
_FIGURE: Final = "〇零一二三四五六七八九"
_DAY: Final = re.compile(rf"(?<![\d{_FIGURE}十])(?:(\d{{4}}|[{_FIGURE}]{{4}})\s*年\s*)?(\d{{1,2}}|十[一二]?|[一二三四五六七八九])\s*月(?:份|\s*(\d{{1,2}}|[二三]?十[{_FIGURE}]?|[一二三四五六七八九])\s*[日号])?")
_LARGE: Final = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?)\s*(万亿|万|亿)")
_TIMES: Final = {"万": 10**4, "亿": 10**8, "万亿": 10**12}
_BELOW: Final = re.compile(r"(?:零下|负)\s*(?=\d)")
_COUNTERS: Final = "个条台张份次项辆家位名人间座只件天种类笔批组套块本段行列处所部支棵元岁层倍页篇封句场款枚把根片口秒"
_COUNTED: Final = re.compile(rf"(?<![第{_FIGURE}两十百])(?:(?<=[有是为共仅只])一|[两二三四五六七八九十百][{_FIGURE}十百]*|一[十百][{_FIGURE}十百]*|零)(?=\s*(?:[{_COUNTERS}]|小时|分钟))")


def has_han(text: str) -> bool:
    """Does any Chinese stand in it?"""
    return _HAN.search(text) is not None


def han_count(text: str) -> int:
    """Its Chinese characters."""
    return len(_HAN.findall(text))


def western(text: str) -> str:
    """The text with days, months and figures as English writes them, and what is no Chinese apart from what is."""
    if not has_han(text):
        return text
    text = _DAY.sub(_day, text.translate(_WIDE))
    return _SEAM.sub(" ", _LARGE.sub(_large, _BELOW.sub("-", text)))


def _large(found: re.Match[str]) -> str:
    """'1.5万' -> '15000'."""
    return f"{float(found[1].replace(',', '')) * _TIMES[found[2]]:f}".rstrip("0").rstrip(".")


def _day(found: re.Match[str]) -> str:
    year, month, day = found.groups()
    number, date = _number(month), _number(day) if day else 0
    if not 1 <= number <= 12 or (day and not 1 <= date <= 31):
        return found[0]
    said = "".join(str(_FIGURE.index(c) - 1 if c in _FIGURE[1:] else c.replace("〇", "0")) for c in year) if year else ""
    return " " + " ".join(filter(None, [str(date) if day else "", MONTHS[number - 1], said])) + " "


def counted(text: str) -> str:
    """'共三个' -> '共3个': small numbers in words, where they count something. One counts behind 'there is', 'only', 'in all'."""
    return _COUNTED.sub(lambda m: str(_number(m[0])), text)


def _number(text: str) -> int:
    """'二十三' -> 23, '12' -> 12."""
    if text.isdecimal():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if char in "十百":
            total, digit = total + max(digit, 1) * (10 if char == "十" else 100), 0
        else:
            digit = 2 if char == "两" else max(_FIGURE.index(char) - 1, 0)
    return total + digit


def without(part: str, text: str) -> str:
    """A normal text, a stroke in place of the part where it stands as whole words. Chinese is written without spaces, so a part may stand inside where it begins or ends with it."""
    if not has_han(part[:1] + part[-1:]):
        return f" {text} ".replace(f" {part} ", " | ")[1:-1] if part else text
    before, after = "" if _HAN.match(part) else r"(?<![^ ])", "" if _HAN.match(part[-1:]) else r"(?![^ ])"
    return re.sub(before + re.escape(part) + after, " | ", text)


def stands(part: str, text: str) -> bool:
    """Does a normal text hold the part so?"""
    return without(part, text) != text


# ---- yes, no, leave -------------------------------------------------------------------------------------------------

_NEITHER: Final = re.compile(r"是否|不过|不仅|不客气|不好意思|不错|没问题|没关系|差不多|不用担心|非常|否则|除非|未来")
_ON: Final = re.compile(r"是|开启|启用|打开|开着|开通|激活")
_OFF: Final = re.compile(r"[不没未否非]|关闭|关着|停用|禁用")


def affirms(text: str) -> bool:
    """Does it say yes, or on?"""
    return _ON.search(_NEITHER.sub("", text)) is not None


def denies(text: str) -> bool:
    """Does it say no, not, or off?"""
    return _OFF.search(_NEITHER.sub("", text)) is not None


LEAVE: Final = r"[^。！？!?\n]*(?:可以吗|行吗|好吗|对吗|对吧|要我|是否(?:需要我|要我|继续|执行|同意|可以|确认)|确认(?:一下)?吗|继续吗|可否|能否(?:继续|开始)|要不要|同意吗|(?:开始|执行|操作|删除)吗)[^。！？!?\n]*[？?]|请(?:您|你)?(?:先)?(?:再次)?确认"
"""A question whether one may; 'please confirm' asks it without a mark."""
MORE: Final = r"还有(?:什么|没有|其他|其它|别的)[^。！？!?\n]*(?:帮|需要|要办|要做|事|问题)|还需要(?:我)?(?:帮|做|别的|其他|什么)|(?:其他|其它|别的)(?:需要|问题|帮助)[^。！？!?\n]*[？?]"
"""A question whether there is anything else."""
TELL: Final = r"还有(?:什么|其他|其它|别的)|(?:应该|需要)(?:知道|了解|注意)|(?:多|详细)(?:说|讲|告诉)"
"""A question for more details."""
SOON: Final = r"(?:让我|我(?:先|来|这就|现在就|马上|接下来)|稍等|稍候|正在(?:查|为|处理|执行)|接下来我)(?![^。！？]*(?:了|已|完成))"
"""What the agent is about to do."""
AGREES: Final = rf"\W*(?:ok(?=[{HAN}])|好(?!像)|可以|行|对(?!不起)|是的|是啊|嗯|没错|没问题|确认|同意|当然|继续|去吧|照做|就这样|麻烦|请)"
REFUSES: Final = r"\W*(?:不(?!过|错|客气|好意思|仅|用谢)|别(?!的)|先别|请(?:先|您|你)?(?:不要|别|勿|停)|停|等等|等一下|慢着|先等|算了|暂时不)"
LIMITS: Final = r"\W*(?:请|麻烦)?(?:您|你)?(?:不要|别|勿)[^，。！？]{0,6}(?:其他|其它|别的|其余)"
"""'Don't touch anything else.'"""
RATHER: Final = r"还是(?:算了|别|不要|不用|先不|留着|保留)|改主意|先(?:放着|留着)|不想[^，。]{0,4}了"
RELENTS: Final = r"还是(?:要|请|做|改|删|办|继续)|那就[^，。]{0,4}(?:吧|做|改|删|办|继续)|请继续|去做吧|照做"

# ---- deeds ----------------------------------------------------------------------------------------------------------

VERBS: Final = {
    "delete": "删除", "remove": "移除", "drop": "删除", "destroy": "销毁", "terminate": "终止", "create": "新建", "make": "新建", "add": "添加", "register": "登记", "update": "修改", "change": "修改", "edit": "修改",
    "modify": "修改", "rename": "重命名", "close": "关闭", "cancel": "取消", "pause": "暂停", "archive": "归档", "approve": "批准", "suspend": "挂起", "reject": "驳回", "publish": "发布", "disable": "禁用", "enable": "启用",
    "stop": "停止", "start": "启动", "restart": "重启", "reboot": "重启", "resume": "恢复", "restore": "恢复", "attach": "挂载", "detach": "卸下", "associate": "关联", "disassociate": "取消关联", "link": "关联", "unlink": "取消关联",
    "assign": "分配", "unassign": "取消分配", "subscribe": "订阅", "unsubscribe": "退订", "move": "移动", "copy": "复制", "send": "发送", "return": "归还", "release": "释放", "activate": "激活", "deactivate": "停用", "lock": "锁定",
    "unlock": "解锁", "book": "预订", "reserve": "预订", "order": "订购", "submit": "提交", "open": "打开", "end": "结束", "complete": "完成", "renew": "续期", "refund": "退款", "pay": "支付",
}  # fmt: skip
"""What a verb of an API is called."""
KINDS: Final = {
    "delete": r"删|移除|除去|去掉|清[除空]|取消|注销|撤销|终止|释放|销毁|作废|丢弃",
    "create": r"建|创|添|加|登记|注册|设置|订|预约|安排|邀请|提交|开|下单|生成|发布",
    "link": r"关联|绑|连|加|分配|挂|附|授|订阅|指派|登记|注册",
    "unlink": r"解|取消|移|断|撤|退|卸|删|拆|摘",
    "update": r"改|更|设|编辑|命名|换|调|标|移|替|开|关|停|启|禁|变",
}
"""What a deed of that kind is called. Of any other kind, a verb of an API has too many names for a list."""


def deed(phrase: str) -> str:
    """'delete volume vol-1' -> '删除 volume vol-1'."""
    verb, _, rest = phrase.partition(" ")
    return " ".join(filter(None, [VERBS.get(verb, verb), rest]))
