"""What several test files share: the bike rental that ships with the package, walked once, and the command line."""

import sys
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pytest

from agentscaler import cli, walk
from agentscaler.store import Run

BIKES = Path(str(files("agentscaler") / "data" / "demo" / "bikes.yaml"))
"""An OpenAPI document of 23 operations."""
ALL = ("gold", "stumbling", "forgetting", "adding", "wrong", "solver")
"""Every agent that is played on the bikes."""


def walk_bikes(folder: Path) -> Path:
    """The whole walk over the bike rental, with all its agents."""
    run, settings = Run(folder), walk.Settings()
    walk.tools(run, settings, files=[BIKES], with_pool=False)
    walk.domains(run, settings, one="bikes")
    walk.envs(run, settings)
    walk.tasks(run, settings, most=40, tries=400)
    walk.rollouts(run, settings, agents=ALL)
    walk.funnel(run, settings)
    walk.sft(run, settings, allow_scripted=True)
    return folder


@pytest.fixture(scope="session")
def bikes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run folder. Tests only read it; one that writes works on a copy."""
    return walk_bikes(tmp_path_factory.mktemp("bikes") / "run")


class Ended(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line, in this process: `command("tools", "--run", folder)`."""

    def call(*arguments: object) -> Ended:
        words: Sequence[str] = [str(a) for a in arguments]
        monkeypatch.setattr(sys, "argv", ["agentscaler", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        return Ended(end.value.code if isinstance(end.value.code, int) else 1, said.out, said.err)

    return call
