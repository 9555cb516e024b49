"""What the compiler makes of client libraries: methods of classes, addresses, envelopes. One small library after another, none of them real."""

from typing import Any

import pytest

from agentscaler.domains import one_domain
from agentscaler.envs import compile_tools
from agentscaler.envs.drafts import Draft
from agentscaler.envs.worlds import CompiledService, plan
from agentscaler.records import Operation, Source, Tool
from agentscaler.render import render
from agentscaler.verbs import analyse

Json = dict[str, Any]
TEXT: Json = {"type": "string"}


def thing(fields: str, **more: Json) -> Json:
    return {"type": "object", "properties": dict.fromkeys(fields.split(), TEXT) | more}


def rows(fields: str, **more: Json) -> Json:
    return {"type": "array", "items": thing(fields, **more)}


def method(operation: str, call: str, takes: str = "", gives: Json | None = None, **more: Json) -> Tool:
    """takes: names, those with ! are required."""
    verb, path = call.split()
    names = takes.split()
    properties = {n.rstrip("!"): TEXT for n in names} | more
    required = [n.rstrip("!") for n in names if n.endswith("!")] + list(more)
    source = Source(vendor="acme", service="acme", operation=operation, verb=verb, path=path, in_path=tuple(n for n in properties if f"{{{n}}}" in path))
    return Tool(name=operation.replace(".", "_"), description=f"{operation}.", parameters={"type": "object", "properties": properties, "required": required}, returns=gives, source=source)


def made(*tools: Tool) -> CompiledService:
    return compile_tools("acme:acme", {t.name: t for t in tools})


def table(service: CompiledService, noun: str) -> Draft:
    return service.service.tables[tuple(noun.split())]


def does(service: CompiledService, name: str) -> Operation:
    return service.good[name].operation


# ---- what a method is about --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "call", "kind", "noun"),
    [
        ("refunds.update", "POST /refunds/{refund}", "update", "refund"),
        ("transfers.create", "POST /transfers", "create", "transfer"),
        ("import_invoices.get", "GET /import-invoices/{id}", "get", "import invoice"),
        ("import_invoices.get_multi", "GET /import-invoices", "list", "import invoice"),
        ("campaigns.get_campaigns", "GET /campaigns", "list", "campaign"),
        ("campaigns.get_campaign", "GET /campaigns/{id}", "get", "campaign"),
        ("accounts.get_settings", "GET /accounts/{id}/settings", "get", "account setting"),
        ("courses.create_custom_column", "POST /courses/{course_id}/custom_gradebook_columns", "create", "custom gradebook column"),
        ("conversation.add_message", "POST /conversations/{id}/add_message", "create", "conversation message"),
        ("catalogs.get_back_in_stock_subscriptions", "GET /back-in-stock-subscriptions", "list", "back in stock subscription"),
        ("contacts_batch.archive", "POST /contacts/batch/archive", "action", "contact"),
        ("contacts.archive", "DELETE /contacts/{contact_id}", "delete", "contact"),
        ("transfers.reverse", "POST /transfers/{transfer_id}/reverse", "action", "transfer"),
        ("transfers.submit", "POST /transfers/{transfer_id}/submit", "action", "transfer"),
        ("labels.set_label", "PUT /labels/{name}", "update", "label"),
        ("tokens.add_single", "PUT /users/{user_id}/tokens/{token}", "put", "token"),
        ("external_accounts.list", "GET /external_accounts", "list", "external account"),
        ("contacts_batch.read", "POST /contacts/batch/read", "list", "contact"),
        ("tokens.remove_all", "DELETE /users/{user_id}/tokens", "other", "token"),
        ("groups.add_user", "PUT /groups/add_user", "link", "user"),
        ("tags.remove_tag_from_lists", "DELETE /tags/{tag_id}/relationships/lists", "unlink", "tag"),
        ("admin.emoji.rename", "GET /admin.emoji.rename", "update", "emoji"),
        ("users.info", "GET /users.info", "get", "user info"),
    ],
)
def test_a_method_of_a_class(operation: str, call: str, kind: str, noun: str) -> None:
    verb, path = call.split()
    said = analyse(Source(vendor="acme", service="acme", operation=operation, verb=verb, path=path), operation.replace(".", "_"))
    assert (said.kind, said.noun) == (kind, tuple(noun.split()))


# ---- what tells rows apart ---------------------------------------------------------------------------------------


def test_what_is_only_read_is_a_thing_where_its_address_ends_with_what_its_rows_show() -> None:
    fields = "sid level text"
    service = made(method("alerts.list", "GET /Alerts", gives=rows(fields)), method("alerts.fetch", "GET /Alerts/{sid}", "sid!", thing(fields)))
    assert table(service, "alert").own == "sid"
    nameless = made(method("alerts.list", "GET /Alerts", gives=rows("level text")), method("alerts.fetch", "GET /Alerts/{number}", "number!", thing("level text")))
    assert ("alert",) not in nameless.service.tables


def test_a_token_that_identifies_is_the_rows_id() -> None:
    own = {"type": "string", "description": "Globally unique identifier for the card."}
    service = made(
        method("cards.list", "GET /cards", gives=rows("name state", token=own)),
        method("cards.retrieve", "GET /cards/{card_token}", "card_token!", thing("name state", token=own)),
        method("cards.update", "PATCH /cards/{card_token}", "card_token! name", thing("name state", token=own)),
    )
    assert table(service, "card").own == "token"
    shape = does(service, "cards_list").shape
    assert shape is not None
    assert shape.fields["token"] == "token"


