"""Towns with their province, country and postal code, so that the parts of an address agree; time zones; terms in two languages."""

from typing import Final, NamedTuple


class Town(NamedTuple):
    """Where an address lies."""

    city: str
    province: str
    country: str
    code: str
    """ISO 3166, two letters."""
    postal: str


TOWNS: Final = tuple(
    Town(*line.split("|"))
    for line in (
        "Leeds|West Yorkshire|United Kingdom|GB|LS1 4DY", "Bristol|Avon|United Kingdom|GB|BS1 5TR", "Cork|Munster|Ireland|IE|T12 W8KP", "Graz|Styria|Austria|AT|8010", "Linz|Upper Austria|Austria|AT|4020",
        "Porto|Norte|Portugal|PT|4050-161", "Tampere|Pirkanmaa|Finland|FI|33100", "Bergen|Vestland|Norway|NO|5003", "Aarhus|Central Jutland|Denmark|DK|8000", "Leipzig|Saxony|Germany|DE|04109",
        "Freiburg|Baden-Wuerttemberg|Germany|DE|79098", "Ghent|East Flanders|Belgium|BE|9000", "Utrecht|Utrecht|Netherlands|NL|3511 CE", "Lyon|Auvergne-Rhone-Alpes|France|FR|69002", "Turin|Piedmont|Italy|IT|10121",
        "Seville|Andalusia|Spain|ES|41001", "Gdansk|Pomerania|Poland|PL|80-831", "Halifax|Nova Scotia|Canada|CA|B3J 1S9", "Calgary|Alberta|Canada|CA|T2P 1J9", "Portland|Oregon|United States|US|97205",
        "Austin|Texas|United States|US|78701", "Kobe|Hyogo|Japan|JP|650-0021", "Sapporo|Hokkaido|Japan|JP|060-0001", "Adelaide|South Australia|Australia|AU|5000",
    )
)  # fmt: skip
ZONES: Final = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo")
TERMS: Final = {
    "en": ("cloud server", "object storage", "load balancing", "billing account", "access key", "data disk", "security group", "snapshot", "refund", "delivery note", "price list", "warranty", "return address", "opening hours", "gift card", "customer number"),
    "zh": ("云服务器", "对象存储", "负载均衡", "账单账户", "访问密钥", "数据盘", "安全组", "快照", "退款", "送货单", "价目表", "保修", "退货地址", "营业时间", "礼品卡", "客户编号"),
}  # fmt: skip
"""What a glossary holds: the n-th of each list mean the same."""
PRODUCTS: Final = ("云服务器", "对象存储", "负载均衡", "内容分发网络", "云数据库", "消息队列", "SSL 证书", "日志服务", "容器服务", "域名注册", "短信服务", "云硬盘")
"""What is sold, where a field asks for its Chinese name."""
