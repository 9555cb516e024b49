"""Client libraries: the ways their generators write a call, products and versions, and what is kept of a version between runs."""

import sys
from pathlib import Path

import pytest

from agentscaler.errors import Dropped
from agentscaler.records import Tool
from agentscaler.tools import clients, collect
from agentscaler.tools.clients import (
    CLIENTS,
    find_package,
    installed_clients,
    read_client,
    read_clients,
    reader_hash,
    remember,
    remembered,
)
from agentscaler.tools.sdk import PERMISSIVE, licence_of, own_place, read_package

# ---- how calls are written ------------------------------------------------------------------------------------------

TWILIO = '''
class CallInstance(InstanceResource):
    """:ivar sid: The unique string.
    :ivar status: Where it stands."""
    def __init__(self, version, payload):
        self.sid: Optional[str] = payload.get("sid")
        self.status: Optional[str] = payload.get("status")

class CallContext(InstanceContext):
    def __init__(self, version: Version, account_sid: str, sid: str):
        """
        :param version: Version that contains the resource
        :param account_sid: Whose call it is.
        :param sid: Which call.
        """
        self._solution = {"account_sid": account_sid, "sid": sid}
        self._uri = "/Accounts/{account_sid}/Calls/{sid}.json".format(**self._solution)

    def _update(self, status=values.unset) -> tuple:
        return self._version.update_with_response_info(method="POST", uri=self._uri, data={})

    def update(self, status: Union[str, object] = values.unset, url: Union[str, object] = values.unset) -> CallInstance:
        """
        Update the CallInstance

        :param status: The new one.
        """
        payload, _, _ = self._update(status=status)
        return CallInstance(self._version, payload)

    def update_with_http_info(self, status=values.unset) -> ApiResponse:
        """Update the CallInstance and return response metadata"""
        return self._update(status)

    async def update_async(self, status=values.unset) -> CallInstance:
        return await self._update_async(status)

class CallList(ListResource):
    def __init__(self, version: Version, account_sid: str):
        self._solution = {"account_sid": account_sid}
        self._uri = "/Accounts/{account_sid}/Calls.json".format(**self._solution)

    def stream(self, limit: Optional[int] = None) -> Iterator[CallInstance]:
        """Streams CallInstance records."""
        return self._version.stream(self.page(), limit)

    def list(self, limit: Optional[int] = None) -> List[CallInstance]:
        """Lists CallInstance records from the API as a list. Unlike stream(), this operation is eager."""
        return list(self.stream(limit=limit))

    def page(self) -> CallPage:
        """Retrieve a page."""
        return CallPage(self._version, self._version.page(method="GET", uri=self._uri))
'''
NEW_GENERATOR = '''
class PlansApi:
    """Made by the OpenAPI generator."""
    @validate_call
    def create_plan(self, group_id: Annotated[StrictStr, Field(description="Whose.")], plan_wrapper: PlanWrapper, _headers: Optional[Dict] = None) -> PlanResponse:
        """Create a plan

        :param group_id: Whose. (required)
        """
        _param = self._create_plan_serialize(group_id=group_id, _headers=_headers)
        return self.api_client.call_api(*_param).data

    @validate_call
    def create_plan_without_preload_content(self, group_id: StrictStr) -> RESTResponseType:
        _param = self._create_plan_serialize(group_id=group_id)
        return self.api_client.call_api(*_param)

    def _create_plan_serialize(self, group_id, _headers):
        return self.api_client.param_serialize(method='POST', resource_path='/groups/{groupId}/plans', header_params=_headers)
'''
OLD_GENERATOR = '''
class BasicApi(object):
    def get_by_id(self, contact_id, **kwargs):  # noqa: E501
        """Read a contact  # noqa: E501

        :param contact_id: Which one. (required)
        :type contact_id: str
        :return: The contact.
        :rtype: Contact
        """
        return self.get_by_id_with_http_info(contact_id, **kwargs)

    def get_by_id_with_http_info(self, contact_id, **kwargs):
        """Read a contact

        :param contact_id: Which one. (required)
        :type contact_id: str
        """
        return self.api_client.call_api("/objects/contacts/{contactId}", "GET", {})
'''
OTHERS = '''
from shop.models import components

class AddressesClient:
    def create(self, request: components.Address) -> components.Address:
        """Create a new address"""
        url = base_url + '/addresses'
        req = client.prepare_request(requests_http.Request('POST', url, params=query_params))
        return req

class AccessCodes(AbstractAccessCodes):
    def create(self, *, device_id: str, name: Optional[str] = None) -> components.Address:
        """Creates a new access code."""
        res = self.client.post("/access_codes/create", json={})
        return res

class Calendars(ListableApiResource):
    def find(self, identifier: str, calendar_id: str, overrides: RequestOverrides = None):
        """Return a Calendar."""
        return super().find(path=f"/v3/grants/{identifier}/calendars/{calendar_id}", overrides=overrides)

class Course(CanvasObject):
    def create_quiz(self, quiz: dict, **kwargs):
        """
        Create a new quiz in this course.

        :calls: `POST /api/v1/courses/:course_id/quizzes <https://canvas.example/doc>`_

        :param quiz: The attributes of the quiz.
        """
        response = self._requester.request("POST", "courses/{}/quizzes".format(self.id))
        return response.get("a.b")

    def title(self):
        """No call at all."""
        return self.names.get("courses/title")
'''


