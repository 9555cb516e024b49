"""Briefs as a person would say them, and tasks that anybody would want: one test for each rule of wording and of sense."""

import re
from functools import cache
from typing import Any

import pytest

from agentscaler.dice import Dice
from agentscaler.errors import Dropped
from agentscaler.records import Difficulty, Operation, Reference
from agentscaler.rollouts import reading
from agentscaler.rollouts.reading import Goal, Thing, read_wishes
from agentscaler.tasks import chained, make_tasks
from agentscaler.tasks.allowed import _forbidden, changeable, lacks, may
from agentscaler.tasks.asking import columns_to_ask, dates, question
from agentscaler.tasks.choose import Unit, balance
from agentscaler.tasks.conditions import conditions
from agentscaler.tasks.errand import _again
from agentscaler.tasks.everyday import (
    dated,
    described,
    keeps_name,
    may_ask,
    may_set,
    piles_up,
    renamed,
    sized,
)
from agentscaler.tasks.find import Found, below, locate, own_name, placed, together
from agentscaler.tasks.fits import bears, begins, makes_group
from agentscaler.tasks.groups import groups
from agentscaler.tasks.joined import _role
from agentscaler.tasks.nouns import _spoken_table, befits, may_not_go, may_pick
from agentscaler.tasks.phrases import Phrase, describe
from agentscaler.tasks.plans import changing
from agentscaler.tasks.reasons import _RENAME
from agentscaler.tasks.several import both_plans, rank
from agentscaler.tasks.site import Site, holds
from agentscaler.tasks.speech import Kind, adjective, deed, say, turned
from agentscaler.tasks.trace import Trace, Val
from agentscaler.tasks.values import Wanted, plain, wanted
from agentscaler.tasks.wishes import _told, change, settable
from shops import RENTAL, STATES, build, shop, shop_api, tools_of


@cache
def site() -> Site:
    return Site(shop(), 0)


def changed() -> Site:
    """A shop of one's own to change."""
    own = Site(shop(), 0)
    own.recipes = dict(own.recipes)
    return own


def of_a_kind(noun: str) -> Site:
    """The same, and the customers are something else."""
    own = changed()
    own.tables = {**own.tables, "customer": own.tables["customer"].model_copy(update={"noun": noun})}
    return own


def operation(at: Site, name: str) -> Operation:
    return at.operations[name]


def told(at: Site, name: str, text: str) -> None:
    """Another description for a tool."""
    at.tools[name] = at.tools[name].model_copy(update={"description": text})


def column_of(at: Site, table: str, name: str, **more: Any) -> None:
    """Another column record, and the same in its table."""
    at.columns[table, name] = at.columns[table, name].model_copy(update=more)
    info = at.tables[table]
    at.tables[table] = info.model_copy(update={"columns": tuple(at.columns[table, c.name] for c in info.columns)})


def found(noun: str, tail: str = "", *, parent: Phrase | None = None, frame: str = "") -> Found:
    return Found("customer", {}, {}, Phrase(noun, tail=tail, parent=parent), [], 0, frame)


ANA = 'called "Ana"'

# ---- where what a thing belongs to is said ----------------------------------------------------------------------


def test_what_it_belongs_to_stands_behind_a_name_and_before_any_other_clause() -> None:
    fleet = found("fleet", 'called "north"')
    phrase, frame = placed(site(), Phrase("worker", tail='called "a"'), fleet)
    assert (frame, phrase.text()) == ("", 'the worker called "a" of the fleet called "north"')
    phrase, frame = placed(site(), Phrase("worker", tail="created on 3 May"), fleet)
    assert (frame, phrase.text()) == ('For the fleet called "north"', "the worker created on 3 May")
    phrase, frame = placed(site(), Phrase("worker"), fleet)
    assert (frame, phrase.text()) == ("", 'the worker of the fleet called "north"')


def test_two_homes_are_said_in_one_breath() -> None:
    fleet = found("fleet", 'called "north"', parent=Phrase("farm", tail='called "f"'))
    phrase, frame = placed(site(), Phrase("worker", tail="created on 3 May"), fleet)
    assert (frame, phrase.text()) == ('For the fleet called "north" of the farm called "f"', "the worker created on 3 May")
    phrase, frame = placed(site(), Phrase("worker", tail='called "a"'), fleet)
    assert (frame, phrase.text()) == ('For the fleet called "north" of the farm called "f"', 'the worker called "a"')
    assert together(site(), "worker", fleet) == ("worker", "", 'For the fleet called "north" of the farm called "f"')
    with pytest.raises(Dropped):
        placed(site(), Phrase("worker"), fleet._replace(phrase=fleet.phrase._replace(parent=Phrase("farm", tail='called "f"', parent=Phrase("land", tail='called "l"')))))
    with pytest.raises(Dropped):
        placed(site(), Phrase("worker", tail="created on 3 May"), fleet._replace(frame="In the hall"))


def test_groups_with_a_clause_of_their_own_follow_their_home() -> None:
    fleet = found("fleet", 'called "north"')
    assert together(site(), "worker", fleet, "created before May") == ("worker", "", 'For the fleet called "north"')
    assert together(site(), "worker", fleet) == ("worker", ' of the fleet called "north"', "")
    assert together(site(), "worker", None, "created before May") == ("worker", "", "")


