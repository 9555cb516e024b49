"""What a service keeps of its rows by itself: their ids and ARNs, when they were made and last changed, how many times.

`kept_by_service` tells such a field from one that a caller sets, by what the provider says of it. `noted` writes into schema.sql
what nothing in a tool's code shows: which columns the world fills, on insert and on each change.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from agentscaler.envs.drafts import STAMP, Draft
from agentscaler.envs.place import UNKNOWN, Place, Recipe
from agentscaler.records import Column, JsonObject, Model, Schema, Table
from agentscaler.schemas import kind_of
from agentscaler.statements import born
from agentscaler.words import field, split

# ---- fields that no caller sets ------------------------------------------------------------------------------------

_FIELD: Final = r"(?:field|property|attribute|parameter|value|element)"
_SAYS: Final = re.compile(
    rf"(?i)^\W*(?:output|read)[ -]only(?: {_FIELD}\b|\W*$|\s*[.,;:*)\]])|\(\s*(?:output|read)[ -]only\s*\)\W*$|[.;]\s+\W*(?:output|read)[ -]only\W*(?:$|\.)|"
    rf"(?<!whether )\b(?:this|it|{_FIELD})\b[^.]{{0,40}} is (?:an? )?(?:output|read)[ -]only(?:,| and\b| {_FIELD}|\.|$)|"
    r"^\W*(?:an?|the) read[ -]only (?:timestamp|date|time|field|property|value|id|identifier|list|flag|record|url|e-?mail)\b"
)
"""'Output only.', '(Read-only)', 'This is a read-only field', and not 'who has read-only access' or 'whether it is read-only'."""
_AFTER: Final = re.compile(r"(?i)\b(?:is|are) (?:read[ -]only|immutable) after (?:insert|creat)")
"""'This is a required field on insert and is read-only after insert.'"""
_MOMENT: Final = re.compile(r"^(?:(?:date|time) )?(?:last |latest )?(?:create|created|creation|update|updated|modify|modified|modification|change|changed)(?: (?:time|at|date|on|timestamp|datetime|time stamp|date time))?$|^last published(?: (?:time|at|date|on))?$")
_TOLD: Final = re.compile(r"(?i)\b(?:when|at which|that|since|for when)\b[^.]{0,60}\b(?:was|were|is|are|has been)\b[^.]{0,30}\b(?:creat|updat|modif|chang|publish)|\b(?:creation|created|update|updated|modification|modified)[ -](?:time|date)|\b(?:time|date) of (?:the )?(?:creation|last (?:update|modification|change))|\blast (?:updated|modified|published|update time)\b|^\W*(?:the )?(?:date|time|datetime|timestamp)s?\b[^.]{0,40}\b(?:was|were) (?:last )?(?:creat|updat|modif|publish)")
_SETTABLE: Final = re.compile(r"(?i)\b(?:assign|set(?:s|ting)? (?:this|the|it)|if you|specif(?:y|ies|ied)|import|back-?dat|overrid|original|your|default|token|concurren|optimistic|conflict|filter|ignored? if|omit|schedul|future)\b")


def kept_by_service(name: str, schema: Schema, *, new: bool, inside: bool = False) -> bool:
    """Does the provider say that callers do not set it: an output, or the time of its own deed?

    new: the row is being made; inside: it is a field of an object that describes the whole row, as it is read, so that it needs no words of its own.
    """
    text = str(schema.get("description", ""))
    if (_SAYS.search(text[:400]) and not re.search(r"(?i)concurrency|optimistic", text)) or (not new and _AFTER.search(text)):
        return True
    if not _MOMENT.match(" ".join(split(name))) or kind_of(schema) not in ("string", "integer", "number") or "enum" in schema or _SETTABLE.search(text):
        return False
    return bool(_TOLD.search(text)) if text else inside


_CANNOT: Final = re.compile(r"(?i)\b(?:can(?:no|')t|can not|may not|must not) be (?:changed|mutated|modified|updated|altered|edited)\b(?P<rest>.*)")
_IMMUTABLE: Final = re.compile(r"(?i)(?:^|[.:;]\s)\W*(?:(?:optional|required|input[ -]only|identifier)\b\W*)*immutable\b(?: (?:once|after) (?:it is |being )?(?:set|creat)\w*)?\s*(?:[.,;:]|$)|\b(?:it|this|field) is (?:currently )?immutable\b(?! while| if| when)")
_ELSEWHERE: Final = re.compile(r"(?i)\bcan only be (?:\w+ or )?(?:modified|changed|updated|set) (?:by|through|via|using) (?:the )?\w+ (?:method|operation)\b|\b(?:can )?only (?:be )?(?:set|specified|configured|provided|given) (?:at|during|when|on|upon|while) [\w ]{0,30}creat")
_CONDITION: Final = re.compile(r"(?i)\b(?:if|when|while|for|whose|unless|until|except|other than|directly|through|here|back|during|used|to)\b")
_AT_FIRST: Final = re.compile(r"(?i)\b(?:set|specified|determined|chosen|given)\b[^.]*\b(?:creat\w*|made)\b[^.]*\band$|^(?:it|this(?: (?:value|field|parameter|property|attribute|name))?) (?:is|must|can|has)\b[^;]*\band$")


def settled(name: str, schema: Schema) -> bool:
    """'Immutable.', 'This cannot be changed after the event is created': does the provider say that a field stays as it was made, in every case?"""
    text = str(schema.get("description", "")).replace("`", "")
    if _IMMUTABLE.search(text) or _ELSEWHERE.search(text):
        return True
    for sentence in re.split(r"(?<=[.;])\s+", text):
        found = _CANNOT.search(sentence)
        if found is None or _CONDITION.search(found["rest"]):
            continue
        said = re.sub(r"(?i)^once (?:set|specified|created)\b(?! as)[^,]*, |\b(?:currently|value of)\s*|,\s*$", "", sentence[: found.start()].strip()).strip()
        if _AT_FIRST.search(said):
            return True
        of_it = re.fullmatch(r"(?i)(?:(?:this|the|an?|its) )?(?:the |this )?(?:[\w-]+ ){0,2}?([\w-]+)", said)
        if not said or (of_it and set(split(of_it[1])) & {*split(name), "it", "this", "value", "field", "property", "parameter", "attribute"}):
            return True
    return False


_RACES: Final = re.compile(r"(?i)\b(?:optimistic|concurrency) (?:concurrency|control|lock)|\bmost recent `?\w+`? to ensure|\bversion supplied must match|\bprovided version (?:doesn't|does not) match")


def guards_change(name: str, schema: Schema) -> bool:
    """Is it the version that a caller has seen, so that a change of what somebody else has changed since is refused?"""
    words = tuple(w for w in field(name) if w != "number")
    return words[-1:] in (("version",), ("revision",)) and _RACES.search(str(schema.get("description", ""))) is not None


def stamp_of(name: str) -> tuple[str, ...]:
    """What a parameter says that the row must still be stamped with: the ETag of IfMatch, the version of expectedVersion; () where it says nothing such."""
    words = field(name)
    if STAMP.search(name):
        return (name, "ETag", "etag") if words in (("etag",), ("e", "tag")) else (name,)
    if words in (("if", "match"), ("ifmatch",)):
        return ("etag", "ETag")
    if words[:1] == ("expected",) and words[-1] in ("version", "revision", "id", "etag", "number") and len(words) > 1 and {"version", "revision", "etag"} & set(words):
        return ("_".join(words[1:]),)
    found = words[:1] == ("if",) and words[-1:] == ("match",) and "not" not in words and len(words) == 3
    return (words[1],) if found else ()


def id_of_name(draft: Draft) -> str | None:
    """The column that shows the last part of a resource's name once more, as the caller has chosen it."""
    column = draft.columns.get("id")
    by_server = column is None or _BY_SERVER.search(str(column.schema.get("description", "")))
    return None if column is None or by_server or not column.shown or column.kind != "string" or column.reference or draft.segment is None or draft.own == "id" else "id"


