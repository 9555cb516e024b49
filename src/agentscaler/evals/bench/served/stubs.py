"""Empty modules in the place of packages that a benchmark imports and that are not wanted here: provider SDKs, progress bars, parsers of other languages. What they would do is either never called or done by the parent."""

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any


class Nothing:
    """Takes anything, does nothing; as a decorator it hands the function back."""

    def __init__(self, *given: Any, **more: Any) -> None:
        self._given = given

    def __call__(self, *given: Any, **more: Any) -> Any:
        return given[0] if len(given) == 1 and callable(given[0]) and not more else Nothing()

    def __getattr__(self, name: str) -> Any:
        return Nothing()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None:
        return None


class Stub(ModuleType):
    """A module that has any name one asks for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


def stub(names: Sequence[str], **given: Any) -> None:
    """Put stubs there before the benchmark's own files are imported. given: what each of them has besides."""
    for name in names:
        made = Stub(name)
        for key, value in given.items():
            setattr(made, key, value)
        sys.modules[name] = made


def without_builtins(module: Any) -> None:
    """A benchmark that runs a model's answer by `eval` in this module: what is run there sees the module's own names and none of Python's (open, __import__, ...)."""
    module.__dict__["__builtins__"] = {}
