"""More of how the columns of a row agree (`accord` begins it): what tells the same twice, and what a state does not have yet.

Labels of a code, results of what has not succeeded, a flag beside the state that it says again, sightings in their order,
addresses made of the row's own id, an ARN beside the type of what it names.
"""

import re
from typing import Any, Final

from agentscaler.envs.amounts import CHANGED, FUTURE
from agentscaler.envs.drafts import STATE
from agentscaler.envs.naming import filled
from agentscaler.envs.parts import one_resource
from agentscaler.envs.place import UNKNOWN, Place, is_empty, unknown
from agentscaler.envs.recipes import not_failed, unfinished
from agentscaler.envs.vocabulary import RUNS, SLUG_LISTS
from agentscaler.records import JsonObject, Table
from agentscaler.words import field, plural, split

Recipes = dict[str, JsonObject]


def agree_more(recipes: Recipes, table: Table, place: Place, state: str | None, states: list[Any]) -> None:
    """Make the recipes of a table look at each other; state: the column that says how far a row has come, and its values."""
    free = {c.name for c in table.columns if c.null and c.name not in table.key}
    _labels(recipes, free)
    _results(recipes, free, place, state, states)
    _said_again(recipes)
    _begun_alike(recipes)
    _second_state(recipes, free, state, states)
    _machines(recipes)
    _zones(recipes)
    _seen_in_order(recipes)
    _at_its_own_address(recipes, table, place)
    _under_its_parent(recipes, place)
    _reached(recipes)
    _one_default(recipes)
    one_resource(recipes)


_LABELS: Final = frozenset("name desc description text label msg display".split())
_CODED: Final = frozenset("status state type mode level kind phase category class code method flag".split())
"""What a row tells by a code or word of a list, which is no thing with a name of its own."""


def _labels(recipes: Recipes, free: set[str]) -> None:
    """StatusName says what Status says; where that is a number, nobody knows its label."""
    for name, recipe in recipes.items():
        words = field(name)
        if len(words) < 2 or words[-1] not in _LABELS or words[-2] not in _CODED or {"reference", "with", "generated", "json", "boolean"} & set(recipe) or name not in free or is_empty(recipe) or "words" not in recipe:
            continue
        codes = [n for n in recipes if n != name and field(n) in (words[:-1], (*words[:-1], "code"), (*words[:-1], "id"))]
        told = next((n for n in codes if isinstance(recipes[n].get("choice", [[None]])[0][0], str)), None)
        if codes:
            recipes[name] = {"same": told, "knowable": True} if told else unknown({"value": None})


_RESULTS: Final = re.compile(r"(?:^|[a-z_])(?:[Rr]esults?|[Oo]utputs?|[Ss]tatistics|[Ss]tats|[Ss]ummary|[Ff]indings|[Bb]locks|[Mm]etrics|[Rr]esponse|[Ee]ntities|[Aa]rtifacts)$|^[Bb]locks$")
"""What a run brings forth."""


def _results(recipes: Recipes, free: set[str], place: Place, state: str | None, states: list[Any]) -> None:
    """A run that is under way, waits or has failed has no results."""
    if state is None or not (place.draft.noun[-1:] and place.draft.noun[-1] in RUNS):
        return
    without = [s for s in states if s in unfinished(states) or s not in not_failed(states)]
    for name, recipe in recipes.items():
        plain = name in free and name not in place.written and ({"object", "list"} & set(recipe)) and not {"reference", "with", "unless", "turn"} & set(recipe)
        if plain and 0 < len(without) < len(states) and _RESULTS.search(name) and not is_empty(recipe):
            recipe["unless"] = {state: without}
            recipe.pop("null", None)


def _said_again(recipes: Recipes) -> None:
    """Attached is true where DiskState is ATTACHED."""
    told = {n: [v for v, _ in r["choice"]] for n, r in recipes.items() if STATE.search(n) and "choice" in r}
    for flag, recipe in recipes.items():
        words = [w for w in split(flag) if w not in ("is", "has", "been")]
        if "boolean" not in recipe or "yes" not in recipe or "when" in recipe or len(words) != 1 or len(words[0]) < 6 or not words[0].endswith("ed"):
            continue
        for state, values in told.items():
            said = [v for v in values if split(str(v)) == (words[0],)]
            if said and len(values) > 1:
                recipe["when"] = {state: {v: int(v in said) for v in values}}