def test_a_noun_is_not_said_twice() -> None:
    assert below(site(), "theme alias", "theme") == "alias"
    assert below(site(), "Theme alias", "theme") == "alias"
    assert below(site(), "theme id", "theme") == "theme id", "an id is no thing"
    assert below(site(), "theme customer", "theme") == "theme customer", "there are customers of another kind"
    assert below(site(), "themed room", "theme") == "themed room"
    assert below(site(), "service level objective", "service") == "service level objective"
    assert below(site(), "app instance user endpoint", "user", "app instance user") == "endpoint"


def test_a_moment_is_asked_for_after_the_date_that_tells_the_thing() -> None:
    at = site()
    row = at.world.rows("rental")[0]
    dated = Found("rental", row, {}, Phrase("rental", tail="last changed on 18 April"), [], 0)
    for seed in range(8):
        assert question(at, dated, "createdAt", Dice(seed)) == "Please look up the rental last changed on 18 April: when was it created?"
        assert not question(at, dated._replace(phrase=Phrase("rental", tail='titled "x"')), "createdAt", Dice(seed)).startswith("Please")


def test_a_thing_that_is_called_something_is_not_asked_what_it_is_called() -> None:
    at = site()
    row = at.world.rows("customer")[0]
    home = Found("customer", row, {}, Phrase("customer", parent=Phrase("shop", tail='called "x"')), [], 0)
    assert not [s for s in range(20) if question(at, home, "name", Dice(s)).endswith(" called?")]


# ---- names before dates -----------------------------------------------------------------------------------------


@cache
def texts() -> list[tuple[str, str]]:
    return [(t.difficulty.shape, t.brief.text) for seed in (0, 1, 3) for t in make_tasks(shop(), seed=seed, tries=120, most=60).tasks]


def test_what_has_a_name_is_told_by_its_name() -> None:
    assert len(texts()) > 100
    for _, text in texts():
        assert not re.search(r"(?:customer|rental) (?:created|last changed) on \d", text), text
        assert not re.search(r"the (?:newest|oldest|only) (?:customer|rental)", text), text


def test_one_thing_at_most_is_told_by_its_date() -> None:
    assert dates("the run created on 3 May of the job last changed on 12 June 2025") == 2
    assert dates("every run created before May 2025") == 1
    assert dates('the run called "3 May" at 9') == 0
    assert all(dates(text) <= (2 if shape == "both" else 1) for shape, text in texts())


def test_a_date_tells_what_has_no_name() -> None:
    at = of_a_kind("draft")
    del at.kinds["customer", "name"]
    rows = at.world.rows("customer")
    shown = ("customerId", "createdAt")
    phrases = {describe(at, at.tables["customer"], rows[0], rows[1:], shown, Dice(n)).tail for n in range(5)}
    assert len(phrases) == 1
    assert phrases.pop().startswith("created on ")


def test_the_last_change_tells_nothing() -> None:
    at = of_a_kind("draft")
    del at.kinds["customer", "name"]
    at.kinds["customer", "city"] = "time"
    column_of(at, "customer", "city", phrase="last changed")
    rows = [{**r, "city": f"2026-0{n % 9 + 1}-1{n % 7}T00:00:00Z"} for n, r in enumerate(at.world.rows("customer"))]
    assert all(describe(at, at.tables["customer"], rows[0], rows[1:], ("customerId", "city", "createdAt"), Dice(n)).tail.startswith("created") for n in range(9))
    with pytest.raises(Dropped):
        describe(at, at.tables["customer"], rows[0], rows[1:], ("customerId", "city"), Dice(0))


@pytest.mark.parametrize(("noun", "kinds", "said"), [("route", {}, None), ("lifecycle policy", {}, "the lifecycle policy"), ("member", {"city": "word"}, "the member with the email x@example.com"), ("draft", {"createdAt": "time"}, "the draft created on 3 May")])
def test_the_only_one_there_is_needs_a_name_too(noun: str, kinds: dict[str, Kind], said: str | None) -> None:
    at = of_a_kind(noun)
    for column in at.columns_of("customer"):
        at.kinds.pop(("customer", column), None)
    at.kinds.update({("customer", c): k for c, k in kinds.items()})
    column_of(at, "customer", "city", phrase="email")
    row = {**at.world.rows("customer")[0], "city": "x@example.com", "createdAt": "2026-05-03T00:00:00Z"}
    if said is None:
        with pytest.raises(Dropped):
            describe(at, at.tables["customer"], row, [], ("customerId", "city", "createdAt"), Dice(0))
    else:
        assert describe(at, at.tables["customer"], row, [], ("customerId", "city", "createdAt"), Dice(0)).text() == said


def test_the_newest_is_not_said_of_what_has_a_name() -> None:
    at = of_a_kind("backup")
    rows = sorted(at.world.rows("customer"), key=lambda r: str(r["createdAt"]))
    assert all(describe(at, at.tables["customer"], rows[-1], rows[:-1], ("customerId", "name", "createdAt"), Dice(n)).front == "" for n in range(40))


