"""Doing many things: each item in worker processes, with a progress bar, Ctrl-C and crashes handled.

What a piece of work returns does not depend on the number of workers; results come back as they are ready and the
shelf puts them in order. Threads would make SQLite slower, so there are none.
"""

import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from agentscaler.errors import Dropped

Item = TypeVar("Item")
Context = TypeVar("Context")
Result = TypeVar("Result")


def cores() -> int:
    """Worker processes by default: as many as the machine has cores, at most eight."""
    return max(1, min(os.cpu_count() or 1, 8))


class Done(NamedTuple):
    """One finished item: its result, or the reason why there is none."""

    item: Any
    result: Any
    dropped: Dropped | None


def each(
    items: Sequence[Item],
    work: Callable[[Any, Item], Result],
    *,
    setup: Callable[..., Any],
    given: tuple[Any, ...] = (),
    workers: int = 1,
    label: str = "",
    chunk: int = 8,
) -> Iterator[Done]:
    """`work(context, item)` for each item; the context is made once a process by `setup(*given)`.

    Dropped becomes a value, so that one bad item never takes its neighbours down; any other error is a bug and rises.
    Both functions must live at the top of a module (they travel to spawned processes).
    """
    with Bar(label, len(items)) as bar:
        if workers <= 1 or len(items) <= chunk:
            context = setup(*given)
            for item in items:
                yield _one(context, work, item)
                bar.step()
            return
        chunks = [items[i : i + chunk] for i in range(0, len(items), chunk)]
        pool = ProcessPoolExecutor(
            max_workers=min(workers, len(chunks)),
            mp_context=get_context("spawn"),
            initializer=_begin,
            initargs=(os.getpid(), work, setup, given),
        )
        try:
            waiting: set[Future[list[Done]]] = set()
            left = iter(chunks)
            for part in left:
                waiting.add(pool.submit(_some, part))
                if len(waiting) >= 3 * workers:
                    break
            while waiting:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ready:
                    for done in future.result():
                        yield done
                        bar.step()
                    part_ = next(left, None)
                    if part_ is not None:
                        waiting.add(pool.submit(_some, part_))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_job: tuple[Callable[[Any, Any], Any], Any]


def _begin(parent: int, work: Callable[[Any, Any], Any], setup: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """Start of a worker process: make the context, and die with the parent, even a killed one."""
    global _job
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    _job = (work, setup(*given))


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _some(items: Sequence[Any]) -> list[Done]:
    work, context = _job
    return [_one(context, work, item) for item in items]


def _one(context: Any, work: Callable[[Any, Item], Any], item: Item) -> Done:
    try:
        return Done(item, work(context, item), None)
    except Dropped as reason:
        return Done(item, None, reason)


class Bar:
    """A progress bar on stderr with counts and time left; plain lines where stderr is no terminal."""

    def __init__(self, label: str, total: int) -> None:
        self.label, self.total, self.count = label, total, 0
        self.start = self.said = time.monotonic()
        self.bar: Progress | None = None
        if label and sys.stderr.isatty():
            self.bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[note]}"),
                console=Console(stderr=True),
            )

    def __enter__(self) -> "Bar":
        if self.bar:
            self.bar.start()
            self.bar.add_task(self.label, total=self.total, note="")
        return self

    def step(self, n: int = 1, *, note: str = "") -> None:
        """So many more are done. note: what is said beside the bar."""
        self.count += n
        if self.bar:
            self.bar.update(self.bar.task_ids[0], completed=self.count, note=note)
        elif self.label and (now := time.monotonic()) - self.said > 10:
            self.said = now
            left = (now - self.start) / self.count * (self.total - self.count)
            print(f"{self.label}: {self.count}/{self.total}, about {left:.0f} s left{f', {note}' if note else ''}", file=sys.stderr, flush=True)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.bar:
            self.bar.stop()


def steps(items: Iterable[Item], label: str, total: int) -> Iterator[Item]:
    """The same items, with a bar."""
    with Bar(label, total) as bar:
        for item in items:
            yield item
            bar.step()


@contextmanager
def many_objects() -> Iterator[None]:
    """Reading tens of thousands of records: the cyclic collector would only search, for half of the time. Also as a decorator."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