def test_a_copy_that_is_given_its_source_does_not_say_that_callers_make_ids() -> None:
    fields = "id name text"
    service = made(
        method("pages.create_page", "POST /pages", "name! text", thing(fields)),
        method("pages.clone_page", "POST /pages/clone", "id! name", thing(fields)),
        method("pages.get_page", "GET /pages/{id}", "id!", thing(fields)),
    )
    assert table(service, "page").generated
    assert does(service, "pages_create_page").act == "create"


# ---- where the row stands in an answer ------------------------------------------------------------------------------


def document(kind: str, *, many: bool = False) -> Json:
    one = thing("id", type={"type": "string", "enum": [kind]}, attributes=thing("name colour"), links=thing("itself"))
    return {"type": "object", "properties": {"data": {"type": "array", "items": one} if many else one, "included": rows("id name"), "links": thing("itself next")}}


def test_a_document_after_json_api_holds_its_row_in_data() -> None:
    service = made(
        method("tags.get_tags", "GET /tags", gives=document("tag", many=True)),
        method("tags.get_tag", "GET /tags/{id}", "id!", document("tag")),
        method("tags.get_lists_for_tag", "GET /tags/{tag_id}/lists", "tag_id!", document("list", many=True)),
    )
    assert not {"data", "included"} & set(table(service, "tag").columns)
    shape = does(service, "tags_get_tag").shape
    assert shape is not None
    assert shape.wrap == ("data",)


def test_errors_beside_a_row_are_not_the_row() -> None:
    gives: Json = {"type": "object", "properties": {"errors": rows("category code"), "shift": thing("id name state")}}
    service = made(method("shifts.get", "GET /shifts/{shift_id}", "shift_id!", gives), method("shifts.delete", "DELETE /shifts/{shift_id}", "shift_id!", {"type": "object", "properties": {"errors": rows("category code")}}))
    assert "category" not in table(service, "shift").columns
    assert does(service, "shifts_delete").act == "delete"


def test_a_write_may_answer_the_row_two_objects_deep() -> None:
    inner = thing("id name note")
    deep: Json = {"type": "object", "properties": {"data": {"type": "object", "properties": {"account": inner, "knowledge": {"type": "integer"}}}}}
    service = made(method("accounts.create_account", "POST /accounts", "name! note", deep), method("accounts.get_account", "GET /accounts/{id}", "id!", deep))
    shape = does(service, "accounts_create_account").shape
    assert shape is not None
    assert (shape.wrap, set(shape.fields)) == (("data", "account"), {"id", "name", "note"})


@pytest.mark.parametrize(
    ("gives", "answer"),
    [
        ({"type": "string", "description": "If the request was successful, the status will be 'ok'."}, "ok"),
        ({"type": "string", "enum": ["SUCCESS"]}, "SUCCESS"),
        ({"type": "string"}, None),
    ],
)
def test_a_constant_answer_is_given(gives: Json, answer: str | None) -> None:
    fields = "id name"
    service = made(
        method("samples.list", "GET /samples", gives=rows(fields)),
        method("samples.get", "GET /samples/{id}", "id!", thing(fields)),
        method("samples.delete", "DELETE /samples/{id}", "id!", {"type": "object", "properties": {"status": gives}}),
    )
    if answer is None:
        assert service.lost["samples_delete"] == "silent"
        return
    shape = does(service, "samples_delete").shape
    assert shape is not None
    assert shape.fixed == {"status": answer}


def test_a_batch_of_updates_names_its_rows_and_answers_them() -> None:
    fields = "id name colour"
    inputs: Json = {"type": "array", "items": thing(fields)}
    gives: Json = {"type": "object", "properties": {"results": rows(fields), "status": {"type": "string", "enum": ["PENDING", "COMPLETE"]}}}
    service = made(
        method("tags.get_page", "GET /tags", gives=rows(fields)),
        method("tags.get_by_id", "GET /tags/{id}", "id!", thing(fields)),
        method("tags_batch.update", "POST /tags/batch/update", gives=gives, inputs=inputs),
    )
    update = does(service, "tags_batch_update")
    assert [a.role for a in update.arguments] == ["rows"]
    tools = {n: service.good[n].entry.tool for n in service.good}
    text = render(plan(one_domain(tools, "tags"), tools, {"acme:acme": service}).model).tools_py
    assert "rows.append(row)" in text
    assert '"results"' in text


def test_a_batch_whose_objects_nobody_understands_makes_no_row() -> None:
    fields = "id name colour"
    service = made(
        method("tags.list", "GET /tags", gives=rows(fields)),
        method("tags.get", "GET /tags/{id}", "id!", thing(fields)),
        method("tags_batch.create", "POST /tags/batch/create", gives=thing("status"), inputs=rows("blob weight taste")),
    )
    assert service.lost["tags_batch_create"] == "batch"


def test_an_unknown_verb_behind_a_row_leads_to_the_state_it_leaves() -> None:
    state: Json = {"type": "string", "enum": ["pending", "settled", "returned"]}
    fields = thing("id amount", status=state)
    service = made(
        method("transfers.list", "GET /transfers", gives=rows("id amount", status=state)),
        method("transfers.settle", "POST /transfers/{transfer_id}/settle", "transfer_id!", fields),
        method("transfers.frobnicate", "POST /transfers/{transfer_id}/frobnicate", "transfer_id!", fields),
    )
    assert does(service, "transfers_settle").state == ("status", "settled")
    assert service.lost["transfers_frobnicate"] == "no_target_state"
