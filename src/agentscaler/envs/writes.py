"""Tools that write: create, put, update, delete, and actions that move a state."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from agentscaler.edges import placeholders
from agentscaler.envs.answers import answer, with_envelope
from agentscaler.envs.arguments import (
    Lost,
    agreeing,
    alternative,
    argument,
    keys,
    matched,
    need_all,
    says_of_row,
    stamps,
    surroundings,
    values,
)
from agentscaler.envs.batches import are_rows, lists_changes, none_left, own_id_of_service
from agentscaler.envs.conditions import stated
from agentscaler.envs.defaults import with_defaults
from agentscaler.envs.demands import demanded, of_row
from agentscaler.envs.drafts import OPTION, TOKEN, Compiled, Draft, Entry, operation, python_name, table_of, usable
from agentscaler.envs.graves import RESTORES, alive, grave, last_state, revival, withdrawal
from agentscaler.envs.items import one_of
from agentscaler.envs.kept import id_of_name, kept_by_service
from agentscaler.envs.keys import STRICT_CONTEXT, is_slug, parent_parameter, upserts
from agentscaler.envs.masks import mask, missing
from agentscaler.envs.partly import by_keys, emptied, flat_parts, merged, spoken_part
from agentscaler.envs.service import Service
from agentscaler.envs.shared import unique_in
from agentscaler.envs.states import (
    FLAGS,
    Move,
    ended,
    new_state,
    required_state,
    switch,
    target_state,
    updated_state,
)
from agentscaler.envs.wholes import all_without_mask, cleared_if_omitted, overwrites, replaces
from agentscaler.records import Act, Argument, Schema, Shape
from agentscaler.schemas import kind_of
from agentscaler.verbs import CLASS
from agentscaler.words import entity, field, singular, split

VAGUE: Final = ("reset", "rotate", "refresh", "renew", "transfer", "move", "merge", "convert", "migrate", "upgrade", "switch", "revert", "label", "annotate")
"""Updates that mean more than setting columns, unless a required argument says what is set."""


def create(entry: Entry, draft: Draft, service: Service, own: bool) -> Compiled:
    if not own or (entry.what.extra and entry.what.verb not in ("create", "insert", "add")):
        raise Lost("part")
    if entry.what.extra and _foreign_extra(entry, draft):
        raise Lost("part")
    draft = _made(entry, draft, service)
    if entry.what.verb in ("copy", "clone", "duplicate"):
        return copy(entry, draft, service)
    if entry.what.verb == "import":
        raise Lost("copies")
    if draft.single:
        raise Lost("no_key")
    if (several := objects(entry, draft)) is not None:
        return create_rows(entry, draft, service, several)
    none_left(entry, draft)
    arguments = surroundings(entry, draft, service)
    key_path = None
    if draft.segment is not None:
        parent = parent_parameter(entry)
        if parent is None and "parent" in entry.parameters and "parent" in draft.columns:
            parent = "parent"
        if parent is None and ("parent" in draft.columns or not draft.generated):
            raise Lost("no_key")
        if parent is None:
            pass
        elif parent == draft.own:
            arguments[parent] = argument(entry, parent, "value", parent, required=True)
        else:
            arguments.setdefault(parent, argument(entry, parent, "value", "parent", required=True))
        slug = next((n for n in entry.parameters if is_slug(n, draft)), None)
        if slug and parent:
            arguments[slug] = argument(entry, slug, "slug", id_of_name(draft), required=True)
            key_path = "{" + python_name(parent) + "}/" + f"{draft.segment}/" + "{" + python_name(slug) + "}"
    elif draft.own and not draft.generated and not _asks_key(entry, draft):
        raise Lost("no_key")
    elif draft.generated and any(n in entry.required for n in _own_names(entry, draft, service)):
        raise Lost("part")
    arguments |= flat_parts(entry, draft, arguments)
    arguments |= spoken_part(entry, draft, arguments)
    arguments |= values(entry, draft, service, arguments, own=True, new=True)
    if key_path:
        arguments = {n: a if a.column != draft.own else a.model_copy(update={"role": "option", "column": None}) for n, a in arguments.items() if a.column != draft.own or a.required}
    need_all(entry, arguments)
    given = {a.column for a in arguments.values()}
    if any(p not in given for p in draft.parents) or draft.own == "position":
        raise Lost("no_key")
    if draft.own and not key_path and not draft.generated and draft.own not in given:
        raise Lost("no_key")
    arguments = {n: a.model_copy(update={"required": True}) if a.column in draft.key and not a.required and not (a.column == draft.own and draft.generated) else a for n, a in arguments.items()}
    arguments = {n: with_defaults(a, entry, draft) for n, a in arguments.items()}
    alone = {c: scope for c, scope in unique_in(entry, draft, arguments).items() if {*scope} <= {a.column for a in arguments.values() if a.role == "value"}}
    among = next(iter(alone.values()), ())
    unique = [c for c, scope in alone.items() if scope == among]
    return Compiled(entry, draft, operation(entry, draft, "create", arguments, answer(entry, draft, arguments), sets=new_state(draft, arguments, job=entry.what.verb in JOBS) | alive(draft, arguments), key_path=key_path, unique=unique, among=among))


JOBS: Final = frozenset("start submit run schedule initiate invoke execute".split())
"""Verbs that make something which is under way, not there."""


def begun(found: Compiled, others: Sequence[Compiled]) -> Compiled:
    """A create, with what a tool that was read after it has told: which states there are, and what comes with the one a new row begins in (ActivatedAt)."""
    operation, columns = found.operation, found.draft.columns
    if operation.act != "create":
        return found
    states = new_state(found.draft, {a.name: a for a in operation.arguments}, job=found.entry.what.verb in JOBS)
    held = {c: s for c, s in operation.sets.items() if s in (None, "{now}") or not columns[c].choices or s in columns[c].choices}
    sets = {**held, **{c: s for c, s in states.items() if c not in held}}
    given = {c for a in operation.arguments for c in (a.column, *a.body.values())}
    moves = [o.operation for o in others if o.draft is found.draft and o.operation.act == "set" and o.operation.state and o.operation.verb in _BEGINNINGS]
    sets |= {c: v for o in moves if o.state and sets.get(o.state[0]) == o.state[1] for c, v in o.sets.items() if v == "{now}" and c not in given}
    return found._replace(operation=operation.model_copy(update={"sets": sets})) if sets != operation.sets else found


_BEGINNINGS: Final = frozenset("activate enable start publish open".split())


def _made(entry: Entry, draft: Draft, service: Service) -> Draft:
    """PurchaseOffering(OfferingId) answers a Reservation: that is what it makes."""
    if draft.own is None or entry.tool.returns is None or not any(draft.find(p) == draft.own for p in entry.required):
        return draft
    body = entry.tool.returns.get("properties", {})
    others = [n for f, s in body.items() if s.get("properties") and (n := field(f)) in service.tables and n != draft.noun]
    own = any(field(f) == draft.noun or draft.find(f) == draft.own for f in body)
    if len(others) == 1 and not own and not service.tables[others[0]].segment:
        return service.tables[others[0]]
    if entry.what.verb in ("purchase", "buy"):
        raise Lost("part")
    return draft


def copy(entry: Entry, draft: Draft, service: Service) -> Compiled:
    """CopySnapshot(SourceSnapshotId, ...): a new row like the source."""
    source = [n for n in entry.required if kind_of(entry.parameters.get(n, {})) == "string" and table_of(n, service.tables) == draft.noun]
    if len(source) > 1:
        source = [n for n in source if field(n)[0] in ("source", "src", "original", "from")]
    if len(source) != 1 or draft.own is None or draft.segment is not None:
        raise Lost("copies")
    arguments = surroundings(entry, draft, service)
    column = _source_column(source[0], draft)
    arguments[source[0]] = argument(entry, source[0], "key", column)
    arguments |= values(entry, draft, service, {**arguments, source[0]: arguments[source[0]].model_copy(update={"column": None})}, own=True, new=True)
    need_all(entry, arguments)
    given = {a.column for n, a in arguments.items() if n != source[0]}
    if not draft.generated and draft.own not in given:
        raise Lost("copies")
    return Compiled(entry, draft, operation(entry, draft, "copy", arguments, answer(entry, draft, arguments), sets=new_state(draft, arguments, job=False)))


def _source_column(name: str, draft: Draft) -> str:
    """CopyProduct(SourceProductArn): the ARN of a product, which goes by its Id. Raises Lost(copies)."""
    last, own = field(name)[-1], draft.own or ""
    if found := alternative(name, draft) or alternative("_".join((*draft.noun, last)), draft):
        return found
    sorts = {last, field(own)[-1]}
    if len(sorts) > 1 and sorts <= {"id", "arn", "name"} and "arn" in sorts and not own.lower().endswith("identifier"):
        raise Lost("copies")
    return own


def objects(entry: Entry, draft: Draft) -> Argument | None:
    """BatchCreateVehicle(vehicles=[{...}]), ModifyAccountRemark(Accounts=[{...}]): the required list of objects that are rows."""
    bare = [n for n in entry.parameters if n not in entry.required and entry.what.kind == "create" and _called(field(one_of(n)), draft.noun)]
    for name in [*entry.required, *bare]:
        schema = entry.parameters.get(name, {})
        properties: Mapping[str, Schema] = schema.get("items", {}).get("properties", {}) if kind_of(schema) == "array" else {}
        if not properties or not (name in bare or are_rows(entry, draft, name)):
            continue
        body = matched({n: s for n, s in properties.items() if usable(n, s) or (n in draft.columns and draft.columns[n].kind == kind_of(s) == "object")}, draft)
        own = next((n for n, s in properties.items() if draft.own and n not in body and draft.own not in body.values() and _names_row(n, draft)), None)
        body = body | ({own: draft.own} if own and draft.own else {})
        if len(body) >= 0.6 * len(properties):
            told = {n: c for n, c in body.items() if (c == draft.own and not own_id_of_service(entry, draft, name, c)) or (c != draft.own and not kept_by_service(n, properties[n], new=entry.what.kind == "create", inside=True))}
            return argument(entry, name, "rows", body=told, required=True)
    return None


def _called(words: tuple[str, ...], noun: tuple[str, ...]) -> bool:
    """APIResources in CreateSecurityAPIResource: the whole noun, or two words of its end."""
    return words == noun or (len(words) > 1 and noun[-len(words) :] == words)


def _names_row(name: str, draft: Draft) -> bool:
    """UserName names an account whose reads call it Name."""
    words, own = field(name), field(draft.own or "")
    return words[-1:] == own[-1:] and (len(own) == 1 or words == own)


def create_rows(entry: Entry, draft: Draft, service: Service, several: Argument) -> Compiled:
    """A row for each object of a list."""
    arguments = surroundings(entry, draft, service)
    if draft.segment is not None:
        raise Lost("batch")
    rest = values(entry, draft, service, {**arguments, several.name: several.model_copy(update={"body": {}})}, own=True, new=True)
    beside = {a.column for a in rest.values() if a.required}
    if draft.own in beside:
        raise Lost("batch")
    several = several.model_copy(update={"body": {n: c for n, c in several.body.items() if c not in beside}})
    inside = set(several.body.values())
    arguments |= {n: a for n, a in rest.items() if a.column not in inside} | {several.name: several}
    need_all(entry, arguments)
    given = inside | {a.column for a in arguments.values()}
    if any(p not in given for p in draft.parents) or (draft.own and not draft.generated and draft.own not in given):
        raise Lost("batch")
    shape = answer(entry, draft, arguments)
    shape = shape if shape is not None and (shape.many or not shape.fields) else _without_row(entry, arguments)
    return Compiled(entry, draft, operation(entry, draft, "create", arguments, shape, sets=new_state(draft, arguments, job=False)))


def update_rows(entry: Entry, draft: Draft, service: Service, several: Argument) -> Compiled:
    """Each object of a list names a row and says what becomes of it."""
    arguments = surroundings(entry, draft, service)
    inside = set(several.body.values())
    for name in entry.parameters:
        column = draft.find(name)
        if column in draft.key and column not in inside and name in entry.required and name not in arguments:
            arguments[name] = argument(entry, name, "key", column, required=True)
    arguments[several.name] = several
    rest = values(entry, draft, service, arguments, own=False)
    arguments |= {n: a for n, a in rest.items() if a.column not in inside}
    need_all(entry, arguments)
    given = inside | {a.column for a in arguments.values()}
    written = (inside | {a.column for a in arguments.values() if a.role == "value"}) - set(draft.key)
    if draft.single or draft.own in ("position", None) or any(k not in given for k in draft.key) or not written:
        raise Lost("batch")
    shape = answer(entry, draft, arguments)
    return Compiled(entry, draft, operation(entry, draft, "update", arguments, shape if shape is not None and shape.many else _without_row(entry, arguments)))


def _without_row(entry: Entry, arguments: Mapping[str, Argument]) -> Shape | None:
    """Of several rows, only how the call went."""
    return with_envelope(entry, entry.tool.returns.get("properties", {}), arguments, None) if entry.tool.returns else None


def _foreign_extra(entry: Entry, draft: Draft) -> bool:
    """Google's disks.createSnapshot makes a snapshot, not a disk."""
    return bool(set(entry.what.extra) - set(draft.noun)) and entry.what.verb in ("create", "insert", "add")


