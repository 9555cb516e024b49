"""The handle that tool code sees: every method, what it answers, and the errors it raises."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from agentscaler.database import Database
from agentscaler.errors import UNSET, AlreadyExists, Conflict, InvalidArguments, NotFound, WrongState
from agentscaler.views import view
from agentscaler.world import World
from worlds import NOW, library, written

NOBODY = "mem-000000000000"


@pytest.fixture
def db() -> Iterator[Database]:
    with World.open(library(), seed=4) as world:
        yield world.db


def keys(db: Database, table: str, **where: Any) -> list[Any]:
    """Keys of all rows, through the handle itself."""
    return [next(iter(row.values())) for row in db.page(table, where=where, size=10_000).rows]


def loan_that_is(db: Database, state: str) -> str:
    return str(db.first("loan", state=state)["loanId"])


# A second world: integer ids, JSON of all kinds, a composite reference that may be empty.
DESK_SQL = """
CREATE TABLE doc (docId INTEGER NOT NULL PRIMARY KEY, value TEXT, flag INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE slot (room TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (room, line)) STRICT, WITHOUT ROWID;
CREATE TABLE claim (
  claimId TEXT NOT NULL PRIMARY KEY, room TEXT, line INTEGER,
  FOREIGN KEY (room, line) REFERENCES slot ON DELETE SET NULL
) STRICT, WITHOUT ROWID;
"""
DESK = {
    "format": 1,
    "now": NOW,
    "context": {},
    "rows": {"doc": [3, 3], "slot": [4, 4], "claim": [2, 2]},
    "columns": {
        "doc.docId": {"position": True, "generated": True, "fill": "{n}"},
        "doc.value": {"mix": [{"value": "text"}, {"yes": 0.5, "json": True}, {"number": [1, 9]}], "json": True},
        "doc.flag": {"value": None, "boolean": True},
        "slot.room": {"cover": ["red", "red", "blue", "blue"]},
        "slot.line": {"cover": [1, 2, 1, 2]},
        "claim.claimId": {"id": "claim-{hex:8}", "generated": True},
        "claim.room": {"reference": "slot", "columns": {"room": "room", "line": "line"}},
        "claim.line": {"with": "room"},
    },
}


@pytest.fixture
def desk() -> Iterator[Database]:
    with World.open(written(DESK_SQL, '"""Nothing."""\n', DESK, ()), trusted=True) as world:
        yield world.db


# ---- reads ------------------------------------------------------------------------------------------------------


def test_get(db: Database) -> None:
    member = keys(db, "member")[0]
    row = db.get("member", member)
    assert row["memberId"] == member
    assert row["active"] in (True, False)
    assert row["tags"] is None or set(row["tags"]) == {"team", "level"}
    reservation = db.page("reservation").rows[0]
    assert db.get("reservation", reservation["memberId"], reservation["isbn"]) == reservation
    with pytest.raises(NotFound, match=f"^no member {NOBODY}$"):
        db.get("member", NOBODY)
    with pytest.raises(NotFound, match=r"^no reservation a / b$"):
        db.get("reservation", "a", "b")


def test_first_is_the_first_in_key_order(db: Database) -> None:
    returned = [row["loanId"] for row in db.page("loan", where={"state": "returned"}).rows]
    assert len(returned) > 1
    assert db.first("loan", state="returned")["loanId"] == min(returned)
    assert db.first("loan")["loanId"] == min(keys(db, "loan"))
    assert db.first("loan", state="returned", memberId=NOBODY) is None


def test_key(db: Database) -> None:
    row = db.page("reservation").rows[0]
    assert db.key("reservation", memberId=row["memberId"], isbn=row["isbn"]) == (row["memberId"], row["isbn"])
    with pytest.raises(NotFound, match=f"^no reservation {NOBODY}$"):
        db.key("reservation", memberId=NOBODY)


def test_match(db: Database) -> None:
    loan = db.page("loan").rows[0]
    assert db.match("loan", loan["loanId"], memberId=loan["memberId"]) == loan
    assert db.match("loan", loan["loanId"], memberId=None) == loan
    with pytest.raises(NotFound, match=f"^no loan {loan['loanId']} with memberId '{NOBODY}'$"):
        db.match("loan", loan["loanId"], memberId=NOBODY)
    with pytest.raises(NotFound):
        db.match("loan", "ln-none", memberId=loan["memberId"])


def test_count(db: Database) -> None:
    loans = db.page("loan", size=500).rows
    assert db.count("loan") == len(loans) > 5
    assert db.count("loan", state="open") == sum(row["state"] == "open" for row in loans) > 0
    assert db.count("loan", state="lost") == 0


@pytest.mark.parametrize("column", ["nothing", 'name" OR 1=1 --', "loanId) --", ""])
def test_a_column_that_is_not_there(db: Database, column: str) -> None:
    """Names reach SQL only if the schema holds them."""
    for ask in (db.first, db.count, db.insert):
        with pytest.raises(InvalidArguments, match="has no column"):
            ask("loan", **{column: 1})
    with pytest.raises(InvalidArguments, match="has no column"):
        db.page("loan", where={column: 1})
    with pytest.raises(InvalidArguments, match="has no column"):
        db.update("loan", loan_that_is(db, "open"), **{column: 1})


# ---- pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("table", ["member", "reservation", "pickup"])
def test_pages_give_every_row_once_in_key_order(db: Database, table: str, size: int) -> None:
    rows, after, pages = [], None, 0
    while True:
        page = db.page(table, size=size, after=after, counted=True)
        assert len(page.rows) <= size
        assert page.total == db.count(table)
        rows += page.rows
        after, pages = page.next, pages + 1
        if after is None:
            break
        assert re.fullmatch(r"[A-Za-z0-9_-]+", after)
    key = {"member": ("memberId",), "reservation": ("memberId", "isbn"), "pickup": ("memberId", "isbn", "day")}[table]
    found = [tuple(row[c] for c in key) for row in rows]
    assert found == sorted(set(found))
    assert len(found) == db.count(table)
    assert pages == -(-len(found) // size)


def test_pages_go_on_behind_a_row_that_is_gone(db: Database) -> None:
    everyone = keys(db, "book")
    page = db.page("book", size=3)
    db.update("book", everyone[4], pages=1)
    db._x("DELETE FROM copy")
    db.delete("book", everyone[2])
    db.delete("book", everyone[3])
    assert [row["isbn"] for row in db.page("book", size=500, after=page.next).rows] == everyone[4:]


@pytest.mark.parametrize(
    "token", ["x", "garbage!", "é", "bnVsbA", "W10", "WyJhIiwiYiJd", "W251bGxd", "eyJhIjoxfQ", "\ud800", "W1sxXV0"]
)
def test_a_token_that_was_not_handed_out(db: Database, token: str) -> None:
    """Not base64, not JSON, no list, too long, with null, with an object, ..."""
    with pytest.raises(InvalidArguments, match="is no page token that was handed out"):
        db.page("member", after=token)


def test_narrowing(db: Database) -> None:
    loans = db.page("loan", size=500).rows

    def found(**arguments: Any) -> list[Any]:
        return db.page("loan", size=500, **arguments).rows

    assert found(where={"state": "open"}) == [r for r in loans if r["state"] == "open"]
    assert found(where={"state": None}) == loans
    assert found(where={"state": ["open", "overdue"]}) == [r for r in loans if r["state"] != "returned"]
    assert found(where={"state": []}) == []
    days = sorted(r["dueOn"] for r in loans)
    low, high = days[2], days[-3]
    assert found(since={"dueOn": low}) == [r for r in loans if r["dueOn"] >= low]
    assert found(until={"dueOn": high}) == [r for r in loans if r["dueOn"] <= high]
    both = [r for r in loans if low <= r["dueOn"] <= high and r["state"] == "returned"]
    assert found(where={"state": "returned"}, since={"dueOn": low}, until={"dueOn": high}) == both
    assert 0 < len(both) < len(loans)
    assert found(since={"dueOn": None}) == loans


def test_a_filter_on_yes_and_no(db: Database) -> None:
    for value in (True, False):
        rows = db.page("member", where={"active": value}, size=500).rows
        assert {row["active"] for row in rows} == {value}


def test_skip_and_total(db: Database) -> None:
    everyone = keys(db, "member")
    page = db.page("member", size=2, skip=3, counted=True)
    assert [row["memberId"] for row in page.rows] == everyone[3:5]
    assert page.total == len(everyone)
    assert db.page("member", size=2).total == 2
    assert db.page("member", skip=1000, counted=True) == ([], None, len(everyone))
    assert db.page("member", size=2, skip=-5).rows == db.page("member", size=2).rows


def test_rows_through_a_link_table(db: Database) -> None:
    links = db.page("subscription", size=500).rows
    for branch in keys(db, "branch"):
        wanted = sorted(r["memberId"] for r in links if r["branch"] == branch)
        page = db.page("member", through="subscription", where={"branch": branch}, size=500)
        assert [row["memberId"] for row in page.rows] == wanted
        some = db.page("member", through="subscription", where={"branch": branch}, size=1, counted=True)
        assert some.total == len(wanted)
        active = db.page("member", through="subscription", where={"branch": branch, "active": True}, size=500)
        assert active.rows == [r for r in page.rows if r["active"]]
    assert len(links) > 3


# ---- insert -----------------------------------------------------------------------------------------------------


def test_insert_fills_ids_times_and_defaults(db: Database) -> None:
    row = db.insert("member", name="New")
    assert re.fullmatch(r"mem-[0-9a-f]{12}", row["memberId"])
    assert (row["joinedAt"], row["cancelledAt"], row["active"], row["tags"], row["home"]) == (
        NOW,
        None,
        True,
        None,
        None,
    )
    assert db.get("member", row["memberId"]) == row
    copy, member = keys(db, "copy")[0], row["memberId"]
    loan = db.insert("loan", copyId=copy, memberId=member, state="open")
    assert re.fullmatch(rf"arn:{db.context['library']}:{member}:\d{{6}}", loan["receipt"])
    assert loan["updatedAt"] == loan["lentAt"] == NOW


def test_ids_are_new_and_depend_on_nothing_but_their_number() -> None:
    with (
        World.open(library(), seed=4) as one,
        World.open(library(), seed=4) as other,
        World.open(library(), seed=5) as third,
    ):
        first = [one.db.insert("member", name=str(i))["memberId"] for i in range(300)]
        second = []
        for i in range(300):
            other.db.insert("copy", isbn=keys(other.db, "book")[0], branch=keys(other.db, "branch")[0])
            second.append(other.db.insert("member", name=f"x{i}", active=False)["memberId"])
        assert first == second
        assert len(set(first)) == 300
        assert third.db.insert("member", name="0")["memberId"] not in first
        assert one.db.counters == {"member": 300}


def test_none_and_unset_are_not_given_on_insert(db: Database) -> None:
    row = db.insert("member", name="New", active=None, home=UNSET, email=None)
    assert (row["active"], row["home"], row["email"]) == (True, None, None)
    with pytest.raises(InvalidArguments, match=r"^name of the member must be given$"):
        db.insert("member", name=None)


def test_insert_with_ids_and_times_of_ones_own(db: Database) -> None:
    row = db.insert("member", memberId="mine", name="New", joinedAt="2020-01-01T00:00:00Z")
    assert (row["memberId"], row["joinedAt"]) == ("mine", "2020-01-01T00:00:00Z")
    assert db.counters == {}


def test_insert_what_is_there_already(db: Database) -> None:
    branch = db.page("branch").rows[0]
    with pytest.raises(AlreadyExists, match=f"^there is already a branch with code '{branch['code']}'$"):
        db.insert("branch", code=branch["code"], name="x")
    email = db.page("member").rows[0]["email"]
    with pytest.raises(AlreadyExists, match=re.escape(f"member with email {email!r}")):
        db.insert("member", name="x", email=email)
    row = db.page("reservation").rows[0]
    with pytest.raises(AlreadyExists, match=f"memberId '{row['memberId']}', isbn '{row['isbn']}'"):
        db.insert("reservation", memberId=row["memberId"], isbn=row["isbn"])


def test_insert_without_its_parent(db: Database) -> None:
    with pytest.raises(NotFound, match=f"^no member {NOBODY}$"):
        db.insert("loan", copyId=keys(db, "copy")[0], memberId=NOBODY, state="open")
    with pytest.raises(NotFound, match=r"^no branch nowhere$"):
        db.insert("member", name="x", home="nowhere")
    with pytest.raises(NotFound, match=r"^no reservation a / b$"):
        db.insert("pickup", memberId="a", isbn="b", day="2026-06-20")


def test_what_is_missing_is_said_before_what_is_there_already(db: Database) -> None:
    email = db.page("member").rows[0]["email"]
    with pytest.raises(NotFound, match=r"^no branch nowhere$"):
        db.insert("member", name="x", email=email, home="nowhere")
    some, other = db.page("member").rows[:2]
    with pytest.raises(NotFound, match=r"^no branch nowhere$"):
        db.update("member", other["memberId"], email=some["email"], home="nowhere")


TREE = """CREATE TABLE node (nodeId TEXT NOT NULL PRIMARY KEY, under TEXT REFERENCES node ON DELETE CASCADE) STRICT, WITHOUT ROWID;"""


def test_a_new_row_is_no_parent_of_itself() -> None:
    population = {"format": 1, "now": NOW, "context": {}, "rows": {"node": [1, 1]}, "columns": {"node.nodeId": {"value": "root"}, "node.under": {"value": None}}}
    with World.open(written(TREE, '"""Nothing."""\n', population, ()), trusted=True) as world:
        with pytest.raises(NotFound, match=r"^no node twig$"):
            world.db.insert("node", nodeId="twig", under="twig")
        assert world.db.insert("node", nodeId="twig", under="root")["under"] == "root"


def test_insert_what_a_check_forbids(db: Database) -> None:
    with pytest.raises(InvalidArguments, match="a value of the book is not one of those allowed"):
        db.insert("book", isbn="1", title="x", genre="poetry")


def test_json_and_booleans_come_back_as_they_went_in(db: Database) -> None:
    tags = {"b": [1, 2.5, None, True, {"x": "é"}], "a": {}}
    row = db.insert("member", name="x", tags=tags, active=False)
    assert row["tags"] == tags
    assert row["active"] is False
    assert db.get("member", row["memberId"]) == row
    assert db.update("member", row["memberId"], tags={}, active=True)["tags"] == {}
    assert db.update("member", row["memberId"], tags=None)["tags"] is None


def test_integer_ids(desk: Database) -> None:
    assert [desk.insert("doc")["docId"] for _ in range(3)] == [100_000, 100_001, 100_002]
    assert keys(desk, "doc") == [1, 2, 3, 100_000, 100_001, 100_002]
    assert desk.insert("doc", flag=False)["flag"] is False
    assert desk.insert("doc")["flag"] is None


def test_an_id_that_is_taken_is_passed_over(desk: Database) -> None:
    desk.insert("doc", docId=100_001)
    assert [desk.insert("doc")["docId"] for _ in range(3)] == [100_000, 100_002, 100_003]


@pytest.mark.parametrize("value", ["text", True, "5"])
def test_a_json_column_holds_any_json(desk: Database, value: Any) -> None:
    row = desk.insert("doc", value=value)
    assert type(row["value"]) is type(value)
    assert row["value"] == value


def test_a_copy_of_a_row_with_bare_json(desk: Database) -> None:
    for row in desk.page("doc").rows:
        assert desk.copy("doc", row["docId"])["value"] == row["value"]


# ---- copy, put, update, move ------------------------------------------------------------------------------------


def test_copy(db: Database) -> None:
    loan = db.first("loan", state="returned")
    new = db.copy("loan", loan["loanId"], state="open", dueOn=None, copyId=UNSET)
    assert new["loanId"] != loan["loanId"]
    assert {c: new[c] for c in ("copyId", "memberId", "state", "dueOn")} == {
        c: loan[c] for c in ("copyId", "memberId", "dueOn")
    } | {"state": "open"}
    assert new["lentAt"] == NOW != loan["lentAt"]
    assert new["receipt"] != loan["receipt"]
    assert db.get("loan", loan["loanId"]) == loan
    with pytest.raises(NotFound, match=r"^no loan ln-none$"):
        db.copy("loan", "ln-none")


def test_put_makes_or_changes(db: Database) -> None:
    row = db.put("book", isbn="1", title="One", pages=5, genre=UNSET)
    assert (row["title"], row["pages"], row["genre"]) == ("One", 5, None)
    again = db.put("book", isbn="1", title="Two", pages=UNSET, genre="novel")
    assert (again["title"], again["pages"], again["genre"]) == ("Two", 5, "novel")
    assert db.put("book", isbn="1", title="Two", pages=None)["pages"] is None
    assert db.count("book", isbn="1") == 1
    member, isbn = keys(db, "member")[0], "1"
    assert db.put("reservation", memberId=member, isbn=isbn, note="a")["madeAt"] == NOW
    assert db.put("reservation", memberId=member, isbn=isbn, note="b")["note"] == "b"


def test_update_unset_leaves_and_none_empties(db: Database) -> None:
    member = next(row for row in db.page("member", size=500).rows if row["home"] and row["tags"])
    key = member["memberId"]
    assert db.update("member", key, home=UNSET, name="Renamed") == member | {"name": "Renamed"}
    assert db.update("member", key, home=None) == member | {"name": "Renamed", "home": None}
    assert db.update("member", key, home=UNSET) == member | {"name": "Renamed", "home": None}
    assert db.update("member", key) == db.get("member", key)


def test_update_touches_only_what_was_changed(db: Database) -> None:
    loan = db.first("loan", state="open")
    assert loan["updatedAt"] != NOW
    assert db.update("loan", loan["loanId"], dueOn=UNSET) == loan
    assert db.update("loan", loan["loanId"], dueOn="2026-12-24") == loan | {"dueOn": "2026-12-24", "updatedAt": NOW}


def test_update_that_cannot_be(db: Database) -> None:
    members = db.page("member", size=500).rows
    one, other = members[0], members[1]
    with pytest.raises(NotFound, match=f"^no member {NOBODY}$"):
        db.update("member", NOBODY, name="x")
    with pytest.raises(NotFound, match=f"^no member {NOBODY}$"):
        db.update("member", NOBODY, name=UNSET)
    with pytest.raises(NotFound, match=r"^no branch nowhere$"):
        db.update("member", one["memberId"], home="nowhere")
    with pytest.raises(AlreadyExists, match=re.escape(repr(other["email"]))):
        db.update("member", one["memberId"], email=other["email"])
    with pytest.raises(InvalidArguments, match="name of the member must be given"):
        db.update("member", one["memberId"], name=None)
    with pytest.raises(InvalidArguments, match="not one of those allowed"):
        db.update("loan", loan_that_is(db, "open"), state="lost")
    assert db.page("member", size=500).rows == members


def test_update_of_a_composite_reference(desk: Database) -> None:
    claim = keys(desk, "claim")[0]
    assert desk.update("claim", claim, room="blue", line=2)["line"] == 2
    assert desk.update("claim", claim, room="red")["room"] == "red"
    assert desk.update("claim", claim, room=None, line=None)["room"] is None
    with pytest.raises(NotFound, match=r"^no slot red / 9$"):
        desk.update("claim", claim, room="red", line=9)


def test_update_of_half_a_composite_reference(desk: Database) -> None:
    with pytest.raises(NotFound):
        desk.update("claim", keys(desk, "claim")[0], line=9)


def test_move(db: Database) -> None:
    loan = loan_that_is(db, "open")
    assert db.move("loan", loan, to={"state": "returned"}, only_from=("open", "overdue"))["state"] == "returned"
    with pytest.raises(WrongState, match=f"^loan {loan} already has state 'returned'$"):
        db.move("loan", loan, to={"state": "returned"})
    with pytest.raises(WrongState, match=f"^loan {loan} has state 'returned'; it must be one of open$"):
        db.move("loan", loan, to={"state": "overdue"}, only_from=("open",))
    assert db.move("loan", loan, to={"state": "overdue"})["state"] == "overdue"
    with pytest.raises(NotFound, match=r"^no loan ln-none$"):
        db.move("loan", "ln-none", to={"state": "open"})


# ---- delete, foreign keys ---------------------------------------------------------------------------------------


def test_delete_restrict_says_what_is_in_the_way(db: Database) -> None:
    loans = [row["memberId"] for row in db.page("loan", size=500).rows]
    for member in set(loans):
        n = loans.count(member)
        said = f"member {member} is still used by {n} loan{'s' if n > 1 else ''}: delete or change that first"
        with pytest.raises(Conflict, match=f"^{said}$"):
            db.delete("member", member)
    assert {loans.count(m) > 1 for m in loans} == {True, False}
    assert len(keys(db, "loan")) == len(loans)


def test_what_is_in_the_way_is_said_in_english(db: Database) -> None:
    isbns = [row["isbn"] for row in db.page("copy", size=500).rows]
    book = next(i for i in isbns if isbns.count(i) > 1)
    with pytest.raises(Conflict, match="copies"):
        db.delete("book", book)


def test_delete_cascades_and_empties(db: Database) -> None:
    """member: reservations and their pickups and subscriptions go; those it sponsored stay, without a sponsor."""
    lenders = {row["memberId"] for row in db.page("loan", size=500).rows}
    picked = {row["memberId"] for row in db.page("pickup", size=500).rows} - lenders
    member = min(picked)
    protege = db.insert("member", name="P", sponsor=member)["memberId"]
    db.insert("subscription", memberId=protege, branch=keys(db, "branch")[0])
    db.delete("member", member)
    for table in ("reservation", "pickup", "subscription"):
        assert member not in keys(db, table)
    assert db.get("member", protege)["sponsor"] is None
    assert db.count("subscription", memberId=protege) == 1
    assert list(db._x("PRAGMA foreign_key_check")) == []


def test_delete_through_a_cascade_that_is_restricted(db: Database) -> None:
    """branch -> copy cascades, book <- copy restricts: the branch goes with its copies, the book may not."""
    copy = db.page("copy").rows[0]
    with pytest.raises(Conflict, match=rf"book {copy['isbn']} is still used by \d+ cop"):
        db.delete("book", copy["isbn"])
    db.delete("branch", copy["branch"])
    assert db.count("copy", branch=copy["branch"]) == 0
    assert db.count("member", home=copy["branch"]) == 0


def test_delete_what_is_not_there(db: Database) -> None:
    with pytest.raises(NotFound, match=r"^no branch nowhere$"):
        db.delete("branch", "nowhere")
    with pytest.raises(NotFound, match=r"^no reservation a / b$"):
        db.delete("reservation", "a", "b")


def test_set_null_of_a_composite_reference(desk: Database) -> None:
    claim = desk.page("claim").rows[0]
    desk.delete("slot", claim["room"], claim["line"])
    assert desk.get("claim", claim["claimId"]) == {"claimId": claim["claimId"], "room": None, "line": None}


def test_tie_and_untie(db: Database) -> None:
    branch, member = keys(db, "branch")[0], db.insert("member", name="x")["memberId"]
    db.tie("subscription", memberId=member, branch=branch)
    assert db.count("subscription", memberId=member) == 1
    with pytest.raises(AlreadyExists):
        db.tie("subscription", memberId=member, branch=branch)
    db.untie("subscription", branch=branch, memberId=member)
    with pytest.raises(NotFound, match=f"^no subscription {member} / {branch}$"):
        db.untie("subscription", memberId=member, branch=branch)
    with pytest.raises(NotFound, match=f"^no member {NOBODY}$"):
        db.tie("subscription", memberId=NOBODY, branch=branch)
    with pytest.raises(NotFound, match=r"^no branch nowhere$"):
        db.tie("subscription", memberId=member, branch="nowhere")


def test_within(db: Database) -> None:
    here = db.context["library"]
    assert db.within("libraries/{library}", f"libraries/{here}") is None
    assert db.within("libraries/{library}", None) is None
    assert db.within("main", "main") is None
    for template, value in (
        ("libraries/{library}", here),
        ("libraries/{library}", ""),
        ("{nothing}", "x"),
        ("{0}", "x"),
        ("{", "x"),
        ("7", 8),
    ):
        with pytest.raises(NotFound, match="is not here, or is not yours to see"):
            db.within(template, value)
    assert db.within("7", 7) is None


def test_view() -> None:
    shown = view("a", ("B", "b"))
    assert shown.of({"a": 1, "b": 2, "c": 3}) == {"a": 1, "B": 2}
    assert shown.all([{"a": 1, "b": 2}, {"a": 3, "b": 4}]) == [{"a": 1, "B": 2}, {"a": 3, "B": 4}]
    assert shown.all([]) == []
