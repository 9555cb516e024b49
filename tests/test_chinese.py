"""Users who speak Chinese: what is read in their conversations, what the gate of their briefs lets through, and twins over a run. Replies of recorded_zh were written by hand to the prompts, as a careful model would."""

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from agentscaler import walk
from agentscaler.check import check
from agentscaler.chinese import counted, western
from agentscaler.dice import Dice
from agentscaler.errors import UserError
from agentscaler.folder import read_env
from agentscaler.grade import closing, grade, misses, says
from agentscaler.in_chinese import _MEANT as MEANT
from agentscaler.in_chinese import AS_SHOWN, bad_chinese, has_twin, in_chinese
from agentscaler.llm.model import ScriptedModel
from agentscaler.polish import Worded
from agentscaler.records import Answer, Brief, Call, Fact, Message, Task
from agentscaler.rollouts import named_player, play_in
from agentscaler.rollouts.lint import lint
from agentscaler.rollouts.models import ModelUser, WordedUser
from agentscaler.rollouts.user import SAYINGS, ScriptedUser
from agentscaler.store import Run, read_rows, row_id
from agentscaler.walk.asking import helper_of
from agentscaler.walk.tasks import in_zh
from agentscaler.words import MONTHS
from agentscaler.world import World
from conftest import BIKES, Command
from library_tasks import task_of
from model_server import ModelServer

RECORDED = Path(__file__).parent / "recorded_zh"
WORLD = "bikes-9a3ad43c6b78faed"

# ---- reading --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("于2026年5月12日建了3个volume", "于 12 May 2026 建了 3 个 volume"),
        ("二〇二六年十二月三十一日", " 31 December 2026 "),
        ("5月3号和2025年2月", " 3 May 和 February 2025 "),
        ("3个月，第2页", "3 个月，第 2 页"),
        ("共1.5万元，零下５度", "共 15000 元，-5 度"),
        ("No Chinese, 5月 aside", "No Chinese,  May  aside"),
        ("The 3rd of May", "The 3rd of May"),
        ("13月40日", "13 月 40 日"),
    ],
)
def test_figures_and_days(text: str, read: str) -> None:
    assert western(text) == read


def test_small_numbers_in_words_where_they_count() -> None:
    assert counted("共三个，其中两台、十二位，还有二十三条") == "共3个，其中2台、12位，还有23条"
    assert counted("第三个，只有一个，请再试一次，一下子，三思") == "第三个，只有1个，请再试一次，一下子，三思"


@pytest.mark.parametrize(
    ("text", "value", "kind", "said"),
    [
        ("目前共有5个订阅。", 5, "number", True),
        ("目前共有五个订阅。", 5, "number", True),
        ("目前共有15个订阅。", 5, "number", False),
        ("是第五个。", 5, "number", False),
        ("余额为1.2万元。", 12000, "number", True),
        ("余额为5万元。", 5, "number", False),
        ("余额是-3。", -3, "number", True),
        ("余额是-3。", 3, "number", False),
        ("它创建于2026年5月12日。", "2026-05-12T08:30:00Z", "time", True),
        ("它创建于5月12号上午。", "2026-05-12T08:30:00Z", "time", True),
        ("它创建于2025年5月12日。", "2026-05-12T08:30:00Z", "time", False),
        ("它创建于2026年12月5日。", "2026-05-12T08:30:00Z", "time", False),
        ("状态为ACTIVE。", "ACTIVE", "text", True),
        ("状态是in progress，请稍候。", "IN_PROGRESS", "text", True),
        ("状态为INACTIVE。", "ACTIVE", "text", False),
        ("状态为启用。", "ACTIVE", "text", False),
        ("站点叫北京东站，共两个。", "北京东站", "text", True),
        ("站点叫北京站。", "北京东站", "text", False),
        ("ID是vol-12的那个", "vol-12", "text", True),
        ("ID是vol-123的那个", "vol-12", "text", False),
        ("是的，已开启。", True, "boolean", True),
        ("没有开启。", True, "boolean", False),
        ("没有开启。", False, "boolean", True),
        ("没问题，是开启的。", True, "boolean", True),
        ("没问题，是开启的。", False, "boolean", False),
    ],
)
def test_what_a_chinese_answer_says(text: str, value: Any, kind: str, said: bool) -> None:
    assert says(text, value, kind)[0] == said


