"""What an answer says of the call itself, beside the row: that it succeeded, that nothing failed, what it was asked about, its job.

All of it is known once a call has succeeded. Strings in braces are filled when the call is made: "{now}" is the clock,
"{new}" and "{new number}" an id of the call's own, "{link ...}" the URL of a row, "{given ResourceName}" an argument. What a call could not know (a price, a
request id) stays out. A list that holds one thing with "{missing Ids}" in it has that thing of each id that no row has.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from agentscaler.edges import placeholders
from agentscaler.envs.drafts import STAMP, STATE, Entry
from agentscaler.envs.items import one_of
from agentscaler.records import Argument, Json, JsonObject, Schema, Shape
from agentscaler.schemas import kind_of
from agentscaler.words import TRANSPORT, field, split

SUCCESS: Final = frozenset("result return returnvalue success succeeded successful issuccess status ok".split())
"""Yes/no fields that say whether a call succeeded."""
_SUCCEEDED = re.compile(r"(?i)succe(?:ss|ed)|whether the (?:request|operation|call)")
_SUCCESS_WORD = re.compile(r"(?i)(?:(?:was|is) successful,[^.]{0,30} be|valid values?|values?|returns?)[^.]{0,20}[:：]?\s*[`\"']?(success|succeeded|ok)\b")
_TICKET = re.compile(r"(?i)^(?:\w*_)?(?:big_?)?(?:deal|order|tran|trade)_?(?:id|name|no|number)$|^\w*(?:Deal|Order|Tran|Trade)(?:Id|Name|No)$|^(?:copy|registration|tracking)\w*token$|^next(?:sequence|lock)token$")
"""The number of an order or of a transaction, and tokens by which a call is asked about."""
_ZERO = re.compile(r"(?i)[`\"']?\b0[`\"']?\s*(?:[:=,-]|as|is|means|indicates|for)?\s*(?:normal|ok\b|succe|added|operation succe|no error)")
_HTTP = re.compile(r"(?i)\bHTTP status")
_RANGE = re.compile(r"(?i)status code .*\b200 range")
_MESSAGE = re.compile(r"(?i)^(?:return|response|result|status)?_?(?:message|msg)$")
_NO_ERROR = re.compile(r"(?i)^(?:error|err|fail\w*)_?(?:message|msg|reason)$")
_FAILURES = re.compile(r"(?i)\b(?:fail|failed|failures?|errors?|unsuccessful|unprocessed|not (?:deleted|found|cleaned)|invalid)\b")
_SUCCESSES = re.compile(r"(?i)^(?:success|successful|succeeded|deleted|updated)_?\w*$|\w+(?:deleted|succeeded)$")
_JOB = re.compile(r"(?i)^(?:flow|task|async_?request|async_?task|deletion_?task|operation|update|activity|log)_?(?:id|identifier)$")
_OPERATION: Final = (("operation",), ("update",), ("change", "info"))
_DONE = re.compile(r"(?i)^(?:done|succeeded|successful|success|completed?|insync)$")
_AT = re.compile(r"(?i)^(?:created?|creation|insert|start|end|completed?|finish|submit(?:ted)?|status_?changed)_?(?:at|time)$")
_STAMP = re.compile(r"(?i)^(?:delet(?:e|ion)|stop|submit(?:ted)?|last_?modified|revo(?:ke|cation))_?(?:request)?_?(?:at|time|timestamp|date)$")
"""When a call did what it is named after."""
_SMALL: Final = 4
"""An envelope has no more fields than this."""


def told(entry: Entry, body: Mapping[str, Schema], arguments: Iterable[Argument], shown: Iterable[str] = ()) -> JsonObject:
    """The fields of a result that speak of the call; shown: those that already hold a column."""
    given = list(arguments)
    if (job := _job(entry, body, given)) is not None:
        return {n: v for n, v in job.items() if n not in set(shown)}
    out: JsonObject = {}
    for name, schema in body.items():
        if name not in set(shown) and not _request(name) and (value := _said(entry, name, schema, given)) is not None:
            out[name] = value
    return out


def promised(body: Mapping[str, Schema]) -> bool:
    """Does a result hold more than the id of the request?"""
    return any(not _request(n) for n in body)


def beside(body: Mapping[str, Schema], arguments: Iterable[Argument], shape: Shape, own: str | None = None) -> JsonObject:
    """What a read's result holds beside the rows: a required argument again, what could not be read, is there more. own: the column that the ids of a call stand for."""
    given = list(arguments)
    wrap = shape.wrap[0].removesuffix("[]") if shape.wrap else ""
    taken = {*(() if shape.wrap else shape.fields), *shape.beside, wrap, shape.next, shape.total}
    out: JsonObject = {n: v for n, s in body.items() if n not in taken and not _request(n) and (v := _around(n, s, given, shape)) is not None} if wrap else {}
    if shape.many and len(shape.wrap) > 1 and not shape.wrap[0].endswith("[]"):
        inner: Mapping[str, Schema] = body[wrap].get("properties", {})
        taken = {f"{wrap}.{shape.wrap[1].removesuffix('[]')}", shape.next, shape.total}
        if found := {n: v for n, s in inner.items() if f"{wrap}.{n}" not in taken and (v := _around(n, s, given, shape)) is not None}:
            out[wrap] = found
    asked = [a for a in given if a.role == "filter" and a.many and a.column == own and own]
    return out | missing(body, asked[0], taken) if shape.many and len(asked) == 1 and "size" not in {a.role for a in given} else out


