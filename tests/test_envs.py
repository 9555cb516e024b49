"""The compiled builder: an OpenAPI document of a shop becomes a world that really reads and writes, the same each time."""

import ast
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest

from agentscaler.envs import Built
from agentscaler.envs.same import shape_of
from agentscaler.errors import Dropped
from agentscaler.folder import env_files, read_env
from agentscaler.gate import check_env
from agentscaler.records import EnvSpec, Operation
from agentscaler.world import World
from shops import build, shop, shop_api, tools_of
from worlds import write_folder

Document = dict[str, Any]


@contextmanager
def opened(seed: int = 0, env: EnvSpec | None = None) -> Iterator[World]:
    with World.open(env or shop(), seed=seed) as world:
        yield world


def operation(name: str) -> Operation:
    assert shop().model is not None
    return next(o for o in shop().model.operations if o.name == name)


def changed(edit: Callable[[Document], Any]) -> Document:
    document = shop_api()
    edit(document)
    return document


def renamed(old: str, new: str) -> Document:
    """The document with a name replaced in all paths and schemas."""
    document = shop_api()
    for part in ("paths", "components"):
        document[part] = json.loads(json.dumps(document[part]).replace(json.dumps(old), json.dumps(new)))
    return document


def built(document: Document) -> Built:
    return build(tools_of(document))


def outcome(document: Document) -> EnvSpec | Dropped:
    """The world, or why there is none."""
    try:
        return built(document).env
    except Dropped as reason:
        return reason


# ---- what comes out ---------------------------------------------------------------------------------------------


def test_tables_keys_and_references() -> None:
    assert shop().model is not None
    tables = {t.name: t for t in shop().model.tables}
    assert list(tables) == ["customer", "rental"], "parents before children"
    assert tables["customer"].key == ("customerId",)
    assert tables["rental"].key == ("rentalId",)
    assert tables["customer"].references == ()
    (reference,) = tables["rental"].references
    assert (reference.columns, reference.table, reference.on_delete) == (("customerId",), "customer", "RESTRICT")
    columns = {t: {c.name: c for c in tables[t].columns} for t in tables}
    assert list(columns["customer"]) == ["customerId", "name", "city", "tier", "createdAt"]
    assert list(columns["rental"]) == ["rentalId", "customerId", "title", "status", "quantity", "insured", "createdAt"]
    assert {n: c.type for n, c in columns["rental"].items()} == {
        "rentalId": "TEXT",
        "customerId": "TEXT",
        "title": "TEXT",
        "status": "TEXT",
        "quantity": "INTEGER",
        "insured": "INTEGER",
        "createdAt": "TEXT",
    }
    assert columns["rental"]["status"].choices == ("scheduled", "running", "returned", "cancelled")
    assert columns["customer"]["tier"].choices == ("basic", "silver", "gold")
    assert {n for n, c in columns["customer"].items() if not c.null} == {"customerId", "name"}, (
        "what every create asks for"
    )
    assert tables["rental"].noun == "rental"
    assert tables["rental"].said


def test_the_schema_holds_what_it_promises() -> None:
    with opened() as world:
        (reference,) = world._connection.execute('SELECT "table", "from" FROM pragma_foreign_key_list(\'rental\')')
        assert reference == ("customer", "customerId")
        rental = world.rows("rental")[0]["rentalId"]
        for sql in (
            f"UPDATE rental SET status = 'lost' WHERE rentalId = '{rental}'",
            f"UPDATE rental SET insured = 2 WHERE rentalId = '{rental}'",
        ):
            with pytest.raises(apsw.ConstraintError, match="CHECK"):
                world._connection.execute(sql)