def _asks_key(entry: Entry, draft: Draft) -> bool:
    return any(draft.find(n) == draft.own for n in entry.parameters)


def _own_names(entry: Entry, draft: Draft, service: Service) -> list[str]:
    """Parameters by which a 'create' names a row that exists: it is no create then."""
    try:
        found = keys(entry, draft, service)
    except Lost:
        return []
    return [n for n, a in found.items() if a.column == draft.own and field(n)[-1:] in (("id",), ("arn",))]


def put(entry: Entry, draft: Draft, service: Service, own: bool) -> Compiled:
    if not own:
        return update(entry, draft, service, own)
    arguments = surroundings(entry, draft, service)
    arguments |= {n: a for n, a in keys(entry, draft, service).items() if n not in arguments}
    if any(a.many for a in arguments.values()):
        raise Lost("batch")
    none_left(entry, draft)
    arguments |= values(entry, draft, service, arguments, own=True)
    need_all(entry, arguments)
    if not any(a.role in ("value", "body") for a in arguments.values()):
        raise Lost("sets_nothing")
    if _chooses(entry, draft):
        raise Lost("mode")
    generated = draft.own is not None and draft.generated
    other_key = any(a.role == "key" and a.column not in draft.key for a in arguments.values())
    act: Act = "update" if (draft.single and "delete" not in draft.kinds) or generated or other_key else "put"
    return Compiled(entry, draft, operation(entry, draft, act, arguments, answer(entry, draft, arguments), whole=overwrites(entry) or replaces(entry, draft)))