def test_a_rival_beside_the_answer_is_heard() -> None:
    seen = Message(role="tool", content='{"day": "2026-05-12", "other": "2026-05-13", "number": 5}')

    def why(text: str, value: Any, kind: Any, *rivals: Any) -> str | None:
        return misses(Answer(name="it", type=kind, value=value, step=0, rivals=rivals), [seen, Message(role="assistant", content=text)])

    assert why("是2026年5月12日。", "2026-05-12", "time", "2026-05-13") is None
    assert "beside" in str(why("是5月12日或5月13日。", "2026-05-12", "time", "2026-05-13"))
    assert "beside" in str(why("共5个或6个。", 5, "number", 6))
    assert "not said" in str(why("好的。", 5, "number"))


def test_answers_are_told_so_that_they_are_read() -> None:
    answers = [Answer(name="created", type="time", value="2026-05-12T08:30:00Z", step=0), Answer(name="public", type="boolean", value=False, step=0), Answer(name="count", type="number", value=7, step=0)]
    assert closing(answers, "zh") == "created 是 2026年5月12日。public 是 关闭。count 是 7。"
    assert all(says(closing([a], "zh"), a.value, a.type)[0] for a in answers)


# ---- a user ---------------------------------------------------------------------------------------------------------

FACTS = (
    Fact(text="请把名为“North”的书架改名。", about="wish"), Fact(text="新名字是“South”。", about="detail"), Fact(text="其他的请不要动。", about="limit"), Fact(text="另外，2026年5月12日借出的书有几本？", about="follow_up", part=1),
)  # fmt: skip
BRIEF = Brief(text="".join(f.text for f in FACTS), facts=FACTS, language="zh")


def test_scripted_user_answers_in_chinese() -> None:
    user = ScriptedUser(BRIEF, Dice("zh"))
    talk: list[Message] = []

    def hear(text: str) -> str:
        talk.append(Message(role="assistant", content=text))
        talk.append(user.play(talk, []))
        return talk[-1].content

    talk.append(user.play(talk, []))
    assert talk[0].content.endswith("请把名为“North”的书架改名。")
    assert "South" in hear("新名字叫什么？")
    assert hear("我查一下，请稍候。") == "好的。"
    assert re.match("好|可以|对|是|没错", hear("我准备把书架改名为“South”，可以吗？"))
    assert FACTS[2].text in "".join(m.content for m in talk)
    assert hear("已经改好了。") == FACTS[3].text
    assert hear("共3本。还有什么需要帮忙的吗？") == "###STOP###"
    assert not re.search("[a-z]{3}", "".join(m.content for m in talk if m.role == "user").replace("North", "").replace("South", ""))


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("你好，麻烦给名为“North”的书架换个名字。", None),
        ("你好，麻烦给名为“West”的书架换个名字。", "contradiction"),
        ("5月13日借出的书有几本？", "contradiction"),
        ("五月十二号借出的书有几本？", None),
        ("作为一个语言模型，我想改名。", "leak"),
        ("请调用rename_shelf。", "leak"),
    ],
)
def test_turns_in_chinese_are_linted(said: str, fault: str | None) -> None:
    task = task_of([], facts=FACTS).model_copy(update={"brief": BRIEF})
    found = lint(task, [Message(role="user", content=said)], ended=False, tools=["rename_shelf"])
    assert [f.name for f in found] == ([fault] if fault else [])


def test_a_user_who_leaves_too_early_is_found_in_chinese() -> None:
    task = task_of([], facts=FACTS[:2]).model_copy(update={"brief": BRIEF.model_copy(update={"facts": FACTS[:2]})})
    first = [Message(role="user", content=FACTS[0].text), Message(role="assistant", content="改好了。")]
    assert "never said" in lint(task, first, ended=True)[0].what
    both = [Message(role="user", content=FACTS[0].text + FACTS[1].text), Message(role="assistant", content="改好了。")]
    assert not lint(task, both, ended=True)
    asked = [both[0], Message(role="assistant", content="我准备改名，可以吗？")]
    assert "not done" in lint(task, asked, ended=True)[0].what