@pytest.mark.parametrize(
    ("name", "act", "table", "roles"),
    [
        ("createCustomer", "create", "customer", {"name": "value", "city": "value", "tier": "value"}),
        ("listCustomers", "list", "customer", {"tier": "filter", "pageSize": "size", "pageToken": "token"}),
        ("getCustomer", "get", "customer", {"customerId": "key"}),
        ("updateCustomer", "update", "customer", {"customerId": "key", "name": "value", "city": "value", "tier": "value"}),
        ("deleteCustomer", "delete", "customer", {"customerId": "key"}),
        ("createRental", "create", "rental", {"customerId": "value", "title": "value", "quantity": "value", "insured": "value"}),
        ("listRentals", "list", "rental", {"customerId": "filter", "status": "filter", "pageSize": "size", "pageToken": "token"}),
        ("getRental", "get", "rental", {"rentalId": "key"}),
        ("updateRental", "update", "rental", {"rentalId": "key", "title": "value", "quantity": "value", "insured": "value"}),
        ("deleteRental", "delete", "rental", {"rentalId": "key"}),
        ("cancelRental", "set", "rental", {"rentalId": "key"}),
        ("returnRental", "set", "rental", {"rentalId": "key"}),
    ],
)  # fmt: skip
def test_what_each_tool_does(name: str, act: str, table: str, roles: dict[str, str]) -> None:
    found = operation(name)
    assert (found.act, found.table) == (act, table)
    assert {a.name: a.role for a in found.arguments} == roles
    tool = next(t for t in shop().tools if t.name == name)
    assert tool.kind == ("read" if act in ("get", "list") else "write")
    assert set(tool.parameters["required"]) == {a.name for a in found.arguments if a.required}
    assert tool.parameters["additionalProperties"] is False
    assert tool.own
    assert not tool.blind
    assert tool.tool == name, "the id of its row in tools.jsonl"


def test_actions_move_the_state_they_are_named_for() -> None:
    assert operation("cancelRental").state == ("status", "cancelled")
    assert operation("returnRental").state == ("status", "returned")
    assert set(operation("cancelRental").only_from) <= {"scheduled", "running"}
    assert operation("cancelRental").only_from


def test_tools_without_meaning_on_a_database_leave_with_a_reason() -> None:
    assert {lost.name: lost.why for lost in shop().lost} == {
        "estimateDelivery": "computes",
        "frobnicate": "no_resource",
    }
    assert len(shop().tools) + len(shop().lost) == 14
    assert any("estimateDelivery" in line for line in shop().not_modelled)


def test_edges_feed_keys_from_lists() -> None:
    edges = {(e.source, e.field, e.target, e.parameter) for e in shop().edges}
    assert ("listCustomers", "customers.customerId", "listRentals", "customerId") in edges
    assert ("listRentals", "rentals.rentalId", "cancelRental", "rentalId") in edges
    assert ("createCustomer", "customerId", "createRental", "customerId") in edges
    names = {t.name for t in shop().tools}
    assert all(e.source in names and e.target in names and e.source != e.target for e in shop().edges)


def test_written_tables_can_be_found() -> None:
    assert built(shop_api()).found == (2, 2)


# ---- it really reads and writes ---------------------------------------------------------------------------------


def rental_of(world: World, *states: str) -> dict[str, Any]:
    return next(r for r in world.rows("rental") if not states or r["status"] in states)


def test_create_then_list_shows_it() -> None:
    with opened() as world:
        made = world.call("createCustomer", {"name": "Ada", "tier": "gold"})
        assert made.error is None
        assert made.data["name"] == "Ada"
        assert made.data["customerId"]
        listed = world.call("listCustomers", {"tier": "gold", "pageSize": 100}).data["customers"]
        assert made.data in listed
        assert all(c["tier"] == "gold" for c in listed)
        before = world.call("listRentals", {"customerId": made.data["customerId"]}).data["rentals"]
        rental = world.call(
            "createRental", {"customerId": made.data["customerId"], "title": "Tent", "quantity": 2, "insured": True}
        ).data
        after = world.call("listRentals", {"customerId": made.data["customerId"]}).data["rentals"]
        assert (before, after) == ([], [rental])
        assert rental["insured"] is True
        assert [row[0] for row in world.diff().form] == ["+", "+"]


def test_get_shows_what_the_list_shows() -> None:
    with opened() as world:
        for row in world.rows("rental"):
            got = world.call("getRental", {"rentalId": row["rentalId"]}).data
            assert got == row
            assert got in world.call("listRentals", {"customerId": row["customerId"], "pageSize": 100}).data["rentals"]
        assert world.diff().form == ()