def update(entry: Entry, draft: Draft, service: Service, own: bool) -> Compiled:
    if (several := objects(entry, draft)) is not None:
        return update_rows(entry, draft, service, several)
    none_left(entry, draft)
    arguments = surroundings(entry, draft, service)
    arguments |= {n: a for n, a in keys(entry, draft, service).items() if n not in arguments}
    arguments |= stamps(entry, draft, arguments)
    arguments |= _revised(entry, draft, arguments)
    if not overwrites(entry) and not any(a.many for a in arguments.values()):
        arguments |= flat_parts(entry, draft, arguments) | emptied(entry, draft, arguments)
        arguments |= spoken_part(entry, draft, arguments)
    arguments |= {n: _located(entry, draft, a) for n, a in values(entry, draft, service, arguments, own=own).items()}
    if any(a.role in ("match", "stamp") for a in arguments.values()) and any(a.many for a in arguments.values()):
        raise Lost("batch")
    sets = [a for a in arguments.values() if a.role in ("value", "body", "adds", "removes", "part", "empties")]
    if _chooses(entry, draft):
        raise Lost("mode")
    if not sets:
        raise Lost("sets_nothing" if own else "part")
    if entry.what.verb == "merge" or (entry.what.verb in VAGUE and not any(a.required and not entity(a.name)[1] for a in sets)):
        raise Lost("part")
    if entry.what.extra and not set(entry.what.extra) & {w for a in sets for w in field(a.column or "")} and not any(a.required for a in sets):
        raise Lost("part")
    need_all(entry, arguments)
    if any(_DIFFERENCES.search(f"{a.name} {entry.parameters[a.name].get('description', '')}"[:400]) for a in sets) or (entry.what.verb == "patch" and _DIFFERENCES.search(entry.tool.description)):
        raise Lost("differences")
    if any(lists_changes(entry, draft, a) for a in sets):
        raise Lost("differences")
    if _KEEPS.search(entry.tool.description) and any(a.column and draft.columns[a.column].kind == "array" for a in sets):
        raise Lost("differences")
    arguments |= missing(entry, draft, arguments)
    arguments = {n: a.model_copy(update={"sign": "keys"}) if a.role == "value" and by_keys(entry.parameters[n]) else a for n, a in arguments.items()} | mask(entry, arguments)
    arguments, makes = _made_too(entry, draft, arguments) if own else (arguments, False)
    upsert = makes or (own and not draft.own and (draft.parents or "delete" in draft.kinds) and not draft.kinds & {"create"})
    masked = any(a.role == "mask" for a in arguments.values())
    merges = () if upsert or masked else merged(entry, draft, arguments, whole=overwrites(entry))
    state, only_from = _demanded(entry, draft, arguments) if not upsert else (None, ())
    unique = [c for c, among in unique_in(entry, draft, arguments).items() if not among] if set(draft.key) == {a.column for a in arguments.values() if a.role == "key" and not a.many} and not upsert else []
    whole = overwrites(entry) or replaces(entry, draft) or all_without_mask(entry, arguments)
    arguments = arguments if whole or masked else {n: a.model_copy(update={"sign": "clears"}) if cleared_if_omitted(entry, a) else a for n, a in arguments.items()}
    return Compiled(entry, draft, operation(entry, draft, "put" if upsert else "update", arguments, answer(entry, draft, arguments), whole=whole, merges=merges, state=state, only_from=only_from, unique=unique, sets=updated_state(entry, draft, arguments) if own else {}))