def missing(body: Mapping[str, Schema], ids: Argument, taken: Collection[str | None]) -> JsonObject:
    """The list of what was asked for and is not there: BuildsNotFound, Errors=[{Id, Code, Message}]; nothing where no such list tells the id."""
    lists = [n for n, s in body.items() if n not in taken and kind_of(s) == "array" and _UNFOUND.search(" ".join(split(n)))]
    for name in sorted(lists, key=lambda n: ("not found" not in " ".join(split(n)), "unprocessed" in n.lower())):
        item = body[name].get("items", {})
        if kind_of(item) in ("string", "integer") and not re.search(r"(?i)unprocessed|status", name):
            return {name: [f"{{missing {ids.python}}}"]}
        if (told := _failure(item.get("properties", {}), ids)) is not None:
            return {name: [told]}
    return {}


def _failure(inner: Mapping[str, Schema], ids: Argument) -> JsonObject | None:
    """What is said of an id that is not there: the id, the code where it is known, a message; None where nothing names the id."""
    wanted = (field(one_of(ids.name)), field(ids.name), field(ids.column or ""), ("id",), ("arn",), ("resource", "id"), ("resource", "arn"), ("failure", "resource"), ("identifier",))
    named = [n for w in wanted for n, s in inner.items() if field(n) == w and kind_of(s) == "string"]
    if not named:
        return None
    out: JsonObject = {}
    for name, schema in inner.items():
        parts: Mapping[str, Schema] = schema.get("properties", {})
        if name == named[0]:
            out[name] = f"{{missing {ids.python}}}"
        elif parts and "error" in name.lower():
            out[name] = {n: w for n, s in parts.items() if (w := _why(n, s))}
        elif word := _why(name, schema):
            out[name] = word
    return out


def _why(name: str, schema: Schema) -> str | None:
    """The code or the message of a failure to find."""
    if kind_of(schema) != "string":
        return None
    if schema.get("enum"):
        return next((str(v) for v in schema["enum"] if _NOT_THERE.search(str(v))), None)
    if re.search(r"(?i)message|detail|description|reason$", name):
        return "it does not exist"
    return "not_found" if re.search(r"(?i)code$", name) else None


_UNFOUND: Final = re.compile(r"(?i)\b(?:fail|failed|failures?|errors?|unsuccessful|unprocessed|not found|invalid|missing)\b")
_NOT_THERE: Final = re.compile(r"(?i)not_?found|not_?exist|^missing|unknown_?(?:id|resource)|invalid_?(?:id|identifier|resource)")


def _around(name: str, schema: Schema, given: list[Argument], shape: Shape) -> Json:
    plain = name.lower().replace("_", "")
    if shape.many and kind_of(schema) == "boolean" and plain in ("istruncated", "truncated", "hasmore"):
        return "{more}"
    if shape.many and kind_of(schema) == "integer" and plain == "quantity":
        return "{shown}"
    if kind_of(schema) == "integer" and _HTTP.search(str(schema.get("description", ""))):
        return 200
    return _list(name, schema, []) if kind_of(schema) == "array" else _given(name, schema, given)


def of_the_call(name: str, schema: Schema) -> bool:
    """Does a field beside the thing speak of the call? An etag is the thing's."""
    told = _HTTP.search(str(schema.get("description", ""))) or _MESSAGE.match(name) or _NO_ERROR.match(name)
    return bool((told and not STAMP.search(name)) or _request(name) or re.search(r"(?i)(?<!lock)(?<!update)(?<!lock_)(?<!update_)token$|^error_?code$", name))


