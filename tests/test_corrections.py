"""domains.toml: a person's corrections on top of what was found."""

import shutil
from pathlib import Path

import pytest

from agentscaler import walk
from agentscaler.check import check
from agentscaler.corrections import correct, read_corrections
from agentscaler.domains import find_domains
from agentscaler.errors import UserError
from agentscaler.records import Domain
from agentscaler.store import Run, read_rows
from conftest import Command
from pools import graph, pool


def found() -> list[Domain]:
    return find_domains(pool(64), graph(), heldout=0.1).domains


def by_name(domains: list[Domain]) -> dict[str, Domain]:
    return {d.name: d for d in domains}


def train(count: int) -> list[Domain]:
    return [d for d in found() if d.split == "train"][:count]


def spoken(number: str) -> str:
    return f"{pool(64)[number].source.group}/{pool(64)[number].source.operation}"


def test_nothing_to_correct() -> None:
    assert correct(found(), pool(64), {}) == found()


def test_each_kind_does_what_it_says_and_leaves_the_others_alone() -> None:
    one, two, three, four, five = train(5)
    moved, parted = one.tools[0], three.tools[:3]
    after = by_name(
        correct(
            found(),
            pool(64),
            {
                "move": [{"tools": [spoken(moved)], "to": two.name}],
                "split": [{"domain": three.name, "tools": [spoken(i) for i in parted], "name": "parted"}],
                "merge": [{"domains": [four.name, five.name], "name": "joined"}],
                "rename": [{"domain": two.name, "name": "renamed"}],
            },
        )
    )
    assert after[one.name].tools == one.tools[1:]
    assert after["renamed"].tools == tuple(sorted((*two.tools, moved)))
    assert after["renamed"].services[0] == two.services[0]
    assert set(after["renamed"].services) == {*two.services, pool(64)[moved].source.group}
    assert after["parted"].tools == parted
    assert after[three.name].tools == three.tools[3:]
    assert after["joined"].tools == tuple(sorted((*four.tools, *five.tools)))
    assert not {two.name, four.name, five.name} & set(after)
    rest = [d for d in found() if d not in (one, two, three, four, five)]
    assert all(after[d.name] == d for d in rest)
    assert sorted(i for d in after.values() for i in d.tools) == sorted(i for d in found() for i in d.tools)


def test_a_domain_that_gives_all_its_tools_away_is_gone() -> None:
    one, two = train(2)
    after = by_name(correct(found(), pool(64), {"move": [{"tools": list(map(spoken, one.tools)), "to": two.name}]}))
    assert one.name not in after
    assert set(after[two.name].tools) == {*one.tools, *two.tools}


def test_a_merge_may_keep_a_name_of_its_own() -> None:
    one, two = train(2)
    for told, name in (({}, one.name), ({"name": two.name}, two.name)):
        after = by_name(correct(found(), pool(64), {"merge": [{"domains": [one.name, two.name], **told}]}))
        assert set(after[name].tools) == {*one.tools, *two.tools}


@pytest.mark.parametrize(
    ("kind", "entry", "says"),
    [
        ("rename", {"domain": "ONEx", "name": "x"}, "there is no domain 'ONEx'; the nearest are ONE"),
        ("rename", {"domain": "ONE", "name": "TWO"}, "there is a domain 'TWO' already"),
        ("rename", {"domain": "ONE", "name": "Not a name"}, "'Not a name' is no name of a domain"),
        ("move", {"tools": ["aws:apple/GetAppel"], "to": "ONE"}, "there is no tool 'aws:apple/GetAppel'; the nearest are aws:apple/GetApple"),
        ("split", {"domain": "ONE", "tools": ["TOOL OF TWO"], "name": "x"}, "is not in the domain 'ONE'; it is in 'TWO'"),
        ("merge", {"domains": ["ONE", "ONE"]}, "needs two domains"),
        ("merge", {"domains": ["ONE", "HELD"]}, "stand on different sides"),
        ("move", {"tools": ["TOOL OF TWO"], "to": "HELD"}, "stands on the train side"),
        ("merge", {"domains": ["ALL"]}, "at most 60"),
    ],
)
def test_what_cannot_be_done_is_said(kind: str, entry: dict[str, object], says: str) -> None:
    one, two = train(2)
    held = next(d for d in found() if d.split == "heldout")
    words = {"ONE": one.name, "TWO": two.name, "HELD": held.name, "TOOL OF TWO": spoken(two.tools[0])}

    def put(text: str) -> str:
        for word in sorted(words, key=len, reverse=True):
            text = text.replace(word, words[word])
        return text

    filled = {k: put(v) if isinstance(v, str) else [put(x) for x in v] for k, v in entry.items()}  # type: ignore[attr-defined]
    if entry.get("domains") == ["ALL"]:
        filled = {"domains": [d.name for d in train(30)]}
    with pytest.raises(UserError) as error:
        correct(found(), pool(64), {kind: [filled]})
    assert put(says) in str(error.value)
    assert str(error.value).startswith(f"domains.toml: [[{kind}]] 1: ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[merge]\n", "is no TOML"),
        ("[[join]]\ndomains = ['a']\n", "[[join]] is no correction; there are move, split, merge, rename"),
        ("[merge]\ndomains = ['a', 'b']\n", "with two brackets"),
        ("[[rename]]\ndomain = 'a'\n", "[[rename]] 1: name is None; give a name"),
        ("[[move]]\ntools = 'a'\nto = 'b'\n", "[[move]] 1: tools is 'a'; give a list of names"),
        ("[[rename]]\ndomain = 'a'\nname = 'b'\nnew = 'c'\n", "new is no field of it; there are domain, name"),
    ],
)
def test_a_file_that_is_wrong_is_said(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "domains.toml").write_text(text)
    with pytest.raises(UserError) as error:
        read_corrections(tmp_path)
    assert says in str(error.value)


# ---- over a run folder --------------------------------------------------------------------------------------------


def test_corrections_survive_a_new_run_and_check_proves_them(bikes: Path, tmp_path: Path, command: Command) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("tools.jsonl", "tools.dropped.jsonl", "manifest.jsonl"):
        shutil.copy(bikes / name, folder / name)
    lines = (folder / "manifest.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "manifest.jsonl").write_bytes(lines[0])
    operations = [str(t["source"]["operation"]) for t in read_rows(folder / "tools.jsonl")]
    (folder / "domains.toml").write_text(f'[[split]]\ndomain = "bikes"\nname = "some"\ntools = {operations[:8]}\n')
    run = Run(folder)
    for fresh in (False, True):
        walk.domains(run, walk.Settings(fresh=fresh), one="bikes")
        assert {str(r["name"]): len(r["tools"]) for r in read_rows(folder / "domains.jsonl")} == {"bikes": 15, "some": 8}
    assert run.manifest()["domains"]["facts"]["corrections"] == {"split": 1}
    assert not list(check(folder))
    (folder / "domains.toml").write_text('[[rename]]\ndomain = "bikes"\nname = "rental"\n')
    ended = command("domains", "--run", folder, "--one", "bikes")
    assert ended.code == 2
    assert "--fresh" in ended.err, "other corrections are other arguments"