_CLASSES: Final = (
    re.compile(r"(?i)fail|error|reject|denied|timed|abort|invalid|unsuccess"),
    re.compile(r"(?i)cancel|stopped|stopping|disabl|inactiv|paus|suspend|off$"),
    re.compile(r"(?i)delet|terminat|expir|archiv"),
    re.compile(r"(?i)pend|queue|wait|schedul|submit|creat(?:ing|ed)|starting|initial|draft"),
    re.compile(r"(?i)progress|running|processing|updating|ing$"),
    re.compile(r"(?i)succe|complet|finish|done|active|ready|available|enabled|healthy|ok|online|stable|normal"),
)
"""Kinds of state: gone wrong, stopped, gone, waiting, under way, well."""


_NEAR: Final[dict[int | None, tuple[int, ...]]] = {0: (1,), 1: (0, 5), 2: (1, 0), 3: (4,), 4: (3,)}
"""Of what kind a second state is where it has none of the same."""


def _class_of(value: Any) -> int | None:
    return next((i for i, says in enumerate(_CLASSES) if says.search(str(value))), None)


def _second_state(recipes: Recipes, free: set[str], state: str | None, states: list[Any]) -> None:
    """Status and State of one row tell the same: no COMPLETED one is STARTING."""
    bare = {("status",), ("state",), ("phase",), ("lifecycle", "state"), ("current", "phase"), ("current", "state")}
    if state is None or field(state) not in bare:
        return
    for name, recipe in recipes.items():
        values = [v for v, _ in recipe.get("choice", ())]
        if name == state or field(name) not in bare or not values or not all(isinstance(v, str) for v in values) or "when" in recipe or "cover" in recipe:
            continue
        alike = {s: next((v for at in (_class_of(s), *_NEAR.get(_class_of(s), ())) for v in values if _class_of(v) == at), None) for s in states}
        if sum(v is not None for v in alike.values()) >= 2:
            recipe["when"] = {state: {s: v for s, v in alike.items() if v is not None or name in free}}


def _machines(recipes: Recipes) -> None:
    """A machine of 8 cores has more than 2 GB of memory."""
    plain = {field(n): n for n, r in recipes.items() if "of" in r and "most" not in r and all(isinstance(v, (int, float)) for v in r["of"])}
    cores, memory = (next((plain[w] for w in forms if w in plain), None) for forms in ((("cpu",), ("vcpu",), ("cpu", "num"), ("cpu", "count")), (("memory",), ("mem",), ("memory", "gb"), ("memory", "size"))))
    if cores and memory and max(recipes[memory]["of"]) <= 512:
        recipes[cores]["most"] = memory


def _zones(recipes: Recipes) -> None:
    """A zone is told once: its name and its id are of one zone."""
    zones = {field(n): n for n, r in recipes.items() if "mix" in r and "{region}" in str(r["mix"][0].get("template"))}
    for words, name in zones.items():
        if words[-2:] == ("zone", "id") and (other := zones.get(words[:-1]) or zones.get((*words[:-1], "name"))):
            recipes[name] = {"same": other}


def _begun_alike(recipes: Recipes) -> None:
    """ScalableDimension 'ecs:service:DesiredCount' belongs to the ServiceNamespace 'ecs'."""
    lists = {n: [str(v) for v, _ in r["choice"]] for n, r in recipes.items() if len(r.get("choice", ())) > 2 and not {"reference", "with"} & set(r)}
    for whole, values in lists.items():
        if not all(re.match(r"[\w-]+[:/]", v) for v in values):
            continue
        for name, heads in lists.items():
            mine = {h: next((v for v in values if re.split(r"[:/]", v)[0] == h), None) for h in heads}
            if name != whole and sum(v is not None for v in mine.values()) >= 0.7 * len(heads):
                recipes[name]["choice"] = [p for p in recipes[name]["choice"] if mine[str(p[0])] is not None]
                recipes[whole]["when"] = {name: {h: v for h, v in mine.items() if v is not None}}