def reports_failure(name: str) -> bool:
    """Does a list of that name hold what failed?"""
    return bool(_FAILURES.search(" ".join(split(name)))) or "warning" in name.lower()


def is_flag_of_end(name: str) -> bool:
    """deleted, is_deleted: does a yes/no field of a delete's answer say that the thing is gone?"""
    return name.lower().replace("_", "") in ("deleted", "isdeleted")


def is_job(name: str) -> bool:
    """Is it the id of a job that the call started?"""
    return bool(_JOB.match(name))


def _request(name: str) -> bool:
    return bool(TRANSPORT.match(name)) or name.lower() in ("requestid", "responsemetadata", "request_id", "requestcharged", "headers")


def _said(entry: Entry, name: str, schema: Schema, given: list[Argument]) -> Json:
    kind, text = kind_of(schema), str(schema.get("description", ""))
    plain = name.lower().replace("_", "")
    if (argument := _given(name, schema, given)) is not None:
        return argument
    if kind == "boolean":
        return True if plain in SUCCESS or _SUCCEEDED.search(text) or (entry.what.kind == "delete" and is_flag_of_end(name)) else None
    if kind in ("string", "integer") and (_JOB.match(name) or _TICKET.match(name)):
        return "{new number}" if kind == "integer" else "{new}"
    if kind == "integer":
        return 200 if _HTTP.search(text) or _RANGE.search(text) else 0 if _ZERO.search(text) or (reports_failure(name) and split(name)[-1] in ("count", "num", "number")) else None
    if kind == "array" and kind_of(schema.get("items", {})) == "string" and _TICKET.match(one_of(name)):
        return ["{new}"]
    if kind == "string" and _STAMP.match(name):
        return "{now}"
    if kind == "string":
        return _word(entry, name, plain, schema)
    if kind == "array":
        inner = schema.get("items", {}).get("properties")
        if (inner and field(name) in _OPERATION) or (inner and plain == "operations"):
            job = _job(entry, inner, given)
            return [job] if job else None
        return _list(name, schema, given)
    return _object(entry, name, schema, given) if kind == "object" else None


def _given(name: str, schema: Schema, given: list[Argument]) -> str | None:
    """A required argument of the same name and kind."""
    listed = kind_of(schema) == "array"
    for argument in given:
        if argument.required and argument.column and argument.role in ("key", "match", "filter", "value", "within") and argument.many == listed and field(argument.name) == field(name) and kind_of(schema) in ("string", "integer", "array", "object"):
            return f"{{given {argument.python}}}"
    return None


def _word(entry: Entry, name: str, plain: str, schema: Schema) -> str | None:
    text = str(schema.get("description", ""))
    if _NO_ERROR.match(name):
        return ""
    if _MESSAGE.match(name):
        return "success"
    if plain in ("code", "returncode", "errorcode", "status", "result") and _ZERO.search(text):
        return "0"
    if plain == "code" and re.search(r"(?i)success", text):
        return "Success"
    if plain in SUCCESS and (spoken := _SUCCESS_WORD.search(text)):
        return spoken[1]
    if len(schema.get("enum", ())) == 1:  # the provider answers nothing else
        return str(schema["enum"][0])
    if STATE.search(name) or plain == "statuscode":
        wanted = _GONE if entry.what.kind == "delete" else _MADE if entry.what.kind in ("create", "put", "update") else ()
        return next((str(v) for w in wanted for v in schema.get("enum", ()) if str(v).lower() == w), None)
    return None


def gone_state(values: Iterable[str | int]) -> str | None:
    """How a closed list of states says that a thing is gone, or on its way."""
    return next((str(v) for w in _GONE for v in values if str(v).lower().removeprefix("status_") == w), None)


_GONE: Final = ("deleted", "terminated", "deleting", "terminating")
_MADE: Final = ("active", "ready", "available", "succeeded", "success", "completed", "complete", "creation_successful")


def _list(name: str, schema: Schema, given: list[Argument]) -> Json:
    """Nothing failed; what succeeded is what was asked for."""
    if _FAILURES.search(" ".join(split(name))):
        return []
    if _SUCCESSES.match(name) and kind_of(schema.get("items", {})) in ("string", "integer"):
        return next((f"{{given {a.python}}}" for a in given if a.role == "key" and a.many and a.required), None)
    return None