def library(folder: Path, files: dict[str, str], name: str = "shop") -> None:
    """An installed client library."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    info = folder / f"{name}-1.2.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\nLicense: MIT\n", encoding="utf-8")
    (info / "RECORD").write_text("".join(f"{p},sha256={hash(t)},{len(t)}\n" for p, t in files.items()), encoding="utf-8")


def read(folder: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> dict[str, Tool]:
    library(folder, files)
    monkeypatch.syspath_prepend(str(folder))
    return {t.name: t for t in read_package("pkg:shop") if isinstance(t, Tool)}


def takes(tool: Tool) -> set[str]:
    return {n + "*" * (n in tool.parameters.get("required", [])) for n in tool.parameters["properties"]}


def test_what_the_object_holds_is_an_argument_and_a_call_that_is_handed_on_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = read(tmp_path, monkeypatch, {"shop/rest/call.py": TWILIO})
    assert set(tools) == {"call_update", "call_list"}, "neither variants nor what a list is made of"
    update = tools["call_update"]
    assert (update.source.verb, update.source.path) == ("POST", "/Accounts/{account_sid}/Calls/{sid}.json")
    assert takes(update) == {"account_sid*", "sid*", "status", "url"}
    assert update.parameters["properties"]["sid"] == {"type": "string", "description": "Which call."}
    assert update.parameters["properties"]["url"]["type"] == "string"
    assert update.description == "Update the call"
    assert update.returns is not None
    assert update.returns["properties"]["sid"]["description"] == "The unique string."
    assert tools["call_list"].description == "Lists call records"
    assert tools["call_list"].returns is not None
    assert tools["call_list"].returns["type"] == "array"


def test_the_newer_openapi_generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "shop/api/plans_api.py": NEW_GENERATOR,
        "shop/models/plan_wrapper.py": "from shop.models.plan import Plan\nclass PlanWrapper(BaseModel):\n    plan: Plan\n    def to_str(self) -> str:\n        return 1\n",
        "shop/models/plan.py": "class Plan(BaseModel):\n    name: StrictStr = Field(description='What it is called.')\n    size: Optional[StrictInt] = None\n",
        "shop/models/plan_response.py": "class PlanResponse(BaseModel):\n    id: StrictStr\n",
    }
    tools = read(tmp_path, monkeypatch, files)
    assert set(tools) == {"create_plan"}
    plan = tools["create_plan"]
    assert plan.source.path == "/groups/{group_id}/plans", "holes are called as the parameters that fill them"
    assert plan.source.in_path == ("group_id",)
    assert takes(plan) == {"group_id*", "name*", "size"}, "a record in a record that is all that is sent is opened"
    assert plan.parameters["properties"]["size"]["type"] == "integer"
    assert plan.returns is not None
    assert set(plan.returns["properties"]) == {"id"}


def test_the_older_openapi_generator_and_names_by_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = 'class Contact(object):\n    openapi_types = {"id": "str", "born": "datetime"}\n    @property\n    def born(self):\n        """Gets the born of this Contact.  # noqa: E501\n\n        Their birthday.\n\n        :return: x\n        """\n'
    tools = read(tmp_path, monkeypatch, {"shop/crm/contacts/api/basic_api.py": OLD_GENERATOR, "shop/crm/contacts/models/contact.py": model})
    assert set(tools) == {"contacts_get_by_id"}, "a basic API is about what its folder is called"
    found = tools["contacts_get_by_id"]
    assert found.source.in_path == ("contact_id",)
    assert found.returns == {"type": "object", "properties": {"id": {"type": "string"}, "born": {"type": "string", "format": "date-time", "description": "Their birthday."}}}


def test_inner_classes_are_meant_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    balance = "class Balance(StripeObject):\n    class Settings(StripeObject):\n        class Mode(StripeObject):\n            name: str\n        mode: Mode\n        again: 'Settings'\n    settings: Settings\n"
    call = 'from shop._balance import Balance\nclass BalanceService:\n    def retrieve(self, id: str) -> Balance:\n        """Retrieve."""\n        return self._get(f"/balance/{id}")\n'
    found = read(tmp_path, monkeypatch, {"shop/_balance.py": balance, "shop/_service.py": call})["balance_retrieve"].returns
    assert found is not None
    assert found["properties"]["settings"]["properties"]["mode"]["properties"] == {"name": {"type": "string"}}
    assert found["properties"]["settings"]["properties"]["again"] == {"type": "object"}


