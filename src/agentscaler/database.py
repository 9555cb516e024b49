"""What tool code sees: the handle on the open database. Every method speaks in rows (dicts) and raises ToolErrors.

    get first key match count page      read
    meant                               the key that another name of a row stands for
    named expressed compared ordered    what a list is asked in words, for page
    stamped gone fresh                  what must hold before a write
    masked merged keyed parted revised        values of a write
    held unwrapped
    insert copy put update move delete  write
    tie untie                           rows of a link table
    within here                         the surroundings (project, region, account)

`insert` fills generated columns (ids, times) and answers with the whole row; writes check that what they refer to
exists, so a missing parent is `not_found` with its name and not a constraint of SQL.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import apsw
import orjson

from agentscaler import asked
from agentscaler.asked import Conditions, Order
from agentscaler.dice import Dice
from agentscaler.errors import UNSET, AlreadyExists, Conflict, InvalidArguments, NotFound, WrongState
from agentscaler.ids import fields_of, fill_id
from agentscaler.population import format_time, parse_time
from agentscaler.statements import TableInfo, write_sql
from agentscaler.words import article, plural

Row = dict[str, Any]
_TRUTHS = {"true": 1, "yes": 1, "false": 0, "no": 0}


class Page(NamedTuple):
    """Some rows of a list, the token of the next page or None, and how many rows there are (in all, where asked for)."""

    rows: list[Row]
    next: str | None
    total: int


class Database:
    """The handle. One per live world."""

    __slots__ = ("_changes", "_sql", "_stamps", "_tables", "_x", "context", "counters", "now", "seed")

    def __init__(
        self, tables: Mapping[str, TableInfo], sql: dict[tuple[Any, ...], str], connection: apsw.Connection, seed: int, now: str, context: Mapping[str, str], counters: dict[str, int]
    ) -> None:
        self._tables, self._sql = tables, sql
        self._x: Callable[..., Any] = connection.execute
        self._changes: Callable[[], int] = connection.changes
        self._stamps: dict[str, str | int] = {}
        self.seed, self.now, self.context, self.counters = seed, now, context, counters

    # ---- reads

    def get(self, table: str, *key: Any) -> Row:
        """The row with this key. Raises NotFound."""
        info = self._tables[table]
        for row in self._x(self._statement("get", table), key):
            return self._row(info, row)
        raise NotFound(f"no {info.noun} {_say(key)}")

    def first(self, table: str, /, **where: Any) -> Row | None:
        """The first row, in key order, that has these values; None where there is none."""
        info = self._tables[table]
        for row in self._x(self._statement("first", table, tuple(where)), tuple(where.values())):
            return self._row(info, row)
        return None

    def key(self, table: str, /, **where: Any) -> tuple[Any, ...]:
        """The key of the row that has these values. Raises NotFound."""
        row = self.first(table, **where)
        if row is None:
            raise NotFound(f"no {self._tables[table].noun} {_say(tuple(where.values()))}")
        return tuple(row[c] for c in self._tables[table].key)

    def meant(self, table: str, given: Any, column: str, *others: str) -> Any:
        """What a call names by its key or by another of its names (its ARN, what its ARN ends with), by its key; the value as it was given where no row, or more than one, is so called."""
        if isinstance(given, list):
            return [self.meant(table, one, column, *others) for one in given]
        if not isinstance(given, str) or self.first(table, **{column: given}) is not None:
            return given
        ends = [given.rsplit(mark, 1)[-1] for mark in ":/" if given.startswith("arn:")]
        for where, value in [*((o, given) for o in others), ("", given), *((column, end) for end in ends)]:
            if len(found := self._x(self._statement("called", table, (column, *filter(None, [where]))), (value,)).fetchall()) == 1:
                return found[0][0]
        return given

    def match(self, table: str, /, *key: Any, **values: Any) -> Row:
        """The row with this key, which must have these values. Raises NotFound."""
        row = self.get(table, *key)
        for column, value in values.items():
            if value is not None and row[column] != value:
                raise NotFound(f"no {self._tables[table].noun} {_say(key)} with {column} {value!r}")
        return row

    def stand(self, table: str, /, *key: Any, **states: Sequence[Any]) -> Row:
        """The row with this key, which must be in one of these states. Raises NotFound, WrongState."""
        row = self.get(table, *key)
        for column, allowed in states.items():
            if row[column] not in allowed:
                raise WrongState(f"{self._tables[table].noun} {_say(key)} has {column} {row[column]!r}; it must be {_either(allowed)}")
        return row

    def count(self, table: str, /, **where: Any) -> int:
        """How many rows have these values."""
        return int(self._x(self._statement("count", table, tuple(where)), tuple(where.values())).get)

    def page(
        self,
        table: str,
        *,
        where: Mapping[str, Any] | None = None,
        since: Mapping[str, Any] | None = None,
        until: Mapping[str, Any] | None = None,
        starts: Mapping[str, Any] | None = None,
        holds: Mapping[str, Any] | None = None,
        through: str | None = None,
        size: int | str | None = None,
        after: str | None = None,
        skip: int | str | None = None,
        number: int | str | None = None,
        first: int = 1,
        counted: bool = False,
        hide: Mapping[str, Any] | None = None,
        distinct: str | None = None,
        also: Sequence[Conditions] = (),
        order: Order = (),
        behind: Any = None,
        ahead: Any = None,
    ) -> Page:
        """Rows in key order, or in the order that is asked for. A value that is None narrows nothing; a list means any of its values.

        starts, holds: how a text begins, and what it holds in either case; distinct: each value of this column once, the only one in the rows;
        number: of the page, counted from `first`; through: a link table that ties the rows to those of `where`; counted: `total` counts all pages, not only this one;
        hide: rows with this value stay out, where it is None those with any value; also: what must hold besides, of each some alternative; behind, ahead: the row of the list (by the last part of its key) behind which the page begins, or in front of which it ends.
        """
        info = self._tables[table]
        tests: list[tuple[tuple[str, str], ...]] = []
        values: list[Any] = []
        for column, value in (where or {}).items():
            if value is None:
                continue
            if isinstance(value, (list, tuple)):
                tests.append(((column, "in"),))
                values.append(_json(column, value))
            else:
                tests.append(((column, "="),))
                values.append(value)
        for bounds, sign in ((since, ">="), (until, "<="), (starts, "starts"), (holds, "holds")):
            for column, value in (bounds or {}).items():
                if value is not None:
                    tests.append(((column, sign),))
                    values.append(value)
        for column, value in (hide or {}).items():
            tests.append(((column, "hide" if value is not None else "null"),))
            values += [value] if value is not None else []
        booleans = {info.columns[i] for i in info.booleans}
        for some in also:
            tests.append(tuple((test.place, test.sign) for test in some))
            for test in some:
                truth = _TRUTHS.get(str(test.value).lower(), test.value) if test.place in booleans else test.value
                values += [] if test.sign == "any" else truth if test.sign == "tag" else [truth]
        names = (distinct,) if distinct else info.key
        key = _token_key(after, 1 if order else len(names)) if after else None
        size, skip, number = (_whole(n) for n in (size, skip, number))
        size = 100 if size is None else max(size, 1)
        skip = max(number - first, 0) * size if number is not None else skip
        shape = tuple(tests)
        if behind is not None or ahead is not None:
            own = info.columns.index(info.key[-1])
            all_of_it = [row[own] for row in self._x(self._statement("page", table, shape, through, distinct, False, order), [*values, -1, 0])]
            skip, size = asked.around(all_of_it, behind, ahead, size)
        if order and key:  # a list in another order than the key's goes on at a number of rows
            if not isinstance(key[0], int):
                raise InvalidArguments(f"{after!r} is no page token of a list in this order")
            skip = max(skip or 0, 0) + key[0]
        past = key is not None and not order
        statement = self._statement("page", table, shape, through, distinct, past, order)
        more = [*values, *((key or ()) if past else ()), size + 1, max(skip or 0, 0)]
        found = list(self._x(statement, more))
        if distinct:
            rows = [{distinct: value} for (value,) in found[:size]]
        elif info.booleans or info.jsons:
            rows = [self._row(info, r) for r in found[:size]]
        else:
            rows = [dict(zip(info.columns, r, strict=True)) for r in found[:size]]
        token = None if len(found) <= size or not rows else _key_token([max(skip or 0, 0) + size]) if order else _key_token([rows[-1][c] for c in names])
        total = len(rows)
        if counted and (token or key or skip):
            total = int(self._x(self._statement("total", table, shape, through, distinct), values).get)
        return Page(rows, token, total)

    def named(self, given: Sequence[Mapping[str, Any]] | None, name: str, values: str, how: str | None, places: Mapping[str, str]) -> Sequence[Conditions]:
        """For `also` of a page: filters by name, [{Name, Values}]. Raises InvalidArguments."""
        return asked.named(given, name, values, how, places)

    def expressed(self, given: str | None, places: Mapping[str, str], form: str = "") -> Sequence[Conditions]:
        """For `also` of a page: a filter expression. Raises InvalidArguments."""
        return asked.expressed(given, places, form)

    def compared(self, given: Any, sign: str, *places: str) -> Sequence[Conditions]:
        """For `also` of a page: one of these places stands so to what is given, or to one of a list."""
        return asked.compared(given, sign, *places)

    def ordered(self, by: str | None, way: str | bool | int | None, places: Mapping[str, str], *, usual: str | None = None) -> Order:
        """For `order` of a page. Raises InvalidArguments."""
        return asked.ordered(by, way, places, usual=usual)

    # ---- writes

    def masked(self, mask: str | None, places: Mapping[str, str], old: Row | None = None, /, **values: Any) -> dict[str, Any]:
        """What a field mask leaves of the values of an update. Raises InvalidArguments."""
        return asked.masked(mask, places, values, old)

    def stamped(self, table: str, /, *key: Any, **stamps: Any) -> Row:
        """The row with this key, which must still have these stamps (etag, fingerprint), where they are given. Raises NotFound, Conflict."""
        row = self.get(table, *key)
        for column, value in stamps.items():
            if value is not None and row[column] != value:
                raise Conflict(f"{self._tables[table].noun} {_say(key)} has changed since: its {column} is {row[column]!r} now")
        return row

    def insert(self, table: str, /, **values: Any) -> Row:
        """A new row; None means not given. Raises NotFound (what it refers to), AlreadyExists."""
        info = self._tables[table]
        given = _stored(info, {c: v for c, v in values.items() if v is not None and v is not UNSET})
        for column, listed in info.counts:
            given.setdefault(column, len(values.get(listed) or ()) if isinstance(values.get(listed), list) else 0)
        for column, kind, form in info.generated:
            if column not in given:
                given[column] = self._new_id(info, column, form, given) if kind == "id" else self._stamp(form)
        given |= {c: self._stamp(form) for c, form in info.clocks if given.get(c) == self.now}
        given |= self._said_again(info, given)
        if any(r.table == table for r in info.references):
            self._refer(info, given)  # a row is no parent of itself
        try:
            (row,) = self._x(self._statement("insert", table, tuple(given)), tuple(given.values()))
        except apsw.ConstraintError as error:
            raise self._said(error, info, given) from None
        return self._row(info, row)

    def copy(self, table: str, /, *key: Any, **values: Any) -> Row:
        """A new row like the one with this key, but for these values and what the world makes itself. Raises NotFound."""
        info = self._tables[table]
        made = {column for column, _, _ in info.generated} | set(info.key)
        source = {c: v for c, v in self.get(table, *key).items() if c not in made}
        return self.insert(table, **{**source, **{c: v for c, v in values.items() if v is not None and v is not UNSET}})

    def put(self, table: str, /, **values: Any) -> Row:
        """The row with this key gets these values, or is made; of an id that the world makes only where none is given."""
        info = self._tables[table]
        key = tuple(values[c] for c in info.key)
        if (key[-1] is not None and any(c == info.key[-1] for c, _, _ in info.generated)) or self.count(table, **dict(zip(info.key, key, strict=True))):
            return self.update(table, *key, **{c: v for c, v in values.items() if c not in info.key})
        return self.insert(table, **values)

    def update(self, table: str, /, *key: Any, **values: Any) -> Row:
        """Set columns; UNSET leaves one as it is. Raises NotFound, Conflict."""
        info = self._tables[table]
        given = _stored(info, {c: v for c, v in values.items() if v is not UNSET})
        if not given:
            return self.get(table, *key)
        for column, listed in info.counts:
            if isinstance(values.get(listed), list) or (listed in given and given[listed] is None):
                given.setdefault(column, len(values[listed] or ()))
        for column, form in info.touched:
            if column not in given:
                given[column] = self._touched(table, key, column, form)
        if stale := {column for column, leader, _ in info.born if leader in given} - given.keys():
            now = {**self.get(table, *key), **given}
            given |= {c: v for c, v in self._said_again(info, {n: v for n, v in now.items() if n not in stale}).items() if c in stale}
        try:
            rows = list(self._x(self._statement("update", table, tuple(given)), (*given.values(), *key)))
        except apsw.ConstraintError as error:
            raise self._said(error, info, given, key) from None
        if not rows:
            raise NotFound(f"no {info.noun} {_say(key)}")
        return self._row(info, rows[0])

    def revised(self, old: Any, *, add: Sequence[Any] | str | None = None, drop: Sequence[Any] | str | None = None, by: str | None = None) -> Any:
        """A list with what it gains and without what it loses (one text or several), each value once; as it was where neither is given. by: of objects, the property that tells them."""
        add, drop = ([some] if isinstance(some, str) else some for some in (add, drop))
        if add is None and drop is None:
            return UNSET
        if by is not None:
            return asked.without(old, drop or (), by)
        return list(dict.fromkeys(v for v in [*(old or ()), *(add or ())] if v not in (drop or ())))

    def merged(self, old: Any, new: Any) -> Any:
        """An object with the parts that `new` names changed; another kind of thing (another type, another of several choices) takes its place."""
        if not isinstance(old, dict) or not isinstance(new, dict):
            return new
        chosen = len(old) == len(new) == 1 and old.keys() != new.keys()
        if chosen or any(old.get(k) != v for k, v in new.items() if k in old and k.lower().endswith("type") and isinstance(v, str)):
            return new
        return {**old, **{k: self.merged(old.get(k), v) for k, v in new.items()}}

    def keyed(self, old: Any, new: Any) -> Any:
        """A map with the keys that `new` names set, or taken away where their value is empty."""
        if not isinstance(new, dict):
            return new
        return {k: v for k, v in {**(old or {}), **new}.items() if k not in new or v not in (None, "")}

    def move(self, table: str, *key: Any, to: Mapping[str, Any], only_from: Sequence[Any] = (), also: Mapping[str, Any] | None = None) -> Row:
        """Set a state column, from one of `only_from` (any other state, if empty), and others with it. Raises WrongState."""
        row, clocks = self.get(table, *key), dict(self._tables[table].clocks)
        to, also = ({c: self._stamp(clocks[c]) if c in clocks and v == self.now else v for c, v in some.items()} for some in (to, also or {}))
        for column, value in to.items():
            now = row[column]
            if isinstance(value, dict):  # the state is told inside an object: its first property; the others go with it
                inner, held = next(iter(value)), now if isinstance(now, dict) else {}
                to = {**to, column: {k: v for k, v in {**held, **value}.items() if k not in value or v is not None}}
                now, value = held.get(inner), value[inner]
            if now == value:
                raise WrongState(f"{self._tables[table].noun} {_say(key)} already has {column} {now!r}")
            if only_from and now not in only_from:
                raise WrongState(f"{self._tables[table].noun} {_say(key)} has {column} {now!r}; it must be {_either(only_from)}")
        return self.update(table, *key, **to, **also)

    def delete(self, table: str, *key: Any, force: bool | None = True) -> None:
        """force: may rows that hang on it go with it? Raises NotFound, or Conflict where other rows still need it."""
        info = self._tables[table]
        if not force:
            self._alone(info, key)
        try:
            self._x(self._statement("delete", table), key)
        except apsw.ConstraintError:
            raise self._needed(info, key) from None
        if not self._changes():
            raise NotFound(f"no {info.noun} {_say(key)}")

    def gone(self, table: str, /, **where: Any) -> bool:
        """Is there no row with these values?"""
        return self.first(table, **where) is None

    def fresh(self, table: str, /, *names: str, but: Sequence[Any] = (), **where: Any) -> None:
        """No row but the one with that key may have these values; of `where`, names are those that make it unique, the others say among which rows. Raises AlreadyExists."""
        given = {c: v for c, v in where.items() if v is not None and v is not UNSET}
        if all(n in given for n in names) and self.count(table, **given) > (self.count(table, **given | dict(zip(self._tables[table].key, but, strict=True))) if but else 0):
            noun = self._tables[table].noun
            raise AlreadyExists(f"there is already {article(noun)} with {', '.join(f'{n} {given[n]!r}' for n in names)}")

    def held(self, given: Sequence[Mapping[str, Any]] | None, name: str) -> list[Any] | None:
        """The lists that the given objects hold under a name, as one: the Tags of TagSpecifications."""
        return None if given is None else [one for some in given for one in some.get(name) or ()]

    def unwrapped(self, given: Mapping[str, Any] | None, name: str) -> Any:
        """The value in a wrapper: None where it is empty; as it was where there is no wrapper."""
        return given.get(name) if isinstance(given, dict) else given

    def parted(self, old: Mapping[str, Any] | None, parts: Mapping[str, Any]) -> Any:
        """An object with these parts set, 'new.sound' being a part of a part; as it was where none is given."""
        given = {path: v for path, v in parts.items() if v is not None and v is not UNSET}
        out = orjson.loads(orjson.dumps(old or {}))
        for path, part in given.items():
            *way, last = path.split(".")
            here = out
            for name in way:
                here[name] = here = here[name] if isinstance(here.get(name), dict) else {}
            here[last] = part
        return out if given else UNSET

    def tie(self, table: str, /, **ends: Any) -> Row:
        """A row of a link table. Raises NotFound (an end), AlreadyExists."""
        return self.insert(table, **ends)

    def untie(self, table: str, /, **ends: Any) -> Row:
        """Remove a row of a link table; the row as it was. Raises NotFound."""
        key = [ends[c] for c in self._tables[table].key]
        row = self.get(table, *key)
        self.delete(table, *key)
        return row

    def ticket(self, *, number: bool = False) -> str | int:
        """The id of a call's own job, which no row keeps; the same for the same calls."""
        n = self.counters.get("#ticket", 0)
        self.counters["#ticket"] = n + 1
        made = fill_id("{digits:8}" if number else "{uuid}", Dice(self.seed, "#ticket", n), self.context)
        return int(made) + 10_000_000 if number else made

    def within(self, template: str, value: Any, *, across: bool = False) -> None:
        """A value that is given must name the world's surroundings: within("projects/{project}", parent); across: '-' is every last part. Raises NotFound."""
        if value is None:
            return
        try:
            right = template.format_map(self.context)
        except (KeyError, IndexError, ValueError):
            right = template
        if str(value) != right and not (across and str(value) == right.rsplit("/", 1)[0] + "/-"):
            raise NotFound(f"{value!r} is not here, or is not yours to see")

    def here(self, template: str) -> str:
        """What the surroundings are called: here("zones/{zone}") -> 'zones/europe-west1-b'."""
        return template.format_map(self.context)

    # ---- inside

    def _row(self, info: TableInfo, values: Sequence[Any]) -> Row:
        row = dict(zip(info.columns, values, strict=True))
        for i in info.booleans:
            if (value := values[i]) is not None:
                row[info.columns[i]] = value != 0
        for i in info.jsons:
            if (value := values[i]) is not None:
                row[info.columns[i]] = orjson.loads(value)
        return row

    def _new_id(self, info: TableInfo, column: str, template: str, given: Row) -> str:
        """An id that no row has yet, the same for the same calls."""
        if "{nth}" in template:
            beside = {c: given.get(c) for c in info.key if c != column}
            n = self.count(info.name, **beside) + 1
            while self.count(info.name, **beside, **{column: n}):
                n += 1
            return str(n)
        for n in range(start := self.counters.get(info.name, 0), start + 10_000):
            self.counters[info.name] = n + 1
            made = fill_id(template.replace("{n}", str(100_000 + n)), Dice(self.seed, info.name, "#new", n), {**self.context, **given})
            if len(info.key) > 1 or column != info.key[0] or not self._x(self._statement("exists", info.name, info.key), (made,)).get:
                return made
        raise RuntimeError(f"{info.name}.{column}: {template!r} gives no new id")

    def _said_again(self, info: TableInfo, given: Row) -> Row:
        """What a row says again of the rows it refers to (the VpcId of its subnet) or of the surroundings, where it is not given."""
        out: Row = {}
        for column, leader, what in info.born:
            if column in given or column in info.key:
                continue
            if not leader:
                known = {**self.context, **given}
                out |= {column: fill_id(what, Dice(self.seed), known)} if fields_of(what) <= known.keys() else {}
                continue
            reference = next((r for r in info.references if leader in r.columns and given.get(leader) is not None), None)
            known = {t: given[c] for c, t in zip(reference.columns, reference.to, strict=True) if given.get(c) is not None} if reference else {}
            row = self.first(reference.table, **known) if reference and self.count(reference.table, **known) == 1 else None
            if row is not None and row.get(what) is not None:
                out |= _stored(info, {column: row[what]})
        return out

    def _touched(self, table: str, key: tuple[Any, ...], column: str, form: str) -> int | str:
        """What a change leaves behind: the version after the one that the row has, who it was, another etag, the time."""
        if form == "+1":
            old = self.get(table, *key)[column]
            following = int(old or 0) + 1 if str(old or 0).isdigit() else 1
            return str(following) if isinstance(old, str) else following
        if form.startswith("="):
            return fill_id(form[1:], Dice(self.seed), self.context)
        return self._renewed(form) if "{" in form else self._stamp(form)

    def _renewed(self, template: str) -> str:
        """Another etag or fingerprint."""
        n = self.counters["#stamp"] = self.counters.get("#stamp", 0) + 1
        return fill_id(template, Dice(self.seed, "#stamp", n), self.context)

    def _stamp(self, form: str) -> str | int:
        """The frozen clock, as a column writes it."""
        found = self._stamps.get(form)
        if found is None:
            found = self._stamps[form] = format_time(parse_time(self.now), form)
        return found

    def _refer(self, info: TableInfo, given: Row, key: Sequence[Any] = ()) -> None:
        """What a row refers to must be there; of the row with this key only some columns may be given."""
        for reference in info.references:
            values = [given.get(c) for c in reference.columns]
            if None in values:
                if not key or len(values) == 1 or given.keys().isdisjoint(reference.columns):
                    continue
                now = self.get(info.name, *key)
                values = [given.get(c, now[c]) for c in reference.columns]
                if None in values:
                    continue
            if not self._x(self._statement("exists", reference.table, reference.to), values).get:
                raise NotFound(f"no {self._tables[reference.table].noun} {_say(values)}")

    def _said(self, error: apsw.ConstraintError, info: TableInfo, given: Row, key: Sequence[Any] = ()) -> Exception:
        """What SQLite refused, in the words of a service. Raises NotFound where what the row refers to is not there."""
        self._refer(info, given, key)
        text = str(error)
        if "UNIQUE" in text or "PRIMARY KEY" in text:
            columns = [part.split(".")[-1].strip() for part in text.split(":", 1)[-1].split(",")]
            said = ", ".join(f"{c} {given[c]!r}" for c in columns if c in given)
            return AlreadyExists(f"there is already {article(info.noun)}" + (f" with {said}" if said else ""))
        if "NOT NULL" in text:
            return InvalidArguments(f"{text.rsplit('.', 1)[-1]} of the {info.noun} must be given")
        if "CHECK" in text:
            return InvalidArguments(f"a value of the {info.noun} is not one of those allowed")
        if "cannot store" in text:
            return InvalidArguments(f"a value of the {info.noun} is of the wrong kind or out of range")
        return Conflict(f"the {info.noun} cannot be written: {text}")

    def _alone(self, info: TableInfo, key: Sequence[Any]) -> None:
        """No row must hang on this one. Raises NotFound, Conflict."""
        row = self.get(info.name, *key)
        for child, reference in info.children:
            n = self.count(child, **{c: row[t] for c, t in zip(reference.columns, reference.to, strict=True)})
            if n and reference.on_delete != "SET NULL":
                raise Conflict(f"{info.noun} {_say(key)} still holds {_many(n, self._tables[child].noun)}: give force to delete them too")

    def _needed(self, info: TableInfo, key: Sequence[Any]) -> Exception:
        row = dict(zip(info.key, key, strict=True))
        for child, reference in info.children:
            if reference.on_delete == "RESTRICT" and all(c in row for c in reference.to):
                n = self.count(child, **{c: row[t] for c, t in zip(reference.columns, reference.to, strict=True)})
                if n:
                    return Conflict(f"{info.noun} {_say(key)} is still used by {_many(n, self._tables[child].noun)}: delete or change that first")
        return Conflict(f"{info.noun} {_say(key)} is still in use")

    def _statement(self, what: str, table: str, *shape: Any) -> str:
        key = (what, table, *shape)
        found = self._sql.get(key)
        if found is None:
            found = self._sql[key] = write_sql(self._tables, what, table, *shape)
        return found


