"""Rows of compiled worlds that contradict themselves, counted over all rows of all worlds, class by class.

    python benchmarks/contradictions.py --run runs/first [--seed 0] [--show 3] [--per-world]

Each row is read with what stands beside it, its JSON cells opened, each object inside a cell as well. What is looked for is stated here, from names
and values alone, and shares no code with the builder that draws the rows:

    ended      a RUNNING or PENDING one that has an end; a COMPLETED one without, where others have theirs
    failure    an error or the reason of a failure on a row in a good state
    order      made after it was changed, started, ended or deleted; ended before it began; expired before it was made; a next time that is past, a
               last one to come
    flag       deleted, disabled, revoked or archived says one thing, its time another
    progress   done at less than all, waiting at more than nothing; more done than there is in all
    variants   of alternatives that a type names, or of rival products, more than one is there, or another than the type says
    number     a percentage above 100, a port that is none, a key of 10 bits, a least that is above the most
    filler     words that stand for none: default and custom where no list of the column has them (inside an object the provider may list them: such
               false alarms are counted), 'payroll-self', a stored page token, a name like order_id
    stage      the name says dev, the tag says prod
    parent     a step or run of something that ran when that did not run
    same       a copy from a region to itself
    media      the type of a file and the ending of its name
    money      amounts of one row in several currencies
    identity   one id, name or address, and beside it two names, e-mails or types in the rows of a world
    engine     a version that the engine of the row has not, or two versions of one thing
    place      a zone that is not in the region of the row, the id of a zone that is its name; an address that is a street where an IP is meant
    path       a row under one holder that names another one of that kind; a path with a part that is empty or told twice
    person     a first name that is the last one, too; somebody born after 2010
    verdict    an outcome of what has not come to an end
    reached    who is reached by EMAIL at no address of mail, or by SMS at no number
    hollow     a comment, note, answer or question without what it says

A share is of the rows (and objects) that have what the class looks at. Not covered: what only the provider knows (which states there are, which form an
id has), and whether two tables tell the same twice.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from agentscaler.folder import read_env
from agentscaler.population import Painter
from agentscaler.records import EnvSpec
from agentscaler.words import split

Row = Mapping[str, Any]
CLASSES = ("ended", "failure", "order", "flag", "progress", "variants", "number", "filler", "stage", "parent", "same", "media", "money", "identity", "engine", "place", "path", "person", "verdict", "reached", "hollow")


class Finding(NamedTuple):
    """What one class says of one row or object."""

    kind: str
    what: str
    """The contradiction; empty where the row holds together."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=0, help="so many examples of each class, of different worlds")
    parser.add_argument("--limit", type=int, help="the first so many worlds")
    parser.add_argument("--per-world", action="store_true", help="also how many worlds have none")
    given = parser.parse_args()
    looked: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    shown: dict[str, list[str]] = {c: [] for c in CLASSES}
    rows = clean = 0
    folders = sorted(p for p in (given.run / "envs").iterdir() if (p / "env.json").exists())[: given.limit]
    for folder in folders:
        env = read_env(folder)
        state = rows_of(env, given.seed)
        rows += sum(map(len, state.values()))
        bad: Counter[str] = Counter()
        for table, finding in contradictions(env, state):
            looked[finding.kind] += 1
            bad[finding.kind] += bool(finding.what)
            if finding.what and len(shown[finding.kind]) < given.show and not any(s.startswith(folder.name) for s in shown[finding.kind]):
                shown[finding.kind].append(f"{folder.name} {table}: {finding.what}")
        wrong += bad
        clean += not bad.total()
    print(f"{len(folders)} worlds, {rows} rows, seed {given.seed}\n\n| class | looked at | contradict | share |\n|---|---:|---:|---:|")
    for kind in CLASSES:
        print(f"| {kind} | {looked[kind]} | {wrong[kind]} | {wrong[kind] / max(looked[kind], 1):.2%} |")
        print("".join(f"    {line[:300]}\n" for line in shown[kind]), end="")
    if given.per_world:
        print(f"\nworlds without any: {clean} of {len(folders)}")


