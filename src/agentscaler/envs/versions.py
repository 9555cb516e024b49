"""Versions of things and engines of databases, as their kind is numbered."""

import re
from typing import Final

from agentscaler.envs.documented import examples_of
from agentscaler.envs.place import Place
from agentscaler.records import Schema

_SEMVER: Final = ("1.4.2", "1.5.0", "2.0.1", "2.1.0", "3.0.0")
_VERSIONS: Final = (
    (re.compile(r"\b(?:tls|ssl)\b"), ("TLSv1.2", "TLSv1.3")),
    (re.compile(r"\bhttp\b"), ("HTTP/1.1", "HTTP/2")),
    (re.compile(r"\bip version"), ("IPv4", "IPv6")),
    (re.compile(r"\b(?:os|operating system)(?: platform)? version"), ("Ubuntu 22.04", "Ubuntu 24.04", "Debian 12", "Amazon Linux 2023", "Windows Server 2022")),
    (re.compile(r"\b(?:kafka|broker|zookeeper)\b"), ("2.8.1", "3.4.0", "3.6.1")),
    (re.compile(r"\bdocker\b"), ("24.0.7", "26.1.4", "27.3.1")),
    (re.compile(r"\b(?:terraform|tf)\b"), ("1.4.7", "1.5.7", "1.6.6", "1.7.5")),
    (re.compile(r"\b(?:kubernetes|k8s)\b"), ("1.29", "1.30", "1.31")),
    (re.compile(r"\bprotocol version"), ("1.0", "1.1", "2.0")),
    (re.compile(r"\bapi version"), ("v1", "v2", "v1beta1")),
    (re.compile(r"\b(?:oracle|gi) version"), ("19.0.0.0", "23.0.0.0")),
    (re.compile(r"\bcvss"), ("3.0", "3.1")),
    (re.compile(r"\b(?:redis|cache|valkey|memorydb)\b"), ("6.2", "7.0", "7.1")),
    (re.compile(r"\bruntime\b"), ("3.11", "3.12", "3.13")),
    (re.compile(r"\bmajor version"), ("13", "14", "15", "16")),
    (re.compile(r"\b(?:database|db|mysql|postgres|sql|kernel|server) version|\bdatabase\b"), ("8.0", "13.4", "14.9", "15.4")),
    (re.compile(r"\b(?:platform|package|component|software|agent|client|sdk|library|app|application|engine|module|plugin|add on|addon|driver|firmware|release|chart|connector|extension|bundle|build|semantic|dependency|runner|browser|artifact)\b"), _SEMVER),
    (re.compile(""), ("1", "2", "3", "4", "5")),
    (re.compile(""), ("v1", "v2", "v3", "v4")),
    (re.compile(""), ("1.0", "1.1", "2.0", "2.1")),
    (re.compile(""), _SEMVER),
)
"""What a version is of -> how it is written; the last ones where the provider's pattern wants another form."""


_BARE: Final = [given for says, given in _VERSIONS if not says.pattern]
_TOLD: Final = (
    (re.compile(r"(?i)\bkubernetes\b|\bk8s\b"), ("1.29", "1.30", "1.31")),
    (re.compile(r"\bPython\b"), ("3.11", "3.12", "3.13")),
    (re.compile(r"(?i)\bkernel\b"), ("5.10.0", "5.15.0", "6.1.0")),
    (re.compile(r"(?i)\bdocker\b"), ("24.0.7", "26.1.4", "27.3.1")),
    (re.compile(r"\bTerraform\b"), ("1.4.7", "1.5.7", "1.7.5")),
    (re.compile(r"(?i)\bAPI version\b|\bschema version\b|\bversion of the (?:schema|specification|spec|API)\b"), ("1.0", "1.1", "2.0")),
    (re.compile(r"(?i)\b(?:OS|operating system|agent|client|library|package|app|application|software|driver|runtime|SDK|plugin) version\b|\bversion of the (?:\w+ )?(?:agent|client|library|package|app|application|software|driver|SDK|plugin)\b|\bsemantic version"), _SEMVER),
)
"""The same by the description, where the words of the field say nothing."""


def versions(words: tuple[str, ...], schema: Schema, place: Place) -> list[str]:
    """Versions of the thing, as its kind is numbered and the provider's pattern allows."""
    examples = examples_of(schema)
    if len(examples) > 1 or (examples and re.search(r"\d[.]\d", examples[0])):
        return examples
    heard = " ".join([*place.draft.noun, *words] if words in (("version",), ("version", "name"), ("release",)) or (words[-1:] == ("version",) and len(words) == 2 and words[0] in _WHICH) else words)
    if (own := engine_of(place)) is not None and re.search(r"\b(?:engine|database|db|instance|cluster|major|kernel|server)\b", heard) and words[-1:] == ("version",):
        return list(own[1])
    heard = f"database {heard}" if _BASES.search(place.service) and "engine" in heard else heard
    heard = f"cache {heard}" if re.search(r"cache|memorydb|redis", place.service) and "engine" in heard else heard
    heard = f"os {heard}" if "platform" in heard and re.search(r"\bOS\b|(?i:operating system|linux|windows)", str(schema.get("description", ""))) and not re.match(r"os\b", heard) else heard
    try:
        pattern = re.compile(str(schema.get("pattern", "")))
    except re.error:
        pattern = re.compile("")
    some = [given for says, given in _VERSIONS if says.search(heard)]
    if len(some) == len(_BARE) and (said := next((given for says, given in _TOLD if says.search(str(schema.get("description", "")))), None)):
        some = [said, *some]
    return list(next((given for given in some if all(pattern.search(v) for v in given)), some[0]))


_BASES = re.compile(r"^(?:rds|dms|lightsail|cdb|mariadb|dcdb|dts|dbbrain|msp|tdmysql|sqladmin|backup)")
_WHICH: Final = frozenset("current latest new old target source from to default previous minor major available".split())
"""Words before a version that do not say of what it is."""
_ENGINES: Final = (
    (re.compile(r"^(?:postgres|alloydb|dsql)"), ("postgresql", ("13.4", "14.9", "15.4"))),
    (re.compile(r"^(?:mongodb|docdb)"), ("mongodb", ("4.4", "5.0", "6.0"))),
    (re.compile(r"^(?:redis|memorydb|elasticache)"), ("redis", ("6.2", "7.0", "7.1"))),
    (re.compile(r"^mariadb"), ("mariadb", ("10.6", "10.11"))),
    (re.compile(r"^sqlserver"), ("sqlserver", ("2019", "2022"))),
    (re.compile(r"^(?:cdb|dcdb|cynosdb|tdmysql|tdsql)"), ("mysql", ("5.7", "8.0"))),
    (re.compile(r"^neptune"), ("neptune", ("1.2.1.0", "1.3.2.1"))),
)
"""Services that have one engine: how it is called, and its versions."""


def engine_of(place: Place) -> tuple[str, tuple[str, ...]] | None:
    return next((engine for says, engine in _ENGINES if says.search(place.service)), None)
