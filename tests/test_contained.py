"""A stranger's code in a cell: the same world as in process, and ten kinds of attack that get it nothing."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from agentscaler import contained, jail
from agentscaler.contained import Contained
from agentscaler.errors import Dropped, UserError
from agentscaler.folder import read_env
from agentscaler.gate import check_env
from agentscaler.world import World, foreign
from worlds import NOTES_PY, NOTES_SQL, NOTES_TOOLS, library, notebook, plain_tool, written

pytestmark = pytest.mark.skipif(not jail.can_contain(), reason="contained on Linux on x86-64 only")

SHOP = Path(__file__).parents[1] / "benchmarks" / "shop"


@pytest.fixture
def notes() -> Iterator[World]:
    with World.open(notebook(), seed=3) as world:
        yield world


def cell_of(world: World) -> contained.Cell:
    assert isinstance(world, Contained)
    assert world._cell is not None
    return world._cell


# ---- the same world ---------------------------------------------------------------------------------------------------


def test_a_world_that_was_not_compiled_here_is_the_same_in_its_cell() -> None:
    env = read_env(SHOP)
    with World.open(env, seed=7) as inside, World.open(env, seed=7, trusted=True) as here:
        assert isinstance(inside, Contained)
        assert not isinstance(here, Contained)
        assert (inside.dump(), inside.image_hash, inside.db.now, inside.context) == (here.dump(), here.image_hash, here.db.now, here.context)
        assert inside.loaded.tables == here.loaded.tables
        customer = here.rows("customer")[0]["customer_id"]
        product = here.rows("product")[0]["product_id"]
        calls: list[tuple[str, dict[str, Any]]] = [
            ("get_customer", {"customer_id": customer}),
            ("get_customer", {"customer_id": "nobody"}),
            ("get_customer", {"customer": customer}),
            ("nothing", {}),
            ("update_customer", {"customer_id": customer, "phone": "77"}),
            ("create_wish_list", {"customer_id": customer, "name": "for winter", "product_ids": [product]}),
            ("list_products", {"limit": 3.0}),
        ]
        for call in calls:
            assert inside.call(*call) == here.call(*call)
        assert inside.diff() == here.diff()
        assert inside.dump() == here.dump()
        assert inside.snapshot() == here.snapshot()
        assert inside.broken() == here.broken() == []
        shot = here.snapshot()
        for world in (inside, here):
            world.reset()
            assert world.diff().form == ()
            world.restore(shot)
        assert inside.diff() == here.diff()


def test_an_instance_has_a_process_of_its_own(notes: World) -> None:
    with World.open(notebook(), seed=3) as other:
        notes.call("add_note", {"body": "mine"})
        assert other.diff().form == ()
        assert len(notes.rows("note")) == len(other.rows("note")) + 1
        cell_of(other).kill()
        assert notes.call("add_note", {"body": "still here"}).error is None
        other._cell = None  # type: ignore[attr-defined]


def test_reset_makes_the_code_forget() -> None:
    code = "import agentscaler.tooling as t; seen = t.__dict__.setdefault('seen', []); seen.append(1); db.counters['#x'] = len(seen); return len(seen)"
    with hostile(code) as world:
        assert [world.call("attack", {}).data for _ in range(3)] == [1, 2, 3]
        world.reset()
        assert world.call("attack", {}).data == 1
        shot = world.snapshot()
        assert world.call("attack", {}).data == 2
        world.restore(shot)
        assert world.call("attack", {}).data == 3, "a snapshot is a state of rows, in the same session"


def test_after_a_restore_a_killed_cell_is_back_there(notes: World) -> None:
    notes.call("add_note", {"body": "one"})
    shot, rows = notes.snapshot(), notes.dump()
    notes.call("add_note", {"body": "two"})
    notes.restore(shot)
    os.kill(pid_of(notes), 9)
    notes.call("list_notes", {})
    assert notes.dump() == rows
    assert notes.snapshot() == shot


def test_what_no_json_can_say_is_an_answer(notes: World) -> None:
    for value in (10**30, "\ud800", {1, 2}, object()):
        answer = notes.call("add_note", {"body": value})
        assert answer.error is not None
        assert answer.error.code == "invalid_arguments"


def test_a_killed_cell_is_replaced_and_the_world_is_where_it_was(notes: World) -> None:
    notes.call("add_note", {"body": "one"})
    before = (notes.dump(), notes.diff(), notes.snapshot())
    cell_of(notes).kill()
    notes._cell = None  # type: ignore[attr-defined]
    assert (notes.dump(), notes.diff(), notes.snapshot()) == before
    os.kill(pid_of(notes), 9)
    time.sleep(0.1)
    ended = notes.call("add_note", {"body": "two"})
    assert ended.error is not None
    assert ended.error.code == "internal"
    assert (notes.dump(), notes.diff(), notes.snapshot()) == before, "the call that met the end has changed nothing"
    assert notes.call("add_note", {"body": "two"}).error is None


def pid_of(world: World) -> int:
    """The process of a pidfd."""
    text = Path(f"/proc/self/fdinfo/{cell_of(world).handle}").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("Pid:")))


def test_a_closed_world_leaves_no_process(notes: World) -> None:
    with World.open(notebook()) as world:
        number = pid_of(world)
        assert Path(f"/proc/{number}").exists()
    end = time.monotonic() + 5
    while Path(f"/proc/{number}").exists():
        assert time.monotonic() < end
        time.sleep(0.01)


RING_SQL = "CREATE TABLE seat (seatId TEXT NOT NULL PRIMARY KEY, place TEXT UNIQUE, badge TEXT UNIQUE) STRICT, WITHOUT ROWID;"
RING_PY = """
def rotate(db):
    rows = db.page("seat").rows[:3]
    for row in rows:
        db.update("seat", row["seatId"], place=None, badge=None)
    for i, row in enumerate(rows):
        db.update("seat", row["seatId"], place=rows[i - 1]["place"], badge=rows[i - 2]["badge"])
    return {}
