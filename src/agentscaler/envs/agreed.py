"""More of how the columns of a row agree (`accord` begins it): what tells the same twice, and what a state does not have yet.

Labels of a code, results of what has not succeeded, a flag beside the state that it says again, sightings in their order,
addresses made of the row's own id, an ARN beside the type of what it names.
"""

import re
from typing import Any, Final

from agentscaler.envs.amounts import CHANGED, FUTURE
from agentscaler.envs.drafts import STATE
from agentscaler.envs.place import Place, is_empty, unknown
from agentscaler.envs.recipes import not_failed, unfinished
from agentscaler.envs.vocabulary import RUNS
from agentscaler.records import JsonObject, Table
from agentscaler.words import field, split

Recipes = dict[str, JsonObject]


def agree_more(recipes: Recipes, table: Table, place: Place, state: str | None, states: list[Any]) -> None:
    """Make the recipes of a table look at each other; state: the column that says how far a row has come, and its values."""
    free = {c.name for c in table.columns if c.null and c.name not in table.key}
    _labels(recipes, free)
    _results(recipes, free, place, state, states)
    _said_again(recipes)
    _seen_in_order(recipes)
    _at_its_own_address(recipes, table, place)
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
        told = next((n for n, r in recipes.items() if n != name and field(n) in (words[:-1], (*words[:-1], "code"), (*words[:-1], "id")) and isinstance(r.get("choice", [[None]])[0][0], str)), None)
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


_SEEN: Final = re.compile(r"\b(?:found|find|detected|discovered|occurred|observed|reported|happen(?:ed)?|attack|alarm|event|trigger(?:ed)?|scan)\b")


def _seen_in_order(recipes: Recipes) -> None:
    """What was found was found before it was last seen: FoundTime, LatestFoundTime."""
    heard = {n: " ".join(split(n)) for n, r in recipes.items() if "time" in r and "after" not in r}
    later = [n for n, w in heard.items() if CHANGED.search(w) and not FUTURE.search(w)]
    for name, words in heard.items():
        if later and name not in later and _SEEN.search(words) and recipes[name]["time"] == ["-110d", "-2d"]:
            recipes[name]["time"] = ["-110d", "-61d"]


_ADDRESS: Final = frozenset("url uri endpoint host hostname fqdn".split())
_OF_ROW: Final = frozenset("access api public private primary service web portal default login console internal vpc dns prometheus http https main invoke base".split())


def _at_its_own_address(recipes: Recipes, table: Table, place: Place) -> None:
    """The endpoint of a row of AWS bears the row's id: https://ws-1a2b.aps.eu-west-1.amazonaws.com."""
    own = place.draft.own
    if place.vendor != "aws" or own is None or len(table.key) != 1 or own not in recipes or field(own)[-1] not in ("id", "name", "identifier") or not {"id", "words"} & set(recipes[own]) or recipes[own].get("join", "-") != "-":
        return
    for name, recipe in recipes.items():
        words = field(name)
        head = set(words[:-1]) - {"dns"}
        if words[-1] in _ADDRESS and head <= set(place.draft.noun) | _OF_ROW and name not in place.written and name != own and "words" in recipe and "who" not in recipe:
            host = "{" + own + "}." + place.service.split("-")[0] + ".{region}.amazonaws.com"
            recipes[name] = {"template": host if words[-1] in ("host", "hostname", "fqdn") or "dns" in words else f"https://{host}"} | {k: v for k, v in recipe.items() if k in ("null", "unless", "knowable")}


_KINDS: Final = (
    (re.compile(r"(?i)ec2\W*instance|^(?:aws_)?ec2$|^instance$"), "arn:aws:ec2:{region}:{account}:instance/i-0a1b2c3d4e5f607%s"),
    (re.compile(r"(?i)lambda"), "arn:aws:lambda:{region}:{account}:function:billing-handler-%s"),
    (re.compile(r"(?i)s3"), "arn:aws:s3:::billing-uploads-%s"),
    (re.compile(r"(?i)dynamo"), "arn:aws:dynamodb:{region}:{account}:table/sessions-%s"),
    (re.compile(r"(?i)rds|aurora|db_?instance"), "arn:aws:rds:{region}:{account}:db:orders-%s"),
    (re.compile(r"(?i)load_?balancer|elb"), "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/checkout-%s/50dc6c495c0c9188"),
    (re.compile(r"(?i)cloudfront|distribution"), "arn:aws:cloudfront::{account}:distribution/E1A2B3C4D5%s"),
    (re.compile(r"(?i)api_?gateway"), "arn:aws:apigateway:{region}::/restapis/a1b2c3%s/stages/prod"),
)
"""A type of resource, as services write it -> ARNs of such things."""


def one_resource(recipes: Recipes) -> None:
    """Beside an ARN of any resource stands the type of that resource: of one kind in all rows, so that no row says the contrary."""
    arns = [n for n, r in recipes.items() if field(n)[-1:] == ("arn",) and any("arn:aws:dynamodb:" in str(m.get("template")) for m in r.get("mix", ())) and len(r["mix"]) > 5]
    kinds = [n for n, r in recipes.items() if field(n)[-1:] == ("type",) and field(n)[:-1] in (("resource",), ()) and {"choice", "given", "of"} & set(r)]
    for arn in arns:
        for kind in kinds:
            values = [v for v, _ in recipes[kind].get("choice", [])] or recipes[kind].get("given") or recipes[kind].get("of") or []
            said, form = next(((v, f) for says, f in _KINDS for v in values if says.search(str(v))), (None, None))
            if form is not None:
                recipes[kind] = {k: v for k, v in recipes[kind].items() if k not in ("choice", "given", "of", "cover")} | ({"choice": [[said, 1.0]]} if "choice" in recipes[kind] else {"given": [said]})
                recipes[arn] = {**recipes[arn], "mix": [{"template": form % n} for n in ("18", "29", "3a", "4b", "5c", "6d")]}