def _object(entry: Entry, name: str, schema: Schema, given: list[Argument]) -> JsonObject | None:
    """A small envelope, a job, or (of a tie) the two ends."""
    inner: Mapping[str, Schema] = schema.get("properties", {})
    if field(name) in _OPERATION:
        return _job(entry, inner, given)
    if entry.what.kind in ("link", "unlink"):
        ends = {n: v for n, s in inner.items() if (v := _given(n, s, given)) is not None}
        state = next((n for n in inner if STATE.search(n)), None)
        if ends and state and (value := _tied(entry.what.kind, inner[state])):
            ends[state] = value
        if ends:
            return ends
    if len(inner) > _SMALL:
        return None
    out = {n: v for n, s in inner.items() if not _request(n) and (v := _said(entry, n, s, given)) is not None}
    return out or None


_TIED: Final = {"link": re.compile(r"(?i)^(?:associated|attached|active|enabled|completed?|available)$"), "unlink": re.compile(r"(?i)^(?:disassociated|detached|deleted|disabled)$")}


def _tied(kind: str, schema: Schema) -> str | None:
    return next((str(v) for v in schema.get("enum", ()) if _TIED[kind].match(str(v))), None)


def _job(entry: Entry, body: Mapping[str, Schema], given: list[Argument]) -> JsonObject | None:
    """An operation that is done: its id, type, state and times; None where the object is none."""
    state = next((n for n in ("status", "Status", "state") if n in body), None)
    own = next((n for n in ("name", "id", "Id", "ID") if n in body), None)
    done = next((str(v) for v in body[state].get("enum", ()) if _DONE.match(str(v))), None) if state else None
    if state is None or own is None or done is None or not {"operationType", "type", "isTerminal", "progress", "SubmittedAt", "targetLink"} & set(body):
        return None
    target = _target(entry, given) if "targetLink" in body else ""
    out: JsonObject = {own: "{new operation}" if target else "{new}", state: done}
    for name, schema in body.items():
        kind = kind_of(schema)
        place = f"/{name}s/{{{name}}}"
        if target and name in ("targetLink", "zone", "region") and (name == "targetLink" or place in target):
            out[name] = f"{{link {target if name == 'targetLink' else target.partition(place)[0] + place}}}"
        if name == "progress" and kind == "integer":
            out[name] = 100
        elif name == "isTerminal":
            out[name] = True
        elif name in ("operationType", "type") and kind == "string" and (called := _called(entry, schema)):
            out[name] = called
        elif _AT.match(name) and kind == "string":
            out[name] = "{now}"
        elif field(name) == ("resource", "name") and (key := next((a.python for a in given if a.role in ("key", "value") and a.required and not a.many and field(a.name)[-1:] == ("name",)), None)):
            out[name] = f"{{given {key}}}"
    return out


def _target(entry: Entry, given: list[Argument]) -> str:
    """The URL of what a Google operation is about: the call's path up to the last name in it; for a create the collection and the new row's key."""
    source, names = entry.tool.source, {a.name for a in given}
    path = (source.path or "").split(":")[0]
    new = entry.what.kind == "create" and path.rsplit("/", 1)[-1] != source.operation.rsplit(".", 1)[-1]  # disks/{disk}/createSnapshot is about the disk
    path = f"{path}/{{row}}" if new else path[: path.rfind("}") + 1]
    if not set(placeholders(path)) <= names and len(source.in_path) == 1 and names >= {*source.in_path} and not new:
        path = f"{path.split('/')[0]}/{{{source.in_path[0]}}}"
    if source.vendor != "google" or not path or not set(placeholders(path)) <= {*names, "row"}:
        return ""
    versioned = re.match(r"(?:\w+/)?v\d", path)
    return f"https://{source.service}.googleapis.com/{path}" if versioned else f"https://www.googleapis.com/{source.service}/{source.version}/{path}"


def _called(entry: Entry, schema: Schema) -> str | None:
    """The operation's type as the provider writes it: DeleteDisk, UPDATE, insert."""
    last = entry.tool.source.operation.rsplit(".", 1)[-1]
    if not schema.get("enum"):
        return last
    words = split(last)
    spelled = {"".join(words), words[0], {"insert": "create", "patch": "update"}.get(words[0], words[0])}
    return next((str(v) for v in schema["enum"] if str(v).lower().replace("_", "") in spelled), None)