def _made_too(entry: Entry, draft: Draft, arguments: dict[str, Argument]) -> tuple[dict[str, Argument], bool]:
    """'Creates or updates a list': the row is made where there is none with the key that the caller chooses, or where an id that the service makes may be left out."""
    named = {a.column: a for a in arguments.values() if a.role == "key"}
    plain = not any(a.many or a.also or a.role not in ("key", "value", "body", "within", "option") for a in arguments.values())
    if draft.single or draft.segment is not None or not plain or set(named) != set(draft.key) or not upserts(entry):
        return arguments, False
    own = named[draft.key[-1]]
    if not draft.generated or own.name in entry.required or draft.key != (draft.own,):
        return arguments, not draft.generated and own.name in entry.required
    return arguments | {own.name: own.model_copy(update={"required": False})}, True


def _demanded(entry: Entry, draft: Draft, arguments: Mapping[str, Argument]) -> tuple[tuple[str, None] | None, tuple[str | int | None, ...]]:
    """The state that a row must be in for an update that leaves the state itself alone."""
    if draft.single or any(a.many for a in arguments.values()):
        return None, ()
    found = demanded(entry, draft)
    set_too = {c for a in arguments.values() for c in (a.column, *a.body.values())}
    if found is None or found.column in set_too:
        found = _stated(entry, draft)
    return ((found.column, None), found.only_from) if found is not None else (None, ())