def test_what_has_no_name_is_asked_how_it_went() -> None:
    at = changed()
    row = at.world.rows("rental")[0]
    known = {c: Val(v, "read", 0) for c, v in row.items()}

    def asked(noun: str, tail: str) -> set[str]:
        return {at.columns["rental", c].phrase for c in columns_to_ask(at, Found("rental", row, known, Phrase(noun, tail=tail), [], 0), list(row))}

    assert asked("rental", 'called "x"') > asked("rental", "created on 3 May") > asked("rental", "that finished on 3 May")
    assert asked("rental", "created on 3 May") == {"status"}
    assert "created" in asked("rental", 'called "x"')
    assert "created" not in asked("finding", 'called "x"'), "it came up by itself"
    assert "title" not in asked("rental", 'described as "x"')


def test_a_name_that_is_the_key_needs_no_list() -> None:
    at = changed()
    row = at.world.rows("customer")[0]
    assert locate(at, Trace(at), "customer", row, Dice(0)).step == 0
    at.kinds["customer", "customerId"] = "name"
    trace = Trace(at)
    named = locate(at, trace, "customer", row, Dice(0))
    assert named.phrase.text() == f'the customer with the {at.columns["customer", "customerId"].phrase} "{row["customerId"]}"' or "called" in named.phrase.text()
    assert (trace.calls, named.known["customerId"]) == ([], Val(row["customerId"], "said"))


def test_two_things_whose_keys_are_their_names_need_no_list() -> None:
    at = changed()
    at.kinds["customer", "customerId"] = "name"
    made = 0
    for n in range(40):
        try:
            plan = both_plans(at, Dice(n))[0]
        except Dropped:
            continue
        if plan.trace.calls[-1].name == "deleteCustomer":
            made += 1
            assert [c.name for c in plan.trace.calls] == ["deleteCustomer", "deleteCustomer"]
            assert all(c.arguments["customerId"] in plan.wishes[0].text for c in plan.trace.calls)
    assert made


def test_an_id_names_the_thing_it_is_the_id_of() -> None:
    at = site()
    info = at.tables["rental"]
    row = {**at.world.rows("rental")[0], "rentalId": "r-77", "customerId": "c-5"}
    said = own_name(at, info, row, "rentalId")
    assert said is not None
    assert said.text() == "the rental r-77"
    other = info.model_copy(update={"key": ("customerId",)})
    assert own_name(at, other, row, "customerId") is None, "the id of its customer"


# ---- what a thing is to another ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "said"),
    [("customerId", "customer"), ("sourceCustomerId", "source customer"), ("adminCustomerId", "admin customer"), ("fromCustomerId", None), ("provisionCustomerId", None), ("shopId", None), ("id", "customer")],
)
def test_a_reference_is_called_by_its_role(column: str, said: str | None) -> None:
    reference = Reference(columns=(column,), table="customer", on_delete="RESTRICT")
    if said is None:
        with pytest.raises(Dropped):
            _role(site(), reference)
    else:
        assert _role(site(), reference) == said


def test_a_row_does_not_lie_in_what_it_was_made_from() -> None:
    reference = Reference(columns=("sourceJobId",), table="customer", on_delete="RESTRICT")
    assert not holds(reference)
    assert holds(reference.model_copy(update={"columns": ("jobId",)}))
    assert holds(reference.model_copy(update={"columns": ("source",)})), "a source is a thing"


# ---- what the provider's own text rules out ---------------------------------------------------------------------


def test_what_is_in_use_is_not_deleted_where_the_tool_says_so() -> None:
    at = changed()
    remove, rentals = operation(at, "deleteCustomer"), {r["customerId"] for r in at.world.rows("rental")}
    rows = at.world.rows("customer")
    assert rentals
    assert all(may(at, remove, r) == (r["customerId"] not in rentals) for r in rows), "the world itself refuses"
    at.model = at.model.model_copy(update={"tables": tuple(t.model_copy(update={"references": tuple(r.model_copy(update={"on_delete": "CASCADE"}) for r in t.references)}) for t in at.model.tables)})
    assert all(may(at, remove, r) for r in rows), "nothing is said against it"
    told(at, "deleteCustomer", "Deletes a customer. A customer that is in use cannot be deleted.")
    assert all(may(at, remove, r) == (r["customerId"] not in rentals) for r in rows)


def test_kinds_that_the_tool_excepts_stay() -> None:
    at = changed()
    remove = operation(at, "deleteRental")
    column_of(at, "rental", "status", phrase="plan", choices=("MANAGED", "CUSTOM"))
    row = at.world.rows("rental")[0]
    told(at, "deleteRental", "Deletes a rental. MANAGED rentals cannot be deleted.")
    assert not may(at, remove, {**row, "status": "MANAGED"})
    assert may(at, remove, {**row, "status": "CUSTOM"})
    told(at, "deleteRental", "Deletes a rental. Before you can delete a rental, it must be CUSTOM.")
    assert not may(at, remove, {**row, "status": "MANAGED"})
    assert may(at, remove, {**row, "status": "CUSTOM"})


def test_what_the_provider_made_is_left_alone() -> None:
    at = changed()
    column_of(at, "rental", "title", phrase="type")
    row = {**at.world.rows("rental")[0], "status": None}
    for name in ("deleteRental", "updateRental"):
        assert may(at, operation(at, name), {**row, "title": "CUSTOM"})
        assert not may(at, operation(at, name), {**row, "title": "PRESET"})
        assert not may(at, operation(at, name), {**row, "title": "AWS_MANAGED"})


