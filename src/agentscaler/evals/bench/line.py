"""The parent's end of the line to a benchmark that runs in an environment of its own (served/protocol.py is the other). A child that dies is started again at the next question."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from agentscaler.errors import UserError

SERVED: Final = Path(__file__).parent / "served"
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
"""What a child sees of our environment: no key of anybody."""

Asked = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""(seat, body) -> {"reply": ...} or {"failed": ...}."""


class ChildDied(OSError):
    """The benchmark's process ended in the middle: infrastructure."""


class Refused(OSError):
    """The benchmark's own code raised, or its model could not be reached."""


class Line:
    """One child. Use as a context manager; each answer is that of a fresh state, for the child keeps none between questions."""

    def __init__(self, python: str | Path, program: str, arguments: Sequence[str] = ()) -> None:
        self._command = [str(python), str(SERVED / f"{program}.py"), *arguments]
        self._child: subprocess.Popen[bytes] | None = None
        self._said = tempfile.TemporaryFile()  # noqa: SIM115

    def ask(self, do: str, *, model: Asked | None = None, **given: Any) -> Any:
        """The child's answer. model: who replies when it asks for one. Raises ChildDied, Refused."""
        child = self._alive()
        self._write(child, {"do": do, "with": given})
        while True:
            assert child.stdout is not None
            line = child.stdout.readline()
            if not line:
                child.wait()
                raise ChildDied(f"the benchmark's process ended with {child.returncode}: {self._last()}")
            found = json.loads(line)
            if "ask" in found:
                asked = found["ask"]
                self._write(child, model(asked["seat"], asked["body"]) if model else {"failed": "no model plays here"})
                continue
            if "ok" in found:
                return found["ok"]
            raise Refused(str(found.get("infrastructure") or found.get("error")))

    def _alive(self) -> "subprocess.Popen[bytes]":
        if self._child is None or self._child.poll() is not None:
            self._let_go()
            env = {k: os.environ[k] for k in _KEPT if k in os.environ} | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
            try:
                self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, env=env)
            except OSError as error:
                raise UserError(f"{self._command[0]!r} cannot be started: {error.strerror}; make the environment with `agentscaler evals setup NAME`, or name one with --python") from error
        return self._child

    def _write(self, child: "subprocess.Popen[bytes]", what: Mapping[str, Any]) -> None:
        assert child.stdin is not None
        try:
            child.stdin.write(json.dumps(what).encode() + b"\n")
            child.stdin.flush()
        except BrokenPipeError:
            child.wait()
            raise ChildDied(f"the benchmark's process ended with {child.returncode}: {self._last()}") from None

    def _last(self) -> str:
        """The last line that it printed."""
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"

    def close(self) -> None:
        """End it."""
        self._let_go()
        self._said.close()

    def _let_go(self) -> None:
        if self._child is None:
            return
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        self._child = None

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