def _stated(entry: Entry, draft: Draft, move: Move | None = None) -> Move | None:
    """What the provider says a row must be, in sentences that name a column of it; of a move, in the column that is moved."""
    says = stated(entry, [entry.tool.description, *of_row(entry, draft)], draft, move.value if move else None)
    return next((Move(c, None, values) for c, values in says.items() if move is None or c == move.column), None)


def _chooses(entry: Entry, draft: Draft) -> bool:
    """UpdateType=ADD|REPLACE|REMOVE: does an argument that no row shows decide what the call does?"""
    for name, schema in entry.parameters.items():
        column = draft.columns.get(draft.find(name) or "")
        said = " ".join(map(str, schema.get("enum", ()))) or str(schema.get("description", ""))[:300]
        if _CHOICE.search(name) and not (column is not None and column.shown) and _ADD.search(said) and _TAKE.search(said):
            return True
    return False


_CHOICE = re.compile(r"(?i)^(?:action|method|mode|operation|op)$|(?:update|operation|operate|oper|modify|change)_?(?:type|mode|action|method|flag)$")
_ADD = re.compile(r"(?i)(?<![a-z])(?:add|append|insert|attach|bind)")
_TAKE = re.compile(r"(?i)(?<![a-z])(?:remove|delete|detach|unbind|del)(?![a-z])")


def _revised(entry: Entry, draft: Draft, taken: Mapping[str, Argument]) -> dict[str, Argument]:
    """AddSubnetIds and RemoveSubnetIds: what a list column of plain values gains and loses."""
    out: dict[str, Argument] = {}
    used = {a.column for a in taken.values()}
    if any(a.many for a in taken.values()):
        return out
    for name, schema in entry.parameters.items():
        match = _GAINS.search(name) or _LOSES.search(name)
        column = draft.columns.get(draft.find(name[: match.start()] + name[match.end() :]) or "") if match else None
        if match is None or column is None or name in taken or column.name in used or kind_of(schema) != "array" or column.kind != "array":
            continue
        inner = kind_of(schema.get("items", {}))
        if inner in ("string", "integer") and inner == kind_of(column.schema.get("items", {})):
            out[name] = argument(entry, name, "adds" if _GAINS.search(name) else "removes", column.name)
    return out


_GAINS = re.compile(r"^(?:Add|add_?)(?=[A-Z_]|[a-z]+_)|(?:To(?:Be)?Add(?:ed)?|_to_add|ToAttach|ToEnable)$")
_LOSES = re.compile(r"^(?:Remove|remove_?|Delete)(?=[A-Z_]|[a-z]+_)|(?:To(?:Be)?Removed?|ToDelete|_to_remove|ToDetach|ToDisable)$")