_BY_SERVER: Final = re.compile(r"(?i)generated|assigned|\bunique\b[^.]*\b(?:identifier|id) (?:of|for) (?:the|this) \w+\W*$|output only|server|system|\bservice\b")


# ---- what a new row holds, and a changed one ----------------------------------------------------------------------


def keep(recipes: dict[str, Recipe], place: Place) -> None:
    """Mark what the service fills of a row that nobody gives: ids, constants, counts of what is not there yet, the first version."""
    own = recipes.get(place.draft.own or "", {})
    if (named := id_of_name(place.draft)) in recipes and "in" in own and "words" in own:
        recipes[str(named)] = {k: v for k, v in own.items() if k not in ("in", "generated")}
    tested = {c for e in place.draft.entries for p in e.parameters for w in stamp_of(p) if (c := place.draft.find(w))}
    for name, recipe in recipes.items():
        if name in tested and name not in place.draft.key and not recipe.keys() & (_TIED - {"generated"}) and (grows := _anew(name, place.columns[name].kind, recipe)):
            recipes[name] = {k: v for k, v in recipe.items() if k not in ("null", UNKNOWN)} | grows
            continue
        if name == named or name in place.written or name in place.draft.key or recipe.keys() & _TIED:
            continue
        column = place.columns[name]
        found = _version(name, column.schema, recipe, place) or _own_id(name, column.schema, recipe, place) or _caller(name, column.schema, recipe) or _constant(name, recipe) or _none_yet(name, column.schema, recipe)
        if found is not None and not column.json:
            recipes[name] = found


