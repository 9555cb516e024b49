"""One model of one endpoint, through the openai SDK: recorded, paced, tried again where that can help, counted.

The SDK gives connections, authorisation, proxies and typed errors. Requests go through its `post` with the body as it is and the response unparsed: its typed path costs four
times the CPU and loses fields it does not know (`reasoning`). Trying again is done here, since a line must see every 429, and a body that was cut off is as transient.
"""

import asyncio
import importlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from agentscaler.dice import Dice
from agentscaler.errors import UserError
from agentscaler.llm import wire
from agentscaler.llm.desk import AnyDesk, Desk, Line
from agentscaler.llm.keys import Endpoint, Keys
from agentscaler.llm.ledger import Ledger
from agentscaler.llm.model import ContextFull, ModelFailure, Refused, Reply, Unreachable
from agentscaler.llm.pace import delay
from agentscaler.llm.replies import NotRecorded, Replies
from agentscaler.records import JsonObject, Message
from agentscaler.store import digest

TRIES: Final = 6
"""Times a request is made before the episode is given up."""
TIMEOUT: Final = 600.0
"""Seconds for a whole reply."""
KEEP_ALIVE: Final = 4.0
"""Seconds an idle connection is kept: less than servers do, else they close it while a request is on its way."""
_FULL: Final = ("context length", "context_length", "maximum context", "context window", "too many tokens", "prompt is too long", "exceeds the available context", "longer than the model")
_NO_MONEY: Final = ("insufficient_quota", "billing", "credit balance")


class Transient(Exception):
    """A failure that may pass."""

    def __init__(self, kind: str, *, crowded: bool = False, retry_after: float | None = None) -> None:
        super().__init__(kind)
        self.kind, self.crowded, self.retry_after = kind, crowded, retry_after