_SEEN: Final = re.compile(r"\b(?:found|find|detected|discovered|occurred|observed|reported|happen(?:ed)?|attack|alarm|event|trigger(?:ed)?|scan)\b")


def _seen_in_order(recipes: Recipes) -> None:
    """What was found was found before it was last seen: FoundTime, LatestFoundTime."""
    heard = {n: " ".join(split(n)) for n, r in recipes.items() if "time" in r and "after" not in r}
    later = [n for n, w in heard.items() if CHANGED.search(w) and not FUTURE.search(w)]
    for name, words in heard.items():
        if later and name not in later and _SEEN.search(words) and recipes[name]["time"] == ["-110d", "-2d"]:
            recipes[name]["time"] = ["-110d", "-61d"]


_PHONE: Final[JsonObject] = {"id": "+44 20 7946 0{digits:3}"}
_WAYS: Final = (
    (re.compile(r"(?i)^e-?mail(?:-json)?$"), {"words": [["@emails"]]}),
    (re.compile(r"(?i)^(?:sms|voice|phone|call|whats_?app|mobile|text)$"), _PHONE),
    (re.compile(r"(?i)^https?$|^web_?hook$"), {"words": [["https://hooks.example.com/"], list(SLUG_LISTS[0])], "join": ""}),
)
"""How somebody is reached -> addresses of that sort."""


def _reached(recipes: Recipes) -> None:
    """Who is reached by EMAIL has an address of mail, and by SMS a number."""
    ways = {n: {str(v): next(({k: x for k, x in filled(r).items() if k != "who"} for says, r in _WAYS if says.search(str(v))), None) for v in _listed(r)} for n, r in recipes.items()}
    kind = next((n for n, known in ways.items() if sum(r is not None for r in known.values()) > 1 and field(n)[-1] in ("type", "channel", "protocol", "method")), None)
    for name, recipe in recipes.items() if kind else ():
        inside = [k for k in recipe.get("object", {}) if field(k)[-1:] == ("address",)]
        plain = field(name)[-1] in ("address", "endpoint") and not {"object", "json", "reference", "with", "like", "same", "boolean"} & set(recipe)
        if kind and kind != name and "when" not in recipe and (plain or len(inside) == 1):
            told = {v: {**recipe, "object": {**recipe["object"], inside[0]: r}} if inside else r for v, r in ways[kind].items() if r is not None}
            recipe["when"] = {kind: {v: {"draw": {k: x for k, x in r.items() if k in ("object", "words", "join", "id")}} for v, r in told.items()}}


def _listed(recipe: JsonObject) -> list[Any]:
    return list(recipe.get("given") or [v for v, _ in recipe.get("choice", ())])


def _one_default(recipes: Recipes) -> None:
    """Of DEFAULT_DATABASE and USER_DATABASE the first is the one that there is from the beginning."""
    for name, recipe in recipes.items():
        values = [str(v) for v, _ in recipe.get("choice", ())]
        first = [v for v in values if v.startswith("DEFAULT_") and any(o.split("_", 1)[0] in ("USER", "CUSTOM") and o.split("_", 1)[1:] == v.split("_", 1)[1:] for o in values)]
        if first and field(name)[-1:] == ("type",):
            recipe["choice"] = [p for p in recipe["choice"] if p[0] not in first]
            recipe["cover"] = first[:1]


_ADDRESS: Final = frozenset("url uri endpoint host hostname fqdn".split())
_OF_ROW: Final = frozenset("access api public private primary service web portal default login console internal vpc dns prometheus http https main invoke base".split())


def _at_its_path(recipes: Recipes, table: Table, place: Place) -> None:
    """The url of a row whose service numbers its rows is where the service shows it: https://api.example.com/v1/Users/US2f."""
    own = place.draft.own
    if own is None or field(own)[-1] not in ("sid", "gid") or own not in table.key:
        return
    for name, recipe in recipes.items():
        if field(name) in (("url",), ("uri",)) and name not in place.written and {"words", "id"} & set(recipe):
            recipes[name] = {"template": "https://api.example.com/v1/" + plural("".join(w.capitalize() for w in place.draft.noun)) + "/{" + own + "}"}