_DIFFERENCES = re.compile(r"(?i)\bJSON[ -]?patch\b|\bRFC ?-?6902|^patch_?document\b")
"""A list of changes, which is not what the row holds afterwards."""
_KEEPS = re.compile(r"(?i)(?:do not|don't|not) (?:modify|specify|specified|change|include)[^.]{0,30} (?:retain|keep)s? (?:their|its) (?:current|existing)|\bmodif(?:ies|y) the specified (?:attributes|parameters|options|settings)\b")
"""'Any existing attributes that you do not modify retain their current values.'"""


def _located(entry: Entry, draft: Draft, argument: Argument) -> Argument:
    """An id that says where the row stands is compared with the row, and not written.

    It is in the path (accounts/{accountId}/profiles/{profileId}), the thing's own get or delete asks for it too (and where it must,
    though it be no id: the Scope of an IP set), an action (ActivateInstance(ClusterId)) names a row that the row itself refers to, or its text says so.
    """
    schema, column = entry.parameters[argument.name], draft.columns.get(argument.column or "")
    if argument.role != "value" or column is None or kind_of(schema) not in ("string", "integer") or _is_token(argument.name, schema) or TOKEN.search(argument.name):
        return argument
    where = argument.required and argument.name in placeholders(entry.tool.source.path or "")
    same = field(column.name) == field(argument.name) or column.reference is not None
    moves = entry.what.kind == "action"
    reads = [e for e in draft.entries if e.what.kind in ("get", "delete") and not e.what.extra and e.id != entry.id]
    must = same and argument.required and entry.what.verb not in _MOVES and says_of_row(argument.name, schema) and any(argument.name in e.required for e in reads)
    if not entity(argument.name)[1] and not must and not (where and (column.shown or column.reference is not None or any(argument.name in e.required for e in draft.entries if e.what.kind in ("get", "list", "delete")))):
        return argument  # what is asked for in the address says where the row stands, though it be no id (project_key), if a read knows it too
    asked = any(argument.name in (e.parameters if moves else e.required) for e in reads)
    told = column.shown or column.reference is not None
    tied = moves and argument.required and column.reference is not None
    stands = where or must or (told and _told_where(entry, draft, argument)) or (same and told and (tied or (asked and (moves or argument.required) and entry.what.verb not in _MOVES)))
    return argument.model_copy(update={"role": "match"}) if stands else argument


def _told_where(entry: Entry, draft: Draft, argument: Argument) -> bool:
    """'The device containing the access code to update', 'the user whose key you want to update', 'the actor that the memory must belong to'."""
    found = _STANDS.search(str(entry.parameters[argument.name].get("description", ""))[:300])
    spoken = found is not None and any(draft.noun[-1] == singular(w) for w in split(found["of"] or ""))
    return found is not None and entry.tool.source.vendor != "google" and field(argument.name)[-1] in ("id", "name", "identifier") and (spoken or bool(found["done"] or found["must"]))


_STANDS = re.compile(r"(?i)\b(?:containing|(?:that|which) contains)\b(?P<of>[^.]{3,60})|\b(?:whose|(?:for|in) which)\b[^.]{0,60}\b(?P<done>updated?|modify|modified)\b|\bthat the (?P<must>[^.]{3,30}) must belong to\b")


def _whose(entry: Entry, draft: Draft, argument: Argument) -> Argument | None:
    """Block(name, customer): for whom a call acts is compared where a read asks for it, too, and written on no row."""
    words = entity(argument.name)[0] or field(argument.name)
    if argument.role != "value" or argument.required or words[-1] not in _HOLDERS:
        return argument
    asked = any(argument.name in e.parameters for e in draft.entries if e.what.kind in ("get", "list", "delete"))
    return argument.model_copy(update={"role": "match"}) if asked else None


_HOLDERS: Final = STRICT_CONTEXT | {"customer", "team", "workspace"}
_MOVES: Final = frozenset("move transfer migrate switch change replace convert rename reassign assign associate attach bind".split())
"""Verbs after which a row stands elsewhere."""