def test_models_as_users_are_told_to_speak_chinese() -> None:
    task = task_of([], facts=FACTS).model_copy(update={"brief": BRIEF})
    heard = ScriptedModel(["麻烦给名为“North”的书架改名。"])
    said = asyncio.run(ModelUser(heard, task, kind="terse").play([], []))
    assert said.content == "麻烦给名为“North”的书架改名。"
    assert "writes Chinese" in heard.heard[0][0].content
    english = ScriptedModel(["hi"])
    asyncio.run(ModelUser(english, task_of([]), kind="terse").play([], []))
    assert "Chinese" not in english.heard[0][0].content


@pytest.mark.parametrize(("line", "kept"), [("那就这么办，可以的。", True), ("不，先等等。", False), ("Yes, please.", False), ("行，顺便把“West”也改了。", False), ("嗯，好。", True)])
def test_worded_yes_stays_a_yes_in_chinese(line: str, kept: bool) -> None:
    task = task_of([], facts=FACTS).model_copy(update={"brief": BRIEF.model_copy(update={"facts": FACTS[:1]})})
    user = WordedUser(ScriptedModel([line, line]), ScriptedUser(task.brief, Dice(2)), task, kind="terse")
    talk = [Message(role="user", content=FACTS[0].text), Message(role="assistant", content="我准备改名，可以吗？")]
    said = asyncio.run(user.play(talk, [])).content
    assert (said == line) == kept
    assert kept or said in SAYINGS["zh"].yes


# ---- the gate -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Task], list[Task]]:
    """A folder with the world of the bikes, the tasks, and their twins, made again from the recording."""
    run = tmp_path_factory.mktemp("zh")
    shutil.copytree(RECORDED.parent / "recorded" / "envs" / WORLD, run / "envs" / WORLD)
    bodies = [{k: v for k, v in r.items() if k not in ("key", "id", "from", "format")} for r in read_rows(RECORDED / "tasks.jsonl")]
    found, facts = in_zh(Run(run), helper_of("worded-by-hand@http://127.0.0.1:8765/v1", offline=True, replies=str(RECORDED / "replies.jsonl")), bodies)
    assert facts["in Chinese with worded-by-hand"]["answers that held"] == len(bodies) == 16
    return run, [Task.model_validate(b) for b in bodies], [Task.model_validate(b) for b in found]


def test_wordings_by_hand_hold_for_all_shapes(twins: tuple[Path, list[Task], list[Task]]) -> None:
    _, plain, chinese = twins
    assert {t.difficulty.shape for t in chinese} == {"ask", "askwrite", "both", "compare", "count", "create", "each", "errand", "which", "write"}
    for one, other in zip(plain, chinese, strict=True):
        assert (other.original, other.split, other.env, other.seed, other.gold, other.change, other.answers) == (row_id(one), one.split, one.env, one.seed, one.gold, one.change, one.answers)
        assert (other.brief.language, other.plain, [f.about for f in other.brief.facts]) == ("zh", one.brief, [f.about for f in one.brief.facts])
        assert "language" not in one.model_dump(mode="json")["brief"]
    assert sorted(t.answers[0].value for t in chinese if AS_SHOWN in t.brief.text) == ["day", "year"]


CHANGES = [
    (r'"([^"]+)"', r'"\1 2"'), (r"(\d+)月", "11月"), (r"(\d{4})年", "2019年"), (r"\d{4} J", "17 J"), (r"删除|删掉", "查看"), (r"重命名|改名", "查看"), (r"不要", "要"), (r"之前", "之后"), (r"最早", "最近"), (r"最后", "最早"), (r"所有低优先级的维修单都", "低优先级的维修单"),
    (r"year|month", "按年"), (r"多少", "那些"), (r"^请", "请删除并新建"), (r"^.*$", "Please do it."), (r"^.*$", ""), (r"$", "顺便再订 3 辆。"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), CHANGES, ids=[f"{a} -> {b}" for a, b in CHANGES])
def test_what_loses_something_is_refused(twins: tuple[Path, list[Task], list[Task]], old: str, new: str) -> None:
    run, plain, chinese = twins
    env, tried = read_env(run / "envs" / WORLD), 0
    for task, twin in zip(plain, chinese, strict=True):
        said = [f.text.removesuffix(AS_SHOWN) for f in twin.brief.facts]
        assert bad_chinese(Worded(facts=said), task, env) is None
        for n, fact in enumerate(twin.brief.facts):
            changed = re.sub(old, new, said[n], count=1)
            if changed == said[n] or (fact.about == "reason" and len(new) > 4):
                continue
            if old == r"删除|删掉" and re.search("删除|删掉", changed):
                continue  # said twice
            tried += 1
            assert bad_chinese(Worded(facts=[*said[:n], changed, *said[n + 1 :]]), task, env), changed
    assert tried