@pytest.mark.parametrize("column", ["IsAllowDelete", "IsDeletable", "deletable", "CanDelete", "allowDelete", "removable"])
def test_a_row_may_say_that_it_stays(column: str) -> None:
    assert may_not_go({column: 0})
    assert may_not_go({column: "false"})
    assert not may_not_go({column: 1})
    assert not may_not_go({column: None})
    assert not may_not_go({"deletedAt": "no"})


def test_what_has_ended_is_not_resumed() -> None:
    at = changed()
    cancel, row = operation(at, "cancelRental"), next(r for r in site().world.rows("rental") if r["status"] == STATES[0])
    assert may(at, cancel, row)
    at.recipes["rental.endTime"] = {"time": True}
    info = at.tables["rental"]
    at.tables["rental"] = info.model_copy(update={"columns": (*info.columns, info.columns[-1].model_copy(update={"name": "endTime", "phrase": ""}))})
    assert may(at, cancel, {**row, "endTime": "2027-01-01T00:00:00Z"})
    assert may(at, cancel, {**row, "endTime": None})
    assert not may(at, cancel, {**row, "endTime": "2026-05-23T00:00:00Z"})


def test_what_is_chosen_once_is_not_changed() -> None:
    at = changed()
    update = operation(at, "updateRental")
    assert changeable(at, update, "title", {"description": "Title of the rental."})
    for text in ("Immutable. The title.", "The title. It cannot be changed after creation.", "Output only. The title.", "This can only be set at creation."):
        assert not changeable(at, update, "title", {"description": text}), text
        assert changeable(at, operation(at, "createRental"), "title", {"description": text})
    told(at, "updateRental", "Updates a rental. Only the quantity can be changed.")
    assert not changeable(at, update, "title", {})
    assert changeable(at, update, "quantity", {})
    told(at, "updateRental", "This method updates only the title and the number of pieces.")
    assert changeable(at, update, "title", {})


def test_a_purpose_stays() -> None:
    at = changed()
    at.kinds["rental", "title"] = "choice"
    update = operation(at, "updateRental")
    assert settable(at, update, "title")
    for phrase in ("purpose", "use case", "descriptor type", "version"):
        column_of(at, "rental", "title", phrase=phrase)
        assert not settable(at, update, "title"), phrase
    column_of(at, "rental", "title", phrase="instance type")
    assert settable(at, update, "title")
    column_of(at, "rental", "title", phrase="version")
    assert not settable(at, operation(at, "createRental"), "title"), "nobody chooses the version of what is new"
    for phrase, able in (("tier", True), ("assignee mode", False)):
        column_of(at, "rental", "title", phrase=phrase)
        assert settable(at, operation(at, "createRental"), "title") == able
    at.kinds["rental", "title"] = "word"
    column_of(at, "rental", "title", phrase="given name")
    assert not settable(at, update, "title"), "people keep their names"


def test_a_part_is_changed_where_it_can_be() -> None:
    at = changed()
    patch = operation(at, "updateRental")
    whole = patch.model_copy(update={"name": "replaceRental", "act": "put"})
    at.writes["rental"] = [whole]
    assert changing(at, "rental", "put", "update") == [whole]
    at.writes["rental"] = [whole, patch]
    assert changing(at, "rental", "put", "update") == [patch]


# ---- new things -------------------------------------------------------------------------------------------------


def test_a_new_thing_is_given_what_it_is_made_of() -> None:
    at = changed()
    make = operation(at, "createRental")
    bare = make.model_copy(update={"arguments": tuple(a.model_copy(update={"required": a.name in ("title", "customerId")}) for a in make.arguments)})
    given = {n: Val("x", "said") for n in ("customerId", "title")}
    assert lacks(at, make, given, whole=False) is None, "the tool asks for a quantity, so it asks for what matters"
    assert lacks(at, bare, given, whole=False) is None, "a quantity is no content"
    assert lacks(at, bare, given, whole=True) == "quantity", "but the one it replaces had it"
    assert lacks(at, bare, {**given, "quantity": Val(1, "said")}, whole=True) is None
    assert lacks(at, bare, {"title": Val("x", "said")}, whole=False) == "customerId", "all others hang on one"


def test_a_pipeline_without_a_definition_is_none() -> None:
    api = shop_api()
    properties = {**RENTAL["properties"], "definition": {"type": "object", "properties": {"stepCount": {"type": "integer"}}, "description": "What is rented."}}
    api["components"]["schemas"]["Rental"] = {**RENTAL, "properties": properties}
    api["paths"]["/rentals"]["post"]["requestBody"]["content"]["application/json"]["schema"] = {
        "type": "object", "properties": {n: properties[n] for n in ("customerId", "title", "definition")}, "required": ["customerId", "title"],
    }  # fmt: skip
    at = Site(build(tools_of(api)).env, 0)
    given = {n: Val("x", "said") for n in ("customerId", "title")}
    assert lacks(at, operation(at, "createRental"), given, whole=False) == "definition"
    assert lacks(at, operation(at, "createRental"), {**given, "definition": Val("{}", "said")}, whole=False) is None


@pytest.mark.parametrize(("state", "fits"), [("ACTIVE", True), ("draft", True), ("STOPPING", False), ("FAILED", False), ("archived", False)])
def test_new_things_begin_well(state: str, fits: bool) -> None:
    assert begins(state) == fits