def test_lists_are_paged_without_loss() -> None:
    with opened() as world:
        whole = world.call("listCustomers", {"pageSize": 100}).data["customers"]
        assert len(whole) == len(world.rows("customer"))
        parts, token = [], None
        for _ in range(len(whole)):
            answer = world.call("listCustomers", {"pageSize": 3} | ({"pageToken": token} if token else {})).data
            assert len(answer["customers"]) <= 3
            parts += answer["customers"]
            token = answer["nextToken"]
            if not token:
                break
        assert parts == whole


def test_update_changes_what_it_was_given_and_no_more() -> None:
    with opened() as world:
        old = rental_of(world)
        key = {"rentalId": old["rentalId"]}
        assert world.call("updateRental", {**key, "quantity": 49}).data == {**old, "quantity": 49}
        assert world.call("getRental", key).data == {**old, "quantity": 49}
        assert world.diff().form == (("~", "rental", (old["rentalId"],), (("quantity", 49),)),)
        world.call("updateRental", {**key, "quantity": old["quantity"]})
        assert world.diff().form == ()


def test_delete_then_it_is_gone() -> None:
    with opened() as world:
        key = {"rentalId": rental_of(world)["rentalId"]}
        assert world.call("deleteRental", key).error is None
        for name in ("getRental", "deleteRental", "cancelRental"):
            error = world.call(name, key).error
            assert error is not None
            assert error.code == "not_found"
        assert world.diff().form == (("-", "rental", (key["rentalId"],)),)


def test_a_parent_in_use_stays() -> None:
    with opened() as world:
        busy = rental_of(world)["customerId"]
        error = world.call("deleteCustomer", {"customerId": busy}).error
        assert error is not None
        assert error.code == "conflict"
        assert busy in error.message
        for row in world.rows("rental"):
            if row["customerId"] == busy:
                world.call("deleteRental", {"rentalId": row["rentalId"]})
        assert world.call("deleteCustomer", {"customerId": busy}).error is None


def test_cancel_moves_the_state_from_where_it_may() -> None:
    with opened() as world:
        old = rental_of(world, "running")
        key = {"rentalId": old["rentalId"]}
        assert world.call("cancelRental", key).data == {**old, "status": "cancelled"}
        assert world.diff().form == (("~", "rental", (old["rentalId"],), (("status", "cancelled"),)),)
        again = world.call("cancelRental", key).error
        assert again is not None
        assert again.code == "wrong_state"
        returned = world.call("cancelRental", {"rentalId": rental_of(world, "returned")["rentalId"]}).error
        assert returned is not None
        assert returned.code == "wrong_state"
        assert len(world.diff().form) == 1


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("createCustomer", {}, "invalid_arguments"),
        ("createCustomer", {"name": 5}, "invalid_arguments"),
        ("createCustomer", {"name": "A", "tier": "platinum"}, "invalid_arguments"),
        ("createCustomer", {"name": "A", "age": 5}, "invalid_arguments"),
        ("createRental", {"customerId": "nobody", "title": "T", "quantity": 1}, "not_found"),
        ("createRental", {"customerId": "{customer}", "title": "T", "quantity": 51}, "invalid_arguments"),
        ("createRental", {"customerId": "{customer}", "title": "T", "quantity": 1.5}, "invalid_arguments"),
        ("createRental", {"customerId": "{customer}", "title": None, "quantity": 1}, "invalid_arguments"),
        ("listRentals", {}, "invalid_arguments"),
        ("listRentals", {"customerId": "nobody"}, "not_found"),
        ("listRentals", {"customerId": "{customer}", "status": "lost"}, "invalid_arguments"),
        ("listCustomers", {"pageSize": 0}, "invalid_arguments"),
        ("listCustomers", {"pageToken": "made up"}, "invalid_arguments"),
        ("getRental", {"rentalId": ["x"]}, "invalid_arguments"),
        ("getRental", {"rentalId": "x' OR '1'='1"}, "not_found"),
        ("updateRental", {"rentalId": "{rental}", "status": "cancelled"}, "invalid_arguments"),
        ("deleteRental", {"rentalId": ""}, "not_found"),
        ("estimateDelivery", {"weight": 1}, "unknown_tool"),
        ("dropTables", {}, "unknown_tool"),
    ],
)
def test_bad_arguments_are_answered_and_change_nothing(name: str, arguments: dict[str, Any], code: str) -> None:
    with opened() as world:
        names = {"{customer}": world.rows("customer")[0]["customerId"], "{rental}": world.rows("rental")[0]["rentalId"]}
        given = {k: names.get(v, v) if isinstance(v, str) else v for k, v in arguments.items()}
        before = world.dump()
        answer = world.call(name, given)
        assert answer.error is not None
        assert answer.error.code == code
        assert answer.error.message
        assert world.dump() == before
        assert world.diff().form == ()


