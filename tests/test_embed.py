"""Embedders: the protocol, an endpoint over a real local server, the cache on disk, and a graph made with one."""

import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from agentscaler import walk
from agentscaler.embed import BATCH, Embedder, Endpoint, Local, embed, open_embedder
from agentscaler.errors import UserError
from agentscaler.graph import build_graph, closest, takes_of, text_of
from agentscaler.store import Run, read_rows
from conftest import BIKES, Command
from pools import pool

LENGTH = 64


def vector(text: str) -> list[float]:
    """Letters in pairs, counted into so many places: equal texts are equal, like ones alike."""
    out = [0.0] * LENGTH
    for a, b in zip(text.lower(), text.lower()[1:], strict=False):
        out[(ord(a) * 31 + ord(b)) % LENGTH] += 1
    return out


class Letters(NamedTuple):
    """An embedder in this process that remembers what it was asked."""

    asked: list[str]
    name: str = "letters"

    def embed(self, texts: Sequence[str]) -> Any:
        self.asked.extend(texts)
        return np.array([vector(t) for t in texts], np.float32)


class Server(NamedTuple):
    """A local embeddings endpoint, what it was sent, and how it should answer."""

    url: str
    sent: list[dict[str, Any]]
    wrong: list[bytes]
    """Answers to give in place of the right one; a number is a status."""


@pytest.fixture
def server() -> Iterator[Server]:
    sent: list[dict[str, Any]] = []
    wrong: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            sent.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
            rows = [{"index": n, "embedding": vector(t)} for n, t in enumerate(body["input"])]
            answer = wrong[0] if wrong else json.dumps({"data": rows[::-1]}).encode()
            self.send_response(int(answer) if answer.isdigit() else 200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: object) -> None:
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield Server(f"http://127.0.0.1:{http.server_port}/v1", sent, wrong)
    http.shutdown()
    http.server_close()
    thread.join()


def test_an_endpoint_is_asked_in_batches_and_rows_come_back_in_order(server: Server, tmp_path: Path) -> None:
    texts = [f"text number {n}" for n in range(BATCH + 5)]
    embedder: Embedder = open_embedder(f"{server.url}#small", key="k-1")
    found = embed(texts, embedder, cache=tmp_path / "deep" / "cache.sqlite")
    assert [len(s["input"]) for s in server.sent] == [BATCH, 5]
    assert {(s["path"], s["key"], s["model"]) for s in server.sent} == {("/v1/embeddings", "Bearer k-1", "small")}
    right = np.array([vector(t) for t in texts])
    assert np.allclose(found, right / np.linalg.norm(right, axis=1, keepdims=True), atol=1e-5)


def test_what_is_on_disk_is_not_asked_for_again(tmp_path: Path) -> None:
    one, cache = Letters([]), tmp_path / "cache.sqlite"
    first = embed(["a b", "c d", "a b"], one, cache=cache)
    assert one.asked == ["a b", "c d"], "equal texts once"
    again = embed(["c d", "e f"], one, cache=cache)
    assert one.asked == ["a b", "c d", "e f"]
    assert np.array_equal(again[0], first[1])
    other = Letters([], name="others")
    embed(["a b"], other, cache=cache)
    assert other.asked == ["a b"], "another embedder's vectors are others"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"404", "answered 404"),
        (b"500", "answered 500"),
        (b"no json", "not as an embeddings endpoint does"),
        (b'{"data": []}', "answered 0 vectors for 1 texts"),
        (b'{"error": "x"}', "not as an embeddings endpoint does"),
    ],
)
def test_what_an_endpoint_does_wrong_is_said(server: Server, answer: bytes, says: str) -> None:
    server.wrong.append(answer)
    with pytest.raises(UserError) as error:
        Endpoint(server.url, "small").embed(["x"])
    assert server.url in str(error.value)
    assert says in str(error.value)


def test_nobody_at_the_other_end() -> None:
    with pytest.raises(UserError, match="does not answer"):
        Endpoint("http://127.0.0.1:9/v1", "small").embed(["x"])


