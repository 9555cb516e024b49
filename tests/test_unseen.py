"""What no read shows: a piece of what another row shows is written there; the rest leaves, unless what makes it answers with it."""

from typing import Any

import pytest

from agentscaler import asked
from agentscaler.envs.worlds import LARGEST, Member, closure
from agentscaler.errors import NotFound
from agentscaler.records import Tool
from agentscaler.world import World
from pools import tool
from shops import build
from test_structure import does, made, roles

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
ROW = "KettleId KettleName Colour"


def kettles(*more: Tool, asks: str = "", **shown: Json) -> list[Tool]:
    """Kettles that also show these fields, and more tools. asks: what a create must be given besides."""
    reads = [tool("DescribeKettles", "s", "", ROW, many=True), tool("GetKettle", "s", "KettleId!", ROW)]
    for read in reads:
        body = (read.returns or {})["properties"]
        (body["Items"]["items"]["properties"] if "Items" in body else body).update(shown)
    return [tool("CreateKettle", "s", f"KettleName! Colour {asks}", ROW), *reads, tool("DeleteKettle", "s", "KettleId!"), *more]


def objects(*names: str) -> Json:
    return {"type": "object", "properties": dict.fromkeys(names, TEXT)}


WHISTLE = objects("Tone", "Length", "Metal")
SPOUTS: Json = {"type": "array", "items": objects("SpoutId", "Shape")}


def opened(*tools: Tool) -> World:
    return World.open(build({t.source.operation: t for t in tools}).env, seed=0)


def row_with(world: World, column: str) -> Json:
    return next(r for r in world.call("DescribeKettles", {}).data["Items"] if r[column])


# ---- pieces of another row ----------------------------------------------------------------------------------------


def test_a_part_of_a_row_is_emptied_where_the_row_shows_it() -> None:
    tools = kettles(tool("DeleteWhistle", "s", "KettleId!"), Whistle=WHISTLE)
    service = made(*tools)
    assert (does(service, "DeleteWhistle").act, does(service, "DeleteWhistle").table, dict(does(service, "DeleteWhistle").sets)) == ("update", "kettle", {"Whistle": None})
    with opened(*tools) as world:
        one = row_with(world, "Whistle")
        assert world.call("DeleteWhistle", {"KettleId": one["KettleId"]}).error is None
        assert world.call("GetKettle", {"KettleId": one["KettleId"]}).data["Whistle"] is None
        assert sum(r["Whistle"] is not None for r in world.call("DescribeKettles", {}).data["Items"]) == sum(r["Whistle"] is not None for r in world.rows("kettle")), "and no other row's"


def test_one_of_a_list_is_taken_away() -> None:
    tools = kettles(tool("RemoveSpout", "s", "KettleId! SpoutId!"), Spouts=SPOUTS)
    assert roles(made(*tools), "RemoveSpout") == {"KettleId": "key KettleId", "SpoutId": "removes Spouts"}
    with opened(*tools) as world:
        one = row_with(world, "Spouts")
        spout = one["Spouts"][0]["SpoutId"]
        assert world.call("RemoveSpout", {"KettleId": one["KettleId"], "SpoutId": spout}).error is None
        assert world.call("GetKettle", {"KettleId": one["KettleId"]}).data["Spouts"] == one["Spouts"][1:]
        again = world.call("RemoveSpout", {"KettleId": one["KettleId"], "SpoutId": spout})
        assert again.error is not None
        assert again.error.code == "not_found"


def test_a_part_is_set_where_the_row_shows_it() -> None:
    tools = kettles(tool("UpdateKettleLimits", "s", "KettleId! limitsConfig!"), tool("DeleteKettleLimits", "s", "KettleId!"), tool("PutKettleLid", "s", "KettleId! Fit Weight"), limitsConfig=TEXT, Lid=objects("Fit", "Weight", "Grip", "Rim", "Knob"))
    service = made(*tools)
    assert roles(service, "UpdateKettleLimits") == {"KettleId": "key KettleId", "limitsConfig": "value limitsConfig"}
    assert dict(does(service, "DeleteKettleLimits").sets) == {"limitsConfig": None}
    assert roles(service, "PutKettleLid") == {"KettleId": "key KettleId", "Fit": "part Lid", "Weight": "part Lid"}
    with opened(*tools) as world:
        number = world.rows("kettle")[0]["KettleId"]
        world.call("UpdateKettleLimits", {"KettleId": number, "limitsConfig": "two litres"})
        world.call("PutKettleLid", {"KettleId": number, "Fit": "tight"})
        one = world.call("GetKettle", {"KettleId": number}).data
        assert (one["limitsConfig"], one["Lid"]) == ("two litres", {"Fit": "tight"})


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        (tool("DeleteWhistle", "s", "KettleId! Tone!"), {"Whistle": WHISTLE}),
        (tool("DeleteWhistle", "s", "KettleId! Tone"), {"Whistle": WHISTLE}),
        (tool("RevokeWhistle", "s", "KettleId!"), {"Whistle": WHISTLE}),
        (tool("DeleteSpout", "s", "KettleId!"), {"Spouts": SPOUTS}),
        (tool("DeleteSpout", "s", "KettleId! SpoutNumber!"), {"Spouts": SPOUTS}),
        (tool("DeleteHandle", "s", "KettleId!"), {"Whistle": WHISTLE}),
    ],
    ids=["some of it", "perhaps some of it", "another verb", "all of a list", "by what no entry tells", "shown nowhere"],
)
def test_what_is_not_the_whole_part_or_one_of_it_leaves(more: Tool, shown: Json) -> None:
    service = made(*kettles(more, **shown))
    assert service.lost == {more.name: "unseen"}


