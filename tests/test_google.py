"""Google's conventions: operations that name what they are about, masks that a call must give, fields that are given once or never told."""

import re

import pytest

from agentscaler.asked import mask_for, masked
from agentscaler.domains import one_domain
from agentscaler.envs import build_env, compile_tools
from agentscaler.envs.asks import _ANY_FIELD
from agentscaler.envs.kept import settled
from agentscaler.errors import UNSET, InvalidArguments
from agentscaler.gate import check_env
from agentscaler.records import EnvSpec, Source, Tool
from agentscaler.world import World
from test_answers import FLAG, NUMBER, TEXT, Schema, call, thing

PLACE = "v1/projects/{projectsId}/locations/{locationsId}/houses"
HEATING = thing(source={"type": "string", "enum": ["GAS", "OIL"]}, degrees=NUMBER)
MASK = {**TEXT, "description": "The fields to update."}
HOUSE: Schema = {"name": {**TEXT, "description": "Resource name, projects/{project}/locations/{location}/houses/{house}."}, "title": TEXT, "heating": HEATING, "labels": {"type": "object", "additionalProperties": TEXT}, "style": {**TEXT, "description": "The style. Immutable."}, "password": {**TEXT, "description": "Input only. What opens the door."}}
DONE: Schema = {"name": TEXT, "done": FLAG, "metadata": thing(), "response": thing(), "error": thing()}


def rented(operation: str, verb: str, path: str, takes: Schema, gives: Schema, *required: str, says: str = "") -> Tool:
    source = Source(vendor="google", service="rents", version="v1", operation=f"rents.projects.locations.{operation}", verb=verb, path=path, in_path=tuple(n for n in ("name", "parent") if n in takes))
    parameters = {"type": "object", "properties": takes, "required": list(required), "additionalProperties": False}
    return Tool(name="_".join(operation.split(".")), description=says or operation, parameters=parameters, returns=thing(**gives), source=source)


def houses(mask: Schema = MASK, *must: str) -> EnvSpec:
    given = {n: s for n, s in HOUSE.items() if n != "name"}
    tools = (
        rented("houses.list", "GET", PLACE, {"parent": TEXT, "pageSize": NUMBER, "pageToken": TEXT}, {"nextPageToken": TEXT, "houses": {"type": "array", "items": thing(**HOUSE)}}, "parent"),
        rented("houses.get", "GET", PLACE + "/{housesId}", {"name": TEXT}, HOUSE, "name"),
        rented("houses.create", "POST", PLACE, {"parent": TEXT, "houseId": TEXT, **given}, DONE, "parent", "houseId"),
        rented("houses.patch", "PATCH", PLACE + "/{housesId}", {"name": TEXT, "updateMask": mask, "allowMissing": {**FLAG, "description": "If true, and the house is not found, a new one is created."}, **given}, DONE, "name", *must),
        rented("houses.delete", "DELETE", PLACE + "/{housesId}", {"name": TEXT, "allowMissing": {**FLAG, "description": "If true, deleting what is not there succeeds."}}, DONE, "name"),
    )
    named = {f"t{i}": t for i, t in enumerate(tools)}
    return build_env(one_domain(named, "rents"), named, {"google:rents": compile_tools("google:rents", named)}).env


def refused(world: World, tool: str, **arguments: object) -> str | None:
    error = world.call(tool, arguments).error
    return error.code if error else None


# ---- operations -------------------------------------------------------------------------------------------------


def test_an_operation_is_done_and_names_what_it_is_about() -> None:
    env = houses()
    assert not check_env(env)
    told = []
    for _ in range(2):
        with World.open(env, seed=3) as world:
            parent = world.rows("house")[0]["name"].rsplit("/", 2)[0]
            made = call(world, "houses_create", parent=parent, houseId="north", title="North")
            assert made["response"]["name"] == made["metadata"]["target"] == f"{parent}/houses/north"
            assert made["metadata"]["verb"] == "create"
            assert re.fullmatch(rf"{parent}/operations/operation-[0-9a-f-]+", made["name"])
            assert made["done"] is True
            gone = call(world, "houses_delete", name=f"{parent}/houses/north")
            assert (gone["response"], gone["metadata"]["target"], gone["metadata"]["verb"]) == ({}, f"{parent}/houses/north", "delete")
            assert gone["name"] != made["name"]
            told.append((made["name"], gone["name"]))
    assert told[0] == told[1]


