"""A record instead of prose: the model is shown what the validator says of its reply, and given up after so many tries. The one place where that is done."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

import orjson
from pydantic import ValidationError

from agentscaler.errors import Dropped
from agentscaler.llm.model import Model, Tokens
from agentscaler.records import Message, Record

R = TypeVar("R", bound=Record)
TRIES: Final = 3
_FENCE: Final = re.compile(r"```(?:json)?\s*\n(.*?)```", re.S)


class Answered(NamedTuple, Generic[R]):
    """A record, and what it took."""

    record: R
    tries: int
    tokens: Tokens


async def ask(model: Model, messages: Sequence[Message], *, into: type[R], tries: int = TRIES, sample: str = "", check: Callable[[R], str | None] = lambda _: None) -> Answered[R]:
    """The model's answer as a record. check: what is wrong with one, or None. Raises Dropped("no_record") after so many tries, ModelFailure where the endpoint fails."""
    schema = into.model_json_schema()
    told = Message(role="system", content=f"Answer with one JSON object and nothing else. Its schema:\n{orjson.dumps(schema).decode()}")
    talk = [_with(messages[0], told), *messages[1:]] if messages[:1] and messages[0].role == "system" else [told, *messages]
    tokens, finding = Tokens(), ""
    for number in range(1, tries + 1):
        reply = await model.reply(talk, schema=schema, sample=sample)
        tokens = tokens.plus(reply.tokens)
        try:
            found = into.model_validate(_object(reply.message.content))
            if (wrong := check(found)) is None:
                return Answered(found, number, tokens)
            finding = wrong
        except ValidationError as error:
            finding = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'the object'}: {e['msg']}, got {e['input']!r:.80}" for e in error.errors()[:5])
        except ValueError as error:
            finding = str(error)
        talk += [Message(role="assistant", content=reply.message.content), Message(role="user", content=f"That is not what was asked for: {finding}. Answer again, with the whole object.")]
    raise Dropped("no_record", f"{tries} tries, the last one: {finding}", where=into.__name__)


def _with(system: Message, more: Message) -> Message:
    return system.model_copy(update={"content": f"{system.content}\n\n{more.content}"})


def _object(text: str) -> Any:
    """The JSON object in a reply: all of it, inside a fence, or from the first brace to the last."""
    inside = _FENCE.search(text)
    for part in (text, inside[1] if inside else "", text[text.find("{") : text.rfind("}") + 1]):
        try:
            found = orjson.loads(part)
        except orjson.JSONDecodeError:
            continue
        if isinstance(found, dict):
            return found
    raise ValueError(f"no JSON object in {text[:80]!r}")