"""
RING = {"now": "2026-06-15T09:00:00Z", "rows": {"seat": [5, 5]}, "columns": {f"seat.{c}": {"id": c[0] + "-{n}"} for c in ("seatId", "place", "badge")}}


def test_a_ring_is_put_back_by_its_calls() -> None:
    with World.open(written(RING_SQL, RING_PY, RING, (plain_tool("rotate", "write"),))) as world:
        assert world.call("rotate", {}).error is None
        turned = world.dump()
        shot = world.snapshot()
        os.kill(pid_of(world), 9)
        world.call("rotate", {})
        assert world.dump() == turned
        with pytest.raises(apsw.AbortError):
            world.restore(shot)
        assert world.diff().form == ()


def test_the_gate_looks_at_a_stranger_from_outside() -> None:
    assert check_env(notebook()) == check_env(notebook(), trusted=True)


def test_a_cell_that_is_not_given_the_processor_is_waited_for(notes: World) -> None:
    """A stopped process answers late, but it answers."""
    assert isinstance(notes, Contained)
    notes.deadline = 0.1
    number = pid_of(notes)
    os.kill(number, signal.SIGSTOP)
    waker = threading.Timer(0.8, os.kill, (number, signal.SIGCONT))
    waker.start()
    start = time.monotonic()
    assert notes.call("add_note", {"body": "late"}).error is None
    assert time.monotonic() - start > 0.5
    waker.join()


# ---- trust ------------------------------------------------------------------------------------------------------------


def test_why_it_is_contained_is_told(notes: World) -> None:
    assert isinstance(notes, Contained)
    assert notes.why == foreign(notebook()) == "notebook: this world was not compiled here, so its code does not run in this process"


def test_where_nothing_can_be_contained_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contained, "can_contain", lambda: False)
    with pytest.raises(UserError, match=r"was not compiled here.*only on Linux on x86-64: pass trusted=True"):
        World.open(notebook())


def test_where_the_kernel_does_not_help_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A nurse whose cells cannot enter the jail, one that never starts, and one that is gone."""
    monkeypatch.setattr(contained, "_nurses", [])
    monkeypatch.setattr(sys, "path", [*sys.path])
    program = "import agentscaler.cell as c, errno\ndef no(fd): raise OSError(errno.EINVAL, 'prctl')\nc.enter = no\n"
    for before, said in ((program, "this machine cannot contain it"), ("raise SystemExit\n", "does not start")):
        monkeypatch.setattr(contained, "PROGRAM", before + contained.PROGRAM)
        with pytest.raises(UserError, match=f"{said}.*pass trusted=True"):
            World.open(notebook())
        for nurse in contained._nurses:
            nurse.end()
        monkeypatch.undo()
        monkeypatch.setattr(contained, "_nurses", [])
    World.open(notebook()).close()
    contained._nurses[0].process.kill()
    contained._nurses[0].process.wait()
    World.open(notebook()).close()
    contained._nurses[0].end()


