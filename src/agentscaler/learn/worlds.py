"""Small worlds for the proof of learning, and demonstrations in them, made by the rooms of every run: tools, envs, tasks, rollouts, funnel, sft.

    split = draw_worlds(256, 40)            training and unseen worlds: no noun, no service and no schema graph is in both
    rows  = demonstrations(world, 24)       kept rollouts of the gold player, as messages and tools
    tasks = tasks_of(world, seeds)

What is simpler than in a full run: APIs of one or two things without times and parents (apis.py), three or four rows a table, ids and names of one made-up word each, and tasks of
the shapes SHAPES only. Ids are words so that every word is said by the agent somewhere in training, whatever world it comes from: a token that was never a target is
never said, and the nouns of unseen worlds would be such. Everything else, state, answers, judge and the simulated user, is what it is anywhere.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import orjson

from agentscaler.dice import Dice
from agentscaler.envs import build_env, compile_tools
from agentscaler.envs.same import shape_of
from agentscaler.episode import tool_list
from agentscaler.errors import Dropped
from agentscaler.folder import env_files, env_id
from agentscaler.funnel import judge
from agentscaler.gate import check_env
from agentscaler.learn.apis import document, draw_service, made_up_words
from agentscaler.learn.chinese import in_templates
from agentscaler.records import Domain, EnvSpec, JsonObject, Language, Seed, Task, Tool
from agentscaler.rollouts import named_player, play_in
from agentscaler.sft import openai_message
from agentscaler.store import row_id
from agentscaler.tasks import make_tasks
from agentscaler.tools.definitions import Place
from agentscaler.tools.openapi import read_openapi
from agentscaler.tools.sources import Document
from agentscaler.world import World

SHAPES: Final = ("ask", "write", "askwrite", "both", "create")
ROWS: Final = (3, 4)
"""Rows a table."""
SEEN: Final = 0.7
"""Share of the words that name things and attributes of training worlds; the others name those of unseen worlds."""
HELD_OUT: Final = 4
"""One schema graph in so many is kept for unseen worlds."""


VERTICAL: Final = 14
"""Things and attributes that the services of a vertical are about."""
TRIED: Final = 2
"""States in which a world must have a task, else it is not drawn."""


class Conversation(NamedTuple):
    """One demonstration."""

    messages: list[JsonObject]
    tools: list[JsonObject]
    task: str
    """Id of its task."""


class Split(NamedTuple):
    """Worlds on both sides."""

    train: list[EnvSpec]
    unseen: list[EnvSpec]


def draw_worlds(train: int, unseen: int, *, seed: Seed = 0, nouns: int = 0) -> Split:
    """So many worlds each. The first n training worlds are the same however many are drawn. nouns: a vertical, all of whose services, on both sides, are about the first so many words."""
    words = made_up_words()
    cut = int(len(words) * SEEN)
    seen, other = (words[:nouns], words[:nouns]) if nouns else (words[:cut], words[cut:])
    return Split(list(_worlds(train, "train", seen, words, seed)), list(_worlds(unseen, "unseen", other, words, seed)))


def _worlds(count: int, side: str, nouns: Sequence[str], words: Sequence[str], seed: Seed) -> Iterator[EnvSpec]:
    made = number = 0
    while made < count:
        dice = Dice(seed, "learn", side, number)
        number += 1
        try:
            env = small_world(f"{side}-{number}", dice, nouns, words)
        except Dropped:
            continue
        assert env.model is not None
        if (int(shape_of(env.model), 16) % HELD_OUT == 0) is (side == "unseen") and any(tasks_of(env, state) for state in range(TRIED)):
            made += 1
            yield env


def small_world(name: str, dice: Dice, nouns: Sequence[str], words: Sequence[str]) -> EnvSpec:
    """One API, drawn, read and compiled; few rows with made-up names. Raises Dropped."""
    pool: dict[str, Tool] = {}
    for tool in read_openapi(document(draw_service(dice, nouns=nouns, values=words)), Place(Document(f"{name}.json", b"", lambda _: None))):
        if isinstance(tool, Dropped):
            raise tool
        pool[tool.name] = tool
    group = next(iter(pool.values())).source.group
    domain = Domain(name=name, tools=tuple(sorted(pool)), services=(group,), field="other", split="train" if name.startswith("train") else "heldout")
    env = build_env(domain, pool, {group: compile_tools(group, pool)}).env
    few = _few_rows(env, words)
    check_env(few)
    return few


def _few_rows(env: EnvSpec, words: Sequence[str]) -> EnvSpec:
    said = [list(words)]
    columns = dict(env.population["columns"])
    for place, recipe in columns.items():
        if place.endswith(".name"):
            columns[place] = {"words": said, "join": " ", "knowable": True}
        elif recipe.get("generated") and "id" in recipe:
            columns[place] = {**recipe, "words": said, "join": " "}
    rows = {table: list(ROWS) for table in env.population["rows"]}
    few = env.model_copy(update={"population": {**env.population, "rows": rows, "columns": columns}})
    files = env_files(few)
    return few.model_copy(update={"id": env_id(orjson.loads(files["env.json"]), files)})


def tasks_of(env: EnvSpec, seed: Seed) -> list[Task]:
    """Proven tasks in one state of a world."""
    return [t for t in make_tasks(env, seed=seed, tries=40).tasks if t.difficulty.shape in SHAPES]


def demonstrations(env: EnvSpec, count: int, *, seed: Seed = 0, most_states: int = 4000, players: Sequence[str] = ("gold",), funnel: bool = True, languages: Sequence[Language] = ("en",)) -> Iterator[Conversation]:
    """So many rollouts of these players, in turn, each in one of these languages, that the funnel kept (or all, without it), over as many states as it takes."""
    made = tried = 0
    tools = tool_list(env)
    for state in range(most_states):
        for task in tasks_of(env, seed + state):
            if made == count:
                return
            spoken = in_templates(task) if Dice("language", row_id(task)).choice(languages) == "zh" else task
            messages = _played(spoken or task, env, seed, players[tried % len(players)], funnel=funnel)
            tried += 1
            if messages is not None:
                made += 1
                yield Conversation(messages, tools, row_id(task))


def _played(task: Task, env: EnvSpec, seed: Seed, name: str, *, funnel: bool) -> list[JsonObject] | None:
    number = row_id(task)
    player = named_player(name, task, env, Dice(seed, name, number))
    if player is None:
        return None
    with World.open(env, seed=task.seed) as world:
        rollout = play_in(task, world, agent=player, number=number, seed=seed)
    try:
        if funnel:
            judge(task, rollout, number=number)
    except Dropped:
        return None
    return [openai_message(m) for m in rollout.messages]
