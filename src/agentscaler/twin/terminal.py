"""A person in a world: a line, an answer, what it changed. With a terminal: completion, history, colours; without: a line a call, so that it can be scripted.

A word that is both a tool and a command is the tool; `.word` is always the command.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import orjson
from rich.console import Console
from rich.text import Text as Styled

from agentscaler.contained import Contained
from agentscaler.errors import UserError
from agentscaler.records import EnvTool
from agentscaler.twin.line import NoCall, endings, read_line
from agentscaler.twin.steps import Change, Visit
from agentscaler.world import World

COMMANDS: Final = {
    "help": "help, or help TOOL: what a tool does, takes and answers",
    "tools": "tools, or tools WORD: the tools, or those that have the word in name or description",
    "tables": "tables: what tables there are and how many rows they hold",
    "rows": "rows TABLE: its rows",
    "diff": "diff: what all calls together have changed",
    "undo": "undo: take back the last call",
    "reset": "reset: back to the first state",
    "quit": "quit: leave; so does the end of the input",
}
COLOURS: Final = {"+": "green", "-": "red", "~": "yellow"}
SHOWN: Final = 50
"""Rows that `rows` prints."""


class Terminal:
    """What a person sees and can say."""

    def __init__(self, world: World, console: Console, *, as_json: bool = False) -> None:
        self.visit, self.console, self.as_json = Visit(world), console, as_json
        self.tools: Mapping[str, EnvTool] = {t.name: t for t in world.loaded.env.tools}

    @property
    def world(self) -> World:
        return self.visit.world

    def greet(self) -> None:
        env, tables = self.world.loaded.env, self.world.dump()
        self._say(f"{env.domain}: {len(tables)} tables with {sum(map(len, tables.values()))} rows, {len(env.tools)} tools (seed {self.world.seed})", "bold")
        if isinstance(self.world, Contained):
            self._say(f"{self.world.why}, but contained in one of its own", "dim")
        if env.not_modelled:
            self._say("not modelled: " + "; ".join(env.not_modelled), "dim")
        self._say("a call: TOOL name=value ...   Tab completes   also: " + ", ".join(COMMANDS), "dim")

    def hear(self, line: str) -> bool:
        """Do what a line says; False at the end. Raises NoCall."""
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            return True
        command = word.removeprefix(".")
        if command in COMMANDS and (word.startswith(".") or word not in self.tools):
            return self._command(command, rest.strip())
        self._call(line)
        return True

    def _call(self, line: str) -> None:
        name, arguments = read_line(line, self.tools)
        step = self.visit.call(name, arguments)
        answer = step.answer
        if self.as_json:
            said = {"error": answer.error._asdict()} if answer.error else {"answer": answer.data}
            self._json({"call": name, "arguments": arguments, **said, "changes": [c._asdict() for c in step.changes]})
            return
        if answer.error:
            self._say(f"{answer.error.code}: {answer.error.message}", "bold red")
        else:
            self._say(orjson.dumps(answer.data, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())
        self._tell(step.changes)

    def _command(self, command: str, rest: str) -> bool:
        """Raises NoCall where it names what is not there."""
        if command == "quit":
            return False
        if command == "undo":
            undone = self.visit.undo()
            self._done({"undone": undone[0] if undone else None}, f"undone: {undone[0]}" if undone else "there is nothing to undo", undone[1] if undone else [])
        elif command == "reset":
            self._done({"reset": True}, "back to the first state", self.visit.reset())
        elif command == "diff":
            done = self.visit.changed()
            self._done({}, "since the first state:" if done else "nothing has changed", done)
        else:
            looks: dict[str, Callable[[str], None]] = {"help": self._help, "tools": self._list_tools, "tables": self._tables, "rows": self._rows}
            looks[command](rest)
        return True

    def _help(self, name: str) -> None:
        if not name:
            for text in COMMANDS.values():
                self._say("  " + text)
            self._say('  TOOL name=value name=value, or TOOL {"name": value}: a call; a value is JSON where it begins with {, [ or "')
            return
        if name not in self.tools:
            raise NoCall(f"there is no tool {name!r}; tools lists them")
        tool = self.tools[name]
        if self.as_json:
            self._json(tool.model_dump(mode="json"))
            return
        self._say(f"{tool.name} ({tool.kind})", "bold")
        self._say(tool.description)
        required = tool.parameters.get("required", ())
        for parameter, schema in tool.parameters.get("properties", {}).items():
            kind = schema.get("type", "anything")
            values = f", one of {', '.join(map(str, schema['enum']))}" if "enum" in schema else ""
            must = "" if parameter in required else ", optional"
            self._say(f"  {parameter}: {kind if isinstance(kind, str) else ' or '.join(kind)}{must}{values}  {schema.get('description', '')}")

    def _list_tools(self, word: str) -> None:
        for tool in self.tools.values():
            if word.lower() in f"{tool.name} {tool.description}".lower():
                parameters = tool.parameters
                names = [n if n in parameters.get("required", ()) else f"[{n}]" for n in parameters.get("properties", {})]
                if self.as_json:
                    self._json({"tool": tool.name, "kind": tool.kind, "parameters": parameters})
                else:
                    self._say(f"  {tool.kind:5} {tool.name} {' '.join(names)}")

    def _tables(self, _: str) -> None:
        counts = {name: len(rows) for name, rows in self.world.dump().items()}
        if self.as_json:
            self._json({"tables": counts})
            return
        for name, count in counts.items():
            self._say(f"  {name}: {count} rows of {', '.join(self.world.loaded.tables[name].columns)}")

    def _rows(self, table: str) -> None:
        if table not in self.world.loaded.tables:
            raise NoCall(f"there is no table {table!r}; tables lists them")
        rows = self.world.rows(table)
        for row in rows if self.as_json else rows[:SHOWN]:
            self._say(orjson.dumps(row).decode())
        if len(rows) > SHOWN and not self.as_json:
            self._say(f"  and {len(rows) - SHOWN} more", "dim")

    # ---- inside

    def _done(self, body: dict[str, Any], text: str, done: list[Change]) -> None:
        if self.as_json:
            self._json({**body, "changes": [c._asdict() for c in done]})
        else:
            self._say(text)
            self._tell(done)

    def _tell(self, done: Iterable[Change]) -> None:
        for change in done:
            for text in change.lines():
                self._say("  " + text, COLOURS[change.sign])

    def _say(self, text: str, style: str = "") -> None:
        self.console.print(Styled(text, style), soft_wrap=True)

    def _json(self, body: Any) -> None:
        self.console.print(Styled(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS).decode()), soft_wrap=True)


def talk(world: World, *, as_json: bool = False) -> None:
    """From stdin to stdout, until it ends. Raises UserError at a line that is no call, where nobody sits at a terminal to correct it."""
    console = Console(highlight=False)
    terminal = Terminal(world, console, as_json=as_json)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        for number, line in enumerate(sys.stdin, 1):
            if not as_json and line.strip():
                print(f"> {line.strip()}")
            try:
                if not terminal.hear(line):
                    return
            except NoCall as error:
                raise UserError(f"line {number}: {error}") from error
            finally:
                sys.stdout.flush()
        return
    terminal.greet()
    for line in _typed(world):
        try:
            if not terminal.hear(line):
                return
        except NoCall as error:
            console.print(Styled(str(error), "bold red"), soft_wrap=True)


def _typed(world: World) -> Iterator[str]:
    """Lines of a terminal, with completion where Python has readline."""
    try:
        import readline
    except ImportError:
        pass
    else:
        found: list[str] = []

        def complete(word: str, number: int) -> str | None:
            if number == 0:
                found[:] = endings(readline.get_line_buffer()[: readline.get_begidx()], word, world, list(COMMANDS))
            return found[number] if number < len(found) else None

        readline.set_completer(complete)
        readline.set_completer_delims(" \t")
        readline.parse_and_bind("bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete")
    while True:
        try:
            yield input("> ")
        except EOFError:
            print()
            return
        except KeyboardInterrupt:  # the line is given up, not the visit
            print()