def test_calls_of_other_makers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "from dataclasses import dataclass\n@dataclass\nclass Address:\n    city: str\n    zip_: 'str | None' = None\n"
    tools = read(tmp_path, monkeypatch, {"shop/all.py": OTHERS, "shop/models/components/__init__.py": "", "shop/models/components/address.py": address})
    assert {n: (t.source.verb, t.source.path) for n, t in tools.items()} == {
        "addresses_create": ("POST", "/addresses"),
        "access_codes_create": ("POST", "/access_codes/create"),
        "calendars_find": ("GET", "/v3/grants/{grant_identifier}/calendars/{calendar_id}"),
        "course_create_quiz": ("POST", "/courses/{course_id}/quizzes"),
    }
    assert takes(tools["addresses_create"]) == {"city*", "zip_"}
    assert takes(tools["calendars_find"]) == {"grant_identifier*", "calendar_id*"}, "whose identifier it is, is said"
    assert takes(tools["course_create_quiz"]) == {"course_id*", "quiz*"}
    assert tools["course_create_quiz"].description == "Create a new quiz in this course."


def test_what_records_and_setters_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The older generator says in its setters what must be there and which values there are."""
    setters = (
        "    @name.setter\n    def name(self, name):\n        if self.checks and name is None:\n            raise ValueError(\"Invalid value for `name`, must not be `None`\")\n        self._name = name\n"
        "    @state.setter\n    def state(self, state):\n        allowed_values = [\"OPEN\", \"SHUT\"]  # noqa: E501\n        if self.checks and state not in allowed_values:\n            raise ValueError(\"no\")\n        self._state = state\n"
    )
    model = 'class Contact(object):\n    openapi_types = {"id": "str", "name": "str", "state": "str"}\n' + setters
    call = OLD_GENERATOR.replace("def get_by_id", "def create").replace("self.get_by_id_with", "self.create_with").replace("contact_id", "new_contact").replace(":type new_contact: str", ":type new_contact: NewContact").replace("/{contactId}", "").replace('"GET"', '"POST"')
    files = {"shop/crm/contacts/api/basic_api.py": call, "shop/crm/contacts/models/contact.py": model, "shop/crm/contacts/models/new_contact.py": model.replace("Contact", "NewContact").replace('"id": "str", ', "")}
    found = read(tmp_path, monkeypatch, files)["contacts_create"]
    assert takes(found) == {"name*", "state"}
    assert found.parameters["properties"]["state"]["enum"] == ["OPEN", "SHUT"]
    assert found.source.operation == "contacts.create"


def test_parameters_of_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
import urllib
class TagsClient:
    def lists(self, id: str, var_from: str = None):
        \"\"\"Lists of a tag.\"\"\"
        return self._get(f"/api/v1/tags/{id}/lists")
    def one(self, id: str, version: str):
        \"\"\"One.\"\"\"
        return self._get(f"/tags/{urllib.parse.quote(id, safe='')}/{version}")
class WebClient:
    def admin_tags_rename(self, name: str):
        \"\"\"Rename.\"\"\"
        return self.api_call("admin.tags.rename")
class RunList(ListResource):
    class NewRun(object):
        \"\"\":ivar rule_id: Which rule.\"\"\"
        def __init__(self, payload):
            self.rule_id: str = payload.get("ruleId")
    def create(self, new_run: NewRun):
        \"\"\"Create.\"\"\"
        return self._version.create(method="POST", uri="/Runs", data=new_run)
"""
    tools = read(tmp_path, monkeypatch, {"shop/tags.py": code})
    assert takes(tools["tags_lists"]) == {"tag_id*", "var_from"}, "the id is a tag's, though lists are answered"
    assert tools["tags_lists"].source.path == "/api/v1/tags/{tag_id}/lists"
    assert takes(tools["tags_one"]) == {"tag_id*", "version*"}, "a version in the address steers nothing"
    assert tools["admin_tags_rename"].source.operation == "admin.tags.rename"
    assert takes(tools["run_create"]) == {"rule_id"}, "a record inside the class"


def test_of_two_versions_the_newer_and_equal_names_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = 'class ThingsClient:\n    def fetch(self, id: str):\n        """Fetch."""\n        return self._get(f"/{PATH}/{id}")\n'
    files = {f"shop/{p}/things.py": code.replace("{PATH}", w) for p, w in {"chat/v1": "things", "chat/v2": "things", "chat/v1/room": "rooms", "mail/v1": "letters"}.items()}
    library(tmp_path, files)
    monkeypatch.syspath_prepend(str(tmp_path))
    found = list(read_package("pkg:shop"))
    assert [r.reason for r in found if isinstance(r, Dropped)] == ["old_version"]
    assert sorted(t.name for t in found if isinstance(t, Tool)) == ["chat_things_fetch", "mail_things_fetch", "room_things_fetch"]