def rows_of(env: EnvSpec, seed: int) -> dict[str, list[dict[str, Any]]]:
    """The first state of a world, its JSON cells opened."""
    assert env.model is not None
    keys = {t.name: t.key for t in env.model.tables}
    columns = {t.name: tuple(c.name for c in t.columns) for t in env.model.tables}
    state = Painter(env.population, list(keys), keys, columns, seed).paint()
    opened = {name for name, recipe in env.population["columns"].items() if recipe.get("json")}
    return {t: [{c: json.loads(v) if f"{t}.{c}" in opened and isinstance(v, str) else v for c, v in row.items()} for row in rows] for t, rows in state.items()}


def contradictions(env: EnvSpec, state: Mapping[str, list[dict[str, Any]]]) -> Iterator[tuple[str, Finding]]:
    """Everything that was looked at, table by table."""
    assert env.model is not None
    now = moment(env.population["now"])
    known: dict[tuple[str, str, str], Any] = {}
    for table in env.model.tables:
        yield from ((table.name, f) for f in of_words(table.name, state[table.name]))
        listed = {c.name for c in table.columns if c.choices}
        ends = {c.name for c in table.columns if ENDED.search(said(c.name)) and any(row[c.name] is not None for row in state[table.name])}
        for row in state[table.name]:
            yield from ((table.name, f) for f in of_ends(row, ends, now))
            yield from ((table.name, f) for f in of_money(row))
            yield from ((table.name, f) for f in of_path(row))
            yield from ((table.name, f) for f in of_reach(row))
            for at, part in parts_of(row):
                yield from ((table.name, f) for f in of_identity(part, at or table.name, known))
                yield from ((table.name, f) for f in of_part(part, now, listed if at == "" else frozenset(), at))
        for reference in table.references if RUNS & set(split(table.name)) else ():
            if set(reference.columns) & set(table.key) or "parent" in reference.columns:
                above = {tuple(r[k] for k in next(t.key for t in env.model.tables if t.name == reference.table)[-len(reference.columns) :]): r for r in state[reference.table]}
                for row in state[table.name]:
                    if (parent := above.get(tuple(row[c] for c in reference.columns))) is not None and parent is not row and RUNS & set(split(reference.table)):
                        yield from ((table.name, f) for f in of_parent(row, parent))