def disks() -> EnvSpec:
    disk = {"name": {**TEXT, "description": "Name of the disk."}, "sizeGb": NUMBER, "status": {"type": "string", "enum": ["READY", "FAILED"]}}
    job = {"name": TEXT, "status": {"type": "string", "enum": ["PENDING", "DONE"]}, "operationType": TEXT, "targetLink": TEXT, "zone": TEXT, "region": TEXT}
    path = "projects/{project}/zones/{zone}/disks"

    def one(operation: str, verb: str, way: str, takes: Schema, gives: Schema, *required: str) -> Tool:
        source = Source(vendor="google", service="machines", version="v1", operation=f"machines.{operation}", verb=verb, path=way, in_path=tuple(re.findall(r"\{(\w+)\}", way)))
        return Tool(name=operation.replace(".", "_"), description=operation, parameters={"type": "object", "properties": {"project": TEXT, "zone": TEXT, **takes}, "required": ["project", "zone", *required], "additionalProperties": False}, returns=thing(**gives), source=source)

    tools = (
        one("disks.list", "GET", path, {}, {"items": {"type": "array", "items": thing(**disk)}}),
        one("disks.get", "GET", path + "/{disk}", {"disk": TEXT}, disk, "disk"),
        one("disks.insert", "POST", path, {"name": disk["name"], "sizeGb": NUMBER}, job, "name"),
        one("disks.delete", "DELETE", path + "/{disk}", {"disk": TEXT}, job, "disk"),
        one("disks.resize", "POST", path + "/{disk}/resize", {"disk": TEXT, "sizeGb": NUMBER}, job, "disk", "sizeGb"),
    )
    named = {f"t{i}": t for i, t in enumerate(tools)}
    return build_env(one_domain(named, "machines"), named, {"google:machines": compile_tools("google:machines", named)}).env


def test_a_job_links_to_the_resource_it_changed() -> None:
    with World.open(disks(), seed=3) as world:
        where = {n: world.context[n] for n in ("project", "zone")}
        zone = f"https://www.googleapis.com/machines/v1/projects/{where['project']}/zones/{where['zone']}"
        made = call(world, "disks_insert", name="north", sizeGb=10, **where)
        assert (made["targetLink"], made["zone"], made["status"]) == (f"{zone}/disks/north", zone, "DONE")
        assert made["name"].startswith("operation-")
        assert "region" not in made
        assert call(world, "disks_delete", disk="north", **where)["targetLink"] == f"{zone}/disks/north"


# ---- masks ------------------------------------------------------------------------------------------------------


def test_a_path_into_an_object_leaves_its_other_parts_alone() -> None:
    places, old = {"heating": "heating", "labels": "labels", "title": "title"}, {"heating": {"source": "GAS", "deep": {"a": 1, "b": 2}}, "labels": {"a-b": "x"}, "title": "t"}
    given = {"heating": {"degrees": 20, "deep": {"a": 3}}, "labels": {"c": "y"}, "title": UNSET}
    assert masked("heating", places, given, old) == {"heating": given["heating"]}
    assert masked("heating.degrees", places, given, old) == {"heating": {"source": "GAS", "deep": {"a": 1, "b": 2}, "degrees": 20}}
    assert masked("heating.deep.a,heating.source", places, given, old) == {"heating": {"deep": {"a": 3, "b": 2}}}
    assert masked("labels.c,labels.a-b", places, given, old) == {"labels": {"c": "y"}}
    assert masked("title.first", places, {**given, "title": "new"}, old) == {"title": "new"}
    with pytest.raises(InvalidArguments):
        masked("roof.colour", places, given, old)