# ---- nested collections -----------------------------------------------------------------------------------------


def nested(path: str, name: str, field: str, schema: str, parent: str) -> Document:
    """The shop with one more list, under a parent."""
    listed = {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}
    answer = {"content": {"application/json": {"schema": {"type": "object", "properties": {field: listed}}}}}
    get = {
        "operationId": name,
        "description": f"Lists the {field}.",
        "parameters": [{"name": parent, "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": {"description": "ok", **answer}},
    }
    return changed(lambda d: d["paths"].update({path: {"get": get}}))


def test_a_nested_collection_lists_the_rows_of_the_bare_one() -> None:
    env = built(nested("/customers/{customerId}/rentals", "listCustomerRentals", "rentals", "Rental", "customerId")).env
    assert env.model is not None
    assert [t.name for t in env.model.tables] == ["customer", "rental"]
    with opened(env=env) as world:
        ada, bob = (
            world.call("createCustomer", {"name": n, "tier": "gold"}).data["customerId"] for n in ("Ada", "Bob")
        )
        made = world.call("createRental", {"customerId": ada, "title": "Tent", "quantity": 2, "insured": True}).data
        assert world.call("listCustomerRentals", {"customerId": ada}).data == {"rentals": [made]}
        assert world.call("listCustomerRentals", {"customerId": bob}).data == {"rentals": []}
        for name in ("listCustomerRentals", "listRentals"):
            answer = world.call(name, {"customerId": "nobody"})
            assert answer.error is not None
            assert answer.error.code == "not_found"


def test_rows_that_do_not_know_the_parent_are_not_filtered_by_it() -> None:
    env = built(nested("/rentals/{rentalId}/customers", "listRentalCustomers", "customers", "Customer", "rentalId")).env
    assert env.model is not None
    assert "rentalId" not in {c.name for t in env.model.tables if t.name == "customer" for c in t.columns}
    assert all(o.table != "customer" or o.through == "rental_customer" for o in env.model.operations if o.name == "listRentalCustomers")


# ---- the same each time -----------------------------------------------------------------------------------------


def test_the_gate_passes() -> None:
    for seed in (1, 2, 3):
        assert check_env(shop(), seed=seed) == []


def test_the_same_bytes_when_built_twice() -> None:
    once, twice = built(shop_api()).env, build(dict(reversed(tools_of(shop_api()).items()))).env
    assert env_files(once) == env_files(twice)
    assert once.id == twice.id == shop().id


def test_another_document_is_another_world(tmp_path: Path) -> None:
    other = built(changed(lambda d: d["paths"]["/rentals"]["post"].update(description="Makes a rental."))).env
    assert other.id != shop().id
    folder = write_folder(other, tmp_path / "world")
    assert read_env(folder).id == other.id
    assert read_env(folder).model_copy(update={"folder": ""}) == other


def test_the_same_rows_for_the_same_seed() -> None:
    dumps = {}
    for seed in (0, 1, 0, 7):
        with opened(seed) as world:
            dump = world.dump()
            assert dumps.setdefault(seed, dump) == dump
            assert len(dump["customer"]) >= 5
            assert len(dump["rental"]) >= 5
    assert dumps[0] != dumps[1] != dumps[7]


def test_rows_are_plausible() -> None:
    for seed in range(5):
        with opened(seed) as world:
            customers, rentals = world.rows("customer"), world.rows("rental")
            now = world.db.now
            assert {r["customerId"] for r in rentals} <= {c["customerId"] for c in customers}
            assert all(" " in c["name"] for c in customers), "first and last name"
            assert len({c["name"] for c in customers}) == len(customers)
            assert all(c["createdAt"] < now for c in customers)
            assert all(1 <= r["quantity"] <= 50 for r in rentals)
            assert all(isinstance(r["insured"], bool) for r in rentals)
            assert any(r["status"] in operation("cancelRental").only_from for r in rentals), (
                "something can be cancelled"
            )


def test_the_code_is_one_plain_function_a_tool() -> None:
    tree = ast.parse(shop().tools_py)
    functions = [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]
    assert functions == [t.python for t in shop().tools]
    imports = [n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))]
    assert [getattr(n, "module", None) for n in imports] == ["agentscaler.tooling"]