def parts_of(value: Any, at: str = "") -> Iterator[tuple[str, Row]]:
    """A row, and every object inside its cells."""
    if isinstance(value, Mapping):
        yield at, value
        for name, part in value.items():
            yield from parts_of(part, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for part in value:
            yield from parts_of(part, f"{at}[]")


# ---- one object -------------------------------------------------------------------------------------------------

STATE = re.compile(r"(?:status|state|phase)$")
UNDER_WAY = re.compile(r"^(?:\w+ )?(?:running|pending|queued|in progress|processing|waiting|creating|scheduled|submitted|provisioning|started)$|^not started$")
OVER = re.compile(r"^(?:\w+ )?(?:completed?|succeeded|success|finished|done)$")
GOOD = re.compile(r"^(?:\w+ )?(?:completed?|succeeded|success|finished|done|active|available|running|ready|enabled|ok|healthy|in progress|pending|queued)$")
ENDED = re.compile(r"^(?:\w+ )?(?:end|ended|completed|completion|finished|finish|stopped|closed)(?: (?:time|date|at|on|timestamp|date time))?$|^(?:completed|finished|ended) at$")
MADE = re.compile(r"^(?:create|created|creation)(?: (?:time|date|at|on|timestamp|date time|time stamp))?$")
BEGAN = re.compile(r"^(?:start|started|begin|began)(?: (?:time|date|at|on|timestamp|date time))$")
LATER = re.compile(r"^(?:update|updated|modified|modify|last updated|last modified|last update|changed|deleted|delete|deletion|expire|expires|expiry|expiration)(?: (?:time|date|at|on|timestamp|date time))$")
NEXT = re.compile(r"^next .*(?:time|date|at|on|timestamp)$")
LAST = re.compile(r"^(?:last|latest|previous|created|creation|create|updated|update) (?:\w+ )?(?:time|date|at|timestamp)$")
SPANS = re.compile(r"\b(?:cutoff|frame|window|valid|usage|billing|maintenance|effective|schedule|planned|period|range|conversation)\b")
FAILURE = re.compile(r"^(?:\w+ )?(?:error|failure)(?: (?:message|reason|code|details?|info|description))?$|^(?:fail reason|error msg|err msg)$")
FLAG = re.compile(r"^(?:is )?(deleted|disabled|revoked|archived|cancelled|suspended|completed)$")
PERCENT = re.compile(r"\bpercent(?:age)?$|\bpct$|^progress$")
BITS = re.compile(r"(?:modulus|rsa key|key) (?:size(?: bits)?|length|bits)$|^(?:dsa|rsa) key size$")
STAGED = re.compile(r"-(prod|staging|dev|test)$")
STAGES = ("prod", "staging", "dev", "test")
FILLER = re.compile(r"^(?:default|custom)$")
AREAS = "payroll|checkout|onboarding|billing|search|inventory|support|returns|catalog|loyalty"
TOKENS = re.compile(r"^(?:next|prev|previous|continuation|page) ?(?:page)? (?:token|marker)$|^(?:next|page) token$|^(?:next|previous) page$|^cursor$")
PRODUCTS = (("aws", "amazon"), ("azure",), ("gcp", "google"), ("vmware", "vsphere"), ("github",), ("gitlab",), ("bitbucket",), ("mysql",), ("postgres", "postgresql"), ("oracle",), ("mongodb",), ("snowflake",), ("slack",), ("salesforce",))
TOGETHER = re.compile(r"(?:setting|settings|feature|features|option|options|metric|metrics|info|status|limit|limits|count|counts|id|ids|region|location|tag|tags|label|labels|time|name|arn|type)$")


RUNS = frozenset("job task run execution invocation build rollout phase step stage attempt operation".split())


def said(name: str) -> str:
    return " ".join(split(name))


def state_of(part: Row) -> str:
    found = next((str(v) for k, v in part.items() if STATE.search(said(k)) and isinstance(v, str)), "")
    return " ".join(split(found))


def of_ends(row: Row, ends: set[str], now: datetime) -> Iterator[Finding]:
    state = state_of(row)
    for name in ends if state else ():
        end = moment(row[name])
        if (UNDER_WAY.search(state) or OVER.search(state)) and not SPANS.search(said(name)):
            early = UNDER_WAY.search(state) and end is not None and end <= now
            missing = OVER.search(state) and end is None
            yield Finding("ended", f"{state}, {name} {row[name]}" if early or missing else "")


def of_part(part: Row, now: datetime, listed: set[str] | frozenset[str], at: str) -> Iterator[Finding]:
    yield from of_failures(part)
    yield from of_order(part, now)
    yield from of_flags(part)
    yield from of_progress(part)
    yield from of_variants(part)
    yield from of_numbers(part)
    yield from of_fillers(part, listed, at)
    yield from of_stages(part)
    yield from of_copies(part)
    yield from of_media(part)
    yield from of_engines(part)
    yield from of_places(part)
    yield from of_persons(part)
    yield from of_verdicts(part)


def of_failures(part: Row) -> Iterator[Finding]:
    state = state_of(part)
    for name, value in part.items():
        if state and FAILURE.search(said(name)):
            yield Finding("failure", f"{state}, {name} {value!r}" if GOOD.search(state) and value not in (None, "", [], {}, 0) else "")


def of_order(part: Row, now: datetime) -> Iterator[Finding]:
    times = {said(k): t for k, v in part.items() if (t := moment(v, said(k))) is not None}
    made = next((t for w, t in times.items() if MADE.search(w)), None)
    began = next((t for w, t in times.items() if BEGAN.search(w)), None)
    state = state_of(part)
    for words, time in times.items():
        if made is not None and (LATER.search(words) or ENDED.search(words) or BEGAN.search(words)) and not SPANS.search(words):
            yield Finding("order", f"made {made:%Y-%m-%d %H:%M}, {words} {time:%Y-%m-%d %H:%M}" if time < made else "")
        if began is not None and ENDED.search(words) and not SPANS.search(words):
            yield Finding("order", f"began {began:%Y-%m-%d %H:%M}, {words} {time:%Y-%m-%d %H:%M}" if time < began else "")
        if NEXT.search(words):
            yield Finding("order", f"{words} {time:%Y-%m-%d}" if time < now else "")
        if LAST.search(words):
            yield Finding("order", f"{words} {time:%Y-%m-%d}" if time > now else "")
        if re.search(r"^(?:expire|expires|expiry|expiration) ", words) and state in ("active", "valid"):
            yield Finding("order", f"{state}, {words} {time:%Y-%m-%d}" if time < now else "")


def of_flags(part: Row) -> Iterator[Finding]:
    for name, value in part.items():
        found = FLAG.search(said(name))
        if found is None or value not in (True, False, 0, 1):
            continue
        stem = found[1].rstrip("d").rstrip("e")
        time = next((k for k in part if said(k) != said(name) and re.search(rf"^{stem}\w* (?:time|date|at|on|timestamp)$|^{stem}(?:ion|ation) (?:time|date)$", said(k))), None)
        if time is not None:
            yield Finding("flag", f"{name} {value}, {time} {part[time]}" if bool(value) != (part[time] is not None) else "")
    state = state_of(part)
    for name, value in part.items():
        if re.search(r"^(?:delete|deleted|deletion|disabled|disable) (?:time|date|at)$", said(name)) and re.search(r"^(?:active|enabled|available|running)$", state):
            yield Finding("flag", f"{state}, {name} {value}" if value is not None else "")


def of_progress(part: Row) -> Iterator[Finding]:
    state = state_of(part)
    for name, value in part.items():
        words = said(name)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            continue
        if state and re.search(r"^(?:\w+ )?progress(?: percent(?:age)?)?$|percent complete$|complete percent(?:age)?$", words):
            done, waiting = OVER.search(state), re.search(r"^(?:pending|queued|not started)$", state)
            yield Finding("progress", f"{state}, {name} {value}" if (done and value not in (1, 100)) or (waiting and value != 0) else "")
        found = re.search(r"^(?:completed|failed|succeeded|processed|done|success) (\w+ )?(?:count|num)$|^(?:num|number of) (?:completed|failed|succeeded)( \w+)?$", words)
        total = next((v for k, v in part.items() if re.search(r"^total (?:\w+ )?(?:count|num)$|^total$", said(k)) and isinstance(v, (int, float))), None)
        if found and total is not None:
            yield Finding("progress", f"{name} {value} of {total}" if value > total else "")


def of_variants(part: Row) -> Iterator[Finding]:
    whole = {k: v for k, v in part.items() if isinstance(v, Mapping) and v}
    makers = {k: n for k in whole for n, names in enumerate(PRODUCTS) if split(k)[0] in names and not TOGETHER.search(said(k))}
    offered = {k: n for k in part for n, names in enumerate(PRODUCTS) if split(k)[0] in names and not TOGETHER.search(said(k)) and isinstance(part[k], (Mapping, type(None)))}
    if len(set(offered.values())) > 1:
        yield Finding("variants", f"{', '.join(makers)} at once" if len(set(makers.values())) > 1 else "")
    for name, value in part.items():
        if not isinstance(value, str) or not re.search(r"(?:type|kind|source|method|provider|mode|engine)$", said(name)):
            continue
        mine = letters(value)
        if len(mine) > 3 and (own := [k for k, v in part.items() if k != name and isinstance(v, (Mapping, type(None))) and letters(k).removesuffix("config").removesuffix("source").removesuffix("target").removesuffix("details").removesuffix("settings") == mine]):
            yield Finding("variants", f"{name} {value}, no {own[0]}" if own[0] not in whole else "")
    for ends in (("Binary", "String"), ("binary", "string")):
        for name in part:
            if name.endswith(ends[0]) and (other := name.removesuffix(ends[0]) + ends[1]) in part:
                yield Finding("variants", f"{name} and {other}" if part[name] is not None and part[other] is not None else "")
    family = next((str(v) for k, v in part.items() if re.search(r"^ip (?:version|address type|family|type)$|^address family$", said(k)) and isinstance(v, str)), "")
    if re.search(r"(?i)v?[46]$", family):
        for name, value in part.items():
            if isinstance(value, str) and re.fullmatch(r"\d+(?:\.\d+){3}(?:/\d+)?|[0-9a-f:]+:[0-9a-f:]*(?:/\d+)?", value) and ("." in value or ":" in value):
                yield Finding("variants", f"{family}, {name} {value}" if (":" in value) != family.endswith("6") else "")


def of_numbers(part: Row) -> Iterator[Finding]:
    numbers = {said(k): v for k, v in ((k, number(v)) for k, v in part.items()) if v is not None}
    for words, value in numbers.items():
        if PERCENT.search(words):
            yield Finding("number", f"{words} {value}" if not 0 <= value <= 100 else "")
        elif re.search(r"(?:^|\bfrom |\bto |\bsource |\btarget |\blistener )port$", words):
            yield Finding("number", f"{words} {value}" if not -1 <= value <= 65_535 else "")
        elif BITS.search(words):
            yield Finding("number", f"{words} {value}" if value < 100 else "")
        elif re.search(r"\bprefix (?:length|len)$|\bmask length$", words):
            yield Finding("number", f"{words} {value}" if not 0 <= value <= 128 else "")
        elif re.search(r"\bcvss\b.*\bscore$|^base score$", words):
            yield Finding("number", f"{words} {value}" if not 0 <= value <= 10 else "")
        for low, high in (("min", "max"), ("minimum", "maximum"), ("average", "max"), ("average", "maximum"), ("cutoff", "duration")):
            other = " ".join(high if w == low else w for w in words.split())
            if other != words and other in numbers and low in words.split():
                yield Finding("number", f"{words} {value}, {other} {numbers[other]}" if value > numbers[other] else "")


def of_fillers(part: Row, listed: set[str] | frozenset[str], at: str) -> Iterator[Finding]:
    for name, value in part.items():
        words = split(name)
        if not words or not isinstance(value, str) or (at == "" and name in listed):
            continue
        if TOKENS.search(said(name)):
            yield Finding("filler", f"{name} is kept")
            continue
        own = rf"(?:{AREAS})-{re.escape(words[-1])}"
        named = words[-1] in ("name", "title") and not {"column", "field", "attribute", "key"} & {*words, *split(at)}
        said_none = (FILLER.search(value) and words[-1] not in ("name", "namespace", "profile", "id", "arn", "group", "version", "stage", "branch", "workspace", "environment")) or re.fullmatch(own, value)
        yield Finding("filler", f"{at}.{name} {value!r}" if said_none or (named and re.fullmatch(r"order_id|customer_id|created_at|total_amount|device_type|due_date|unit_price", value)) else "")


def of_stages(part: Row) -> Iterator[Finding]:
    names = {v for k, v in part.items() if isinstance(v, str) and said(k).endswith(("name", "id", "title"))}
    stages = {m[1] for v in names if (m := STAGED.search(v.lower().replace(" ", "-").replace("_", "-")))}
    for name, value in part.items():
        if not re.search(r"\b(?:tags?|labels?)$|^(?:tag|label) ?(?:set|list)$", said(name)) or not stages:
            continue
        tags = value.items() if isinstance(value, Mapping) else [(str(t.get("Key", t.get("key", t.get("TagKey", "")))), t.get("Value", t.get("value", t.get("TagValue")))) for t in value if isinstance(t, Mapping)] if isinstance(value, list) else ()
        for key, tag in tags:
            if re.fullmatch(r"(?i)stage|env(?:ironment)?", key) and tag in STAGES:
                yield Finding("stage", f"{min(stages)}, {key} {tag}" if tag not in stages else "")


def of_copies(part: Row) -> Iterator[Finding]:
    source = next((v for k, v in part.items() if re.search(r"^source (?:\w+ )?region(?: name)?$", said(k)) and isinstance(v, str)), None)
    for name, value in part.items():
        if source is not None and re.search(r"^(?:destination|target|dest) region(?: name)?$|^region(?: name)?$", said(name)) and isinstance(value, str):
            yield Finding("same", f"from {source} to {value}" if source == value else "")
    arns = {k: v.split(":") for k, v in part.items() if isinstance(v, str) and v.startswith("arn:aws:")}
    own = next((v[3] for k, v in arns.items() if not re.search(r"(?i)source|role|key|topic", k)), "")
    if source and own:
        yield Finding("same", f"from {source} to {own}" if source == own else "")


def of_parent(row: Row, parent: Row) -> Iterator[Finding]:
    """A step lies in the time of its run."""
    mine, its = ({said(k): t for k, v in r.items() if (t := moment(v, said(k))) is not None} for r in (row, parent))
    began = min((t for w, t in its.items() if BEGAN.search(w) or MADE.search(w)), default=None)
    ended = next((t for w, t in its.items() if ENDED.search(w)), None)
    for words, time in mine.items():
        if MADE.search(words) or BEGAN.search(words) or ENDED.search(words):
            if began is not None:
                yield Finding("parent", f"{words} {time:%Y-%m-%d %H:%M}, the whole began {began:%Y-%m-%d %H:%M}" if time < began else "")
            if ended is not None:
                yield Finding("parent", f"{words} {time:%Y-%m-%d %H:%M}, the whole ended {ended:%Y-%m-%d %H:%M}" if time > ended else "")


# ---- what a row says of one thing in several places -----------------------------------------------------------------

MEDIA = re.compile(r"(?:^|\b)(?:mime|mime type|content type|media type)$")
ENDINGS = {"pdf": "pdf", "png": "png", "jpg": "jpeg", "jpeg": "jpeg", "csv": "csv", "json": "json", "txt": "plain", "html": "html", "mp4": "mp4", "mp3": "mpeg", "zip": "zip", "xml": "xml"}
CURRENCY = re.compile(r"\bcurrency(?: code)?$")
VERSIONS = {"mysql": r"5\.|8\.|9\.", "aurora-mysql": r"5\.7|8\.0", "mariadb": r"1[01]\.", "postgres": r"1[0-8]\b", "postgresql": r"1[0-8]\b", "aurora-postgresql": r"1[0-8]\b", "redis": r"[4-7]\b", "mongodb": r"[3-8]\.", "docdb": r"[345]\."}
IP = re.compile(r"\b(?:ip|ipv4|ipv6)(?: address(?:es)?| addr)?$|\bip ?v?[46]? ?(?:address|addr)\b")
STREET = re.compile(r"^\d+ [A-Z][a-z]+ [A-Z]?[a-z]+")
TOLD = ("name", "email", "type", "display name", "mail", "email address", "first name", "last name")
WORDED = {"comment": ("comment", "text", "body", "content", "message"), "note": ("note", "text", "body", "content"), "message": ("message", "text", "body", "content", "snippet"), "answer": ("answer", "text", "content", "value"), "question": ("question", "text", "content", "title")}


def of_media(part: Row) -> Iterator[Finding]:
    kind = next((v for k, v in part.items() if MEDIA.search(said(k)) and isinstance(v, str) and "/" in v), None)
    for name, value in part.items():
        ending = re.search(r"[^/.]\.([a-z0-9]{3,4})$", value) if isinstance(value, str) and said(name).split(" ")[-1] in ("name", "key", "filename", "title", "file", "path", "url", "uri") else None
        if kind is not None and ending and ending[1] in ENDINGS and not value.endswith((".example.com", ".example.org")) and not re.search(r"icon|thumb|preview|avatar|logo", said(name)):
            yield Finding("media", f"{kind}, {name} {value}" if ENDINGS[ending[1]] not in kind else "")


def of_money(row: Row) -> Iterator[Finding]:
    codes = [v for _, part in parts_of(row) for k, v in part.items() if CURRENCY.search(said(k)) and isinstance(v, str) and re.fullmatch(r"[A-Za-z]{3}", v) and not re.search(r"\b(?:from|to|source|target|quote|base|local|billing|settlement|original)\b", said(k))]
    if len(codes) > 1:
        yield Finding("money", ", ".join(codes) if len({c.upper() for c in codes}) > 1 else "")


def of_identity(part: Row, at: str, known: dict[tuple[str, str, str], Any]) -> Iterator[Finding]:
    """userId beside userName: the same id has the same name in all rows of a world."""
    for name, value in part.items():
        words = said(name).split(" ")
        if words[-1] not in ("id", "uid", "sid", "arn", "token") or len(words) < 2 or not isinstance(value, (str, int)) or isinstance(value, bool):
            continue
        head = " ".join(words[:-1])
        for other, told in part.items():
            heard = said(other)
            if heard.startswith(head + " ") and heard[len(head) + 1 :] in TOLD and isinstance(told, str):
                first = known.setdefault((head, heard, str(value)), told)
                yield Finding("identity", f"{name} {value}: {first} and {told}" if first != told else "")


def of_engines(part: Row) -> Iterator[Finding]:
    engine = next((str(v).lower() for k, v in part.items() if re.search(r"\bengine(?: name| type)?$|^db type$", said(k)) and isinstance(v, str)), "")
    versions = {k: v for k, v in part.items() if isinstance(v, str) and re.search(r"\b(?:engine|db|database) version$|^(?:version|major engine version|db major version|db kernel version)$", said(k)) and re.match(r"\d", v)}
    for name, value in versions.items():
        if engine in VERSIONS:
            yield Finding("engine", f"{engine}, {name} {value}" if not re.match(VERSIONS[engine], value) else "")
    whole = {k: v for k, v in versions.items() if re.search(r"engine version$|db version$|db major version|db kernel version", said(k))}
    if len(whole) > 1:
        majors = {v.split(".")[0] for v in whole.values()}
        yield Finding("engine", f"{whole}" if len(majors) > 1 else "")


def of_places(part: Row) -> Iterator[Finding]:
    heard = {said(k): v for k, v in part.items() if isinstance(v, str)}
    zones = {w: v for w, v in heard.items() if re.search(r"(?:^|\b)(?:availability )?zone(?: name)?$", w) and re.search(r"\d[a-z]?$|-[a-z]$", v)}
    region = next((v for w, v in heard.items() if w in ("region", "region name", "aws region")), None)
    for words, zone in zones.items():
        if region and re.fullmatch(r"[a-z]+(?:-[a-z]+)+-?\d", region):
            yield Finding("place", f"{region}, {words} {zone}" if not zone.startswith(region) else "")
    for words, value in heard.items():
        if re.search(r"availability zone id$", words):
            yield Finding("place", f"{words} {value}" if re.fullmatch(r"[a-z]{2}-[a-z]+-\d[a-z]", value) else "")
        if IP.search(words) or (words == "address" and "ip" in " ".join(heard)):
            yield Finding("place", f"{words} {value}" if STREET.match(value) else "")


def of_path(row: Row) -> Iterator[Finding]:
    """appGroup of what lies under appgroups/x is x."""
    for name in ("name", "parent"):
        if isinstance(told := row.get(name), str) and told.count("/") > 1 and not told.startswith(("//", "http")):
            parts = told.split("/")
            yield Finding("path", f"{name} {told}" if "" in parts[:-1] or parts[0] == parts[1] else "")
    under = row.get("parent")
    held = dict(zip(under.split("/")[::2], under.split("/")[1::2], strict=False)) if isinstance(under, str) and under.count("/") % 2 else {}
    for name, value in row.items():
        if name in ("name", "parent") or not isinstance(value, str) or not re.fullmatch(r"(?:[\w.~-]+/[\w.~-]+/)*[\w.~-]+/[\w.~-]+", value) or value.count("/") % 2 == 0:
            continue
        *_, kind, one = value.split("/")
        if kind in held and letters(kind).startswith(letters(name)[:-1]):
            yield Finding("path", f"{under}, {name} {value}" if held[kind] != one else "")


def of_persons(part: Row) -> Iterator[Finding]:
    heard = {said(k): v for k, v in part.items()}
    first, last = (next((heard[w] for w in forms if isinstance(heard.get(w), str)), None) for forms in (("first name", "given name"), ("last name", "family name", "surname")))
    if first and last:
        yield Finding("person", f"{first} {last}" if first == last else "")
    born = heard.get("dob", heard.get("birth date", heard.get("date of birth")))
    year = born.get("year") if isinstance(born, Mapping) else int(born[:4]) if isinstance(born, str) and re.match(r"\d{4}-", born) else None
    if isinstance(year, int):
        yield Finding("person", f"born {year}" if year > 2010 else "")


VERDICT = re.compile(r"(?:^|\b)(?:verdict|outcome|conclusion)$")


def of_verdicts(part: Row) -> Iterator[Finding]:
    state = state_of(part)
    for name, value in part.items():
        if VERDICT.search(said(name)) and isinstance(value, (str, type(None))) and UNDER_WAY.search(state):
            yield Finding("verdict", f"{state}, {name} {value}" if value and not re.search(r"(?i)none|pending|unspecified|progress|not_", value) else "")


def of_reach(row: Row) -> Iterator[Finding]:
    way = next((v.lower() for k, v in row.items() if isinstance(v, str) and said(k).split(" ")[-1] in ("type", "channel", "protocol") and v.lower() in ("email", "e-mail", "sms", "voice")), None)
    for _, part in parts_of(row) if way else ():
        for name, value in part.items():
            if said(name).split(" ")[-1] in ("address", "endpoint") and isinstance(value, str) and not value.startswith("arn:"):
                yield Finding("reached", f"{way}, {name} {value}" if (way.startswith("e") != ("@" in value)) or (not way.startswith("e") and not re.fullmatch(r"[+\d ]+", value)) else "")


def of_words(table: str, rows: list[dict[str, Any]]) -> Iterator[Finding]:
    """A table of comments whose rows say nothing."""
    names = WORDED.get(split(table)[-1] if split(table) else "", ())
    columns = [c for c in (rows[0] if rows else ()) if said(c) in names]
    for row in rows if columns else ():
        yield Finding("hollow", f"{', '.join(columns)} {[row[c] for c in columns]}" if all(row[c] in (None, "", {}, []) for c in columns) else "")


# ---- values -----------------------------------------------------------------------------------------------------


def moment(value: Any, words: str = "time") -> datetime | None:
    """A point in time, as text or as a number since the epoch."""
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d(?:$|[T ])", value):
        found = datetime.fromisoformat(value.replace("Z", "+00:00"))
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    if isinstance(value, int) and not isinstance(value, bool) and 1_000_000_000 < value < 4_000_000_000_000 and re.search(r"time|date|at$|on$|stamp", words):
        return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
    return None


def number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    return float(value) if not isinstance(value, str) or re.fullmatch(r"-?\d{1,9}(?:\.\d+)?", value) else None


def letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


if __name__ == "__main__":
    main()
