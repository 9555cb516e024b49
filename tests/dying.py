"""The command line, killed with -9 in the middle of its work: `python dying.py WHERE COUNT VERB ...`.

WHERE is `keep` or `drop` (a row is put down), or `write` (a finished file is renamed): the COUNT-th time, the process is gone.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from agentscaler import cli, store


def mortal(function: Callable[..., Any], lives: int) -> Callable[..., Any]:
    """The function, whose caller does not survive the last of its calls."""
    left = [lives]

    def call(*arguments: Any, **more: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **more)

    return call


if __name__ == "__main__":
    where, count = sys.argv[1], int(sys.argv[2])
    if where == "write":
        store.write_atomic = mortal(store.write_atomic, count)
    else:
        setattr(store.Shelf, where, mortal(getattr(store.Shelf, where), count))
    del sys.argv[1:3]
    cli.main()
