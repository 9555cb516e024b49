"""The proof of learning, in parts: two sides that share nothing, episodes played together by the one judge, figures that are what was played."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agentscaler.chinese import has_han
from agentscaler.dice import Dice
from agentscaler.envs.same import shape_of
from agentscaler.episode import tool_list
from agentscaler.errors import UserError
from agentscaler.grade import grade
from agentscaler.in_chinese import bad_chinese
from agentscaler.learn import studies
from agentscaler.learn.apis import document, draw_service, made_up_words
from agentscaler.learn.chinese import in_templates
from agentscaler.learn.curve import NEW_STATE, Job, Plan, _other, known, learn, points, shared_out, table, write_page
from agentscaler.learn.play import Played, View, altered, play_all, read_message, renamed, turned
from agentscaler.learn.practice import Practice, batches, share_of_rate
from agentscaler.learn.worlds import ROWS, SHAPES, Split, demonstrations, draw_worlds, tasks_of
from agentscaler.polish import Worded
from agentscaler.records import Brief, EnvSpec, Fact, JsonObject, Message
from agentscaler.rollouts import named_player, play_in
from agentscaler.train.masks import Row
from agentscaler.words import plural, singular
from agentscaler.world import World


@pytest.fixture(scope="module")
def split() -> Split:
    return draw_worlds(6, 4)


# ---- worlds ---------------------------------------------------------------------------------------------------------------


def words_of(env: EnvSpec) -> set[str]:
    """Nouns and attributes of a world."""
    assert env.model is not None
    return {t.name for t in env.model.tables} | {c.phrase.split()[0] for t in env.model.tables for c in t.columns if " " in c.phrase}


def test_two_sides_share_no_noun_no_service_and_no_schema_graph(split: Split) -> None:
    one, two = ({shape_of(e.model) for e in side if e.model} for side in split)
    assert not one & two
    assert not {s for e in split.train for s in e.services} & {s for e in split.unseen for s in e.services}
    assert not {w for e in split.train for w in words_of(e)} & {w for e in split.unseen for w in words_of(e)}
    assert {e.split for e in split.unseen} == {"heldout"}


def test_first_worlds_are_the_same_however_many_are_drawn(split: Split) -> None:
    assert [e.id for e in draw_worlds(2, 0).train] == [e.id for e in split.train[:2]]
    assert draw_worlds(1, 0, seed=1).train[0].id != split.train[0].id


def test_made_up_words_are_regular_and_always_the_same() -> None:
    words = made_up_words()
    assert len(set(words)) == 400
    assert words[:3] == made_up_words()[:3]
    assert all(len(w) == 4 and singular(plural(w)) == w for w in words)


def test_a_document_is_the_same_for_the_same_dice() -> None:
    words = made_up_words()
    assert document(draw_service(Dice("a"), nouns=words, values=words)) == document(draw_service(Dice("a"), nouns=words, values=words))


def test_worlds_are_small_and_their_ids_are_words(split: Split) -> None:
    words = {w.lower() for w in made_up_words()}
    for env in split.train:
        assert env.model is not None
        with World.open(env, seed=3) as world:
            for info in env.model.tables:
                rows = world.rows(info.name)
                assert ROWS[0] <= len(rows) <= ROWS[1]
                assert {str(r[info.key[0]]).lower() for r in rows} <= words
                assert {str(r["name"]).lower() for r in rows} <= words


def test_demonstrations_end_well_and_are_no_two_the_same(split: Split) -> None:
    found = list(demonstrations(split.train[0], 30))
    assert len({c.task for c in found}) == len(found) == 30
    assert all(c.messages[0]["role"] == "system" and c.messages[-1]["role"] == "assistant" for c in found)
    assert {t.difficulty.shape for t in tasks_of(split.train[0], 0)} <= set(SHAPES)


@pytest.mark.parametrize("worlds", [1, 3, 4])
def test_every_point_has_as_many_demonstrations(worlds: int) -> None:
    found = list(shared_out(worlds, 0, Plan(conversations=10)))
    assert len(found) == 10
    assert len({str(c.tools) for c in found}) == worlds


# ---- play -----------------------------------------------------------------------------------------------------------------


def test_all_episodes_are_played_to_their_end_and_judged(split: Split) -> None:
    """One that says "Done." passes nothing; one that plays gold, in the same batches, passes all."""
    items = [(task, env) for env in split.unseen for task in tasks_of(env, 9)[:3]]
    idle = play_all(items, lambda views: [Message(role="assistant", content="Done.")] * len(views))
    assert [p.task for p in idle] == [t for t, _ in items]
    assert not any(p.passed for p in idle)
    assert all(p.passed for p in play_all(items, Golden(items)))


def test_the_scripted_solver_finds_things_by_their_name(split: Split) -> None:
    for env in (*split.unseen, *split.train):
        for task in tasks_of(env, 9):
            assert grade(task, _other("solver", task, env, World.open(env, seed=task.seed))).passed, task.brief.opening


class Golden:
    """Gold for many at once: knows the tasks by their first message of the user."""

    def __init__(self, items: Sequence[Any]) -> None:
        from agentscaler.rollouts import named_player

        self._players = [named_player("gold", task, env, Dice(0, number)) for number, (task, env) in enumerate(items)]
        self._waiting: list[int] | None = None
        self._tools = [env.tools for _, env in items]
        self._seen: dict[int, int] = {}
        self._order: list[str] = []

    def __call__(self, views: Sequence[View]) -> list[Message]:
        if not self._order:
            self._order = [str((v.messages[0], v.messages[1])) for v in views]
            assert len(set(self._order)) == len(views)
        out = []
        for view in views:
            player = self._players[self._order.index(str((view.messages[0], view.messages[1])))]
            assert player is not None
            out.append(player.play([Message(role=m["role"], content=m["content"], call_id=m.get("tool_call_id"), name=m.get("name")) for m in view.messages], view.tools))
        return out


def test_what_is_spoilt_is_the_view_and_not_the_world(split: Split) -> None:
    items = [(next(t for state in range(9, 20) for t in tasks_of(env, state)), env) for env in split.unseen]
    shown: list[list[JsonObject]] = []

    def look(views: Sequence[View]) -> list[Message]:
        shown.extend(v.tools for v in views)
        return [Message(role="assistant", content="Done.")] * len(views)

    play_all(items, look)
    right = shown[: len(items)]
    shown.clear()
    play_all(items, look, spoil="tools")
    assert all(r != s for r, s in zip(right, shown, strict=False))
    assert sorted(map(str, right)) == sorted(map(str, shown[: len(items)]))


def test_altered_answers_keep_names_and_change_the_rest() -> None:
    first, second = made_up_words()[:2]
    data = {"foros": [{"foro_id": first, "name": first, "n": 1, "on": True}], "name": first}
    assert altered(data) == {"foros": [{"foro_id": second, "name": first, "n": 2, "on": True}], "name": first}
    assert altered({"status": "closed"}) == {"status": "closed"}
    assert all(altered(w) in set(made_up_words()) - {w} for w in made_up_words())


def test_altered_answers_hide_what_must_be_looked_up(split: Split) -> None:
    """Gold, which does not read, passes; whoever reads never sees the ids that he needs."""
    items = [(task, env) for env in (*split.unseen, *split.train) for task in tasks_of(env, 9)[:3] if task.change and len(task.gold) > 1]
    shown: dict[str, str] = {}
    players = Golden(items)

    def look(views: Sequence[View]) -> list[Message]:
        shown.update((str((v.messages[0], v.messages[1])), " ".join(str(m["content"]) for m in v.messages)) for v in views)
        return players(views)

    assert all(p.passed for p in play_all(items, look, spoil="answers"))
    needed = [next(str(v) for k, v in task.gold[-1].arguments.items() if k.endswith("_id")) for task, _ in items]
    assert len(needed) > 4
    assert not [n for n, text in zip(needed, shown.values(), strict=True) if f'_id":"{n}"' in text.split('"error"')[0]]


@pytest.mark.parametrize(
    ("text", "content", "calls"),
    [
        ("All done.", "All done.", []),
        ('<tool_call>{"name": "getForo", "arguments": {"foroId": "a"}}</tool_call>', "", [("getForo", {"foroId": "a"})]),
        ('Look.<tool_call>{"name":"a","arguments":{}}</tool_call><tool_call>\n{"name":"b","arguments":{}}\n</tool_call>', "Look.", [("a", {}), ("b", {})]),
        ('<tool_call>{"name": "a", "argu', '<tool_call>{"name": "a", "argu', []),
        ('<tool_call>{"name": "a"}</tool_call>', '<tool_call>{"name": "a"}</tool_call>', []),
        ('<tool_call>{"name": 4, "arguments": {}}</tool_call>', '<tool_call>{"name": 4, "arguments": {}}</tool_call>', []),
        ("<tool_call>[]</tool_call>", "<tool_call>[]</tool_call>", []),
    ],
)
def test_what_a_model_wrote_is_read_as_a_message(text: str, content: str, calls: list[Any]) -> None:
    found = read_message(text, at=3)
    assert (found.content, [(c.name, c.arguments) for c in found.calls]) == (content, calls)


# ---- practice ---------------------------------------------------------------------------------------------------------------


def test_every_step_reads_about_as_many_tokens_and_rows_come_round() -> None:
    rows = [Row([1] * n, [1] * n, (2,)) for n in range(50, 150)]
    practice = Practice(steps=40, tokens=1000)
    found = list(batches(rows, practice, 0))
    assert len(found) == 40
    sizes = [sum(len(r.input_ids) for r in b) for b in found]
    assert max(sizes) <= 1000
    assert sum(sizes) > 0.8 * 40_000
    assert {len(r.input_ids) for b in found for r in b} == set(range(50, 150))
    assert found == list(batches(rows, practice, 0))


def test_few_known_worlds_are_played_in_many_new_states() -> None:
    plan = Plan(unseen=4, tasks=2)
    for worlds, each in ((1, 8), (2, 4), (6, 2)):
        tasks = known(Job(worlds, 0), plan)
        found = Counter(task.env for task, _ in tasks)
        assert set(found) <= {e.id for e in draw_worlds(min(worlds, 4), 0).train}
        assert set(found.values()) == {each}
        assert min(task.seed for task, _ in tasks) >= NEW_STATE


def test_rate_rises_stays_and_falls() -> None:
    practice = Practice(steps=300, rise=30)
    shares = [share_of_rate(step, practice) for step in range(1, 301)]
    assert (shares[0], shares[29], shares[199]) == (pytest.approx(1 / 30), 1.0, 1.0)
    assert shares[-1] == pytest.approx(0.1)
    assert all(a >= b for a, b in pairwise(shares[29:]))


# ---- figures ------------------------------------------------------------------------------------------------------------------

LINES: list[JsonObject] = [
    {"player": "gold", "worlds": 0, "seed": 0, "unseen": {"w1": [5, 5], "w2": [5, 5]}},
    {"player": "model", "worlds": 0, "seed": 0, "unseen": {"w1": [0, 5], "w2": [0, 5]}},
    {"player": "model", "worlds": 8, "seed": 0, "unseen": {"w1": [2, 5], "w2": [4, 5]}, "known": {"k": [5, 5]}},
    {"player": "model", "worlds": 8, "seed": 1, "unseen": {"w1": [3, 5], "w2": [3, 5]}, "known": {"k": [4, 5]}},
    {"player": "model", "worlds": 1, "seed": 0, "unseen": {"w1": [1, 5], "w2": [0, 5]}, "spoilt": {"tools": {"w1": [0, 5]}}},
]


def test_points_are_means_over_seeds_with_intervals() -> None:
    found = {p.name: p for p in points(LINES)}
    assert list(found) == ["gold", "warm-up only", "1 world", "8 worlds"]
    assert found["8 worlds"][:4] == ("8 worlds", 2, 10, pytest.approx(0.6))
    assert found["8 worlds"].seeds == (0.6, 0.6)
    assert 0.4 <= found["8 worlds"].low < 0.6 < found["8 worlds"].high <= 0.8
    assert (found["gold"].low, found["gold"].high) == (1.0, 1.0)
    assert [(p.name, p.share) for p in points(LINES, kind="known")] == [("8 worlds", 0.9)]
    assert [(p.name, p.share) for p in points(LINES, kind="tools")] == [("1 world", 0.0)]


def test_table_and_page_show_every_point(tmp_path: Path) -> None:
    text = table(LINES)
    assert "8 worlds                 60.0%" in text
    assert "1 world, shown the tools of another world: 0.0%" in text
    write_page(LINES, Plan(), tmp_path / "learning.html")
    page = (tmp_path / "learning.html").read_text()
    assert page.count("<circle") == 3, "two of the curve, one hollow"
    assert "<td>8 worlds</td><td>60.0%</td>" in page
    assert "http" not in page


# ---- one thing at a time ----------------------------------------------------------------------------------------------------


def test_names_that_went_round_are_called_back(split: Split) -> None:
    """Who finds a tool by what it says of itself does as well as ever; who goes by its name calls another."""
    items = [(task, env) for env in split.unseen for task in tasks_of(env, 9)[:3]]
    true = {t["function"]["description"]: t["function"]["name"] for _, env in items for t in tool_list(env)}
    gold = Golden(items)

    def by_description(views: Sequence[View]) -> list[Message]:
        out = []
        for view, message in zip(views, gold(views), strict=True):
            shown = {true[t["function"]["description"]]: t["function"]["name"] for t in view.tools}
            out.append(message.model_copy(update={"calls": tuple(c.model_copy(update={"name": shown[c.name]}) for c in message.calls)}))
        return out

    assert all(p.passed for p in play_all(items, by_description, spoil="names"))
    assert not any(p.passed for p in play_all(items, Golden(items), spoil="names"))


def test_renamed_view_holds_no_true_name_in_its_place(split: Split) -> None:
    env = next(e for e in split.unseen if len(e.tools) > 2)
    tools = tool_list(env)
    call = {"id": "c", "type": "function", "function": {"name": tools[0]["function"]["name"], "arguments": {}}}
    view = renamed(View([{"role": "assistant", "content": "", "tool_calls": [call]}], tools), turned(tools))
    assert [t["function"]["name"] for t in view.tools] == [t["function"]["name"] for t in [*tools[1:], tools[0]]]
    assert view.messages[0]["tool_calls"][0]["function"]["name"] == tools[1]["function"]["name"]
    assert [t["function"]["description"] for t in view.tools] == [t["function"]["description"] for t in tools]


def test_without_the_funnel_flawed_rollouts_come_through(split: Split) -> None:
    env = split.train[0]
    assert list(demonstrations(env, 6, most_states=6, players=studies.FLAWED)) == []
    assert len(list(demonstrations(env, 6, most_states=60, players=studies.FLAWED, funnel=False))) == 6


def test_demonstrations_with_a_failed_call_hold_one(split: Split) -> None:
    some = [c for env in split.train for c in demonstrations(env, 3, most_states=10, players=("stumbling",))]
    assert some
    assert all(any(m["role"] == "tool" and '"error"' in m["content"] for m in c.messages) for c in some)


def test_services_of_a_vertical_are_about_the_same_few_things() -> None:
    narrow = draw_worlds(6, 4, nouns=14)
    words = made_up_words()[:14]
    for env in (*narrow.train, *narrow.unseen):
        assert any(w in table for table in env.population["rows"] for w in words)
    assert not {shape_of(e.model) for e in narrow.train if e.model} & {shape_of(e.model) for e in narrow.unseen if e.model}


def test_tasks_said_in_chinese_are_the_same_tasks(split: Split) -> None:
    twins = [(task, twin, env) for env in split.unseen for state in range(3) for task in tasks_of(env, state) if (twin := in_templates(task)) is not None]
    assert len(twins) == sum(len(tasks_of(env, state)) for env in split.unseen for state in range(3)) > 10
    for task, twin, env in twins:
        assert bad_chinese(Worded(facts=[f.text for f in twin.brief.facts]), task, env) is None
        assert (twin.gold, twin.answers, twin.change, twin.seed) == (task.gold, task.answers, task.change, task.seed)
        with World.open(env, seed=twin.seed) as world:
            gold = named_player("gold", twin, env, Dice("zh"))
            assert gold is not None
            assert grade(twin, play_in(twin, world, agent=gold)).passed
    strange = twins[0][0].model_copy(update={"brief": Brief(text="", facts=(Fact(text='Sing for the taro called "misu".', about="detail"), Fact(text="Sing.", about="wish")))})
    assert in_templates(strange) is None


def test_the_same_demonstrations_in_one_language_and_in_two(split: Split) -> None:
    [env] = split.train[:1]
    english, both = (list(demonstrations(env, 30, languages=languages)) for languages in (("en",), ("en", "zh")))
    chinese = [has_han(c.messages[1]["content"]) for c in both]
    assert [has_han(c.messages[1]["content"]) for c in english] == [False] * 30
    assert 8 < sum(chinese) < 22
    calls = [[[t["function"] for m in c.messages for t in m.get("tool_calls") or ()] for c in some] for some in (english, both)]
    assert calls[0] == calls[1]


def test_pass_k_counts_ways_to_take_k_trials_that_all_passed(split: Split) -> None:
    task = tasks_of(split.train[0], 0)[0]
    trials = [[Played(task, None, p) for p in row] for row in ((True, True), (True, False), (True, False), (False, False))]  # type: ignore[arg-type]
    assert [studies.passed_every(trials, k) for k in (1, 2, 3, 4)] == [(4, 8), (3, 12), (1, 8), (0, 2)]


STUDIED = [
    {"study": "funnel", "variant": "right rollouts only", "seed": 0, "scores": {"unseen": [60, 100], "state": [30, 50]}},
    {"study": "funnel", "variant": "right rollouts only", "seed": 1, "scores": {"unseen": [80, 100]}},
    {
        "study": "reinforcement", "variant": "after imitation", "seed": 0, "scores": {"before": [50, 100], "unseen": [61, 100]}, "rewards": [0.1, 0.5],
        "worlds": {"before": {"w1": [20, 50], "w2": [30, 50]}, "after": {"w1": [31, 50], "w2": [30, 50]}},
    },
]  # fmt: skip


def test_findings_put_seeds_together_and_tell_rewards(tmp_path: Path) -> None:
    [funnel, rewarded] = studies.findings(STUDIED)
    assert (funnel.seeds, funnel.scores) == (2, {"unseen": (140, 200), "state": (30, 50)})
    assert studies.in_words(funnel) == ["funnel", "right rollouts only", "2", "unseen 140/200", "63% - 76%", "state 30/50"]
    assert "reward 0.10 in the first 1 updates, 0.50 in the last; gain +11% (+0% to +22%, worlds drawn again)" in studies.in_words(rewarded)[-1]
    assert "funnel" in studies.table(STUDIED)
    write_page(LINES, Plan(), tmp_path / "learning.html", studies=[studies.in_words(f) for f in (funnel, rewarded)])
    assert "<td>unseen 140/200</td>" in (tmp_path / "learning.html").read_text()


def test_gain_is_paired_by_world_and_no_more_certain_than_worlds_agree() -> None:
    before = {f"w{n}": [n % 4, 4] for n in range(40)}
    same = studies.gained([{"before": before, "after": before}])
    assert same == (0, 0, 0)
    alike = studies.gained([{"before": before, "after": {w: [p + 1, n] for w, (p, n) in before.items()}}])
    assert alike == (0.25, 0.25, 0.25)
    to_and_fro = studies.gained([{"before": before, "after": {w: [p + (1 if at % 2 else -1), n] for at, (w, (p, n)) in enumerate(before.items())}}])
    assert to_and_fro.share == 0
    assert -0.15 < to_and_fro.low < -0.04 < 0.04 < to_and_fro.high < 0.15
    one_seed_of_two = studies.gained([{"before": before, "after": before}, {"before": before, "after": {w: [p + 1, n] for w, (p, n) in before.items()}}])
    assert one_seed_of_two == (0.125, 0, 0.25)


# ---- with torch -----------------------------------------------------------------------------------------------------------------


def test_recall_has_loss_on_values_that_were_told() -> None:
    torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
    from agentscaler.learn.tiny import recall

    ids, labels = recall(torch.Generator().manual_seed(0), (4, 2, 8), vocabulary=300, tokens=100)
    for row, marks in zip(ids.tolist(), labels.tolist(), strict=True):
        told = {row[i]: row[i + 1 : i + 3] for i in range(0, 12, 3)}
        asked = row[-12:]
        assert {asked[i]: asked[i + 1 : i + 3] for i in range(0, 12, 3)} == told
        assert marks[-12:] == [x if i % 3 else -100 for i, x in enumerate(asked)]
        assert set(marks[:-12]) <= {-100}


@pytest.mark.filterwarnings("ignore")
def test_a_small_run_writes_its_lines_and_goes_on_where_it_was(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="the extra `train` is not installed")
    from agentscaler.learn.tiny import Size

    plan = Plan(worlds=(1, 2), seeds=1, conversations=16, unseen=2, tasks=2, size=Size(64, 1, 1500), practice=Practice(20, 1500), warm_steps=5, workers=1)
    said: list[str] = []
    lines = learn(plan, tmp_path, say=said.append)
    assert [(r["player"], r["worlds"]) for r in lines] == [("gold", 0), ("solver", 0), ("random calls", 0), ("do-nothing", 0), ("model", 0), ("model", 2), ("model", 1)]
    assert {p.name: p.share for p in points(lines)}["gold"] == 1.0
    assert lines[4]["warm"]["solved"] is False
    assert "warm-up NOT solved after 5 steps" in said[1]
    two, one = lines[5:]
    assert two["learnt"]["losses"][-1] < two["learnt"]["losses"][0]
    assert abs(one["learnt"]["tokens"] - two["learnt"]["tokens"]) < 0.25 * one["learnt"]["tokens"]
    assert set(two["spoilt"]) == {"tools", "answers"}
    said.clear()
    assert learn(plan, tmp_path, say=said.append) == lines
    assert said == []
    depth = studies.Depth(1, 2, 3, 1, 8)
    found = studies.study(plan, tmp_path, depth=depth, only=("states", "phases", "chance", "language", "reinforcement"), say=said.append)
    assert [(r["study"], r["variant"]) for r in found] == [c for c in studies.CASES if c[0] not in ("funnel", "reading")]
    assert len(found[-1]["rewards"]) == 1
    assert len(said) == len(found)
    assert studies.study(plan, tmp_path, depth=depth, only=("states",), say=said.append) == found, "nothing is done twice"
    assert len(said) == len(found)


def test_study_without_the_models_of_the_curve_says_how_to_get_them(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="the extra `train` is not installed")
    with pytest.raises(UserError, match=r"warm-0 is not there: `agentscaler learn"):
        studies.study(Plan(), tmp_path)
    with pytest.raises(UserError, match="study 'curve' is none of states, funnel"):
        studies.study(Plan(), tmp_path, only=("curve",))