class ChatModel:
    """A model behind an OpenAI-compatible endpoint."""

    def __init__(
        self,
        at: Endpoint,
        *,
        keys: Keys | None = None,
        manner: wire.Manner = wire.Manner(),  # noqa: B008
        line: Line | None = None,
        ledger: Ledger | None = None,
        replies: Replies | None = None,
        desk: AnyDesk | None = None,
        tries: int = TRIES,
        timeout: float = TIMEOUT,
    ) -> None:
        """desk: what it shares with others, where that is not line, ledger and replies."""
        self.at, self.manner = at, manner
        self.name = at.name
        self.desk: AnyDesk = desk or Desk(line or Line(), ledger or Ledger(), replies)
        self._keys = keys or Keys({})
        self._tries, self._timeout = tries, timeout
        self._client: tuple[asyncio.AbstractEventLoop, Any] | None = None
        self._schemas = True
        self._reasoning_in = ""

    async def reply(self, messages: Sequence[Message], tools: Sequence[JsonObject] = (), *, schema: JsonObject | None = None, sample: str = "") -> Reply:
        """The next message. Raises ModelFailure where none comes, RunStopped where none will come to anybody."""
        body = wire.request(self.at.model, messages, tools, self.manner, schema=schema if self._schemas else None, reasoning_in=self._reasoning_in)
        # neither how it is read nor which field reasoning goes back in makes it another question
        asked = wire.request(self.at.model, messages, tools, self.manner._replace(stream=False), schema=schema, reasoning_in="reasoning")
        key = digest([self.at.url, asked, sample])
        kept = await self.desk.find(key)
        if kept is None:
            if self.desk.offline:
                raise NotRecorded(f"{self.name}: this request was never recorded")
            kept = await self._paid(body, key)
        reply = wire.read(kept, in_prompt=self.manner.tools_in_prompt)
        self._reasoning_in = reply.reasoning_in or self._reasoning_in
        return reply

    async def _paid(self, body: JsonObject, key: str) -> JsonObject:
        promised = await self.desk.promise(self.at.model, len(orjson.dumps(body))) if self.desk.limited else 0.0
        try:
            kept = await self._insist(body)
        except BaseException:
            self.desk.settle(promised)
            raise
        self.desk.keep(key, self.at.model, kept, promised)
        return kept

    # ---- trying again

    async def _insist(self, body: JsonObject) -> JsonObject:
        """Ask until a reply comes. Transient failures are tried again, with a growing wait between."""
        dice = Dice(digest([body["messages"][-1:], id(body)]))
        for attempt in range(self._tries):
            try:
                async with self.desk.slot() as place:
                    try:
                        kept = await self._once(body, ever=place.ever)
                    except Transient as failure:
                        if failure.crowded:
                            place.too_much(failure.retry_after)
                        raise
                    place.good()
                    return kept
            except Transient as failure:
                self.desk.failed(failure.kind)
                last = failure
            if attempt + 1 < self._tries:
                await asyncio.sleep(delay(attempt, last.retry_after, dice))
        said = f"{self.name}: no reply after {self._tries} tries, the last: {last.kind}"
        if lost := await self.desk.lost(digest(body), own_error=last.kind == "500"):
            raise Unreachable(f"{said}; {lost} requests in a row came to nothing")
        raise ModelFailure(said)

    async def _once(self, body: JsonObject, *, ever: bool) -> JsonObject:
        """One request. ever: did the endpoint ever reply?"""
        client, openai, http = self._open()
        try:
            async with asyncio.timeout(self._timeout):
                if body.get("stream"):
                    stream = await client.post("/chat/completions", body=body, cast_to=object, stream=True, stream_cls=openai.AsyncStream[object])
                    found = wire.joined([chunk async for chunk in stream])
                else:
                    response = await client.post("/chat/completions", body=body, cast_to=http.Response)
                    found = orjson.loads(response.content)
            kept = wire.plain(found)
        except (TimeoutError, openai.APITimeoutError):
            raise Transient("timeout", crowded=True) from None
        except (openai.APIConnectionError, http.TransportError, http.StreamError):
            raise Transient("connection") from None
        except (orjson.JSONDecodeError, UnicodeDecodeError, ValueError):  # Broken is one
            raise Transient("broken body") from None
        except openai.APIStatusError as error:
            raise self._status(error, body, ever) from None
        except openai.APIError:
            raise Transient("error in the stream") from None
        scrubbed = orjson.dumps(kept).decode()
        if (clean := self._keys.scrub(scrubbed)) != scrubbed:  # an endpoint that repeats what it was sent
            found_clean: JsonObject = orjson.loads(clean)
            return found_clean
        return kept

    def _status(self, error: Any, body: JsonObject, ever: bool) -> Exception:
        """What a status means."""
        status = int(error.status_code)
        said = self._keys.scrub(str(_said(error)))[:300]
        low = said.lower()
        if status == 429 and not any(w in low for w in _NO_MONEY):
            return Transient("429", crowded=True, retry_after=_seconds(error.response.headers))
        if status in (408, 409, 425) or status >= 500:
            return Transient(str(status), crowded=status == 503, retry_after=_seconds(error.response.headers))
        if status in (400, 413, 422) and any(w in low for w in _FULL):
            return ContextFull(f"{self.name}: {said}")
        if status in (400, 422) and "response_format" in body and self._schemas:
            self._schemas = False
            body.pop("response_format")
            return Transient("no structured output")
        if status in (401, 402, 403, 404, 429) or not ever:
            hint = " (no key was sent: set AGENTSCALER_API_KEY or name a --key-file)" if status in (401, 403) and self._keys.of(self.at.host) is None else ""
            return Refused(f"{self.name} answers {status}: {said}{hint}")
        return ModelFailure(f"{self.name} answers {status}: {said}")

    # ---- the client

    def _open(self) -> tuple[Any, Any, Any]:
        """The SDK's client, one for each event loop, and the modules it comes from."""
        try:
            import openai
        except ImportError as error:
            raise UserError("models need the openai package: pip install 'agentscaler[models]'") from error
        http = importlib.import_module(openai.DefaultAsyncHttpxClient.__mro__[1].__module__.partition(".")[0])  # httpx, or httpx2 since openai 3
        loop = asyncio.get_running_loop()
        if self._client is None or self._client[0] is not loop:
            timeout = openai.Timeout(self._timeout, connect=min(30.0, self._timeout))
            limits = http.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=KEEP_ALIVE)
            client = openai.AsyncOpenAI(
                base_url=self.at.url, api_key=self._keys.of(self.at.host) or "none", max_retries=0, http_client=openai.DefaultAsyncHttpxClient(timeout=timeout, limits=limits, base_url=self.at.url)
            )
            client.organization = client.project = None  # OPENAI_ORG_ID is nobody else's business
            self._client = loop, client
        return self._client[1], openai, http

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None and self._client[0] is asyncio.get_running_loop():
            await self._client[1].close()
        self._client = None


def _said(error: Any) -> str:
    """The endpoint's own words."""
    body = error.body
    if isinstance(body, Mapping):
        inner = body.get("error", body)
        return str(inner.get("message", inner)) + f" {inner.get('code') or ''}" if isinstance(inner, Mapping) else str(inner)
    return str(body or error.message)


def _seconds(headers: Mapping[str, str]) -> float | None:
    """Retry-After, in seconds or as a date."""
    value = headers.get("retry-after")
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