# ---- domains that make no world ---------------------------------------------------------------------------------


def test_too_few_tools() -> None:
    document = changed(lambda d: [d["paths"].pop(p) for p in list(d["paths"]) if "customers" not in p])
    del document["paths"]["/customers"]
    document["paths"]["/customers/{customerId}"].pop("delete", None)
    with pytest.raises(Dropped) as reason:
        built(document)
    assert reason.value.reason == "too_few_tools"
    assert reason.value.message.startswith("2 of 2 tools")


def only(*verbs: str) -> dict[str, Any]:
    """The shop's document with operations of these verbs alone."""
    document = shop_api()
    document["paths"] = {
        path: {k: v for k, v in item.items() if k in (*verbs, "parameters")}
        for path, item in document["paths"].items()
        if set(verbs) & set(item)
    }
    return document


def test_a_world_needs_a_read() -> None:
    with pytest.raises(Dropped, match="a read among them") as reason:
        built(only("post", "patch", "delete"))
    assert reason.value.reason == "too_few_tools"


def test_a_world_may_be_there_to_look_things_up() -> None:
    env = built(only("get")).env
    assert {t.name: t.kind for t in env.tools} == dict.fromkeys(("getCustomer", "getRental", "listCustomers", "listRentals"), "read")


def test_worlds_that_differ_in_names_alone_share_a_shape() -> None:
    other = built(renamed("getRental", "fetchRental")).env
    text = json.dumps(shop_api()).replace("rental", "booking").replace("Rental", "Booking")
    third = built(json.loads(text)).env
    assert shop().model
    assert other.model
    assert third.model
    assert shape_of(other.model) == shape_of(shop().model)
    assert shape_of(third.model) == shape_of(shop().model)
    fewer = built(changed(lambda d: d["paths"].pop("/rentals/{rentalId}/return"))).env
    assert fewer.model
    assert shape_of(fewer.model) != shape_of(shop().model)


@pytest.mark.parametrize("noun", ["order", "filter", "query", "view", "field"])
def test_things_that_are_called_like_paging(noun: str) -> None:
    some = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    text = json.dumps(shop_api()).replace("rentals", some).replace("Rentals", some.capitalize())
    text = text.replace("rental", noun).replace("Rental", noun.capitalize())
    env = built(json.loads(text)).env
    assert f"list{some.capitalize()}" in {t.name for t in env.tools}


def test_a_delete_that_takes_the_children_along_does() -> None:
    def edit(d: Document) -> None:
        d["paths"]["/customers/{customerId}"]["delete"]["description"] = (
            "Deletes a customer and all rentals of the customer."
        )

    with opened(env=built(changed(edit)).env) as world:
        assert world.call("deleteCustomer", {"customerId": rental_of(world)["customerId"]}).error is None


def test_a_bound_that_is_no_number_does_not_crash() -> None:
    def edit(d: Document) -> None:
        body = d["paths"]["/rentals"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        body["properties"]["quantity"]["minimum"] = "1"

    assert check_env(built(changed(edit)).env) == []


@pytest.mark.parametrize("name", ["__v", "__typename", "--dry"])
def test_a_field_with_two_underscores_does_not_cost_the_world(name: str) -> None:
    assert len(built(renamed("insured", name)).env.tools) == 12


# ---- hostile ----------------------------------------------------------------------------------------------------


def attacks(marker: Path) -> list[str]:
    """Texts that try to become code, SQL, HTML, a path."""
    return [
        f'"""\nimport os; os.system("touch {marker}")\n"""',
        f"''' + __import__('os').system('touch {marker}') + '''",
        f'\\"""; open({str(marker)!r}, \'w\')  # \\',
        "'); DROP TABLE customer; --",
        "*/ ) STRICT; DROP TABLE rental; --\nDROP TABLE customer;",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "../../../../tmp/escaped",
        "{db.x} %s {0} \x00\x07 ‮ \ud7ff",
    ]


def stands(env: EnvSpec, marker: Path) -> None:
    """The world loads, works, and nothing of the attack ran."""
    tree = ast.parse(env.tools_py)
    allowed = (ast.Expr, ast.ImportFrom, ast.FunctionDef, ast.Assign)
    assert all(isinstance(n, allowed) for n in tree.body)
    assert {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)} <= {"agentscaler.tooling"}
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.Import)]
    assert check_env(env) == []
    with opened(env=env) as world:
        assert {"customer", "rental"} <= set(world.dump())
        assert world.call("createCustomer", {"name": "Ada"}).error is None
    assert not marker.exists()


