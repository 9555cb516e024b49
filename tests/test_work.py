"""each: the same results whatever the number of workers; one bad item does not take its neighbours down."""

import gc
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children
from pathlib import Path

import pytest

from agentscaler.errors import Dropped
from agentscaler.work import Bar, each, many_objects, steps


def doubling(factor: int) -> dict[str, int]:
    return {"factor": factor, "pid": os.getpid()}


def work(context: dict[str, int], item: int) -> tuple[int, int]:
    """3 is refused, and 13 is a bug."""
    if item == 3:
        raise Dropped("no_effect", f"not {item}", where="here", value={"item": item})
    if item == 13:
        raise ZeroDivisionError("thirteen")
    if item == 666:
        os._exit(9)
    return item * context["factor"], context["pid"]


def results(items: list[int], workers: int) -> dict[int, int | str]:
    done = each(items, work, setup=doubling, given=(10,), workers=workers, chunk=4)
    return {
        d.item: d.result[0]
        if d.dropped is None
        else f"{d.dropped.reason}, {d.dropped.message}, {d.dropped.where}, {d.dropped.value}"
        for d in done
    }


def test_the_number_of_workers_does_not_show() -> None:
    items = [n for n in range(30) if n != 13]
    alone = results(items, 1)
    assert alone[2] == 20
    assert alone[3] == "no_effect, not 3, here, {'item': 3}"
    assert len(alone) == 29
    assert results(items, 2) == alone


def test_work_is_done_elsewhere() -> None:
    places = {d.result[1] for d in each(list(range(20, 40)), work, setup=doubling, given=(1,), workers=2, chunk=4)}
    assert os.getpid() not in places
    assert {d.result[1] for d in each(list(range(20, 24)), work, setup=doubling, given=(1,), workers=2, chunk=4)} == {
        os.getpid()
    }


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bug_rises(workers: int) -> None:
    with pytest.raises(ZeroDivisionError, match="thirteen"):
        results(list(range(10, 30)), workers)


def test_a_worker_that_dies_is_no_silence() -> None:
    with pytest.raises(BrokenProcessPool):
        results([666, *range(20, 30)], 2)


def test_nothing_to_do() -> None:
    assert results([], 2) == {}


def test_a_caller_who_stops_early_stops_the_work() -> None:
    done = each(list(range(20, 400)), work, setup=doubling, given=(1,), workers=2, chunk=4)
    assert next(done).item in range(20, 400)
    assert len(active_children()) == 2
    done.close()
    assert waited(lambda: not active_children())


def test_workers_die_with_a_killed_parent(tmp_path: Path) -> None:
    """Even with one that had no time to say goodbye."""
    (tmp_path / "slow.py").write_text(
        textwrap.dedent("""
        import os, pathlib, time
        from agentscaler.work import each
        def setup(folder): return folder
        def work(folder, item):
            pathlib.Path(folder, f"{os.getpid()}.pid").write_text("")
            time.sleep(60)
        if __name__ == "__main__":
            for _ in each(list(range(4)), work, setup=setup, given=(os.getcwd(),), workers=2, chunk=1):
                pass
        """)
    )
    parent = subprocess.Popen([sys.executable, "slow.py"], cwd=tmp_path)
    try:
        assert waited(lambda: len(list(tmp_path.glob("*.pid"))) == 2)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        pids = [int(p.stem) for p in tmp_path.glob("*.pid")]
        assert waited(lambda: not any(alive(pid) for pid in pids))
    finally:
        parent.kill()
        parent.wait()


def waited(until: object, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    """Running, not a zombie that nobody has buried yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_dropped_comes_back_whole() -> None:
    dropped = pickle.loads(pickle.dumps(Dropped("gate", "m", where="w", value=(1, "x"))))
    assert (dropped.reason, dropped.message, dropped.where, dropped.value) == ("gate", "m", "w", (1, "x"))


def test_steps_gives_the_same_items(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(steps(iter("abc"), "letters", 3)) == ["a", "b", "c"]
    out = capsys.readouterr()
    assert out.out == ""


def test_the_bar_speaks_on_stderr_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar("things", 8) as bar:
        bar.step()
        bar.start -= 20
        bar.said -= 20
        bar.step()
        bar.step()
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err == "things: 2/8, about 60 s left\n"
    with Bar("", 8) as quiet:
        quiet.said -= 20
        quiet.step()
    assert capsys.readouterr().err == ""


def test_the_collector_is_put_back() -> None:
    assert gc.isenabled()
    with many_objects():
        assert not gc.isenabled()
        with many_objects():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), many_objects():
        raise KeyError
    assert gc.isenabled()