def delete(entry: Entry, draft: Draft, service: Service, own: bool) -> Compiled:
    if not own or entry.what.extra:
        raise Lost("part")
    if draft.single and not draft.kinds & {"put", "update"}:
        raise Lost("no_key")
    if _of_another(entry, draft):
        raise Lost("part")
    if not draft.single and (move := withdrawal(entry.what.verb, draft)) is not None:
        return _moved(entry, draft, service, move)
    arguments = surroundings(entry, draft, service)
    arguments |= {n: a for n, a in (_both_ends(entry, draft) or keys(entry, draft, service)).items() if n not in arguments}
    arguments |= agreeing(entry, draft, service, arguments)
    dead = grave(draft)
    if dead is None and last_state(entry, draft) is None:
        arguments |= {n: argument(entry, n, "force") for n, s in entry.parameters.items() if _is_force(n, s) and n not in arguments}
    arguments |= stamps(entry, draft, arguments) if not any(a.many for a in arguments.values()) else {}
    _options(entry, arguments)
    need_all(entry, arguments)
    arguments |= missing(entry, draft, arguments)
    stands = required_state(entry.tool.description, draft) or _stated(entry, draft)
    lenient = bool(_LENIENT.search(entry.tool.description)) and not _STRICT.search(entry.tool.description) and not draft.single
    if dead is not None and not any(a.role == "match" for a in arguments.values()):
        says = _stated(entry, draft, dead) or (stands if stands and stands.column == dead.column else None)
        return Compiled(entry, draft, operation(entry, draft, "set", arguments, answer(entry, draft, arguments), state=dead.state, only_from=says.only_from if says else dead.only_from, sets=dead.sets))
    if (last := last_state(entry, draft)) is not None:
        only_from = tuple(draft.columns[last.column].choices) if lenient and not last.only_from else last.only_from
        return Compiled(entry, draft, operation(entry, draft, "set", arguments, answer(entry, draft, arguments), state=last.state, only_from=only_from, sets={**ended(entry, draft, last), **last.sets}))
    state, only_from = ((stands.column, None), stands.only_from) if stands else (None, ())
    return Compiled(entry, draft, operation(entry, draft, "delete", arguments, answer(entry, draft, arguments, gone=True), state=state, only_from=only_from, lenient=lenient))


_NO_ERROR = r"(?:succeed|success|no error|(?:not|n't) (?:return|produce|result in|throw|raise|generate|cause) (?:an? )?(?:error|exception)|(?:not|n't) fail)"
_NOT_THERE = r"(?:already|not exist|n't exist|non-?exist|no longer|more than once)"
_LENIENT = re.compile(rf"(?i)\bidempotent\b|{_NO_ERROR}[^.]{{0,90}}{_NOT_THERE}|{_NOT_THERE}[^.]{{0,90}}{_NO_ERROR}")
_STRICT = re.compile(r"(?i)NOT_?FOUND|returns? an? error|error is returned|not idempotent")
"""'This operation is idempotent; deleting what has been deleted succeeds', and what says otherwise."""


def _both_ends(entry: Entry, draft: Draft) -> dict[str, Argument]:
    """DisassociateResolverRule(ResolverRuleId, VPCId): an association that has an id of its own is told by what it ties."""
    columns = {n: draft.canon.get(field(n)) for n in entry.required}
    if CLASS.get(entry.what.verb) != "unlink" or len(columns) < 2 or not draft.own or draft.own in columns.values() or draft.parents:
        return {}
    return {n: argument(entry, n, "key", c) for n, c in columns.items() if c and not draft.columns[c].json} if all(columns.values()) else {}


def _of_another(entry: Entry, draft: Draft) -> bool:
    """keys/{key}/apiproducts/{product} takes a product from a key: where another tool deletes the things where they are read and made, that is no deletion of theirs."""
    under = _collections(entry)
    homes = {_collections(e) for e in draft.entries if e.what.kind in ("get", "create", "list") and not e.what.extra and not e.view}
    return bool(under) and under not in homes and any(e.what.kind == "delete" and not e.what.extra and _collections(e) in homes for e in draft.entries)


def _collections(entry: Entry) -> tuple[str, ...]:
    """The collections of a Google path: ('organizations', 'apiproducts')."""
    if entry.tool.source.vendor != "google":
        return ()
    return tuple(p for p in (entry.tool.source.path or "").split(":")[0].strip("/").split("/") if "{" not in p and not re.fullmatch(r"v\d\w*", p))


def _is_force(name: str, schema: Schema) -> bool:
    """'If set to true, any revisions will also be deleted. Otherwise, the request only works if there are none.'"""
    text = str(schema.get("description", "")).lower()
    return name.lower() == "force" and kind_of(schema) == "boolean" and bool(re.search(r"(?:also|be) deleted|only work|has no|no child|nested|must be empty|fail", text))


def _options(entry: Entry, arguments: dict[str, Argument]) -> None:
    for name, schema in entry.parameters.items():
        if name not in arguments and name in entry.required and (kind_of(schema) == "boolean" or OPTION.search(name) or _is_token(name, schema)):
            arguments[name] = argument(entry, name, "option")


def _is_token(name: str, schema: Schema) -> bool:
    """TerminateToken: what tells one call from its repetition."""
    return field(name)[-1:] == ("token",) and "idempoten" in str(schema.get("description", "")).lower()


