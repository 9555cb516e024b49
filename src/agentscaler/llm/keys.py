"""Endpoints by name and address, and their keys: from the environment or from a file named on the command line, and out of everything that is written.

    AGENTSCALER_API_KEY   goes to every endpoint that the command names
    OPENAI_API_KEY        goes to api.openai.com and nowhere else
    --key-file FILE       a line `HOST KEY` for each endpoint, or one line with a key for all
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from agentscaler.errors import UserError

HIDDEN: Final = "[key]"
SHORTEST: Final = 6
"""A key of fewer characters is no secret ("none", "EMPTY") and could stand in any text."""


class Endpoint(NamedTuple):
    """A model and where it is served."""

    model: str
    url: str

    @property
    def name(self) -> str:
        """As rows name it."""
        return f"{self.model}@{self.url}"

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.url).netloc


def is_endpoint(text: str) -> bool:
    """Is it of the form NAME@https://...?"""
    return re.search(r"@https?://", text) is not None


def endpoint(text: str) -> Endpoint:
    """'qwen3-8b@http://localhost:8000/v1' -> its parts. Raises UserError, which does not repeat an address that holds a secret."""
    model, _, rest = text.partition("@http")
    url = f"http{rest}".rstrip("/")
    parts = urlsplit(url)
    if not model or not rest or not parts.hostname:
        raise UserError(f"model {text.split('@http')[0]!r}: give NAME@https://HOST/v1, the name the endpoint knows it by and its base address")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UserError(f"the address of model {model!r} holds more than host and path: a key goes into AGENTSCALER_API_KEY or a file named with --key-file, never into the address, which rows repeat")
    return Endpoint(model, url)


class Keys:
    """Keys by host. It prints as nothing, and takes what it holds out of any text."""

    def __init__(self, by_host: Mapping[str, str]) -> None:
        self._by_host = dict(by_host)
        self._secret = sorted({k for k in self._by_host.values() if len(k) >= SHORTEST}, key=len, reverse=True)

    def of(self, host: str) -> str | None:
        """The key for a host; None where there is none."""
        return self._by_host.get(host) or self._by_host.get(host.partition(":")[0]) or self._by_host.get("*")

    def handed(self) -> dict[str, str]:
        """What another process of this run needs, for a socket to it and nothing else."""
        return dict(self._by_host)

    def scrub(self, text: str) -> str:
        """The text without any key."""
        for key in self._secret:
            text = text.replace(key, HIDDEN)
        return text

    def __repr__(self) -> str:
        return f"Keys({', '.join(sorted(self._by_host))})"

    def __reduce__(self) -> tuple[type, ...]:
        raise TypeError("keys are not written down")


def read_keys(environ: Mapping[str, str], file: Path | None) -> Keys:
    """Keys of the environment, and those of a file, which come first. Raises UserError."""
    found: dict[str, str] = {}
    if key := environ.get("OPENAI_API_KEY", "").strip():
        found["api.openai.com"] = key
    if key := environ.get("AGENTSCALER_API_KEY", "").strip():
        found["*"] = key
    if file is not None:
        found |= _from_file(file)
    if bad := next((host for host, key in found.items() if not (key.isascii() and key.isprintable() and " " not in key)), None):
        raise UserError(f"the key for {'any endpoint' if bad == '*' else bad} holds characters that no key has (spaces, line ends, letters beyond ASCII): copy it again")
    return Keys(found)


def _from_file(file: Path) -> dict[str, str]:
    try:
        lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines() if line.strip() and not line.lstrip().startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"key file {str(file)!r} cannot be read: {error.strerror if isinstance(error, OSError) else 'it is no text'}") from error
    if not lines or any(len(words) > 2 for words in lines) or (len(lines) > 1 and any(len(words) != 2 for words in lines)):
        raise UserError(f"key file {str(file)!r}: give one line with a key, or a line `HOST KEY` for each endpoint")
    return {words[0] if len(words) == 2 else "*": words[-1] for words in lines}