# ---- conditions and groups --------------------------------------------------------------------------------------


def test_nobody_mends_only_what_has_failed() -> None:
    assert not bears("FAILED", "update")
    assert not bears("STOPPED", "update")
    assert bears("FAILED", "delete")
    at = changed()
    row = next(r for r in at.world.rows("rental") if r["status"] == "returned")
    known = {c: Val(v, "read", 0) for c, v in row.items()}
    thing = Found("rental", row, known, Phrase("rental"), [], 0)
    with pytest.raises(Dropped):
        conditions(at, thing, operation(at, "updateRental"), Dice(0))


def test_one_of_each_is_not_counted() -> None:
    at = changed()
    rows = at.world.rows("rental")[:3]
    at.kinds["rental", "title"] = "choice"
    at.recipes["rental.title"] = {"knowable": True}
    column_of(at, "rental", "title", phrase="platform")
    some = [{**r, "title": ("linux", "windows")[n // 2]} for n, r in enumerate(rows)]
    each = [{**r, "title": ("linux", "windows", "android")[n]} for n, r in enumerate(rows)]
    assert [g.tail for g in groups(at, "rental", some, "") if g.column == "title"] == ["whose platform is linux", "whose platform is windows"]
    assert not [g for g in groups(at, "rental", each, "") if g.column == "title"]


def test_a_number_groups_nothing() -> None:
    at = changed()
    column_of(at, "rental", "quantity", phrase="number of nodes")
    some = [{**r, "quantity": 1 + n // 2} for n, r in enumerate(at.world.rows("rental")[:3])]
    assert not [g for g in groups(at, "rental", some, "") if g.column == "quantity"]


@pytest.mark.parametrize(("phrase", "value", "said"), [("type", "shared", "shared folders"), ("type", "gateway", None), ("platform", "linux", "folders whose platform is linux"), ("alarm scheme", "linux", None)])
def test_what_a_thing_is_stands_before_it(phrase: str, value: str, said: str | None) -> None:
    at = changed()
    at.kinds["rental", "title"] = "choice"
    at.recipes["rental.title"] = {"knowable": True}
    column_of(at, "rental", "title", phrase=phrase)
    rows = [{**r, "title": value if n else "other"} for n, r in enumerate(at.world.rows("rental")[:3])]
    assert [g.named("folders") for g in groups(at, "rental", rows, "") if g.column == "title" and len(g.rows) == 2] == ([said] if said else [])


@pytest.mark.parametrize(("state", "verb", "parts"), [("AVAILABLE", "", False), ("READY", "disable", False), ("ACTIVE", "", True), ("ACTIVE", "disable", False), ("FAILED", "delete", True), ("RUNNING", "stop", True)])
def test_only_some_states_part_some_from_the_rest(state: str, verb: str, parts: bool) -> None:
    assert makes_group(state, verb) == parts


def test_a_degree_stands_before_the_noun_and_is_read_there() -> None:
    at = changed()
    at.kinds["rental", "title"] = "choice"
    at.recipes["rental.title"] = {"knowable": True}
    column_of(at, "rental", "title", phrase="severity")
    rows = [{**r, "title": "LOW" if n else "HIGH"} for n, r in enumerate(at.world.rows("rental")[:3])]
    assert [g.named("alerts") for g in groups(at, "rental", rows, "") if g.column == "title" and len(g.rows) == 2] == ["low-severity alerts"]
    assert read_wishes("Delete all low-severity alerts.").goals == [Goal("do", (Thing("alerts", (reading.Test("severity", "low"),), "every"),), verb="delete")]


def test_what_comes_up_by_itself_is_not_created() -> None:
    at = changed()
    rows = at.world.rows("rental")
    assert any("before" in g.tail for g in groups(at, "rental", rows, ""))
    at.tables["rental"] = at.tables["rental"].model_copy(update={"noun": "finding"})
    assert not any(g.tail.startswith("created") for g in groups(at, "rental", rows, ""))
    assert not dated("security finding", "created")


@pytest.mark.parametrize(("noun", "clears"), [("backup", True), ("analysis job", True), ("model version", True), ("user", False), ("contact center", False), ("network", False)])
def test_old_ones_are_cleared_of_what_piles_up(noun: str, clears: bool) -> None:
    at = changed()
    at.tables["rental"] = at.tables["rental"].model_copy(update={"noun": noun})
    rows = at.world.rows("rental")
    assert piles_up(noun) == clears
    assert any("before" in g.tail for g in groups(at, "rental", rows, "delete")) == clears
    assert any("before" in g.tail for g in groups(at, "rental", rows, "")), "how many there are may be asked of all"


@pytest.mark.parametrize(("phrase", "tells"), [("email", True), ("work email", True), ("alternate email", False), ("recovery phone", False)])
def test_people_are_told_by_the_address_they_go_by(phrase: str, tells: bool) -> None:
    assert may_pick("word", site().columns["customer", "city"].model_copy(update={"phrase": phrase})) == tells


def test_what_a_thing_is_sorts_nothing() -> None:
    column = site().columns["customer", "tier"]
    assert may_pick("choice", column)
    assert not may_pick("choice", column.model_copy(update={"phrase": "resource type"}))


def test_groups_by_day_speak_of_birth_first_and_not_of_what_is_gone() -> None:
    at = changed()
    at.recipes["rental.title"] = {"knowable": True}
    at.kinds["rental", "title"] = "time"
    column_of(at, "rental", "title", phrase="last changed")
    rows = [{**r, "title": f"2026-0{n + 1}-01T00:00:00Z"} for n, r in enumerate(at.world.rows("rental")[:6])]
    by = {g.column for g in groups(at, "rental", rows, "") if "before" in g.tail}
    assert by == {"createdAt"}
    at.tables["rental"] = at.tables["rental"].model_copy(update={"noun": "session"})
    assert not [g for g in groups(at, "rental", rows, "") if "before" in g.tail]


def test_only_what_goes_on_and_ends_is_completed() -> None:
    assert befits("completed", "job")
    assert befits("completed", "backup")
    assert befits("completed", "campaign")
    assert not befits("completed", "algorithm")
    assert befits("failed", "algorithm")


def test_most_tasks_ask_for_a_look() -> None:
    told = [Unit((f"{n:04}",), f"env {n % 90}", difficulty(n, found=n % 5 > 0)) for n in range(1500)]
    left = balance(told)
    assert sum(not u.difficulty.found for u in told) == 300
    assert 0 < sum(not u.difficulty.found for u in left) <= 0.05 * len(left)
    assert len(left) >= 1200


def difficulty(number: int, *, found: bool) -> Difficulty:
    reads = number % 4 == 0
    return Difficulty(calls=4, writes=0 if reads else 2, hops=2, found=found, shape="both", flow=f"flow {number}", arguments=2, covered=2)


# ---- how values are said ----------------------------------------------------------------------------------------


def test_a_unit_is_said_once() -> None:
    assert say(30, "number", "days", "delete lock days") == "30"
    assert say(30, "number", "days", "retention period") == "30 days"


def test_flags_are_turned_or_made() -> None:
    assert turned("logging", "on") == "turn on its logging"
    assert turned("publicly accessible", "off") == "make it not publicly accessible"
    assert turned("backup enabled", "on") == "turn on its backup"
    assert turned("active", "on") == "make it active"


def test_changes_are_said_as_deeds() -> None:
    for seed in range(6):
        assert re.fullmatch(r"(?:Please|Could you) enable the key[.?]", change([Wanted(False, "flag", "off", "disabled")], "the key", Dice(seed)))
        assert re.fullmatch(r'(?:Please|Can you) rename the key with the alias "a" to "b"[.?]', change([Wanted("b", "name", '"b"', "alias")], 'the key with the alias "a"', Dice(seed)))


def test_sizes_tell_no_row_but_a_priority_does() -> None:
    at = changed()
    del at.kinds["rental", "title"]
    rows = [{**r, "quantity": n + 1} for n, r in enumerate(at.world.rows("rental"))]
    shown = ("rentalId", "quantity")
    column_of(at, "rental", "quantity", phrase="number of nodes")
    with pytest.raises(Dropped):
        describe(at, at.tables["rental"], rows[0], rows[1:], shown, Dice(0))
    column_of(at, "rental", "quantity", phrase="priority")
    assert describe(at, at.tables["rental"], rows[0], rows[1:], shown, Dice(0)).text() == "the rental whose priority is 1"


def test_one_of_a_kind_is_not_told_by_its_sort() -> None:
    at = changed()
    del at.kinds["rental", "title"]
    at.kinds["rental", "quantity"] = "choice"
    at.recipes["rental.quantity"] = {"knowable": True}
    column_of(at, "rental", "quantity", phrase="platform")
    rows = [{**r, "quantity": "linux" if n else "windows"} for n, r in enumerate(at.world.rows("rental")[:3])]
    with pytest.raises(Dropped):
        describe(at, at.tables["rental"], rows[0], rows[1:], ("rentalId", "quantity"), Dice(0))


def test_people_are_they() -> None:
    said = [Wanted("gold", "choice", "gold", "tier"), Wanted("Leeds", "word", "Leeds", "city")]
    assert "and set their city to Leeds" in change(said, 'the customer called "Ana"', Dice(0), its="their")
    assert read_wishes('Change the tier of the customer called "Ana" to gold, and set their city to Leeds.').goals[0].values == (reading.Test("tier", "gold"), reading.Test("city", "Leeds"))


def test_sizes_are_large_and_prices_high() -> None:
    words = ("last", "first", "most recently", "highest", "lowest")
    assert rank("disk size", "number", words, last=True) == "has the largest disk size"
    assert rank("disk size", "number", words, last=False) == "has the smallest disk size"
    assert rank("price", "number", words, last=True) == "has the highest price"


def test_nobody_finishes_what_runs() -> None:
    cancel = operation(site(), "cancelRental")
    assert deed(cancel) == "cancel"
    assert deed(cancel.model_copy(update={"verb": "finish"})) is None


def test_nobody_makes_what_comes_about_by_itself() -> None:
    at = changed()
    at.kinds["rental", "title"] = "choice"
    column_of(at, "rental", "title", phrase="type")
    make, schema = operation(at, "createRental"), {"type": "string", "enum": ["AUTOMATED"]}
    with pytest.raises(Dropped):
        _told(at, make, "title", schema, Dice(0), None, None)
    assert _told(at, make, "title", {"type": "string", "enum": ["SHARED"]}, Dice(0), None, None).said == "shared"


def test_two_of_a_kind_are_not_told_by_their_notes() -> None:
    at = of_a_kind("rate limit")
    at.kinds["customer", "name"] = "text"
    column_of(at, "customer", "name", phrase="description")
    for n in range(30):
        try:
            plan = both_plans(at, Dice(n))[0]
        except Dropped:
            continue
        assert plan.trace.calls[-1].name != "deleteCustomer", plan.wishes[0].text


def test_succeeded_is_no_adjective() -> None:
    assert adjective("failed")
    assert not adjective("succeeded")


def test_nobody_wants_none_of_it() -> None:
    at = changed()
    at.recipes["rental.quantity"] = {"number": [0, 0]}
    with pytest.raises(Dropped):
        wanted(at, "rental", "quantity", {"type": "integer"}, Dice(0))
    assert wanted(site(), "rental", "quantity", {"type": "integer"}, Dice(0)).value > 0


def test_an_active_status_is_a_column_and_no_word() -> None:
    api = shop_api()
    api["components"]["schemas"]["Rental"] = {**RENTAL, "properties": {**RENTAL["properties"], "activeStatus": {"type": "string", "enum": ["ON", "OFF"]}}}
    own = Site(build(tools_of(api)).env, 0)
    assert ("rental", "activeStatus") in own.columns
    assert ("rental", "activeStatus") not in own.kinds
    assert ("rental", "status") in own.kinds


# ---- what people have a word for ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "noun", "able"),
    [
        ("status", "job", True), ("secondary status", "job", False), ("lock status", "zone", False), ("user context policy", "index", False), ("intent", "change set", False), ("method", "callback", False),
        ("history level", "execution", False), ("pricing", "product", False), ("price", "product", True), ("engine version", "cluster", True), ("instance type", "server", True), ("email address", "member", True),
        ("number of nodes", "cluster", True), ("disk size", "node", True), ("job state", "job", True), ("owner", "folder", True), ("load balancing scheme", "route", False), ("serve nodes", "cluster", False),
    ],
)  # fmt: skip
def test_one_asks_for_what_has_an_everyday_word(phrase: str, noun: str, able: bool) -> None:
    assert may_ask("word", phrase, noun) == able
    assert may_set("word", phrase, noun) == able


def test_a_version_is_one_of_software() -> None:
    assert may_ask("word", "version", "agent")
    assert not may_ask("word", "version", "thing group")
    assert not may_ask("number", "version", "agent")
    assert may_set("number", "alarm threshold", "alarm")
    assert not may_ask("number", "alarm threshold", "alarm")


def test_no_second_day_of_what_is_told_by_one() -> None:
    row = site().world.rows("rental")[0]
    known = {c: Val(v, "read", 0) for c, v in row.items()}
    days = {c for c in site().columns_of("rental") if site().kinds.get(("rental", c)) == "time"}
    assert days & set(columns_to_ask(site(), Found("rental", row, known, Phrase("rental", tail='called "x"'), [], 0), list(row)))
    assert not days & set(columns_to_ask(site(), Found("rental", row, known, Phrase("rental", tail="finished on 3 May"), [], 0), list(row)))


def test_a_noun_has_three_words_at_most() -> None:
    model = shop().model
    assert model
    info = model.tables[0]
    three, four = (_spoken_table(info.model_copy(update={"noun": n, "said": True}), []) for n in ("audience model association", "configured audience model association"))
    assert three.said
    assert not four.said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("orders-private-staging", r"orders-private-prod"), ("orders-dev", r"orders-(?:test|staging|prod)"), ("orders-prod", r"orders-prod-(?:v2|2026)"), ("Fleet policy pilot", r"Fleet policy prod"), ("backup-us", r"backup-eu"), ("training 2", r"training 3"), ("policy-v2", r"policy-v3"),
        ("board-2025", r"board-2026"), ("billing-vault", r"billing-vault-(?:v2|2026)"), ("Reviews API US", r"Reviews API EU"),
    ],
)  # fmt: skip
def test_a_new_name_keeps_all_but_one_part(old: str, new: str) -> None:
    for seed in range(8):
        assert re.fullmatch(new, renamed(old, Dice(seed)) or "")


@pytest.mark.parametrize(("old", "sentence"), [("partner queue too long", True), ("orders.example.org", False), ("partner", False), ("Copeland-Underwood", False), ("Carpenter, Morrow and Brewer", False), ("Rodriguez Group", False)])
def test_what_cannot_be_renamed_a_little_keeps_its_name(old: str, sentence: bool) -> None:
    assert renamed(old, Dice(0), sentence=sentence) is None


def test_what_takes_a_place_stays_in_its_area() -> None:
    assert renamed("orders-us", Dice(0)) == "orders-eu"
    assert re.fullmatch(r"orders-us-(?:v2|2026)", renamed("orders-us", Dice(0), instead=True) or "")


def test_goods_firms_and_places_keep_their_names() -> None:
    assert keeps_name("product")
    assert keeps_name("sales area")
    assert not keeps_name("node pool")


@pytest.mark.parametrize(("phrase", "value", "unit", "said"), [("healthy threshold", 90, "", False), ("healthy threshold", 3, "", True), ("session duration", 1800, "", False), ("session duration", 10, "hours", True), ("number of nodes", 40, "", True)])
def test_measures_have_units_and_checks_are_few(phrase: str, value: int, unit: str, said: bool) -> None:
    assert sized(phrase, value, unit) == said


def test_an_id_goes_with_the_name() -> None:
    assert plain("Fleet policy v2") == "fleet-policy-v2"
    assert plain("fleet_policy-eu") == "fleet-policy-eu"


def test_a_rename_was_no_mistake() -> None:
    assert "It was set up wrongly." not in _RENAME


def test_what_takes_the_place_of_another_is_called_nearly_so() -> None:
    row = {"title": "Garden chair v2", "name": "for the sales team"}
    at = changed()
    schema = {"type": "string"}
    at.kinds["rental", "title"] = "name"
    at.recipes["rental.title"] = {"words": [["Roof"], ["bar"]]}
    assert wanted(at, "rental", "title", schema, Dice(1), like=row).value == "Garden chair v3"
    assert wanted(at, "rental", "title", schema, Dice(1), row=row).value == "Garden chair v3"
    at.kinds["rental", "title"] = "text"
    assert wanted(at, "rental", "title", schema, Dice(1), like=row).value == "Garden chair v2"


def test_only_what_has_no_lasting_name_is_told_by_its_day() -> None:
    assert dated("job", "created")
    assert dated("access key", "created")
    assert not dated("certificate authority", "created")
    assert not dated("volume", "expires")
    assert dated("certificate", "expires")
    assert described("rate limit")
    assert described("snapshot")
    assert not described("cluster")


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("What is the status of the audit task of the audit finding called \"x\"?", True), ("What is the description of the offering in the reservation called \"x\"?", True),
        ("What is the status of the node called \"x\" of the cluster called \"y\"?", False), ("Please look up the offering of the reservation called \"x\": what is its status?", False),
    ],
)  # fmt: skip
def test_nothing_is_of_what_is_of_something(text: str, chain: bool) -> None:
    assert chained(text) == chain


