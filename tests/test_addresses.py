"""One thing at one address, and two rows that speak of each other."""

from agentscaler.envs import compile_tools
from agentscaler.envs.worlds import CompiledService, _parents_first
from agentscaler.population import Painter
from agentscaler.records import Reference, Tool
from pools import tool
from test_keys import at
from test_ranges import HOLDERS, held, plain, rows, world

ROW = "sid label colour"


def service(*tools: Tool) -> CompiledService:
    return compile_tools("twilio:s", {t.name: t for t in tools})


def nouns(found: CompiledService) -> dict[str, str]:
    return {name: c.operation.table for name, c in found.good.items()}


def half(noun: str, path: str) -> list[Tool]:
    """What makes and lists at an address."""
    return [at(tool(f"{noun}_create", "s", "label! colour", ROW), "POST", path), at(tool(f"{noun}_list", "s", "", ROW, many=True), "GET", path)]


def other(noun: str, path: str) -> list[Tool]:
    """What reads and changes one row of it."""
    one = path + "/{sid}"
    return [at(tool(f"{noun}_fetch", "s", "sid!", ROW), "GET", one), at(tool(f"{noun}_update", "s", "sid! label", ROW), "POST", one)]


def test_what_lies_at_one_address_is_one_thing() -> None:
    found = nouns(service(*half("kite", "/Kites"), *other("flying_kite", "/Kites")))
    assert set(found.values()) == {"kite"}
    assert len(found) == 4


def test_what_acts_on_a_row_below_its_address_goes_with_it() -> None:
    park = at(tool("flying_kite_close", "s", "sid!", "sid label colour status"), "POST", "/Kites/{sid}/close")
    shown = [t.model_copy(update={"returns": park.returns}) if "fetch" in t.name else t for t in other("flying_kite", "/Kites")]
    assert nouns(service(*half("kite", "/Kites"), *shown, park))["flying_kite_close"] == "kite"


def test_things_at_two_addresses_are_two() -> None:
    found = nouns(service(*half("kite", "/Kites"), *other("kite", "/Kites"), *half("box_kite", "/Box/Kites"), *other("box_kite", "/Box/Kites")))
    assert set(found.values()) == {"kite", "box_kite"}


def test_a_list_below_a_holder_shows_what_lies_elsewhere() -> None:
    """/Users/{id}/Kites only makes and lists what is fetched at /Kites/{sid}."""
    nested = "/Users/{user_id}/Kites"
    found = service(at(tool("user_kites_list", "s", "user_id!", ROW, many=True), "GET", nested), at(tool("kites_create", "s", "user_id! label!", ROW), "POST", nested), *other("kite", "/Kites"))
    assert nouns(found)["kites_create"] == "kite"


def test_a_part_of_a_thing_is_not_taken_away_with_it() -> None:
    """DELETE /Kites/{sid} by the name of its wreck deletes no kite."""
    wreck = at(tool("delete_kite_wreck", "s", "sid!", ""), "DELETE", "/Kites/{sid}")
    found = nouns(service(*half("kite", "/Kites"), other("kite", "/Kites")[0], wreck))
    assert found.get("delete_kite_wreck") != "kite"


def test_two_ways_to_do_one_thing_keep_their_tables() -> None:
    twice = at(tool("toy_kite_fetch", "s", "sid!", ROW), "GET", "/Kites/{sid}")
    found = nouns(service(*half("kite", "/Kites"), *other("kite", "/Kites"), twice, at(tool("toy_kite_create", "s", "label!", ROW), "POST", "/Toys/Kites")))
    assert found["kite_fetch"] == "kite"
    assert found.get("toy_kite_fetch") != "kite"


def test_what_each_thing_has_one_of_goes_by_a_thing_that_is_there() -> None:
    setting = "/Kites/{kite_sid}/Tail"
    tail = [at(tool("kite_tail_fetch", "s", "kite_sid!", "kite_sid mode"), "GET", setting), at(tool("kite_tail_update", "s", "kite_sid! mode", "kite_sid mode"), "POST", setting)]
    found = service(*half("kite", "/Kites"), *other("kite", "/Kites"), *tail)
    assert found.service.tables["kite", "tail"].columns["kite_sid"].reference == ("kite",)


