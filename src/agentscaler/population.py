"""The initial state of a world, drawn from population.json by a seed: the same rows on every machine.

population.json:
    now       the frozen clock of the world
    context   what surroundings there are: name -> values, one is drawn by the seed ({project}, {region}, ...); a value may quote
              another name: a zone is "{region}-b"
    rows      table -> [least, most] rows; {"per": parent, "rows": [least, most]}: so many for each row of the parent, about "most" in all (90);
              "where": column of the parent -> values, of which alone it has any;
              "latest": its column -> ours (or field -> ours, of an object), "same": columns: the last row of each parent is the one the parent speaks of
    columns   "table.column" -> recipe and marks

A recipe is one of
    {"id": "vol-{hex:17}"}            {hex:n} {digits:n} {base36:n} {letters:n} {uuid} {n}, {nth} of its parent, and {column} or {context}
    {"words": [[...], [...]], "join": " "}   one word of each list, no two rows alike while there are combinations; "in":
                                      what stands in front ("{parent}/topics/"); "who": columns with the same
                                      word here take the same place of their lists: name, login and address of one person; so
                                      do columns marked "own": name, title and key of one thing
    {"choice": [["a", 3], ["b", 1]]}  weighted
    {"yes": 0.8}                      true or false
    {"time": ["-900d", "-1d"]}        between two distances from now; "as": iso, date, spaced, epoch, epoch_ms, text_epoch, text_epoch_ms; "apart": so much later for each
                                      row of a parent; "after": column, or
                                      columns of which the first that holds a time counts; "within": distance from it; "until": column it does not come after;
                                      "table.column" is that of the row of the other table that this one refers to
    {"number": [1, 500]}              "step", "decimals", "skew", "as": "text"; or {"of": [1, 2, 4, 8]}; "most": column it does not exceed, "below": column
    {"counts": "column"}              how many items the list in that column holds; a write to the list counts again
    {"children": "table.column"}      how many rows of that table bear the key of this row in that column
    {"gather": "table.column", "fields": {field: [column, kind]}}   what the rows of that table with the key of this row in that column show; "one": column, of a list of bare values
    {"back": "table", "via": [columns]} the key of the last row of that table that bears the key of this row in these columns, where two rows speak of each other
    {"reference": "table"}            the key of a row of another table; "skew"; "columns" for a composite key (own -> its), of
    {"with": "column"}                which the others follow with the same row; references that share a column agree in it
                                       "kin": column of that row -> column of this one that must be equal (a build of the same backend); "must": without one there is no row
    {"like": "table.column"}          a value that stands there (in the row that this one refers to, if any, or one under the same parent), without a foreign key; "else": recipe where nothing does;
                                      "joint": other columns that are like that table take the same row of it; "spread": each value before any comes again
    {"given": [...]}                  one of these; "spread": each of them before any comes again; "but": column or context whose value it is not
    {"template": "arn:{region}:{Name}"}; "around": of the surroundings alone, though the row has a column of that name; {"same": "column" or "table.column"}, {"value": 3}, {"position": true}; {"rank": true}: 1, 2, 3 under each parent
    {"media": column, "else": recipe}: the type of a file by the ending of its name
    {"list": recipe, "size": [0, 3]}, {"object": {name: recipe}}, {"mix": [recipe, recipe]}; in an object, all that is "like" columns of one
                                      table comes from one row of it
    "cover": values that the first rows take, so that each occurs; "spare": share of the rows a reference leaves alone; "unless":
    column -> values of it with which a row has none of this (a PENDING one has no end)
    "turn": [i, n]: only each n-th row has it, from the i-th on
    "either": in an object, fields of which it has one; "by": the column that tells which. Inside an object "most" and "after" name
    fields of it, {"length": field} is how many items that field holds
    "full": [column, values, other]: with those values this one holds what the other does (all are done once a job is)
    "fact": [column, thing]: known for good of what that column names, so that one user id has one name in all rows; inside an object, of a field of it
    "when": column -> value of it, as text -> the value that follows (a COMPLETED one stands at 100), or {"draw": recipe}: the recipe that follows
Marks: "generated" (the world fills it on insert, from "fill" where the recipe itself is no id), "touch" (also on update; with "next" one more than it was), "boolean", "json", "text" (compared after
normalisation), "knowable" (a user can know it), "null": share of rows without it, "invented": the provider does not say which values there
are, so these are nobody's wish; no task selects, sets or asks for them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from agentscaler.dice import Dice
from agentscaler.ids import fields_of, fill_id
from agentscaler.words import split

Row = dict[str, Any]


def draw_context(population: Mapping[str, Any], seed: int) -> dict[str, str]:
    """The surroundings of the state of one seed."""
    drawn = {name: Dice(seed, "context", name).choice(values) for name, values in population.get("context", {}).items()}
    return {name: fill_id(value, Dice(seed, "context", name, "#fill"), drawn) for name, value in drawn.items()}


def draw_value(population: Mapping[str, Any], recipe: Mapping[str, Any], dice: Dice, seed: int) -> Any:
    """A fresh value for a column, as an agent would write it; None where it hangs on other cells."""
    if "like" in recipe and "joint" in recipe:
        recipe = recipe["else"]
    hanging = fields_of(recipe.get("template", "")) - set(population.get("context", {}))
    if hanging or any(k in recipe for k in ("reference", "with", "same", "like", "position", "in", "counts", "children", "gather", "back")):
        return None
    painter = Painter({"now": population["now"], "context": population.get("context", {}), "columns": {}}, [], {}, {}, seed)
    value = painter.value(recipe, dice, {}, dice.below(1000))
    return bool(value) if recipe.get("boolean") and value is not None else value


class Painter:
    """Draws all rows of one seed, table by table, parents first."""

    def __init__(self, population: Mapping[str, Any], order: list[str], keys: Mapping[str, tuple[str, ...]], columns: Mapping[str, tuple[str, ...]], seed: int) -> None:
        self.population, self.order, self.keys, self.columns, self.seed = population, order, keys, columns, seed
        self.context = draw_context(population, seed)
        self.now = parse_time(population["now"])
        self.recipes: dict[str, dict[str, dict[str, Any]]] = {}
        for name, recipe in population["columns"].items():
            table, _, column = name.partition(".")
            self.recipes.setdefault(table, {})[column] = recipe
        self.rows: dict[str, list[Row]] = {}
        self.pools: dict[tuple[str, str], list[str]] = {}
        self.orders: dict[str, list[str]] = {}
        self.kinds: dict[int, str] = {}
        self.named: dict[str, dict[Any, Row]] = {}
        self.rank = 0
        """Which child of its parent the row in the making is."""
        self.facts: dict[tuple[str, ...], Any] = {}
        """What the rows so far say of a thing, by its id, and the row of each table that first spoke of it."""
        self.near: dict[str, Row] = {}
        """The rows of other tables that the row in the making refers to."""

    def paint(self) -> dict[str, list[Row]]:
        """table -> rows, each with all columns; no two rows of a table share a key."""
        for table in self.order:
            seen: set[tuple[Any, ...]] = set()
            rows = self.rows[table] = []
            alone = [c for c, recipe in self.recipes.get(table, {}).items() if recipe.get("must")]
            last = None
            ends: dict[int, tuple[Row, Row]] = {}
            for number, parent in enumerate(self._slots(table)):
                self.rank = self.rank + 1 if parent is not None and last is not None and parent[1] is last[1] else 1 if parent is not None else number + 1
                last = parent
                row = self._row(table, number, parent)
                key = tuple(row[c] for c in self.keys[table])
                if key not in seen and None not in key and not any(row[c] is None for c in alone):
                    seen.add(key)
                    rows.append(row)
                    ends |= {id(parent[1]): (parent[1], row)} if parent is not None else {}
            self._agree(table, ends.values())
        self._count_children()
        self._gather_children()
        self._point_back()
        return self.rows

    def _point_back(self) -> None:
        """Fill the columns that speak of the row of another table which refers to a row."""
        for table, recipes in self.recipes.items():
            for column, recipe in recipes.items():
                if "back" in recipe and table in self.rows:
                    other = recipe["back"]
                    found = {tuple(row[c] for c in recipe["via"]): row[self.keys[other][-1]] for row in self.rows.get(other, [])}
                    for row in self.rows[table]:
                        row[column] = found.get(tuple(row[k] for k in self.keys[table]))

    def _gather_children(self) -> None:
        """Fill the lists that show the rows of another table which refer to a row."""
        for table, recipes in self.recipes.items():
            for column, recipe in recipes.items():
                if "gather" in recipe and table in self.rows:
                    other, _, theirs = recipe["gather"].partition(".")
                    found: dict[Any, list[Any]] = {}
                    for row in sorted(self.rows.get(other, []), key=lambda r: [r[k] for k in self.keys[other]]):
                        found.setdefault(row[theirs], []).append(row[recipe["one"]] if "one" in recipe else orjson.loads(_object(row, recipe["fields"])))
                    for row in self.rows[table]:
                        row[column] = _dump(found.get(row[self.keys[table][-1]], []))

    def _count_children(self) -> None:
        """Fill the columns that say how many rows of another table refer to a row."""
        for table, recipes in self.recipes.items():
            for column, recipe in recipes.items():
                if "children" in recipe and table in self.rows:
                    other, _, theirs = recipe["children"].partition(".")
                    found = Counter(row[theirs] for row in self.rows.get(other, []))
                    for row in self.rows[table]:
                        row[column] = found[row[self.keys[table][-1]]]

    def _agree(self, table: str, pairs: Iterable[tuple[Row, Row]]) -> None:
        """A workflow speaks of its last revision, and that one looks as the workflow does."""
        count = self.population["rows"].get(table)
        if isinstance(count, Mapping):
            for parent, row in pairs:
                parent |= {theirs: row[ours] if isinstance(ours, str) else _object(row, ours) for theirs, ours in count.get("latest", {}).items()}
                row |= {c: parent[c] for c in count.get("same", ())}

    def _slots(self, table: str) -> list[tuple[str, Row] | None]:
        """One slot a row; with the parent's row where rows are counted per parent."""
        count = self.population["rows"].get(table, [5, 12])
        dice = Dice(self.seed, table, "#rows")
        if isinstance(count, Mapping):
            low, high = count["rows"]
            out: list[tuple[str, Row] | None] = []
            parents = self.rows.get(count["per"], [])
            parents = [p for p in parents if all(p[c] in some for c, some in count.get("where", {}).items())] or parents
            for parent in parents[: len(parents) - int(count.get("spare", 0) * len(parents))]:
                out.extend([(count["per"], parent)] * dice.between(low, high))
                if len(out) > count.get("most", 90):
                    break
            return out
        return [None] * dice.between(*count)

    def _row(self, table: str, number: int, parent: tuple[str, Row] | None) -> Row:
        recipes = self.recipes.get(table, {})
        columns = self.columns[table]
        row: Row = {}
        self.near = {}
        pointing = [c for c in columns if "reference" in recipes.get(c, {})]
        for column in sorted(pointing, key=lambda c: "kin" in recipes[c]):
            row |= self._reference(table, column, recipes[column], number, row, parent)

        for column in self._in_order(table, row):
            recipe = recipes.get(column, {})
            row[column] = self._fact(table, column, recipe, number, row) if "fact" in recipe else self._cell(table, column, recipe, number, row)
        return {c: row[c] for c in columns}

    def _in_order(self, table: str, held: Row) -> list[str]:
        """The columns that no reference fills, each after those it needs; the same for every row of a table."""
        if table in self.orders:
            return self.orders[table]
        recipes, columns, busy = self.recipes.get(table, {}), self.columns[table], set(held)
        out = self.orders[table] = []

        def place(column: str) -> None:
            busy.add(column)  # of columns that need each other in a circle, the first sees nothing of the last
            for other in sorted(needs(recipes.get(column, {}))):
                if other in columns and other not in busy:
                    place(other)
            out.append(column)

        for column in columns:
            if column not in busy:
                place(column)
        return out

    def _fact(self, table: str, column: str, recipe: Mapping[str, Any], number: int, row: Row) -> Any:
        """As the first row of this table that names the thing, so that name and address are of one person, and as other tables say."""
        leader, thing = recipe["fact"]
        if row.get(leader) is None:
            return self._cell(table, column, recipe, number, row)
        first = self.facts.setdefault((table, thing, leader, str(row[leader])), number)
        return self._known(column, recipe, row, self._cell(table, column, recipe, first, row))

    def _known(self, name: str, recipe: Mapping[str, Any], row: Row, value: Any) -> Any:
        """What was said before of the thing, where it may be said here; else this value, from now on."""
        leader, thing = recipe["fact"]
        if value is None or row.get(leader) is None:
            return value
        told = self.facts.setdefault((thing, _aspect(name), str(row[leader])), value)
        listed = [v for v, _ in recipe.get("choice", ())] or recipe.get("of")
        return told if type(told) is type(value) and (listed is None or told in listed) else value

    def _cell(self, table: str, column: str, recipe: Mapping[str, Any], number: int, row: Row) -> Any:
        dice = Dice(self.seed, table, column, number)
        if number < len(recipe.get("cover", ())):
            return recipe["cover"][number]
        if recipe.get("null") and dice.chance(recipe["null"]):
            return None
        if "turn" in recipe and number % recipe["turn"][1] != recipe["turn"][0]:
            return None
        if "with" in recipe or any(row.get(other) in values for other, values in recipe.get("unless", {}).items()):
            return None
        for other, fixed in recipe.get("when", {}).items():
            if (told := str(row.get(other))) in fixed:
                value = fixed[told]
                if isinstance(value, dict) and "draw" in value:
                    value = self.value(value["draw"], dice, row, number)
                return _dump(value) if recipe.get("json") and isinstance(value, (dict, list)) else value
        if "full" in recipe and row.get(recipe["full"][0]) in recipe["full"][1] and row.get(recipe["full"][2]) is not None:
            return row[recipe["full"][2]]
        if "words" in recipe:
            named = (table, f"#{recipe['who']}") if "who" in recipe else (table, column)
            return fill_id(recipe.get("in", ""), dice, self.context | row) + self._words(*named, recipe, number)
        if recipe.get("spread") and "given" in recipe:
            return self._person(table, f"#{recipe['who']}", recipe["given"], number) if "who" in recipe else self._spread(table, column, recipe["given"], number)
        value = self.value(recipe, dice, row, number)
        if "most" in recipe and row.get(recipe["most"]) is not None:
            value = _at_most(value, row[recipe["most"]])
        if isinstance(value, int) and isinstance(above := row.get(recipe.get("below", "")), int):
            value = min(value, above - 1)
        return _dump(value) if recipe.get("json") and value is not None else value

    def _reference(self, table: str, column: str, recipe: Mapping[str, Any], number: int, held: Row, parent: tuple[str, Row] | None) -> Row:
        """The columns that point to a row of another table; those that stand already must agree."""
        dice = Dice(self.seed, table, column, number)
        target = recipe["reference"]
        columns = recipe.get("columns") or {column: self.keys[target][-1]}
        rows = self.rows.get(target, [])
        rows = rows[: len(rows) - int(recipe.get("spare", 0) * len(rows))]
        if parent is not None and parent[0] == target and not any(c in held for c in columns):
            rows = [parent[1]]
        fixed = {c: held[c] for c in columns if c in held}
        if fixed:
            rows = [r for r in rows if all(r[columns[c]] == v for c, v in fixed.items())]
        for theirs, ours in recipe.get("kin", {}).items():
            rows = [r for r in rows if held.get(ours) is None or r[theirs] == held[ours]]
        if not rows or (recipe.get("null") and dice.chance(recipe["null"])):
            return {c: None for c in columns if c not in held}
        chosen = rows[min(int(dice.unit() ** recipe.get("skew", 1.0) * len(rows)), len(rows) - 1)]
        self.near[target] = chosen
        return {c: chosen[k] for c, k in columns.items()}

    def _words(self, table: str, column: str, recipe: Mapping[str, Any], number: int) -> str:
        lists, join = recipe["words"], recipe.get("join", " ")
        if "who" in recipe:
            return self._person(table, column, lists[0], number)
        pool = self.pools.get((table, column))
        if pool is None:
            combos = [""]
            for words in lists:
                combos = [f"{head}{join if head and word else ''}{word}" for head in combos for word in words]
            combos = list(dict.fromkeys(combos))
            pool = self.pools[table, column] = Dice(self.seed, table, "#own" if recipe.get("own") else column, "#words").shuffled(combos)
        round_, at = divmod(number, len(pool))
        return pool[at] if round_ == 0 else _numbered(pool[at], join, round_ + 1)

    def _person(self, table: str, who: str, names: list[str], number: int) -> str:
        """What the list says of the person of this row: lists of one length are of the same people in the same order."""
        order = self.orders.get(f"{table}{who}")
        if order is None:
            order = self.orders[f"{table}{who}"] = [str(i) for i in Dice(self.seed, table, who, "#words").shuffled(range(len(names)))]
        round_, at = divmod(number, len(order))
        name = names[int(order[at])]
        return name if round_ == 0 else _numbered(name, "", round_ + 1)

    def _spread(self, table: str, column: str, given: list[str], number: int) -> str:
        """One of a list, each of them before any comes again."""
        if (table, column) not in self.pools:
            self.pools[table, column] = Dice(self.seed, table, column, "#words").shuffled(given)
        pool = self.pools[table, column]
        return pool[number % len(pool)]

    def value(self, recipe: Mapping[str, Any], dice: Dice, row: Row, number: int) -> Any:
        """A value from a recipe that needs nothing but the row."""
        kind = self.kinds.get(id(recipe))  # recipes live as long as the painter
        if kind is None:
            kind = self.kinds[id(recipe)] = next((k for k in KINDS if k in recipe), "")
        match kind:
            case "position":
                return number + 1
            case "rank":
                return str(self.rank) if recipe.get("as") == "text" else self.rank
            case "value":
                return recipe[kind]
            case "given" | "of":
                some = recipe[kind]
                if "but" in recipe:
                    some = [v for v in some if v != (self.context | row).get(recipe["but"])] or some
                return dice.choice(some)
            case "choice":
                return _weighted(recipe[kind], dice)
            case "yes":
                return dice.chance(recipe[kind]) if recipe.get("json") else int(dice.chance(recipe[kind]))
            case "number":
                return self._number(recipe, dice)
            case "time":
                return self._time(recipe, dice, row)
            case "template" if "around" in recipe:
                return fill_id(recipe[kind], dice, self.context)
            case "id" | "template":
                return fill_id(recipe[kind].replace("{n}", str(number + 1)), dice, self.context | row | {"nth": self.rank})
            case "counts":
                return len(orjson.loads(row[recipe[kind]])) if row.get(recipe[kind]) else 0
            case "same":
                seen = self._seen(recipe[kind], row)
                return bool(seen) if recipe.get("boolean") else seen
            case "media":
                return MEDIA.get(str(row.get(recipe[kind])).rpartition(".")[2]) or self.value(recipe["else"], dice, row, number)
            case "like":
                return self._like(recipe, dice, row, number)
            case "list":
                return self._list(recipe, dice, row, number)
            case "object":
                parts = _one_of(recipe, dice, row) if "either" in recipe else recipe[kind]
                return self._object(parts, dice, row, number) if parts or not recipe[kind] else None
            case "words":
                return self._words_value(recipe, dice)
            case "mix":
                return self.value(dice.choice(recipe[kind]), Dice(dice.bits()), row, number)
        return None

    def _object(self, parts: Mapping[str, Mapping[str, Any]], dice: Dice, row: Row, number: int) -> Row:
        """Each part with dice of its own; what comes from one table comes from one row of it, and what is said of one person is of one."""
        start = dice.bits() if any("like" in part or "who" in part for part in parts.values()) else 0
        out: Row = dict.fromkeys(parts)
        later = []
        for name, part in parts.items():
            one = part["like"].partition(".")[0] if "like" in part else f"#{part['who']}" if "who" in part else None
            own = Dice(dice.bits(), name) if one is None else Dice(start, one)
            if "length" in part or "media" in part or part.get("most") in parts or (isinstance(part.get("after"), str) and part["after"] in parts):
                later.append((name, part, own))
            else:
                out[name] = self.value(part, own, row, number)
        while later:
            waiting = {name for name, _, _ in later}
            at = next((i for i, (_, part, _) in enumerate(later) if not {part.get(k) for k in ("most", "length", "after", "media")} & waiting), 0)
            name, part, own = later.pop(at)
            value = len(out[part["length"]]) if "length" in part else self.value(part, own, {**row, **out}, number)
            out[name] = _at_most(value, out[part["most"]]) if "most" in part else value
        return out | {name: self._known(name, part, out, out[name]) for name, part in parts.items() if "fact" in part}

    def _like(self, recipe: Mapping[str, Any], dice: Dice, row: Row, number: int) -> Any:
        table, _, column = recipe["like"].partition(".")
        if self.near.get(table, {}).get(column) is not None:
            return bool(self.near[table][column]) if recipe.get("boolean") else self.near[table][column]
        rows = [r for r in self.rows.get(table, []) if r[column] is not None]
        if not rows:
            return self.value(recipe["else"], dice, {}, number) if "else" in recipe else None
        if row.get("parent") is not None:
            rows = [r for r in rows if r.get("parent") == row["parent"]] or rows  # the rollout of a backend is of one of its builds
        chosen = rows[number % len(rows)] if "spread" in recipe else dice.choice(rows)
        if "joint" in recipe:
            self.near[table] = chosen
        return bool(chosen[column]) if recipe.get("boolean") else chosen[column]

    def _time(self, recipe: Mapping[str, Any], dice: Dice, row: Row) -> Any:
        low, high = (self.now + _distance(d) for d in recipe["time"])
        wanted = recipe.get("after", ())
        after = next((v for c in ([wanted] if isinstance(wanted, str) else wanted) if (v := self._seen(c, row))), None)
        if after is not None:
            start = parse_time(after)
            low = start if "within" in recipe else max(low, start)
            high = min(start + _distance(recipe["within"]), self.now) if "within" in recipe else high
            high = max(high, low)
        if "apart" in recipe:
            low, high = low + (self.rank - 1) * _distance(recipe["apart"]), high + (self.rank - 1) * _distance(recipe["apart"])
        if "until" in recipe and (end := self._seen(recipe["until"], row)):
            high = max(low, min(high, parse_time(end)))
        span = int((high - low).total_seconds())
        moment = low + timedelta(seconds=dice.below(max(span, 1)) // 60 * 60)
        return format_time(moment, recipe.get("as", "iso"))

    def _seen(self, column: str, row: Row) -> Any:
        """A cell of the row itself, or of the row of another table that it refers to or lies under."""
        table, dot, name = column.partition(".")
        if not dot:
            return row.get(column)
        if table in self.near:
            return self.near[table].get(name)
        if "parent" not in row or table not in self.rows:
            return None
        if table not in self.named:
            self.named[table] = {r.get("name"): r for r in self.rows[table]}
        return self.named[table].get(row["parent"], {}).get(name)

    def _number(self, recipe: Mapping[str, Any], dice: Dice) -> Any:
        low, high = recipe["number"]
        share = dice.unit() ** recipe.get("skew", 1.0)
        step = recipe.get("step", 1)
        value = round(low + share * (high - low), recipe["decimals"]) if "decimals" in recipe else low + int(share * ((high - low) // step + 1)) * step
        return str(value) if recipe.get("as") == "text" else value

    def _list(self, recipe: Mapping[str, Any], dice: Dice, row: Row, number: int) -> Any:
        size = dice.between(*recipe.get("size", [0, 3]))
        out = [self.value(recipe["list"], Dice(dice.bits(), i), row, number) for i in range(size)]
        return [v for i, v in enumerate(out) if v not in out[:i]]

    def _words_value(self, recipe: Mapping[str, Any], dice: Dice) -> str:
        return str(recipe.get("join", " ")).join(w for words in recipe["words"] if (w := dice.choice(words)))


KINDS = ("position", "rank", "value", "given", "choice", "yes", "of", "number", "time", "id", "template", "same", "counts", "media", "like", "list", "object", "words", "mix")
"""What makes a value; the first of these that a recipe holds."""


MEDIA = {"csv": "text/csv", "pdf": "application/pdf", "json": "application/json", "png": "image/png", "jpg": "image/jpeg", "zip": "application/zip", "txt": "text/plain", "html": "text/html", "mp4": "video/mp4", "mp3": "audio/mpeg"}
"""Endings of files and what type they are of."""


def _numbered(name: str, join: str, n: int) -> str:
    """The name of the n-th thing that would be called the same; what is no name (a host, a network, a person) occurs again."""
    if "@" in name:
        return name.replace("@", f"{n}@", 1)
    return f"{name}{join}{n}" if join in (" ", "-") else name


def needs(recipe: Mapping[str, Any]) -> set[str]:
    """Columns of the same row that a recipe looks at; context names may be among them."""
    out: set[str] = set(recipe.get("unless", ())) | set(recipe.get("when", ()))
    out |= {"parent"} if "like" in recipe else set()
    out |= {recipe["full"][0], recipe["full"][2]} if "full" in recipe else set()
    out |= {recipe["fact"][0]} if "fact" in recipe else set()
    out |= {recipe[k] for k in ("with", "most", "below", "but", "counts", "by", "media") if k in recipe}
    after = recipe.get("after", ())
    for column in [*([after] if isinstance(after, str) else after), *(recipe[k] for k in ("same", "until") if k in recipe)]:
        out.add("parent" if "." in column else column)
    for k in ("template", "id", "in"):
        out |= fields_of(recipe[k]) if k in recipe and "around" not in recipe else set()
    inner = [*recipe.get("mix", ()), *recipe.get("object", {}).values(), *([recipe["list"]] if "list" in recipe else ())]
    inner += [value["draw"] for fixed in recipe.get("when", {}).values() for value in fixed.values() if isinstance(value, dict) and "draw" in value]
    return out.union(*map(needs, inner))


def _aspect(name: str) -> str:
    """What a field tells of a thing: its name, its type; of a person the first and the last name are two things."""
    words = split(name)
    return " ".join(words[-2:]) if words[-2:-1] and words[-2] in _NAME_PARTS else words[-1]


_NAME_PARTS = frozenset("first last given family middle maiden".split())


def _one_of(recipe: Mapping[str, Any], dice: Dice, row: Row) -> dict[str, Any]:
    """The fields of an object with one of its alternatives: that which the column "by" names, or any."""
    either, said = recipe["either"], _letters(row.get(recipe.get("by", "")) or "")
    stems = {k: _letters(_SETTINGS.sub("", k)) for k in either}
    fit = [k for k in either if said and (stems[k] in said or said in stems[k])] if "by" in recipe else either
    fit = [k for k in fit if stems[k] == said] or fit
    kept = dice.choice(fit) if fit else None
    return {k: part for k, part in recipe["object"].items() if k == kept or k not in either}


_SETTINGS = re.compile(r"(?i)(?:_?(?:settings?|config|configuration|properties|parameters|params?|options|profile|details|data|payload|attributes|source|target|destination|spec))+$")


def _letters(text: Any) -> str:
    return re.sub(r"[^a-z0-9]", "", str(text).lower())


def _at_most(value: Any, most: Any) -> Any:
    """The lesser of two numbers, also where both are written as text."""
    try:
        return value if float(value) <= float(most) else most
    except (TypeError, ValueError):
        return value


def _weighted(pairs: list[list[Any]], dice: Dice) -> Any:
    left = dice.unit() * sum(w for _, w in pairs)
    for value, weight in pairs:
        left -= weight
        if left < 0:
            return value
    return pairs[-1][0]


def _dump(value: Any) -> str:
    return orjson.dumps(value).decode()


def _object(row: Row, fields: Mapping[str, list[Any]]) -> str:
    """Part of a row as an object: field -> [column, is it JSON or a yes or no]."""
    told = {f: row[c] for f, (c, _) in fields.items() if row[c] is not None}
    return _dump({f: orjson.loads(v) if fields[f][1] == "json" else bool(v) if fields[f][1] == "boolean" else int(v) if fields[f][1] == "integer" else v for f, v in told.items()})


def _distance(text: str) -> timedelta:
    unit = {"d": "days", "h": "hours", "m": "minutes"}[text[-1]]
    return timedelta(**{unit: float(text[:-1])})


def parse_time(value: str | int | float) -> datetime:
    if isinstance(value, str) and value.isdigit():
        return parse_time(int(value))
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
    moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def format_time(moment: datetime, form: str) -> str | int:
    """iso: 2026-06-15T09:00:00Z · spaced: 2026-06-15 09:00:00 · date: 2026-06-15 · epoch, epoch_ms: integers · text_epoch, text_epoch_ms: the same as text."""
    if form.startswith("text_"):
        return str(format_time(moment, form.removeprefix("text_")))
    if form == "spaced":
        return moment.strftime("%Y-%m-%d %H:%M:%S")
    if form == "date":
        return moment.strftime("%Y-%m-%d")
    if form == "epoch":
        return int(moment.timestamp())
    if form == "epoch_ms":
        return int(moment.timestamp() * 1000)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