def test_a_model_that_does_not_render_is_no_trust() -> None:
    env = library()
    assert env.model is not None
    broken = env.model.model_copy(update={"tables": ()})
    assert "was edited: its model does not render" in foreign(env.model_copy(update={"model": broken}))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def broken(:\n", "does not compile"),
        (NOTES_PY.replace("def get_note", "def got_note"), "no function 'get_note'"),
        ("1 / 0\n", "does not load: ZeroDivisionError"),
        ("import os; os.listdir('/')\n", "does not load: PermissionError"),
        ("import no_such_module\n", "does not load: "),
    ],
)
def test_code_that_does_not_load_is_dropped(code: str, said: str) -> None:
    with pytest.raises(Dropped, match=said) as dropped:
        World.open(written(tools_py=code))
    assert dropped.value.reason == "gate"


def test_code_that_never_loads_does_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contained, "LOADING", 0.3)
    with pytest.raises(UserError, match=r"does not open in its process \(no answer in time\)"):
        World.open(written(tools_py="while True: pass\n"))


@pytest.mark.parametrize("schema", ["ATTACH '/tmp/x' AS x; " + NOTES_SQL, NOTES_SQL.replace("'open', 'closed'", "'open', readfile('/etc/passwd')"), "CREATE TABLE"])
def test_a_schema_that_reaches_out_is_dropped(schema: str) -> None:
    with pytest.raises(Dropped):
        World.open(written(schema))


# ---- ten kinds of attack -------------------------------------------------------------------------------------------------