def test_what_a_path_stands_below_holds_its_rows_whatever_it_is_called() -> None:
    """/Kites/{toy}/Strings: toy is a kite, for kites lie there; the colour of /Colours/{colour}/Bows is nobody's, for no table lies there."""
    strings, bows = "/Kites/{toy}/Strings", "/Colours/{colour}/Bows"

    def below(noun: str, holder: str, path: str) -> list[Tool]:
        shown = f"{noun}_name length"
        return [
            at(tool(f"{noun}_list", "s", f"{holder}!", shown, many=True), "GET", path),
            at(tool(f"{noun}_fetch", "s", f"{holder}! {noun}_name!", shown), "GET", path + f"/{{{noun}_name}}"),
            at(tool(f"{noun}_delete", "s", f"{holder}! {noun}_name!"), "DELETE", path + f"/{{{noun}_name}}"),
        ]

    tables = service(*half("kite", "/Kites"), *other("kite", "/Kites"), *below("string", "toy", strings), *below("bow", "colour", bows)).service.tables
    assert (tables["string",].key, tables["string",].columns["toy"].reference) == (("toy", "string_name"), ("kite",))
    assert tables["bow",].columns["colour"].reference is None


# ---- two rows that speak of each other -------------------------------------------------------------------------------


def pair(column: str) -> list[Tool]:
    """Servers and instances, each of which names the other."""
    return [
        tool("DescribeServers", "s", "", f"ServerId Title {column}", many=True),
        tool("DeleteServer", "s", "ServerId!"),
        tool("DescribeInstances", "s", "", "InstanceId Colour ServerId", many=True),
        tool("CreateInstance", "s", "ServerId! Colour", "InstanceId"),
        tool("DeleteInstance", "s", "InstanceId!"),
    ]


def test_two_rows_that_speak_of_each_other_agree() -> None:
    env = world(*pair("InstanceId"))
    told = {r["ServerId"]: r["InstanceId"] for r in rows(env, "server")}
    of = {r["InstanceId"]: r["ServerId"] for r in rows(env, "instance")}
    assert any(told.values())
    assert all(of[i] == s for s, i in told.items() if i)
    assert {s for s, i in told.items() if i} == set(of.values())


def test_what_a_row_was_made_from_is_not_what_was_made_from_it() -> None:
    assert held(world(*pair("SourceInstanceId")), "server", "SourceInstanceId") == {None}


def test_of_two_references_the_one_that_a_create_must_be_given_stays() -> None:
    """A kept reference is a check: an instance of no server is refused."""
    a = plain("a", "aId", "bId", references=(Reference(columns=("bId",), table="b", on_delete="SET NULL"),))
    b = plain("b", "bId", "aId", references=(Reference(columns=("aId",), table="a", on_delete="CASCADE"),))
    b = b.model_copy(update={"columns": tuple(c.model_copy(update={"null": False}) for c in b.columns)})
    kept = {t.name: len(t.references) for t in _parents_first((a, b), HOLDERS, {"a": {}, "b": {}})}
    assert kept == {"a": 0, "b": 1}
    back = {t.name: len(t.references) for t in _parents_first((a, b.model_copy(update={"columns": plain("b", "bId", "aId").columns})), HOLDERS, {"a": {}, "b": {}})}
    assert back == {"a": 1, "b": 0}, "where neither must, the first by name"


def test_the_last_row_is_the_one_that_is_told() -> None:
    recipes = {"a.id": {"id": "a-{hex:6}"}, "a.bId": {"back": "b", "via": ["aId"]}, "b.id": {"id": "b-{hex:6}"}, "b.aId": {"reference": "a"}}
    content = {"now": "2026-06-15T09:00:00Z", "context": {}, "rows": {"a": [8, 8], "b": [5, 5]}, "columns": recipes}
    drawn = Painter(content, ["a", "b"], dict.fromkeys("ab", ("id",)), {"a": ("id", "bId"), "b": ("id", "aId")}, 0).paint()
    assert {r["id"]: r["bId"] for r in drawn["a"]} == dict.fromkeys((r["id"] for r in drawn["a"]), None) | {r["aId"]: r["id"] for r in drawn["b"]}