def _whole(number: int | str | None) -> int | None:
    """A number that may be told as a text."""
    if isinstance(number, str) and not number.strip().isdigit():
        raise InvalidArguments(f"{number!r} is no whole number")
    return number if number is None else int(number)


def _key_token(key: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(key))).decode().rstrip("=")


def _token_key(token: str, length: int) -> list[Any]:
    try:
        key = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValueError, UnicodeEncodeError):
        raise InvalidArguments(f"{token!r} is no page token that was handed out") from None
    if not isinstance(key, list) or len(key) != length or not all(isinstance(k, (str, int)) for k in key):
        raise InvalidArguments(f"{token!r} is no page token that was handed out")
    return key


def _stored(info: TableInfo, given: Row) -> Row:
    """Values as columns hold them: lists and objects as JSON, and whatever a JSON column gets."""
    jsons = [info.columns[i] for i in info.jsons]
    return {c: _json(c, v) if isinstance(v, (dict, list)) or (c in jsons and v is not None) else v for c, v in given.items()}


def _json(column: str, value: Any) -> str:
    try:
        text = orjson.dumps(value).decode()
    except TypeError as error:
        raise InvalidArguments(f"{column}: {error}") from None
    if "null" in text and _has_nan(value):
        raise InvalidArguments(f"{column}: NaN and infinity are no JSON")
    return text


def _has_nan(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return any(map(_has_nan, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and not math.isfinite(value)


def _many(n: int, noun: str) -> str:
    return f"{n} {plural(noun) if n > 1 else noun}"


def _either(values: Sequence[Any]) -> str:
    return "unset" if list(values) == [None] else f"one of {', '.join(map(str, values))}"


def _say(values: Sequence[Any]) -> str:
    return " / ".join(str(v) for v in values)