def test_a_mask_for_what_is_given_names_that_and_nothing_else() -> None:
    places = {"title": "title", "size": "sizeGb", "note": "note"}
    assert mask_for(places, {"name": "x", "title": "a", "disk": {"size": 3}}) == "title,size"
    assert mask_for(places, {"name": "x"}) == ""


def test_under_a_mask_an_object_takes_the_place_of_the_old_one() -> None:
    with World.open(houses(), seed=3) as world:
        row = world.rows("house")[0]
        first = call(world, "houses_patch", name=row["name"], heating={"source": "OIL", "degrees": 3}, title="x")
        assert first["response"]["heating"] == {"source": "OIL", "degrees": 3}
        assert call(world, "houses_patch", name=row["name"], heating={"degrees": 4}, updateMask="heating.degrees")["response"]["heating"] == {"source": "OIL", "degrees": 4}
        assert call(world, "houses_patch", name=row["name"], heating={"degrees": 5}, title="y", updateMask="heating")["response"] | {"labels": 0} == first["response"] | {"heating": {"degrees": 5}, "labels": 0}


def test_a_mask_that_must_be_given_must() -> None:
    env = houses(MASK, "updateMask")
    assert not check_env(env)
    with World.open(env, seed=3) as world:
        name = world.rows("house")[0]["name"]
        assert refused(world, "houses_patch", name=name, title="x") == "invalid_arguments"
        assert call(world, "houses_patch", name=name, title="x", updateMask="title")["response"]["title"] == "x"
        assert refused(world, "houses_patch", name=name, updateMask="style") == "invalid_arguments"  # immutable
        assert refused(world, "houses_patch", name=name, updateMask="colour") == "invalid_arguments"


@pytest.mark.parametrize(("text", "kept"), [("If the user does not provide a mask then all fields will be overwritten.", False), ("If no mask is provided, all fields present in the request are overwritten.", True), ("All fields are updated if it is not set.", True), ("If the user does not provide a mask then all fields are overwritten if new values are specified.", True)])
def test_what_is_not_given_without_a_mask_stays_unless_all_is_overwritten(text: str, kept: bool) -> None:
    with World.open(houses({**TEXT, "description": text}), seed=3) as world:
        row = world.rows("house")[0]
        call(world, "houses_patch", name=row["name"], title="x", updateMask="title", heating={"degrees": 7})
        assert call(world, "houses_get", name=row["name"])["heating"] == row["heating"]
        call(world, "houses_patch", name=row["name"], heating={"degrees": 7})
        assert call(world, "houses_get", name=row["name"])["title"] == ("x" if kept else None)


# ---- given once, never told -------------------------------------------------------------------------------------


def test_what_is_input_only_is_taken_and_never_told() -> None:
    env = houses()
    taken = {t.name: set(t.parameters["properties"]) for t in env.tools}
    assert "password" in taken["houses_create"]
    assert "style" in taken["houses_create"]
    assert "style" not in taken["houses_patch"]
    with World.open(env, seed=3) as world:
        parent = world.rows("house")[0]["name"].rsplit("/", 2)[0]
        made = call(world, "houses_create", parent=parent, houseId="north", password="open", style="old")["response"]
        assert "password" not in made
        assert made["style"] == "old"
        assert "password" not in call(world, "houses_get", name=made["name"])
        assert next(r for r in world.rows("house") if r["name"] == made["name"])["password"] == "open"


@pytest.mark.parametrize(
    ("name", "text", "stays"),
    [
        ("style", "Optional. Immutable. The style of the house.", True),
        ("unit", "Immutable once set.", True),
        ("policyType", "Must be specified when the check is created, and cannot be mutated.", True),
        ("kind", "The kind is set when the house is created and cannot be changed.", True),
        ("style", "The style. This cannot be changed after the house is created.", True),
        ("style", "The value of this field can't be updated.", True),
        ("owner", "Who owns it. Once set, it cannot be changed.", True),
        ("labels", "The labels. These can only be changed by the setLabels method.", True),
        ("labels", "The labels. These can be changed later by the setLabels method.", False),
        ("size", "Cannot be changed while the house is let.", False),
        ("size", "This field may not be changed for a house whose state is LET.", False),
        ("locked", "Whether it is locked. The term of a locked house cannot be changed.", False),
        ("config", "The following fields can't be changed: size.", False),
        ("ids", "The list of ids, such as an immutable one of another system.", False),
        ("tax", "Once specified as either `in` or `out`, it cannot be changed.", False),
        ("state", "If it is LET, the house can't be edited.", False),
        ("mutability", "If IMMUTABLE is chosen, no picture can be overwritten.", False),
    ],
)
def test_a_field_stays_as_it_was_made_where_the_text_says_so_in_every_case(name: str, text: str, stays: bool) -> None:
    assert settled(name, {"type": "string", "description": text}) is stays