def test_many_tools_are_of_many_products(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentscaler.tools.sdk.MANY", 20)
    methods = "".join(f'    def fetch_{n}(self, id: str):\n        """Fetch."""\n        return self._get(f"/x/{n}/{{id}}")\n' for n in range(12))
    tools = read(tmp_path, monkeypatch, {f"shop/resources/{p}/x.py": f"class {p.title()}Client:\n{methods}" for p in ("cards", "loans")} | {"shop/few/y.py": 'class YClient:\n    def fetch(self):\n        """F."""\n        return self._get("/y")\n'})
    assert {t.source.group for t in tools.values()} == {"shop:cards", "shop:loans", "shop:shop"}
    assert {t.source.title for t in tools.values()} == {"Shop cards", "Shop loans", "Shop"}


# ---- what is kept between runs ----------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pool with one client library."""
    library(tmp_path / "site", {"shop/all.py": OTHERS})
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setattr(clients, "CLIENTS", ("shop", "not-here"))
    return tmp_path


def test_what_was_read_is_kept_and_read_anew_when_asked(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache = shop / "cache"
    first = list(read_clients(cache=cache))
    assert [(r.name, r.fresh) for r in first] == [("shop", True)]
    assert "1 client libraries read in" in capsys.readouterr().err
    again = list(read_clients(cache=cache))
    assert [r.fresh for r in again] == [False]
    assert again[0].rows == first[0].rows
    assert capsys.readouterr().err == ""
    assert [r.fresh for r in read_clients(cache=cache, fresh=True)] == [True]
    assert [r.fresh for r in read_clients()] == [True], "no cache is trusted where none is given"


def test_what_is_not_as_it_was_written_is_read_anew(shop: Path) -> None:
    cache = shop / "cache"
    right = next(iter(read_clients(cache=cache))).rows
    (file,) = (cache / "clients").iterdir()
    for bad in (b"", b"torn", file.read_bytes()[:-3], file.read_bytes().replace(b"Calendar", b"Calender")):
        file.write_bytes(bad)
        (library_,) = read_clients(cache=cache)
        assert library_.fresh
        assert library_.rows == right
    assert remembered(shop / "no such file") is None


def test_another_version_or_reader_has_a_file_of_its_own(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = shop / "cache"
    list(read_clients(cache=cache))
    library(shop / "site", {"shop/all.py": OTHERS + "\n"})
    assert [r.fresh for r in read_clients(cache=cache)] == [True]
    monkeypatch.setattr(clients, "reader_hash", lambda: reader_hash()[::-1])
    assert [r.fresh for r in read_clients(cache=cache)] == [True]


def test_a_cache_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cache").write_text("a file")
    remember(tmp_path / "cache" / "clients" / "x.jsonl", [])
    assert "cannot be written" in capsys.readouterr().err


def test_reasons_are_kept_too(tmp_path: Path) -> None:
    remember(tmp_path / "x", [Dropped("deprecated", "old", where="there", value=3)])
    (back,) = remembered(tmp_path / "x") or ()
    assert isinstance(back, Dropped)
    assert (back.reason, back.message, back.where, back.value) == ("deprecated", "old", "there", 3)


def test_a_pool_without_them_says_what_is_missing(shop: Path) -> None:
    pool = collect(limit=10)
    assert "1 of 29 client libraries" not in pool.missing
    assert pool.missing["1 of 2 client libraries"] == "pip install --no-deps not-here"
    assert {t.source.vendor for t in pool.tools} >= {"shop"}
    assert all(t.field for t in pool.tools)


def test_the_place_of_their_own_comes_first_and_nothing_is_imported_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert str(own_place()) not in sys.path
    library(own_place(), {"shop/all.py": OTHERS})
    assert find_package("shop") is not None
    assert find_package("no such, thing") is None


@pytest.mark.skipif(not installed_clients(), reason="no client library is installed")
def test_those_that_are_installed() -> None:
    for name, found in installed_clients().items():
        assert PERMISSIVE.search(licence_of(found)), name
    name = min(installed_clients(), key=lambda n: len(installed_clients()[n].files or ()))
    rows = read_client(name).rows
    assert sum(isinstance(r, Tool) for r in rows) >= 20
    assert sum(bool(r.description) for r in rows if isinstance(r, Tool)) >= 20


def test_the_list() -> None:
    assert list(CLIENTS) == sorted(set(CLIENTS))
    assert len(CLIENTS) >= 25