ATTACKS: dict[str, list[tuple[str, str]]] = {
    "imports": [
        ("import subprocess; return str(subprocess.run(['id'], capture_output=True))", "internal: (ModuleNotFound|Permission)Error"),
        ("import ctypes; return ctypes.CDLL('libc.so.6').getuid()", "OSError|PermissionError|SAID -1"),
        ("import sqlite3; return 'imported'", "ImportError|ModuleNotFoundError|PermissionError"),
        ("import os; return os.system('id')", "SAID (-1|32512)$"),
        ("import importlib.util as u; s = u.spec_from_file_location('m', '/usr/lib/python3/dist-packages/apt.py'); m = u.module_from_spec(s); s.loader.exec_module(m)", "Error"),
    ],
    "dunder walks": [
        ("return [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0].__init__.__globals__['listdir']('/')", "PermissionError"),
        ("return db.get.__func__.__globals__['__builtins__']['open']('/etc/passwd').read()", "PermissionError"),
        ("return db._x.__self__.execute(\"SELECT readfile('/etc/passwd')\").get", "no such function"),
        ("import sys; return sys._getframe(9).f_globals['__builtins__']['open']('/etc/passwd').read()", "Error"),
        ("import gc; return [o for o in gc.get_objects() if type(o).__name__ == 'Popen'][0].args", "IndexError"),
    ],
    "format-string leaks": [
        ("return '{0.get.__globals__}'.format(db)", "SAID"),
        ("return '{0.__class__.__init__.__globals__[os].environ}'.format(db)", "KeyError|AttributeError"),
        ("import os; return '{0.environ}'.format(os)", r"SAID environ\(\{\}\)"),
    ],
    "endless loops": [
        ("while True: pass", "no answer in time"),
        ("while True:\n        try:\n            while True: sum(range(100))\n        except BaseException: pass", "no answer in time"),
        ("import signal; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n    while True: pass", "no answer in time"),
        ("import re; return str(re.match('(a+)+$', 'a' * 40 + 'b'))", "no answer in time"),
        ("db._x('WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t').get", "no answer in time"),
        ("import time; time.sleep(60)", "PermissionError|no answer in time"),
        ("import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()", "no answer in time"),
    ],
    "huge integers and strings": [
        ("return len(str(9 ** 9 ** 8 % 7))", "no answer in time"),
        ("return len('x' * (3 << 30))", "more memory"),
        ("return len([0] * 10 ** 10)", "more memory"),
        ("x = []\n    while True: x.append(bytes(1 << 20))", "more memory|no answer in time|ended its process"),
        ("return 'x' * 40_000_000", "ended its process|bytes"),
        ("return 10 ** 100", "ended its process"),
        ("x = []\n    for _ in range(100_000): x = [x]\n    return x", "ended its process|no answer"),
        ("db.insert('note', body='x' * 3_000_000)", "too large"),
    ],
    "forks": [
        ("import os; return os.fork()", "PermissionError"),
        ("import os; os.execv('/bin/true', ['true'])", "PermissionError"),
        ("import os; os.kill(os.getppid(), 9)", "PermissionError"),
        ("import os; os.kill(-1, 9)", "PermissionError"),
        ("import threading; threading.Thread(target=print).start()", "RuntimeError"),
        ("import os; os._exit(7)", "ended its process"),
        ("raise SystemExit", "ended its process"),
        ("import os; os.abort()", "ended its process|no answer|PermissionError"),
    ],
    "files and sockets": [
        ("return open('/etc/passwd').read()", "PermissionError"),
        ("open('here', 'w').write('x')", "PermissionError"),
        ("import os; return os.listdir('/')", "PermissionError"),
        ("import os; return os.readlink('/proc/self/exe')", "PermissionError"),
        ("import os; return str(os.stat('/'))", "PermissionError"),
        ("import os; os.unlink('/tmp')", "PermissionError"),
        ("import socket; socket.socket()", "PermissionError"),
        ("import socket; socket.socketpair()", "PermissionError"),
        ("import socket; socket.create_connection(('127.0.0.1', 80))", "Error"),
        ("import os; return os.pipe()", "PermissionError"),
        ("import os; return os.dup(1)", "Error"),
        ("import os; os.write(2, b'hello')", "Error"),
        ("import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_EXEC | mmap.PROT_WRITE)", "PermissionError|ImportError|ModuleNotFoundError"),
    ],
    "ATTACH, PRAGMA and extensions": [
        ("db._x(\"ATTACH '/etc/passwd' AS x\")", "too many attached databases"),
        ("import apsw; apsw.Connection('/tmp/x.db').execute('CREATE TABLE a (b)')", "CantOpenError"),
        ("db._x.__self__.enable_load_extension(True); db._x.__self__.load_extension('/usr/lib/libm.so')", "Error"),
        ("db._x(\"PRAGMA temp_store_directory='/tmp'\"); db._x('VACUUM INTO \"/tmp/out.db\"')", "Error"),
        ("import apsw; b = apsw.Connection('/tmp/y.db'); b.backup('main', db._x.__self__, 'main').step()", "CantOpenError"),
    ],
    "reaching for gold data": [
        ("import gc; word = bytes.fromhex('534553414d45').decode(); return len([o for o in gc.get_objects() if type(o) in (list, tuple) and word in str(o)[:2000]])", "SAID 0"),
        ("import sys; return ','.join(m for m in sys.modules if m.startswith(('agentscaler.tasks', 'agentscaler.rollouts', 'agentscaler.contained', 'pytest', 'conftest')))", "SAID $"),
        ("import os; return open(f'/proc/{os.getppid()}/mem', 'rb').read(1)", "PermissionError"),
        ("import ctypes; return ctypes.pythonapi.Py_IsInitialized() and ctypes.CDLL(None).ptrace(16, 1, 0, 0)", "SAID -1|Error"),
    ],
    "secrets of the environment": [
        ("import os; return str(dict(os.environ))", r"SAID \{\}"),
        ("import os; return str(os.getenv('SECRET_OF_THE_TEST'))", "SAID None"),
        ("return open('/proc/self/environ').read()", "PermissionError"),
        ("import sys; return ' '.join(sys.argv) + str(sys.flags)", "SAID -csys.flags"),
        ("import sys; sys.stdout.write('x' * 100_000); sys.stdout.flush()", "Error"),
    ],
}
KINDS = [(kind, number, code, said) for kind, some in ATTACKS.items() for number, (code, said) in enumerate(some)]


def hostile(code: str) -> World:
    tools = (*NOTES_TOOLS, plain_tool("attack", "write"))
    body = textwrap.indent(code.replace("\n    ", "\n"), "    ")
    return World.open(written(tools_py=f"{NOTES_PY}\n\ndef attack(db):\n    db.insert('note', body='half done')\n{body}\n", tools=tools), seed=3)