def test_a_date_behind_two_things_belongs_to_one() -> None:
    home = Found("rental", {}, {}, Phrase("volume", tail="created on 3 May"), [], None)
    phrase, frame = placed(site(), Phrase("snapshot"), home)
    assert (phrase.text(), frame) == ("the snapshot", "For the volume created on 3 May")


def test_an_errand_deletes_no_row_of_those_it_deletes_at_once() -> None:
    assert _again({"run/['a']"}, {"run/*"})
    assert _again({"run/*"}, {"run/['a']"})
    assert not _again({"run/['a']"}, {"run/['b']", "job/*"})


def test_what_it_still_holds_goes_first() -> None:
    at = changed()
    told(at, "deleteRental", "Deletes a rental. You must remove any items before the rental can be deleted.")
    at.recipes["rental.items"] = {"json": True}
    row = next(r for r in at.world.rows("rental") if r["status"] == "returned")
    assert not _forbidden(at, operation(at, "deleteRental"), at.tables["rental"], {**row, "items": "[]"})
    assert _forbidden(at, operation(at, "deleteRental"), at.tables["rental"], {**row, "items": "[1]"})
    told(at, "deleteRental", "Deletes a rental. It is kept in the list with the status REMOVED.")
    assert _forbidden(at, operation(at, "deleteRental"), at.tables["rental"], row)