_TIED: Final = {"generated", "reference", "with", "same", "like", "turn", "unless", "when", "counts", "time", "template", "boolean"}
"""Marks of what is filled already, or hangs on something else."""


def _anew(name: str, kind: str, recipe: Recipe) -> Recipe:
    """What a caller may expect to find unchanged changes with every change: one more of a number, another id."""
    numbered = kind == "integer" or recipe.get("as") == "text" or all(str(v).isdigit() for v in recipe.get("given", ("?",)))
    if "id" in recipe and not (field(name)[-1] == "version" and numbered):
        return {"generated": True, "touch": True}
    return {"generated": True, "fill": recipe.get("fill", "1"), "touch": True, "next": True} if numbered else {}


def _own_id(name: str, schema: Schema, recipe: Recipe, place: Place) -> Recipe | None:
    """The uid or id beside the name that the caller chooses; a resource that the caller names by an id bears that id."""
    if "id" not in recipe or field(name) not in (("id",), ("uid",), ("uuid",), ("sid",)) or recipe.get("null"):
        return None
    return {**recipe, "generated": True}


def _caller(name: str, schema: Schema, recipe: Recipe) -> Recipe | None:
    """Who made the row, or changed it last: whoever works here, the first of the people that such a column names."""
    deed = _BY.match(" ".join(split(name)))
    if deed is None or "null" in recipe or UNKNOWN in recipe:
        return None
    one = recipe.get("join", "").join(str(some[0]) for some in recipe.get("words", ())) or (recipe.get("mix") or [{}])[0].get("template", "")
    one = "{account}" if re.search(r"(?i)\baccount (?:id )?(?:of|that|which|from)|account that", str(schema.get("description", ""))) else one
    return {**recipe, "generated": True, "fill": one} | ({"touch": True} if deed[1] else {}) if one else None


_BY: Final = re.compile(r"^(?:(?:created|create) (?:by|user)|creator|((?:last )?(?:updated|update|modified|modify|changed|edited) (?:by|user)))(?: (?:arn|id|name|user|iam user|principal|email|uin))*$")


def _constant(name: str, recipe: Recipe) -> Recipe | None:
    """What all rows hold alike: the type of the resource, the account."""
    values = [v for v, _ in recipe["choice"]] if "choice" in recipe else recipe.get("given", [recipe.get("value")])
    if len(values) != 1 or values[0] is None or not isinstance(values[0], (str, int)) or "null" in recipe or UNKNOWN in recipe or field(name)[-1:] in (("state",), ("status",), ("phase",)):
        return None
    return {**recipe, "generated": True, "fill": str(values[0])} if "{" not in str(values[0]) else None


def _none_yet(name: str, schema: Schema, recipe: Recipe) -> Recipe | None:
    """Members, messages and uses of what has just been made: none; but one version."""
    text, words = str(schema.get("description", "")), field(name)
    counts = words[-1:] in (("count",), ("num",)) or _COUNTS.search(text)
    from_none = "children" in recipe or (recipe.get("number") or recipe.get("of") or [1])[0] == 0
    if not counts or not from_none or (kind_of(schema) != "integer" and recipe.get("as") != "text") or UNKNOWN in recipe:
        return None
    return {**recipe, "generated": True, "fill": "1" if words[-2:-1] in (("version",), ("revision",)) else "0"}