def test_unquoted_values_and_codes_stay() -> None:
    env = read_env(RECORDED.parent / "recorded" / "envs" / WORLD)
    task = task_of([], facts=(Fact(text="In the project catalog-main, set its plan to year.", about="wish"),))
    task = task.model_copy(update={"gold": (Call(name="x", arguments={"parent": "projects/catalog-main/x", "plan": "year"}, result={}),)})
    assert bad_chinese(Worded(facts=["在项目 catalog-main 里，把它的套餐设为 year。"]), task, env) is None
    assert "'year'" in str(bad_chinese(Worded(facts=["在项目 catalog-main 里，把它的套餐设为年付。"]), task, env))
    assert "'catalog-main'" in str(bad_chinese(Worded(facts=["在主目录项目里，把它的套餐设为 year。"]), task, env))
    assert "give 1 sentences" in str(bad_chinese(Worded(facts=[]), task, env))


def test_gold_does_the_twins_in_chinese_and_mutations_fail(twins: tuple[Path, list[Task], list[Task]]) -> None:
    run, plain, chinese = twins
    env, wrong = read_env(run / "envs" / WORLD), 0
    for one, task in zip(plain, chinese, strict=True):
        with World.open(env, seed=task.seed) as world:
            for name in ("gold", "stumbling", "forgetting", "wrong", "hasty"):
                player = named_player(name, task, env, Dice(0, name, row_id(task)))
                if player is None:
                    continue
                rollout = play_in(task, world, agent=player)
                verdict = grade(task, rollout)
                as_before = named_player(name, one, env, Dice(0, name, row_id(task)))
                assert as_before is not None
                assert verdict.passed == grade(one, play_in(one, world, agent=as_before)).passed, (name, task.brief.text, verdict.reasons)
                assert verdict.passed or name not in ("gold", "stumbling")
                wrong += not verdict.passed
                spoken = [m.content for m in rollout.messages if m.role in ("user", "assistant") and m.content]
                assert all(re.search("[\u4e00-\u9fff]", text) for text in spoken), spoken
    assert wrong > 16


def test_what_has_no_twin() -> None:
    task = task_of([])
    assert has_twin(task)
    assert not has_twin(task.model_copy(update={"hands": ("restart",)}))
    assert not has_twin(task.model_copy(update={"brief": BRIEF}))
    pair = in_chinese(task.model_copy(update={"twin": "pair-1"}), Worded(facts=["请照说好的办。"]), "0" * 16)
    assert pair.twin == "pair-1-zh"


# ---- over a run -----------------------------------------------------------------------------------------------------