# ---- and the solver reads them ----------------------------------------------------------------------------------


def named(noun: str, value: str, **more: Any) -> Thing:
    return Thing(noun, (reading.Test("name", value),), **more)


@pytest.mark.parametrize(
    ("sentence", "goal"),
    [
        ('Set the tier of the key called "a" to that of the key called "b".', Goal("copy", (named("key", "a"), named("key", "b")), about="tier")),
        ('One more thing: for that fleet, could you delete the worker called "a"?', Goal("do", (named("worker", "a", of=Thing("same fleet")),), verb="delete")),
        ('Please make the key called "a" encrypted.', Goal("set", (named("key", "a"),), values=(reading.Test("encrypted", "on"),))),
        ('In the fleet called "n" of the farm called "f", please stop the worker created on 3 May.', Goal("do", (Thing("worker", (reading.Test("created", "3 May"),), of=named("fleet", "n", of=named("farm", "f"))),), verb="stop")),
        ('For the fleet called "n", how many workers created before May 2025 are there?', Goal("count", (Thing("workers", (reading.Test("created", "before May 2025"),), "every", of=named("fleet", "n")),))),
        ("Please create a new version of that fleet.", Goal("create", (Thing("version", (), "new", Thing("same fleet")),))),
    ],
)  # fmt: skip
def test_what_is_said_first_is_read(sentence: str, goal: Goal) -> None:
    assert read_wishes(sentence).goals == [goal]


def test_what_is_replaced_lies_where_the_new_one_does() -> None:
    fleet = named("fleet", "n")
    new, old = read_wishes('We need a new worker called "b" for the fleet called "n". It replaces the worker called "a", so please delete that one.').goals
    assert (new.things[0].of, old) == (fleet, Goal("do", (named("worker", "a", of=fleet),), verb="delete"))


def test_it_is_made_so_as_well() -> None:
    first, second = read_wishes('Rename the database called "a" to "b". Please also make it not publicly accessible.').goals
    assert first.act == "set"
    assert second == Goal("set", first.things, values=(reading.Test("publicly accessible", "off"),))