@pytest.mark.parametrize("spec", ["", "st:", "bert", "http://host/v1", "http://host/v1#", "ftp://host#m"])
def test_what_is_no_embedder(spec: str) -> None:
    with pytest.raises(UserError, match="give st:MODEL"):
        open_embedder(spec)


def test_a_model_of_this_machine(tmp_path: Path) -> None:
    """The wrapper; the model itself is not at hand here."""
    model: Embedder = Local("small", lambda texts: np.array([vector(t) for t in texts]))
    assert model.name == "st:small"
    found = embed(["a b", "c d"], model, cache=tmp_path / "c.sqlite")
    assert (found.dtype, found.shape) == (np.float32, (2, LENGTH))
    if find_spec("sentence_transformers") is None:
        with pytest.raises(UserError, match="pip install sentence-transformers"):
            open_embedder("st:small")


def test_closest_are_those_of_the_full_product() -> None:
    some = list(pool(10).values())
    dense = np.array([vector(text_of(t)) for t in some], np.float32)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    groups = np.unique([t.source.group for t in some], return_inverse=True)[1]
    for prior in (0.0, 0.5):
        full = (dense @ dense.T + prior * (groups[:, None] == groups)) / (1 + prior)
        np.fill_diagonal(full, -1)
        found = closest(dense, groups, prior=prior)
        for i in range(len(some)):
            mine = found.rows == i
            assert i not in found.columns[mine]
            assert np.allclose(found.scores[mine], np.sort(full[i])[::-1][:15], atol=1e-5)


def test_a_graph_by_an_embedder(tmp_path: Path) -> None:
    tools = pool(20)
    dense = embed([text_of(t) for t in tools.values()], Letters([]), cache=tmp_path / "c.sqlite")
    nodes = list(build_graph(tools, dense=dense))
    assert [n.tool for n in nodes] == list(tools)
    same = [n.together[0].tool.split("/")[0] == n.tool.split("/")[0] for n in nodes]
    assert sum(same) >= 0.9 * len(same)
    sparse = list(build_graph(tools))
    assert [n.needs for n in nodes] == [n.needs for n in sparse], "who feeds whom does not hang on it"
    assert [n.similar for n in nodes] != [n.similar for n in sparse]


def test_the_verb_takes_an_embedder(server: Server, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    run = Run(tmp_path / "run")
    walk.tools(run, walk.Settings(), files=[BIKES], with_pool=False)
    assert command("graph", "--run", run.path, "--embedder", f"{server.url}#small").code == 0
    assert len(server.sent) == 1
    assert run.manifest()["graph"]["arguments"] == {"embedder": f"{server.url}#small"}
    assert all(n["similar"] for n in read_rows(run.product("graph")))
    assert command("graph", "--run", run.path).code == 2, "without it, other arguments"
    assert command("graph", "--run", run.path, "--embedder", f"{server.url}#small", "--fresh").code == 0
    assert len(server.sent) == 1, "from the cache"
    wrong = command("graph", "--run", run.path, "--embedder", "bert", "--fresh")
    assert "give st:MODEL" in wrong.err


def test_the_verbs_as_the_paper_writes_them(server: Server, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    run = Run(tmp_path / "run")
    walk.tools(run, walk.Settings(), files=[BIKES], with_pool=False)
    assert command("graph", "--run", run.path, "--threshold", "0.5").code == 2
    assert "between 0 and 1" in command("graph", "--run", run.path, "--paper", "--threshold", "7").err
    assert command("graph", "--run", run.path, "--paper", "--threshold", "0.2").code == 0
    assert run.manifest()["graph"]["arguments"] == {"paper": True, "threshold": 0.2}
    assert command("domains", "--run", run.path, "--paper").code == 0
    assert run.manifest()["domains"]["arguments"]["paper"] is True
    assert run.manifest()["domains"]["facts"]["scores"][0]["name"].startswith("as the paper writes it")
    assert command("check", run.path).code == 0
    assert command("graph", "--run", run.path, "--paper", "--embedder", f"{server.url}#small", "--fresh").code == 0
    (sent,) = server.sent
    assert takes_of(next(iter(walk.read_pool(run, "test").values()))) in sent["input"], "parameter lists, nothing else"