def in_some_chinese(body: dict[str, Any]) -> dict[str, Any]:
    """A stand-in for a model: the words that the gate looks for with the values between them. It shows how rows travel, and nothing of Chinese; an English wording never holds."""
    asked = body["messages"][1]["content"]
    lines = [line.partition(". ")[2] for line in asked.partition("\n")[2].partition("\n\n")[0].splitlines() if line]
    values = [v for v in re.findall(r"as they stand, in the same sentence: (.*)\.", asked)[0].split(", ") if v.isascii() and "(" not in v] if "in Chinese" in asked else []
    out = []
    for line in lines:
        bare = re.sub(r'"[^"]*"', " ", line)
        days = [f"{y}年{MONTHS.index(m) + 1}月{d}日" for d, m, y in re.findall(rf"(\d+) ({'|'.join(MONTHS)}) (\d{{4}})", line)]
        days += [f"{y}年{MONTHS.index(m) + 1}月" for m, y in re.findall(rf"(?<!\d )({'|'.join(MONTHS)}) (\d{{4}})", line)]
        words = [re.match(r"\w+", w)[0] for meant, w in MEANT if re.search(rf"\b(?:{meant})\b", bare.lower())]  # type: ignore[index]
        rest = [v for v in values if v in bare]
        out.append("请按这个办" + "、".join([*words, *re.findall(r'"[^"]*"', line), *days, *rest, *(n for n in re.findall(r"\d+(?: [A-Z]\w+)*", bare) if not days and not any(n in v for v in rest))]) + "。")
    return {"content": orjson.dumps({"facts": out if "in Chinese" in asked else []}).decode()}


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bikes as far as the tasks, with twins."""
    pytest.importorskip("openai")
    run, settings = Run(tmp_path_factory.mktemp("spoken") / "run"), walk.Settings()
    walk.tools(run, settings, files=[BIKES], with_pool=False)
    walk.domains(run, settings, one="bikes")
    walk.envs(run, settings)
    with ModelServer(in_some_chinese) as server:
        walk.tasks(run, settings, most=60, tries=400, model=f"m@{server.url}", language="zh")
    walk.rollouts(run, settings, agents=["gold", "solver"])
    walk.funnel(run, settings)
    return run.path


def test_twins_stand_beside_their_originals_on_one_side(spoken: Path) -> None:
    rows = {r["id"]: r for r in read_rows(spoken / "tasks.jsonl")}
    chinese = [r for r in rows.values() if r["brief"].get("language") == "zh"]
    assert len(chinese) >= 4
    for row in chinese:
        other = rows[row["original"]]
        assert (other["env"], other["split"], other["seed"], other["gold"]) == (row["env"], row["split"], row["seed"], row["gold"])
    assert not list(check(spoken))


def test_twin_of_another_task_is_found(spoken: Path, tmp_path: Path) -> None:
    rows = [orjson.loads(line) for line in (spoken / "tasks.jsonl").read_bytes().splitlines()]
    twin = next(r for r in rows if "original" in r)
    wrong = next(r["id"] for r in rows if "original" not in r and r["id"] != twin["original"])
    shutil.copytree(spoken, tmp_path / "run")
    (tmp_path / "run" / "tasks.jsonl").write_bytes((spoken / "tasks.jsonl").read_bytes().replace(twin["original"].encode(), wrong.encode()))
    assert (twin["id"], "original") in [(f.row, f.field) for f in check(tmp_path / "run")]


def test_english_rows_are_those_without_twins(spoken: Path, bikes: Path, tmp_path: Path) -> None:
    for name in ("tools", "domains", "envs"):
        shutil.copy(spoken / f"{name}.jsonl", tmp_path / f"{name}.jsonl")
    shutil.copytree(spoken / "envs", tmp_path / "envs")
    walk.tasks(Run(tmp_path), walk.Settings(), most=60, tries=400)
    english = [line for line in (spoken / "tasks.jsonl").read_bytes().splitlines() if b'"language"' not in line]
    assert english == (tmp_path / "tasks.jsonl").read_bytes().splitlines()


def test_scores_stand_apart_for_each_language(spoken: Path) -> None:
    table = Run(spoken).manifest()["rollouts"]["facts"]["success"][0]
    assert table["gold"] == table["gold, zh"] == "1.000"
    assert float(table["solver, zh"]) < float(table["solver"])


def test_training_rows_of_one_language(spoken: Path, tmp_path: Path, command: Command) -> None:
    shutil.copytree(spoken, tmp_path / "run")
    sizes = {}
    for language in ("", "en", "zh"):
        walk.sft(Run(tmp_path / "run"), walk.Settings(fresh=True), allow_scripted=True, language=language)
        rows = [r for name in ("phase1", "heldout") for r in read_rows(tmp_path / "run" / "sft" / f"{name}.jsonl")]
        sizes[language] = len(rows)
        first = [next(m["content"] for m in r["messages"] if m["role"] == "user") for r in rows]
        if language:
            assert {bool(re.search("[\u4e00-\u9fff]", text)) for text in first} == {language == "zh"}
            assert f"\nlanguage: {language}\n" in (tmp_path / "run" / "sft" / "README.md").read_text()
    assert sizes[""] == sizes["en"] + sizes["zh"]
    assert sizes["zh"] > 2
    done = command("sft", "--run", tmp_path / "run", "--language", "fr")
    assert (done.code, "give 'en' or 'zh'" in done.err) == (2, True)


def test_twins_need_a_model(spoken: Path) -> None:
    with pytest.raises(UserError, match="--model NAME"):
        walk.tasks(Run(spoken), walk.Settings(), language="zh")