_COUNTS: Final = re.compile(r"(?i)^\W*(?:the )?(?:current |total |estimated |approximate )?(?:number|count) of\b")


def _version(name: str, schema: Schema, recipe: Recipe, place: Place) -> Recipe | None:
    """The first version of a thing is 1; a change makes the next, where the provider says that it does."""
    text, whole = str(schema.get("description", "")), kind_of(schema) == "integer"
    rest = tuple(w for w in field(name) if w not in place.draft.noun and w not in ("current", "latest", "number"))
    if rest not in (("version",), ("revision",)) or _OF_SOFTWARE.search(text):
        return None
    counted = whole and "number" in recipe
    told = recipe.get("given", [""])[0] == "1" and re.search(rf"(?i)^\W*(?:the )?(?:current |latest )?(?:version|revision)(?: number)? of (?:the|this|an?) (?:\w+ ){{0,3}}{place.draft.noun[-1]}\b(?! \w)", text)
    if counted or told:
        return {**{k: v for k, v in recipe.items() if k != "null"}, "generated": True, "fill": "1"} | ({"touch": True, "next": True} if _GROWS.search(text) else {})
    return {"id": "{digits:10}", "generated": True, "touch": True} if not whole and UNKNOWN in recipe and _GROWS.search(text) else None


_OF_SOFTWARE: Final = re.compile(r"(?i)firmware|engine|client|\bAPI\b|deprecated|framework|software|runtime|kernel|installed|protocol|\bSDK\b")
_GROWS: Final = re.compile(r"(?i)\bincrement(?:s|ed|ing)\b|\bincreas(?:es|ed|ing)\b|\bchanges? (?:each|every) time|\bwhenever [^.]{0,60}\b(?:updat|chang|modif)|\b(?:each|every|any) (?:update|change|modification|time)\b|optimistic concurrency|version supplied must match")
"""What a provider says of a version that each change raises."""


# ---- what schema.sql says of it -----------------------------------------------------------------------------------


def noted(model: Model, population: JsonObject) -> Model:
    """The model whose columns say what the world fills by itself."""
    marks: Mapping[str, Mapping[str, Any]] = population["columns"]
    return model.model_copy(update={"tables": tuple(_noted(t, {c.name: marks.get(f"{t.name}.{c.name}", {}) for c in t.columns}) for t in model.tables)})


def _noted(table: Table, marks: Mapping[str, Mapping[str, Any]]) -> Table:
    again = {column: (leader, what) for column, leader, what in born(marks)}
    again = {c: told for c, told in again.items() if c not in table.key}
    return table.model_copy(update={"columns": tuple(c.model_copy(update={"note": _note(c, marks[c.name], again)}) for c in table.columns)})


def _note(column: Column, mark: Mapping[str, Any], again: Mapping[str, tuple[str, str]]) -> str:
    """A few words behind the column: who fills it, and when."""
    if mark.get("generated") and "time" in mark:
        said = "set by the service when the row is made" + (" and at each change" if mark.get("touch") else "")
    elif mark.get("generated") and "fill" in mark and "id" not in mark and _BY.match(" ".join(split(column.name))):
        said = "set by the service: who made the row" + (" or changed it last" if mark.get("touch") else "")
    elif mark.get("generated") and "fill" in mark and "id" not in mark and "{" not in mark["fill"]:
        said = f"set by the service, {mark['fill']!r} at first" + (", one more at each change" if mark.get("next") else "")
    elif mark.get("generated"):
        form = f": {mark['fill']}" if "fill" in mark and "id" not in mark and "arn:" in mark["fill"] else ""
        said = "made by the service" + form + (", anew at each change" if mark.get("touch") else "")
    elif "counts" in mark:
        said = f"counted by the service: {mark['counts']}"
    elif column.name in again:
        leader, what = again[column.name]
        said = f"taken from the row that {leader} names" if leader else f"made by the service: {what}"
    else:
        return column.note
    return said if column.note in ("", "made by the service") else f"{column.note}, {said}"