@pytest.mark.parametrize("number", range(8))
def test_hostile_texts_stay_text(tmp_path: Path, number: int) -> None:
    marker = tmp_path / "marker"
    attack = attacks(marker)[number]
    document = shop_api()
    document["info"]["title"] = f"Shop {attack}"
    for item in document["paths"].values():
        for one in item.values():
            if isinstance(one, dict):
                one["description"] = f"{one['description']} {attack}"
    for schema in document["components"]["schemas"].values():
        for column in schema["properties"].values():
            column["description"] = f"{attack} {column['description']}"
    env = built(document).env
    stands(env, marker)
    folder = write_folder(env, tmp_path / "w")
    assert sorted(p.name for p in folder.iterdir()) == ["env.json", "population.json", "rules.md", "schema.sql", "tools.py"]
    stands(read_env(folder), marker)


@pytest.mark.parametrize("number", range(8))
def test_hostile_values_of_a_closed_list_are_values(tmp_path: Path, number: int) -> None:
    marker = tmp_path / "marker"
    attack = attacks(marker)[number]
    env = outcome(renamed("gold", attack))
    if isinstance(env, Dropped):
        assert "\x00" in attack, "only what SQL cannot spell is refused"
        assert env.reason == "gate"
        return
    stands(env, marker)
    with opened(env=env) as world:
        made = world.call("createCustomer", {"name": "Ada", "tier": attack})
        assert made.error is None
        assert world.call("getCustomer", {"customerId": made.data["customerId"]}).data["tier"] == attack
        assert made.data in world.call("listCustomers", {"tier": attack, "pageSize": 100}).data["customers"]


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("name", ["city", "insured", "title"])
def test_hostile_parameter_names_never_run(tmp_path: Path, name: str, number: int) -> None:
    """They become a column under another name, or the world is dropped with a message; never code."""
    marker = tmp_path / "marker"
    attack = attacks(marker)[number]
    env = outcome(renamed(name, attack))
    if isinstance(env, Dropped):
        assert env.reason == "gate"
        assert env.message
    else:
        stands(env, marker)
    assert not marker.exists()


def test_hostile_operation_names(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    for attack in attacks(marker):
        document = renamed("getRental", f"getRental{attack}")
        env = built(document).env
        stands(env, marker)
        assert all(
            set(t.name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") for t in env.tools
        )
        assert all(t.python.isidentifier() and len(t.name) <= 64 for t in env.tools)


def test_names_that_python_and_sql_keep_for_themselves(tmp_path: Path) -> None:
    """class, select, from, self, db: fine names of columns and parameters."""
    document = shop_api()
    text = json.dumps({k: document[k] for k in ("paths", "components")})
    for old, new in (
        ("insured", "class"),
        ("title", "select"),
        ("city", "from"),
        ("quantity", "db"),
        ("tier", "order"),
    ):
        text = text.replace(f'"{old}"', f'"{new}"')
    env = built(document | json.loads(text)).env
    stands(env, tmp_path / "marker")
    with opened(env=env) as world:
        who = world.call("createCustomer", {"name": "Ada", "from": "Lund", "order": "gold"}).data
        assert (who["from"], who["order"]) == ("Lund", "gold")
        made = world.call(
            "createRental", {"customerId": who["customerId"], "select": "Tent", "db": 3, "class": True}
        ).data
        assert (made["select"], made["db"], made["class"]) == ("Tent", 3, True)
        assert world.call("getRental", {"rentalId": made["rentalId"]}).data == made