def test_what_a_row_must_be_made_with_is_not_emptied() -> None:
    assert made(*kettles(tool("DeleteWhistle", "s", "KettleId!"), asks="Whistle!", Whistle=TEXT)).lost == {"DeleteWhistle": "unseen"}


def test_what_a_list_is_without() -> None:
    assert asked.without([{"Id": "a"}, {"Id": "b"}], ["a"], "Id") == [{"Id": "b"}]
    for old in ([{"Id": "a"}], None):
        with pytest.raises(NotFound):
            asked.without(old, ["z"], "Id")


# ---- what is shown nowhere ----------------------------------------------------------------------------------------


def test_what_is_only_changed_or_deleted_leaves() -> None:
    service = made(*kettles(tool("DeleteLadle", "s", "LadleId!"), tool("UpdateSpoon", "s", "SpoonId! Shine!"), tool("DeleteSpoon", "s", "SpoonId!"), tool("DisassociateKettleBench", "s", "KettleId! BenchArn!")))
    assert service.lost == {"DeleteLadle": "unseen", "UpdateSpoon": "unseen", "DeleteSpoon": "unseen", "DisassociateKettleBench": "unseen"}


def test_what_is_made_stays_where_the_answer_tells_it() -> None:
    ladle = [tool("CreateLadle", "s", "Shine!", "LadleId Shine"), tool("UpdateLadle", "s", "LadleId! Shine!"), tool("DeleteLadle", "s", "LadleId!")]
    assert made(*kettles(*ladle)).lost == {}
    silent = [tool("CreateLadle", "s", "LadleId! Shine!"), *ladle[1:]]
    assert set(made(*kettles(*silent)).lost) == {"CreateLadle", "UpdateLadle", "DeleteLadle"}
    assert made(*kettles(*silent, tool("ListLadles", "s", "", "LadleId Shine", many=True))).lost == {}


def test_what_another_row_shows_stays() -> None:
    spouts = [tool("CreateSpout", "s", "KettleId! SpoutId! Shape!"), tool("DeleteSpout", "s", "KettleId! SpoutId!")]
    service = made(*kettles(*spouts, Spouts=SPOUTS))
    assert service.lost == {}
    assert does(service, "DeleteSpout").act == "delete", "the rows are shown in the kettle"


# ---- reads that a world takes in ----------------------------------------------------------------------------------


def test_a_world_takes_in_the_read_through_a_link() -> None:
    ties = [tool(f"{verb}KettleStove", "s", "KettleId! StoveId!") for verb in ("Associate", "Disassociate")]
    stoves = [tool("CreateStove", "s", "Heat!", "StoveId Heat"), tool("DescribeStoves", "s", "", "StoveId Heat", many=True)]
    tools = kettles(*ties, *stoves, tool("ListStovesForKettle", "s", "KettleId!", "StoveId Heat", many=True))
    service = made(*tools)
    assert does(service, "ListStovesForKettle").through == does(service, "AssociateKettleStove").through == "kettle_stove_link"
    own = [Member("aws:s", service.good["AssociateKettleStove"], True)]
    assert "ListStovesForKettle" in {m.compiled.entry.tool.name for m in closure(own, {"aws:s": service}, set())}


def test_a_list_tells_the_other_ends_which_live_outside() -> None:
    ties = [tool(f"{verb}Poster", "s", "KettleId! PosterArn!") for verb in ("Associate", "Disassociate")]
    posters = tool("ListKettlePosters", "s", "KettleId!").model_copy(update={"returns": {"type": "object", "properties": {"Posters": {"type": "array", "items": TEXT}, "NextToken": TEXT}}})
    assert roles(made(*kettles(*ties, posters)), "ListKettlePosters") == {"KettleId": "filter KettleId"}
    other = [t.model_copy(update={"parameters": tool(t.name, "s", "DefaultKettleId! PosterArn!").parameters}) for t in ties]
    assert "ListKettlePosters" in made(*kettles(*other, posters)).lost, "those of a default kettle are another matter"


def test_where_there_is_little_room_each_table_has_a_read_before_one_has_two() -> None:
    stoves = [tool("CreateStove", "s", "Heat!", "StoveId Heat"), tool("DescribeStoves", "s", "", "StoveId Heat", many=True), tool("GetStove", "s", "StoveId!", "StoveId Heat")]
    service = made(*kettles(*stoves))
    own = [Member("aws:s", service.good[n], True) for n in ("CreateKettle", "CreateStove")]
    found = [m.compiled.entry.tool.name for m in closure(own * ((LARGEST - 2) // 2), {"aws:s": service}, set())]
    assert found == ["DescribeKettles", "DescribeStoves"]
    assert {m.compiled.entry.tool.name for m in closure(own, {"aws:s": service}, set())} == {"DescribeKettles", "DescribeStoves", "GetKettle", "GetStove"}