def test_a_filter_that_keeps_only_what_matches_is_about_any_field() -> None:
    assert "only" not in _ANY_FIELD.sub("", "Only include houses that match the filter.")
    assert "only" in _ANY_FIELD.sub("", "The only field that can be filtered is `state`.")


# ---- rows that are not there ------------------------------------------------------------------------------------


def test_an_update_that_allows_it_makes_the_row_and_a_delete_does_not_mind() -> None:
    with World.open(houses(), seed=3) as world:
        parent = world.rows("house")[0]["name"].rsplit("/", 2)[0]
        new = {"name": f"{parent}/houses/north", "title": "North"}
        assert refused(world, "houses_patch", **new) == refused(world, "houses_patch", allowMissing=False, **new) == "not_found"
        made = call(world, "houses_patch", allowMissing=True, updateMask="labels", **new)["response"]
        assert (made["name"], made["title"]) == (new["name"], "North")  # the mask is about rows that there are
        assert call(world, "houses_patch", allowMissing=True, updateMask="labels", name=new["name"], title="x")["response"]["title"] == "North"
        assert new["name"] in {h["name"] for h in call(world, "houses_list", parent=parent, pageSize=100)["houses"]}
        for wrong in ("north", "projects/other/locations/x/houses/a", f"{parent}/huts/a"):
            assert refused(world, "houses_patch", name=wrong, title="x", allowMissing=True) == "not_found"
        assert call(world, "houses_delete", name=new["name"])["done"] is True
        assert refused(world, "houses_delete", name=new["name"]) == "not_found"
        assert call(world, "houses_delete", name=new["name"], allowMissing=True)["done"] is True


def test_an_immutable_id_in_the_address_still_says_where_the_row_stands() -> None:
    fixed = {**TEXT, "description": "Immutable. The package of the plan."}
    plan: Schema = {"packageName": fixed, "planId": TEXT, "title": TEXT}
    path = "v1/applications/{packageName}/plans"

    def one(operation: str, verb: str, way: str, takes: Schema, gives: Schema, *required: str) -> Tool:
        source = Source(vendor="google", service="shop", version="v1", operation=f"shop.{operation}", verb=verb, path=way, in_path=tuple(re.findall(r"\{(\w+)\}", way)))
        return Tool(name=operation.replace(".", "_"), description=operation, parameters={"type": "object", "properties": takes, "required": list(required), "additionalProperties": False}, returns=thing(**gives), source=source)

    tools = (
        one("plans.list", "GET", path, {"packageName": TEXT}, {"plans": {"type": "array", "items": thing(**plan)}}, "packageName"),
        one("plans.get", "GET", path + "/{planId}", {"packageName": TEXT, "planId": TEXT}, plan, "packageName", "planId"),
        one("plans.patch", "PATCH", path + "/{planId}", {"packageName": fixed, "planId": TEXT, "title": TEXT}, plan, "packageName", "planId"),
    )
    named = {f"t{i}": t for i, t in enumerate(tools)}
    env = build_env(one_domain(named, "shop"), named, {"google:shop": compile_tools("google:shop", named)}).env
    with World.open(env, seed=3) as world:
        row = world.rows("plan")[0]
        assert refused(world, "plans_patch", packageName="com.nobody", planId=row["planId"], title="x") == "not_found"
        assert call(world, "plans_patch", packageName=row["packageName"], planId=row["planId"], title="x")["title"] == "x"
