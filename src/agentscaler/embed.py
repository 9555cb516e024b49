"""Embedders: texts in, one vector each out, kept on disk so that no text is asked for twice.

The default graph needs none (sparse tf-idf, graph.py). With one, tools are alike by the vectors of what they are called, take and say.

    st:MODEL            a sentence-transformers model, folder or hub id
    http://HOST/v1#MODEL   an endpoint that speaks OpenAI's embeddings: POST HOST/v1/embeddings {"model", "input"}
"""

import hashlib
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

import numpy as np

from agentscaler.errors import UserError

Vectors: TypeAlias = Any  # numpy array, a row a text
BATCH: Final = 128
SECONDS: Final = 120.0


class Embedder(Protocol):
    """Anything that turns texts into vectors of one length."""

    @property
    def name(self) -> str:
        """What tells its vectors from another's."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row for each text, in their order."""


class Endpoint(NamedTuple):
    """An OpenAI-compatible embeddings endpoint."""

    url: str
    """Up to and with /v1."""
    model: str
    key: str = ""

    @property
    def name(self) -> str:
        return f"{self.url}#{self.model}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Raises UserError where the endpoint does not answer, or answers something else."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        body = json.dumps({"model": self.model, "input": list(texts), "encoding_format": "float"}).encode()
        request = urllib.request.Request(f"{self.url.rstrip('/')}/embeddings", data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                rows = json.load(answer)["data"]
            vectors = [row["embedding"] for row in sorted(rows, key=lambda r: r["index"])]
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(300).decode(errors="replace")
            raise UserError(f"{self.url} answered {error.code} {error.reason}: {said}") from error
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise UserError(f"{self.url} does not answer: {getattr(error, 'reason', error)}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{self.url} answered, but not as an embeddings endpoint does: {type(error).__name__} {error}") from error
        if len(vectors) != len(texts) or len({len(v) for v in vectors}) > 1:
            raise UserError(f"{self.url} answered {len(vectors)} vectors for {len(texts)} texts, or some of another length")
        return np.array(vectors, np.float32)


class Local(NamedTuple):
    """A sentence-transformers model."""

    model: str
    run: Callable[[list[str]], Vectors]

    @property
    def name(self) -> str:
        return f"st:{self.model}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self.run(list(texts)), np.float32)


def open_embedder(spec: str, *, key: str = "") -> Embedder:
    """'st:MODEL' or 'http://HOST/v1#MODEL'. key: of the endpoint."""
    if spec.startswith("st:") and spec[3:]:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise UserError("an embedder of the form st:MODEL needs the package sentence-transformers: pip install sentence-transformers") from error
        model = SentenceTransformer(spec[3:])
        return Local(spec[3:], lambda texts: model.encode(texts, batch_size=BATCH, show_progress_bar=False))
    url, mark, model_name = spec.partition("#")
    if url.startswith(("http://", "https://")) and mark and model_name:
        return Endpoint(url, model_name, key)
    raise UserError(f"--embedder is {spec!r}; give st:MODEL, or http://HOST/v1#MODEL")


def embed(texts: Sequence[str], embedder: Embedder, *, cache: Path) -> Vectors:
    """The vectors of all texts, of length 1; only what is not in the cache (an SQLite file, made where it is not there) is asked for."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    keys = [hashlib.sha256(f"{embedder.name}\0{t}".encode()).digest() for t in texts]
    with closing(sqlite3.connect(cache)) as known, known:
        known.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        missing = [(k, t) for k, t in dict(zip(keys, texts, strict=True)).items() if not known.execute("SELECT 1 FROM vectors WHERE key = ?", (k,)).fetchone()]
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            rows = embedder.embed([t for _, t in part])
            known.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", [(k, row.tobytes()) for (k, _), row in zip(part, rows, strict=True)])
            known.commit()
        found = [np.frombuffer(known.execute("SELECT vector FROM vectors WHERE key = ?", (k,)).fetchone()[0], np.float32) for k in keys]
    if len({len(v) for v in found}) > 1:
        raise UserError(f"vectors of {embedder.name} differ in length: it is another model now; remove {cache}")
    out = np.array(found, np.float32).reshape(len(texts), -1)
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