def _at_its_own_address(recipes: Recipes, table: Table, place: Place) -> None:
    """The endpoint of a row of AWS bears the row's id: https://ws-1a2b.aps.eu-west-1.amazonaws.com."""
    own = place.draft.own
    _at_its_path(recipes, table, place)
    if place.vendor != "aws" or own is None or len(table.key) != 1 or own not in recipes or field(own)[-1] not in ("id", "name", "identifier") or not {"id", "words"} & set(recipes[own]) or recipes[own].get("join", "-") != "-":
        return
    for name, recipe in recipes.items():
        words = field(name)
        head = set(words[:-1]) - {"dns"}
        if words[-1] in _ADDRESS and head <= set(place.draft.noun) | _OF_ROW and name not in place.written and name != own and "words" in recipe and "who" not in recipe:
            host = "{" + own + "}." + place.service.split("-")[0] + ".{region}.amazonaws.com"
            plain = words[-1] in ("host", "hostname", "fqdn") or "dns" in words or (words[-1] == "endpoint" and not re.search(r"(?i)\bur[il]\b|https?:|prometheus|api", str(place.columns[name].schema.get("description", ""))))
            recipes[name] = {"template": host if plain else f"https://{host}"} | {k: v for k, v in recipe.items() if k in ("null", "unless", "knowable")}


def _under_its_parent(recipes: Recipes, place: Place) -> None:
    """The customer of what lies under customers/C01 is C01, or customers/C01 where the provider writes it so."""
    path = str(recipes.get("parent", {}).get("template", ""))
    for found in re.finditer(r"\{(\w+)\}", path):
        recipe = recipes.get(found[1], {})
        if found[1] in place.written or {"reference", "with", "json", "generated", "boolean"} & set(recipe) or not (is_empty(recipe) or UNKNOWN in recipe or "template" in recipe) or place.columns[found[1]].kind != "string":
            continue
        text, until = str(place.columns[found[1]].schema.get("description", "")), path[: found.end()]
        whole = until.rpartition("/")[0].rpartition("/")[2] + "/" in text or re.search(r"(?i)resource name", text)
        recipes[found[1]] = {"template": until if whole else found[0], "around": True, "knowable": True}


def run_out(recipe: JsonObject, state: str | None, states: list[Any]) -> None:
    """Only what has EXPIRED ran out before now."""
    over = [s for s in states if any(w.startswith("expire") for w in split(str(s)))]
    if state and over and len(over) < len(states) and "when" not in recipe:
        recipe["when"] = {state: {str(s): {"draw": {**{k: v for k, v in recipe.items() if k == "as"}, "time": ["-30d", "-1d"]}} for s in over}}
        recipe.pop("null", None)


VERDICT: Final = re.compile(r"^(?i:(?!old|original|previous|last|prior|expected|desired).*(?:verdict|outcome|conclusion)|(?:\w+_)?result)$|^(?!old|original|previous|last|prior|expected|desired).*[a-z]Result$")
"""What is said of a thing once it is over."""
_NO_VERDICT = re.compile(r"(?i)^(?:\w+_)?(?:none|pending|undecided|not_?(?:started|available|run|evaluated|ready)|n/?a|in_?progress)$")


def no_verdict(recipe: JsonObject, state: str, states: list[Any]) -> None:
    """What is still running has neither passed nor failed."""
    begun, none = unfinished(states), [v for v, _ in recipe["choice"] if _NO_VERDICT.search(str(v))]
    if not begun or len(begun) == len(states):
        return
    recipe.pop("null", None)
    if not none:
        recipe["unless"] = {**recipe.get("unless", {}), state: begun}
        return
    recipe["choice"] = [p for p in recipe["choice"] if p[0] not in none] or recipe["choice"]
    recipe["when"] = {state: {str(s): none[0] for s in begun}}
