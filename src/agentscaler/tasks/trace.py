"""The gold calls as they are made: each argument with where it comes from, executed at once in the live world."""

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

import orjson

from agentscaler.asked import mask_for
from agentscaler.errors import Dropped
from agentscaler.records import Argument, Call, Given, JsonObject, Operation
from agentscaler.schemas import kind_of
from agentscaler.tasks.site import STEERING, Row, Site, fitted, rows_of

Source: TypeAlias = Literal["said", "read", "written", "context", "constant"]


class Val(NamedTuple):
    """A value and where it comes from."""

    value: Any
    source: Source
    step: int | None = None


class Done(NamedTuple):
    """A call that was made: its number among the gold calls, and the rows its answer shows."""

    step: int
    rows: list[Row]
    data: Any


_HARMLESS = re.compile(r"(?i)dry.?run|validat|language|locale|^part$|view|fields?$|mask|page|limit|offset")
"""Options that any write may be given without being asked for."""
_CONSTANTS = {"language": "en", "languagecode": "en", "locale": "en", "hl": "en", "part": "snippet", "view": "full", "fields": "*"}
"""Options that every caller fills in the same way."""


class Trace:
    """Gold calls in the making. A read that was made before, with no write in between, is not made again."""

    def __init__(self, site: Site, *, most: int = 12) -> None:
        self.site, self.most = site, most
        self.calls: list[Call] = []
        self.given: list[tuple[Given, ...]] = []
        self._reads: dict[str, Done] = {}
        self._places: set[str] = set()
        site.world.reset()

    def do(self, operation: Operation, values: Mapping[str, Val]) -> Done:
        """Call a tool. `values` by argument name; surroundings and steering arguments are filled in.

        Raises Dropped(call_failed), Dropped(too_long).
        """
        arguments: JsonObject = {}
        given: list[Given] = []
        for argument in operation.arguments:
            value = values.get(argument.name) or self._filled(operation, argument.name)
            if value is None:
                continue
            schema = self.site.schema(operation.name, argument.name)
            arguments[argument.name] = fitted(value.value, schema)
            given.append(Given(argument=argument.name, source=value.source, step=value.step))
        if (mask := next((a for a in operation.arguments if a.role == "mask" and (a.required or operation.whole) and a.name not in arguments), None)) is not None:
            arguments[mask.name] = mask_for(mask.places, arguments)
            given.append(Given(argument=mask.name, source="constant"))
        read = operation.act in ("get", "list")
        same = orjson.dumps([operation.name, arguments], option=orjson.OPT_SORT_KEYS).decode()
        if read and same in self._reads:
            return self._reads[same]
        if len(self.calls) >= self.most:
            raise Dropped("too_long", f"more than {self.most} calls", where=operation.name)
        answer = self.site.world.call(operation.name, arguments)
        if answer.error is not None:
            raise Dropped("call_failed", f"{operation.name} answers {answer.error.code}: {answer.error.message}", where=operation.name)
        self.calls.append(Call(name=operation.name, arguments=arguments, result=answer.data))
        self.given.append(tuple(given))
        done = Done(len(self.calls) - 1, rows_of(operation, answer.data), answer.data)
        if read:
            self._reads[same] = done
        else:
            self._reads.clear()
        return done

    def _filled(self, operation: Operation, name: str) -> Val | None:
        """What every caller fills in without being told: the surroundings, and a required argument that only steers the call."""
        argument = next(a for a in operation.arguments if a.name == name)
        if argument.role == "within" and argument.required:
            return self._surroundings(operation, argument)
        if not argument.required or argument.role not in STEERING:
            return None
        if operation.act not in ("get", "list") and not _HARMLESS.search(name):
            raise Dropped("not_sayable", f"{name} of {operation.name} must be given, and nobody said what", where=operation.name, value=name)
        schema = self.site.schema(operation.name, name)
        if schema.get("enum"):
            return Val(schema["enum"][0], "constant")
        kind = kind_of(schema)
        if kind == "boolean":
            return Val(bool(schema.get("default", False)), "constant")
        if kind in ("integer", "number"):
            least, most = schema.get("minimum", 0), schema.get("maximum", 100)
            return Val(max(least, int(argument.role == "page" and argument.sign != "0")) if argument.role in ("offset", "page") else max(min(most, 100), least), "constant")
        if argument.role == "option" and (plain := _CONSTANTS.get(name.lower())) is not None:
            return Val(plain, "constant")
        raise Dropped("not_sayable", f"{name} of {operation.name} must be given, and nobody would say what", where=operation.name, value=name)

    def _surroundings(self, operation: Operation, argument: Argument) -> Val:
        """From the context, where no row says otherwise and all calls speak of one place."""
        if self.site.astray(operation, argument):
            raise Dropped("not_sayable", f"{argument.name} of {operation.name} is not what the context says", where=operation.name, value=argument.name)
        if self.site.elsewhere(operation, argument):
            raise Dropped("not_sayable", f"nobody said that {operation.name} is meant, and not the same in the project", where=operation.name, value=argument.name)
        given = {a.name for a in operation.arguments if a.role == "within" and a.required}
        if len(given & {"zone", "region"}) == 1:
            self._places |= given & {"zone", "region"}
            if len(self._places) == 2:
                raise Dropped("not_sayable", "a zone in one call and a region in another", where=operation.name)
        return Val((argument.template or "").format_map(self.site.world.context), "context")
