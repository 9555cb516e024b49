"""One fact of a row is kept in one place: what a column only repeats is read from the row, or from the row that it names."""

from typing import Any

from agentscaler.records import Tool
from agentscaler.views import held, view
from agentscaler.world import World
from pools import tool
from shops import build

Json = dict[str, Any]
TEXT: Json = {"type": "string"}


def thing(*names: str) -> Json:
    return {"type": "object", "properties": dict.fromkeys(names, TEXT)}


def showing(made_by: Tool, **fields: Json) -> Tool:
    """The same tool, whose rows also show these fields."""
    returns: Json = made_by.returns or {}
    body = returns["properties"].get("Items", {}).get("items", returns)
    body["properties"] |= fields
    return made_by.model_copy(update={"returns": returns})


def taking(made_by: Tool, **parameters: Json) -> Tool:
    """The same tool, which also takes these arguments."""
    made_by.parameters["properties"] |= parameters
    return made_by


def opened(*tools: Tool) -> World:
    return World.open(build({t.source.operation: t for t in tools}).env, seed=0)


def rows(world: World, call: str) -> list[Json]:
    found: list[Json] = world.call(call, {}).data["Items"]
    return found


def bills(**fields: Json) -> list[Tool]:
    """Bills of vendors: a bill is given VendorId, and shows what `fields` say."""
    return [
        showing(tool("ListBills", "s", "", "BillId Memo", many=True), **fields),
        tool("CreateBill", "s", "VendorId! Memo", "BillId"),
        tool("UpdateBill", "s", "BillId! VendorId Memo"),
        tool("DeleteBill", "s", "BillId!"),
        tool("ListVendors", "s", "", "VendorId VendorName City", many=True),
        tool("CreateVendor", "s", "VendorName! City", "VendorId"),
        tool("UpdateVendor", "s", "VendorId! VendorName City"),
    ]


# ---- what is known of the row that a row names --------------------------------------------------------------------


def test_an_object_is_what_the_row_says_that_the_column_beside_it_names() -> None:
    with opened(*bills(Vendor=thing("VendorId", "VendorName"))) as world:
        assert "Vendor" not in world.rows("bill")[0]
        first, second, *_ = rows(world, "ListVendors")
        made = world.call("CreateBill", {"VendorId": first["VendorId"]}).data["BillId"]
        assert next(b["Vendor"] for b in rows(world, "ListBills") if b["BillId"] == made) == {"VendorId": first["VendorId"], "VendorName": first["VendorName"]}
        world.call("UpdateBill", {"BillId": made, "VendorId": second["VendorId"]})
        world.call("UpdateVendor", {"VendorId": second["VendorId"], "VendorName": "Hansen & Co"})
        assert next(b["Vendor"] for b in rows(world, "ListBills") if b["BillId"] == made) == {"VendorId": second["VendorId"], "VendorName": "Hansen & Co"}


def test_so_is_a_list_of_the_only_one_there_is() -> None:
    with opened(*bills(VendorsInfo={"type": "array", "items": thing("VendorId", "VendorName")})) as world:
        first = rows(world, "ListVendors")[0]
        made = world.call("CreateBill", {"VendorId": first["VendorId"]}).data["BillId"]
        assert next(b["VendorsInfo"] for b in rows(world, "ListBills") if b["BillId"] == made) == [{"VendorId": first["VendorId"], "VendorName": first["VendorName"]}]


def test_the_name_beside_an_id_is_the_name_of_what_has_the_id() -> None:
    with opened(*bills(VendorId=TEXT, VendorName=TEXT)) as world:
        assert "VendorName" not in world.rows("bill")[0]
        bill = rows(world, "ListBills")[0]
        world.call("UpdateVendor", {"VendorId": bill["VendorId"], "VendorName": "Hansen & Co"})
        assert rows(world, "ListBills")[0] == {**bill, "VendorName": "Hansen & Co"}


def test_what_is_written_asked_for_or_another_things_stays_a_column() -> None:
    written = bills(VendorId=TEXT, VendorName=TEXT)
    written[1] = taking(written[1], VendorName=TEXT)
    with opened(*written) as world:
        assert "VendorName" in world.rows("bill")[0]
    asked = bills(VendorId=TEXT, VendorName=TEXT)
    asked[0] = taking(asked[0], VendorName=TEXT)
    with opened(*asked) as world:
        assert "VendorName" in world.rows("bill")[0]
    with opened(*bills(VendorId=TEXT, Payer=thing("VendorId", "VendorName"))) as world:
        assert "Payer" in world.rows("bill")[0]


def test_of_a_row_that_names_nothing_nothing_is_shown() -> None:
    """A value that is None narrows nothing: the rows of all vendors would be shown."""

    class Nothing:
        def page(self, *_: Any, **__: Any) -> None:
            raise AssertionError

    shown = view("BillId", ("Vendor", held("vendor", {"VendorId": "VendorId"}, {"VendorName": "VendorName"})), ("Vendors", held("vendor", {"VendorId": "VendorId"}, [{"VendorName": "VendorName"}])))
    assert shown.of({"BillId": "b", "VendorId": None}, Nothing()) == {"BillId": "b", "Vendor": None, "Vendors": []}  # type: ignore[arg-type]