def test_there_are_ten_kinds_of_attack() -> None:
    assert len(ATTACKS) == 10


@pytest.mark.parametrize(("code", "said"), [k[2:] for k in KINDS], ids=[f"{k[0]} {k[1]}" for k in KINDS])
def test_an_attack_gets_nothing_and_is_named(code: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The answer names it, nothing of it reaches us, and the world goes on where it was."""
    monkeypatch.setenv("SECRET_OF_THE_TEST", "SESAME")
    gold = ["SESAME"]
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with hostile(code) as world:
        assert isinstance(world, Contained)
        assert world.call("add_note", {"body": "before"}).error is None
        if said.startswith("no answer"):
            world.deadline = 0.2
            monkeypatch.setattr(contained, "PATIENCE", 2.0)
        before = world.dump()
        start = time.monotonic()
        answer = world.call("attack", {})
        assert time.monotonic() - start < 20
        text = f"{answer.error.code}: {answer.error.message}" if answer.error else f"SAID {answer.data}"
        assert re.search(said, text), text
        assert not re.search(r"SESAME|root:|uid=", text)
        if answer.error:
            assert answer.error.code in ("internal", "limit", "invalid_arguments")
            assert world.dump() == before, "a call that was refused or ended has changed nothing"
        assert world.call("add_note", {"body": "after"}).error is None, "and the world goes on"
        world.reset()
        assert world.diff().form == ()
    assert list(tmp_path.iterdir()) == []
    assert gold == ["SESAME"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "code",
    [
        "db._x('RELEASE base')",
        "db._x('ROLLBACK')",
        "db._x.__self__.close()",
        "db._x('DROP TABLE note')",
        "db._x('DELETE FROM note')",
        "import sys; sys.modules['agentscaler.cell'].DEEDS.clear()",
        "import sys; sys.modules['agentscaler.cell']._send = None",
        "import sys; c = sys.modules['agentscaler.cell']; c.DEEDS['diff'] = lambda w, r, b: (5, b'')",
        "import sys; c = sys.modules['agentscaler.cell']; c.DEEDS['dump'] = lambda w, r, b: ('x', b'')",
        "import sys, os; c = sys.modules['agentscaler.cell']; os.write(int(sys.orig_argv[-1].rpartition('(')[2][:-1]), c.HEAD.pack(4, 0) + b'null')",
        "import sys; c = sys.modules['agentscaler.cell']; c._send = lambda fd, body, raw=b'': [c.os.write(n, c.HEAD.pack(9 ** 9, 0)) for n in range(3, 9) if 1]",
    ],
)
def test_code_that_breaks_its_own_world_breaks_no_other(code: str, notes: World) -> None:
    """It may lie about its own state; then it is told so, or a new cell takes over. It never takes the parent down."""
    with hostile(code) as world:
        assert isinstance(world, Contained)
        world.call("attack", {})
        for ask in (world.diff, world.dump, lambda: world.rows("note"), lambda: world.call("add_note", {"body": "x"})):
            try:
                ask()
            except UserError as error:
                assert "breaks its own world" in str(error)  # noqa: PT017
        world.reset()
    assert notes.call("add_note", {"body": "mine"}).error is None


def test_the_filter_lets_nothing_through_that_it_does_not_name(tmp_path: Path) -> None:
    """Every system call by number, in a process that has entered the jail: which are refused?"""
    program = """
import ctypes, os, sys
from agentscaler.jail import enter, _CALLS
libc = ctypes.CDLL(None, use_errno=True)
door = int(sys.argv[1])
enter(door)
skipped = {*_CALLS.values(), 0, 1, 9, 10, 335, 336}  # the last two are the kernel's own trampolines: who calls them is killed
open_ = [n for n in range(470) if n not in skipped and not (libc.syscall(n, 0, 0, 0, 0, 0, 0) == -1 and ctypes.get_errno() == 1)]
os.write(door, repr((open_, libc.syscall(1, 2, b"x", 1), ctypes.get_errno(), libc.syscall(10, 0, 4096, 4), ctypes.get_errno())).encode())
os._exit(0)
"""
    ours, theirs = os.pipe()
    subprocess.run([sys.executable, "-c", program, str(theirs)], pass_fds=[theirs], check=True, timeout=60)
    os.close(theirs)
    assert eval(os.read(ours, 1000)) == ([], -1, 1, -1, 1)
    os.close(ours)