def action(entry: Entry, draft: Draft, service: Service, own: bool) -> Compiled:
    if draft.single:
        raise Lost("no_key")
    if entry.what.verb in FLAGS and any(field(n)[-1:] in (("enable",), ("enabled",)) and kind_of(entry.parameters[n]) == "boolean" for n in entry.required):
        raise Lost("mode")  # InstanceEnableSSL(Enable=false) turns it off
    if entry.what.verb in ("enable", "disable") and (not own or entry.what.extra):
        move = switch(entry, draft)
    elif not own or entry.what.extra:
        raise Lost("part")
    elif entry.what.verb == "restore" and _restored_elsewhere(entry, draft):
        raise Lost("copies")
    elif entry.what.verb == "undelete" or (entry.what.verb in RESTORES and grave(draft) is not None):
        move = revival(draft)
    else:
        move = target_state(entry.what.verb, draft)
    return _moved(entry, draft, service, move)


def _why(entry: Entry, draft: Draft, name: str) -> str | None:
    """Where a row keeps why something was done to it: `cancel_order(reason)` and its cancel_reason or cancellation_reason; a column of its own, where nothing is known of what any tool answers."""
    words, verb = field(name), entry.what.verb
    if words[-1:] not in (("reason",), ("comment",), ("note",)) or len(words) > 2 or kind_of(entry.parameters[name]) != "string":
        return None
    held = [c.name for c in draft.columns.values() if c.shown and c.kind == "string" and len(field(c.name)) == 2 and field(c.name)[0][:5] == verb[:5] and field(c.name)[1] == words[-1]]
    told = [c.name for c in draft.columns.values() if c.shown and c.kind == "string" and not c.choices and field(c.name)[-1:] in (("message",), ("reason",)) and c.name != draft.own and _says_why(str(c.schema.get("description", "")), verb)]
    held = held or (told if words[-1] == "reason" else [])
    if held or name not in entry.required or any(c.shown for c in draft.columns.values()):
        return held[0] if len(held) == 1 else None
    return draft.force(name if len(words) > 1 else f"{verb}_{name}", entry.parameters[name]).name


def _says_why(text: str, verb: str) -> bool:
    """'For a rejected request this is the reason for the rejection': does a text say why a row was rejected?"""
    return any(re.search(rf"(?i)\b{verb[:5]}\w*", s) is not None and re.search(r"(?i)\breason\b|\bwhy\b", s) is not None for s in re.split(r"(?<=\.)\s", text))


def _restored_elsewhere(entry: Entry, draft: Draft) -> bool:
    """RestoreTable(sourceTable, targetTable) and a backup's restore make another thing; the row that is named stays as it is."""
    if entry.what.preposition == "from" and set(entry.what.tail) & {"snapshot", "backup", "s3"}:
        return True
    if any(field(p)[:1] in (("source",), ("target",)) and entity(p)[0] in (draft.noun, draft.noun[-1:]) for p in entry.parameters):
        return True
    return draft.noun[-1] in ("backup", "snapshot") and not entry.what.tail


def _moved(entry: Entry, draft: Draft, service: Service, move: Move) -> Compiled:
    """The row in its new state, and what else the call sets."""
    move = move._replace(sets={**ended(entry, draft, move), **move.sets})
    arguments = surroundings(entry, draft, service)
    arguments |= {n: a for n, a in keys(entry, draft, service).items() if n not in arguments}
    arguments |= stamps(entry, draft, arguments) if not any(a.many for a in arguments.values()) else {}
    given = {n: _located(entry, draft, a) for n, a in values(entry, draft, service, arguments, own=False).items() if a.column not in (move.column, *move.sets)}
    arguments |= {n: kept for n, a in given.items() if (kept := _whose(entry, draft, a)) is not None}
    _options(entry, arguments)
    arguments |= {n: argument(entry, n, "option") for n in entry.required if n not in arguments and entity(n)[0] == (entry.what.verb.removeprefix("un"),)}
    arguments |= {n: argument(entry, n, "value", column) for n in entry.parameters if n not in arguments and (column := _why(entry, draft, n)) is not None}
    need_all(entry, arguments)
    told = demanded(entry, draft, move.value) or _stated(entry, draft, move)
    only_from = told.only_from if told is not None and told.column == move.column and not move.inside else move.only_from
    return Compiled(entry, draft, operation(entry, draft, "set", arguments, answer(entry, draft, arguments), state=move.state, only_from=only_from, sets=move.sets, inside=move.inside))