def test_an_object_with_a_rest_is_put_together() -> None:
    shown = view("PeerId", ("Configuration", {"": "Configuration", "Blocks": "Blocks"}))
    rest = {"Protocol": "gre", "Blocks": ["old"]}
    assert shown.of({"PeerId": "p", "Configuration": rest, "Blocks": ["10.0.0.0/8"]})["Configuration"] == {"Protocol": "gre", "Blocks": ["10.0.0.0/8"]}
    assert shown.of({"PeerId": "p", "Configuration": None, "Blocks": ["10.0.0.0/8"]})["Configuration"] == {"Blocks": ["10.0.0.0/8"]}
    assert shown.of({"PeerId": "p", "Configuration": None, "Blocks": None})["Configuration"] is None


# ---- an object of the row and the columns beside it ---------------------------------------------------------------


def peers(name: str = "Configuration") -> list[Tool]:
    """Peers whose reads show an object of which a create is given the parts."""
    return [
        showing(tool("ListPeers", "s", "", "PeerId Label", many=True), **{name: thing("PeerAddress", "Protocol", "CoreAddress")}),
        tool("CreatePeer", "s", "Label! PeerAddress! CoreAddress", "PeerId"),
        tool("DeletePeer", "s", "PeerId!"),
    ]


def test_what_is_given_flat_is_shown_in_the_object_that_has_it() -> None:
    with opened(*peers()) as world:
        made = world.call("CreatePeer", {"Label": "x", "PeerAddress": "10.0.0.9", "CoreAddress": "10.0.0.1"}).data["PeerId"]
        assert next(p["Configuration"] for p in rows(world, "ListPeers") if p["PeerId"] == made) == {"PeerAddress": "10.0.0.9", "CoreAddress": "10.0.0.1"}
        old = {r["PeerId"]: r for r in world.rows("peer")}
        assert all(p["Configuration"]["PeerAddress"] == old[p["PeerId"]]["PeerAddress"] for p in rows(world, "ListPeers"))


def test_an_object_of_another_side_keeps_its_own() -> None:
    with opened(*peers("RemoteGateway")) as world:
        made = world.call("CreatePeer", {"Label": "x", "PeerAddress": "10.0.0.9"}).data["PeerId"]
        assert next(p["RemoteGateway"] for p in rows(world, "ListPeers") if p["PeerId"] == made) is None


def disks(**parameters: Json) -> list[Tool]:
    return [
        tool("ListDisks", "s", "", "DiskId DiskName RenewFlag", many=True),
        taking(tool("CreateDisk", "s", "DiskName!", "DiskId"), **parameters),
        tool("UpdateDiskRenewFlag", "s", "DiskId! RenewFlag!"),
        tool("DeleteDisk", "s", "DiskId!"),
    ]


def test_what_is_given_in_an_object_is_shown_flat() -> None:
    with opened(*disks(DiskChargePrepaid=thing("RenewFlag", "Period"))) as world:
        made = world.call("CreateDisk", {"DiskName": "x", "DiskChargePrepaid": {"RenewFlag": "AUTO"}}).data["DiskId"]
        assert next(d["RenewFlag"] for d in rows(world, "ListDisks") if d["DiskId"] == made) == "AUTO"
        assert "DiskChargePrepaid" not in world.rows("disk")[0]


def test_an_object_of_something_else_sets_nothing_of_the_row() -> None:
    for name in ("TargetDisk", "Vault"):
        extra = [tool("ListVaults", "s", "", "VaultId Size", many=True), tool("CreateVault", "s", "Size!", "VaultId")]
        env = build({t.source.operation: t for t in (*disks(**{name: thing("RenewFlag", "Period")}), *extra)}).env
        create = next(o for o in env.model.operations if o.name == "CreateDisk") if env.model else None
        assert create is not None
        assert not any(a.body for a in create.arguments)


# ---- one point in time --------------------------------------------------------------------------------------------


def reports(listed: str) -> list[Tool]:
    return [
        tool("GetReport", "s", "ReportId!", "ReportId Label LastUpdated"),
        tool("ListReports", "s", "", listed, many=True),
        tool("UpdateReport", "s", "ReportId! Label"),
        tool("CreateReport", "s", "Label!", "ReportId"),
    ]


def test_a_time_that_two_reads_call_differently_is_one() -> None:
    with opened(*reports("ReportId Label LastModifiedTime")) as world:
        for row in rows(world, "ListReports"):
            assert world.call("GetReport", {"ReportId": row["ReportId"]}).data["LastUpdated"] == row["LastModifiedTime"]


def test_times_that_one_read_tells_apart_are_two() -> None:
    with opened(*reports("ReportId Label LastUpdated LastModifiedTime")) as world:
        assert {"LastUpdated", "LastModifiedTime"} <= world.rows("report")[0].keys()
    with opened(*reports("ReportId Label CreatedAt")) as world:
        assert {"LastUpdated", "CreatedAt"} <= world.rows("report")[0].keys()
