"""The pages of the report, written from a book with the templates that lie beside this file."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from agentscaler.report import views
from agentscaler.report.atlas import draw_map
from agentscaler.report.book import Book, DrawnTask, DrawnWorld, Page, Seen
from agentscaler.report.change import RowChange, rows_of, tally
from agentscaler.report.charts import HEIGHT, WIDTH, bar_charts, histograms
from agentscaler.report.compare import choices, listed, pair_of
from agentscaler.report.diagram import draw_tables, plans_of
from agentscaler.report.flows import flow_data, inline, map_data
from agentscaler.report.house import headlines, partitions, rooms, shares, success


def write(book: Book) -> Iterator[Page]:
    """All files of the report."""
    templates = _templates()
    links = views.pages_of(book.drawn)
    yield Page("style.css", _own("style.css"))
    yield Page("index.html", _index(book, templates, links))
    if book.domains:
        yield Page("domains.html", _domains(book, templates, links))
    yield Page("rollouts.html", _rollouts(book, templates, links))
    for world in book.drawn:
        yield Page(links[world.row.env], _world(world, templates, links))
        for task in world.tasks:
            yield Page(links[task.number], _task(task, world, templates, links))


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("agentscaler", "report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    found.filters["pretty"] = views.pretty
    found.filters["percent"] = _percent
    found.filters["tally"] = tally
    return found


def _percent(share: float) -> str:
    """Whole percents, but near none and near all, where they would lie."""
    return f"{share:.0%}" if share in (0, 1) or 0.1 <= share < 0.99 else f"{share:.1%}"


def _index(book: Book, templates: Environment, links: dict[str, str]) -> str:
    script = _own("report.js")
    atlas = draw_map(book.domains, book.ties, seed=book.seed)
    ringed = {w.row.domain: links[w.row.env] for w in book.drawn}
    return templates.get_template("index.html").render(
        root="",
        policy=_policy(script),
        script=Markup(script),
        data=inline(map_data(atlas, ringed)),
        headlines=headlines(book),
        rooms=rooms(book),
        atlas=atlas,
        partitions=partitions(book.stocks["domains"].facts),
        shares=shares(book.stocks["tasks"].facts),
        success=success(book.stocks["rollouts"].facts),
        histograms=histograms(book),
        bars=bar_charts(book),
        chart_size=(WIDTH, HEIGHT),
        drawn=book.drawn,
        worlds=len(book.worlds),
        links=links,
        story=_story(book),
    )


def _policy(script: str) -> str:
    """The one script that may run in a page, by its hash."""
    return f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _domains(book: Book, templates: Environment, links: dict[str, str]) -> str:
    script = _own("domains.js")
    worlds = {w.row.domain: links[w.row.env] for w in book.drawn}
    return templates.get_template("domains.html").render(
        root="",
        policy=_policy(script) if book.parts else "'none'",
        script=Markup(script),
        domains=sorted(book.domains, key=lambda d: (d[1].name, d[0])),
        drawn=bool(book.parts),
        data=inline(flow_data(book.domains, book.parts, worlds)) if book.parts else "",
    )


def _rollouts(book: Book, templates: Environment, links: dict[str, str]) -> str:
    script = _own("rollouts.js")
    rows = listed(book, links)
    return templates.get_template("rollouts.html").render(root="", policy=_policy(script), script=Markup(script), rows=rows, choices=choices(rows))


class Story(NamedTuple):
    """One task that shows what this is about: what was asked, what was done, who was caught."""

    world: DrawnWorld
    drawn: DrawnTask
    change: list[RowChange]
    caught: Seen


def _story(book: Book) -> Story | None:
    """A drawn task of a few calls with a change and a wrong rollout that was caught by state, in words."""
    best: tuple[Any, Story] | None = None
    for world in book.drawn:
        for drawn in world.tasks:
            wrong = next((s for s in drawn.seen if s.verdict.differences and s.kept is not True), None)
            change = rows_of(drawn.task.change, drawn.task.cascades, world.env, world.rows)
            if wrong is None or not change:
                continue
            told = any(c.before is not None for r in change for c in r.cells)
            score = (abs(len(change) - 2) + abs(len(drawn.task.gold) - 3) + (not told) * 3 + len(wrong.verdict.differences), len(drawn.task.brief.text), drawn.number)
            if best is None or score < best[0]:
                best = score, Story(world, drawn, change, wrong)
    return best[1] if best else None


def _world(world: DrawnWorld, templates: Environment, links: dict[str, str]) -> str:
    return templates.get_template("world.html").render(
        root="../",
        policy="'none'",
        world=world,
        env=world.env,
        diagram=draw_tables(plans_of(world.env)),
        tools=views.tool_views(world.env),
        mended={m.tool: m for m in world.env.mended},
        tables=views.table_views(world),
        links=links,
    )


def _task(drawn: DrawnTask, world: DrawnWorld, templates: Environment, links: dict[str, str]) -> str:
    return templates.get_template("task.html").render(
        root="../",
        policy="'none'",
        world=world,
        drawn=drawn,
        task=drawn.task,
        calls=views.call_views(drawn, world.env),
        change=rows_of(drawn.task.change, drawn.task.cascades, world.env, world.rows),
        controls=views.CONTROLS,
        players=views.PLAYERS,
        seen=views.seen_views(drawn),
        pair=pair_of(drawn),
        links=links,
    )
