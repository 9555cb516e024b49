"""What a user's English asks for: sentences to goals. Knows everyday ways to ask, and nothing of tools, tables or tasks.

    read_wishes('Can you delete the volume called "blue", but only if its status is available?')

Quoted text is set aside first, so that no name is taken for grammar. What is not understood is left out.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias


class Test(NamedTuple):
    """Something that holds of a row: about 'status', value 'active'."""

    about: str
    value: str


class Thing(NamedTuple):
    """A row, or several, in words."""

    noun: str
    """With the adjectives before it: 'active network policy'."""
    tests: tuple[Test, ...] = ()
    """What tells it from its neighbours."""
    pick: Literal["", "only", "newest", "oldest", "every", "new"] = ""
    """How one is chosen among what fits."""
    of: "Thing | None" = None
    """What it belongs to."""
    below: "Thing | None" = None
    """What belongs to it and is named instead."""


Act: TypeAlias = Literal["ask", "do", "set", "create", "tie", "count", "which", "compare", "copy", "clear"]


class Goal(NamedTuple):
    """One thing that is wanted."""

    act: Act
    things: tuple[Thing, ...]
    verb: str = ""
    about: str = ""
    """The property that is asked for, set, copied or compared."""
    values: tuple[Test, ...] = ()
    """Properties to set or to make it with."""
    only_if: Test | None = None
    """Done only where this holds."""
    otherwise: "Goal | None" = None
    """What is wanted where that is refused."""
    last: bool = False
    """For which and compare: the largest or latest instead of the smallest or first."""


class Wishes(NamedTuple):
    """All that was understood."""

    goals: list[Goal]
    facts: list[Test]
    """Things the user said that belong to no goal: 'The region is eu-west-1.'"""
    homes: list[tuple[Thing, Thing]]
    """'The app belongs to the account ...'."""


_HELLO: Final = re.compile(r"^(?:(?:hello|hi there|good morning|hi)[.,!] *)?(?:(?:one more thing|and while you are at it|another thing|also): *)?", re.IGNORECASE)
_LEADS: Final = re.compile(
    r"^(?:please |can you |could you |i'd like you to |i need you to |i want you to |would you )*(?:also )?(?:please )?",
    re.IGNORECASE,
)
_THAT: Final = re.compile(r"\bthat (?!of\b|was|is|are|were|one|has|had|the|to|it|we|you|they|started|finished|expires|first|today|belongs?\b)(?=[A-Za-z])")
"""'that volume' is the same volume; 'that was created' is not."""
_DAY: Final = r"\d{1,2} [A-Z][a-z]+(?: \d{4})?"
_MONTH: Final = r"[A-Z][a-z]+(?: \d{4})?"
_MOMENTS: Final = r"created|last changed|started|finished|expires|due|changed|updated|[a-z]+ed(?: [a-z]+)?"


def read_wishes(text: str) -> Wishes:
    """The goals of what a user said, in the order in which they were said."""
    quotes: list[str] = []

    def aside(match: re.Match[str]) -> str:
        quotes.append(match[1])
        return f"Q{len(quotes) - 1}Q"

    masked = re.sub(r'"([^"]*)"', aside, text)
    reader = _Reader(quotes)
    for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z])", masked):
        reader.sentence(sentence.strip())
    return Wishes(reader.goals, reader.facts, reader.homes)


class _Reader:
    """Reads sentence by sentence; later sentences may add to the goal before."""

    def __init__(self, quotes: Sequence[str]) -> None:
        self.quotes = quotes
        self.goals: list[Goal] = []
        self.facts: list[Test] = []
        self.homes: list[tuple[Thing, Thing]] = []

    def sentence(self, text: str) -> None:
        text = _HELLO.sub("", _THAT.sub("the same ", text))
        text = re.sub(r"(?: for me)?[.?!]+$", "", text)
        inside = re.match(r"(?i)^(?:in|for|of|on) the (.+?), (?=please|can|could|i'd|i need|what|when|how|which|we need|delete|the )(.*)$", text)
        if inside and not inside[1].startswith("way"):
            self._inside(self.thing(inside[1]), inside[2])
            return
        core = _LEADS.sub("", text)
        for pattern, handler in _GRAMMAR:
            found = pattern.match(core)
            if found and handler(self, found):
                return

    def _inside(self, home: Thing, rest: str) -> None:
        before = len(self.goals)
        self.sentence(rest)
        for n in range(before, len(self.goals)):
            goal = self.goals[n]
            self.goals[n] = goal._replace(things=tuple(_within(t, home) for t in goal.things))

    def value(self, text: str) -> str:
        """A value with its quotes filled in again."""
        return re.sub(r"Q(\d+)Q", lambda m: self.quotes[int(m[1])], text).strip()

    def thing(self, text: str) -> Thing:
        """'the only active key called Q0Q of the vault created on 3 May' as a Thing."""
        text = text.strip()
        below = None
        if found := re.match(r"^(.*?) that (the .+) belongs to$", text):
            text, below = found[1], self.thing(found[2])
        head, home = _split_home(text)
        pick: Literal["", "only", "newest", "oldest", "every", "new"] = ""
        if found := re.match(r"(?i)^(?:the |an? |every |all |any )", head):
            pick = "every" if found[0].lower() in ("every ", "all ") else ""
            head = head[found.end() :]
        for word in ("only", "newest", "oldest", "new"):
            if head.startswith(word + " "):
                pick, head = word, head[len(word) + 1 :]
        degree = re.match(r"^([a-z]+)-(severity|priority|tier) (.+)$", head)
        noun, tests = self._tests(degree[3] if degree else head)
        tests = (Test(degree[2], degree[1]), *tests) if degree else tests
        return Thing(noun, tests, pick, self.thing(home) if home else None, below)

    def _tests(self, text: str) -> tuple[str, tuple[Test, ...]]:
        start = re.search(rf" (?:called|titled|named|described as|(?:last )?[a-z]+ed (?:on|before) (?=\d|[A-Z])|with the|whose|that (?:was|is|started|finished|expires|{_MOMENTS}))| Q\d+Q", text)
        if start is None:
            return text, ()
        noun, rest = text[: start.start()], text[start.start() :]
        tests = []
        for part in re.split(r" and (?=whose|called|described|created|that|with)", rest):
            part = part.strip()
            if m := re.match(r"^(?:called|titled|named)? ?(Q\d+Q)$", part):
                tests.append(Test("name", self.value(m[1])))
            elif m := re.match(r"^described as (.+)$", part):
                tests.append(Test("description", self.value(m[1])))
            elif m := re.match(rf"^(?:that )?(?:was |is )?({_MOMENTS}) (?:on ({_DAY})|(before {_MONTH}))$", part):
                tests.append(Test(m[1], m[2] or m[3]))
            elif (m := re.match(r"^whose (.+?) (?:is|are) (.+)$", part)) or (m := re.match(r"^with the (.+?) (Q\d+Q|\S+)$", part)):
                tests.append(Test(m[1], self.value(m[2])))
        return noun, tuple(tests)

    # ---- handlers

    def ask(self, thing: str, about: str) -> bool:
        self.goals.append(Goal("ask", (self.thing(thing),), about=_about(about)))
        return True

    def do(self, verb: str, thing: str) -> bool:
        if verb.lower() in ("look", "tell", "give", "make", "set", "change", "rename", "turn", "put"):
            return False
        thing = _spread(thing)
        rest = re.split(r" and (?=the )", thing) if not re.search(r" that the .* belongs to", thing) else [thing]
        things = [self.thing(t) for t in rest]
        if len(things) > 1 and things[-1].of and not things[0].of:
            things = [t._replace(of=t.of or things[-1].of) for t in things]
        self.goals += [Goal("do", (t,), verb=verb.lower()) for t in things]
        return True

    def change(self, thing: str, about: str, value: str) -> bool:
        more = []
        head, *others = re.split(r",? and (?=set its|set their|turn |make it )", value)
        for other in others:
            if m := re.match(r"^set (?:its|their) (.+?) to (.+)$", other):
                more.append(Test(m[1], self.value(m[2])))
            elif m := re.match(r"^turn (on|off) its (.+)$", other):
                more.append(Test(m[2], m[1]))
            elif m := re.match(r"^make it (not )?(.+)$", other):
                more.append(Test(m[2], "off" if m[1] else "on"))
        self.goals.append(Goal("set", (self.thing(thing),), values=(Test(about, self.value(head)), *more)))
        return True

    def again(self, values: str) -> bool:
        """'also set its x to y and set its z to w': of what was named last."""
        if not self.goals:
            return False
        found = [Test("name", self.value(m[1])) for m in re.finditer(r"rename it to (Q\d+Q)", values)]
        found += [Test(m[1], self.value(m[2])) for m in re.finditer(r"set (?:its|their) (.+?) to (.+?)(?=(?:,| and) (?:set|turn)|$)", values)]
        found += [Test(m[2], m[1]) for m in re.finditer(r"turn (on|off) its (.+?)(?=(?:,| and) (?:set|turn)|$)", values)]
        found += [Test(m[2], "off" if m[1] else "on") for m in re.finditer(r"make it (not )?(.+?)(?=(?:,| and) (?:set|turn|make)|$)", values)]
        self.goals.append(Goal("set", self.goals[-1].things[:1], values=tuple(found)))
        return bool(found)

    def create(self, noun: str, place: str = "") -> bool:
        thing = self.thing("new " + re.sub(r"^new ", "", noun))
        if m := re.match(r"^ ?(?:in|for|on|to|of) (the .+)$", place or ""):
            thing = thing._replace(of=self.thing(m[1]))
        self.goals.append(Goal("create", (thing._replace(pick="new"),)))
        return True

    def create_below(self, rest: str) -> bool:
        before = len(self.goals)
        self.sentence(rest)
        if len(self.goals) > before and before:
            made = self.goals[before - 1].things[0]
            self.goals[before] = self.goals[before]._replace(things=(self.goals[before].things[0]._replace(of=made),))
        return True

    def property(self, about: str, value: str) -> bool:
        if self.goals and self.goals[-1].act == "create":
            self.goals[-1] = self.goals[-1]._replace(values=(*self.goals[-1].values, Test(about, self.value(value))))
        else:
            self.facts.append(Test(about, self.value(value)))
        return True

    def condition(self, wish: str, about: str, value: str) -> bool:
        before = len(self.goals)
        self.sentence(wish)
        if len(self.goals) == before:
            return False
        self.goals[-1] = self.goals[-1]._replace(only_if=Test(about, self.value(value)))
        self.goals.insert(len(self.goals) - 1, Goal("ask", self.goals[-1].things, about=about))
        return True

    def otherwise(self, about: str) -> bool:
        """'If that isn't possible, tell me its status.'"""
        if not self.goals:
            return False
        self.goals[-1] = self.goals[-1]._replace(otherwise=Goal("ask", self.goals[-1].things, about=_about(about)))
        return True

    def needed(self, noun: str) -> bool:
        """'If it still has routes, leave it and tell me how many.'"""
        if not self.goals:
            return False
        self.goals[-1] = self.goals[-1]._replace(otherwise=Goal("count", (Thing(noun, (), "every", self.goals[-1].things[0]),)))
        return True

    def ask_first(self, verb: str, thing: str, clause: str) -> bool:
        self.ask(thing, clause)
        return self.do(verb, thing)

    def also_asked(self, clause: str) -> bool:
        if not self.goals:
            return False
        clause = re.sub(r", so .*$", "", clause)
        self.goals.insert(len(self.goals) - 1, Goal("ask", self.goals[-1].things, about=_about(clause)))
        return True

    def tie(self, verb: str, one: str, other: str) -> bool:
        self.goals.append(Goal("tie", (self.thing(one), self.thing(other)), verb=verb.lower()))
        return True

    def copy(self, one: str, about: str, other: str) -> bool:
        self.goals.append(Goal("copy", (self.thing(one), self.thing(other)), about=about))
        return True

    def count(self, thing: str, home: str = "") -> bool:
        found = self.thing(thing)
        self.goals.append(Goal("count", (found._replace(pick="every", of=self.thing(home) if home else found.of),)))
        return True

    def which(self, thing: str, rest: str) -> bool:
        last = bool(re.search(r"last|recently|later|most|high|large", rest))
        about = _moment(rest)
        self.goals.append(Goal("which", (self.thing(thing)._replace(pick="every"),), about=about, last=last))
        return True

    def compare(self, noun: str, rest: str, one: str, other: str) -> bool:
        things = tuple(Thing(noun, (Test("name", self.value(v)),)) for v in (one, other))
        self.goals.append(Goal("compare", things, about=_moment(rest), last=bool(re.search(r"later|last|high|large|more|recent", rest))))
        return True

    def told(self, about: str) -> bool:
        """'Just give me its name.'"""
        if self.goals and self.goals[-1].act == "which":
            self.goals[-1] = self.goals[-1]._replace(verb=about)
        return True

    def clear(self, noun: str, verb: str) -> bool:
        if not self.goals:
            return False
        goal = self.goals[-1]
        self.goals.insert(len(self.goals) - 1, Goal("do", (Thing(noun, (), "every", goal.things[0]),), verb=verb.lower()))
        return True

    def replaced(self, verb: str, thing: str) -> bool:
        """What a new thing replaces lies where the new one does."""
        place = self.goals[-1].things[0].of if self.goals and self.goals[-1].act == "create" else None
        found = self.thing(thing)
        self.goals.append(Goal("do", (found._replace(of=found.of or place),), verb=verb.lower()))
        return True

    def home(self, one: str, other: str) -> bool:
        self.homes.append((self.thing(one), self.thing(other)))
        return True

    def then(self, verb: str) -> bool:
        if not self.goals:
            return False
        self.goals.append(Goal("do", self.goals[-1].things[:1], verb=verb.lower()))
        return True


def _within(thing: Thing, home: Thing) -> Thing:
    """The thing, what it belongs to lying in `home`."""
    return thing._replace(of=_within(thing.of, home) if thing.of else home)


def _spread(text: str) -> str:
    """'the keys Q0Q and Q1Q of the vault' and 'the key created on 1 May and the one created on 3 June' with the noun said twice."""
    if m := re.match(r"^(?:the|two) (.+?):? (Q\d+Q) and (Q\d+Q)(.*)$", text):
        return f"the {m[1]} called {m[2]}{m[4]} and the {m[1]} called {m[3]}{m[4]}"
    if m := re.match(r"^two (.+?)( (?:of|in) the .+)?: the one (.+) and the one (.+)$", text):
        return f"the {m[1]} {m[3]}{m[2] or ''} and the {m[1]} {m[4]}{m[2] or ''}"
    if m := re.match(r"^the (.+?) ((?:called|described|titled|created|last|whose|with|that|started) .+?) and the one (.+?)( of the .+)?$", text):
        return f"the {m[1]} {m[2]}{m[4] or ''} and the {m[1]} {m[3]}{m[4] or ''}"
    return text


def _split_home(text: str) -> tuple[str, str]:
    """At the first ' of the ' that stands behind a noun and its tests."""
    at = re.search(r" (?:of|in|from) (?=the )", text)
    return (text[: at.start()], text[at.end() :]) if at else (text, "")


def _about(clause: str) -> str:
    """'when it was created' -> 'created'; 'its status' -> 'status'."""
    clause = clause.strip()
    if m := re.match(r"^(?:when|what|how) (?:it|that|the .+?|was|is|did|does|are)\b ?(?:it |was |is |its |the )*(.*)$", clause):
        return _verb_of(m[1])
    return _verb_of(re.sub(r"^(?:its|the|their) ", "", clause))


def _verb_of(text: str) -> str:
    return {"start": "started", "finish": "finished", "expire": "expires"}.get(text.strip(), text.strip())


def _moment(text: str) -> str:
    if m := re.search(r"has the (?:higher|highest|larger|largest|lower|lowest|smaller|smallest) (.+)", text):
        return m[1]
    if "changed" in text:
        return "last changed"
    return next((w for w in ("created", "started", "finished", "expires", "updated") if w[:5] in text), text)


_P: Final = r"((?:(?! of ).)+?)"
Handler: TypeAlias = Callable[[_Reader, "re.Match[str]"], bool]
_GRAMMAR: Final[tuple[tuple["re.Pattern[str]", Handler], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), handler)
    for pattern, handler in (
        (r"^(the .+?) and (the .+): please (\w+) both$", lambda r, m: r.do(m[3], f"{m[1]} and {m[2]}")),
        (r"^before (?:you \w+ it|it goes), tell me (.+)$", lambda r, m: r.also_asked(m[1])),
        (r"^before you (\w+) (the .+?), tell me (.+)$", lambda r, m: r.ask_first(m[1], m[2], m[3])),
        (r"^(?:then )?go ahead and ", lambda r, m: True),
        (r"^(?:i also need to know|before it goes, tell me|but first tell me|first tell me) (.+)$", lambda r, m: r.also_asked(m[1])),
        (r"^in any case tell me .+$", lambda r, m: True),
        (r"^(.+), but only if its (.+?) (?:is|are) (.+)$", lambda r, m: r.condition(m[1], m[2], m[3])),
        (r"^(.+), but only if it (?:was |is )?(.+?) (before .+)$", lambda r, m: r.condition(m[1], m[2], m[3])),
        (r"^if (?:there are still|it still has) (.+?)(?: of it)?, leave it (?:as it is )?and tell me how many$", lambda r, m: r.needed(m[1])),
        (r"^if (?:that|it)\b[^,]+, (?:leave it (?:as it is )?and |change nothing and |just )?tell me (?:what )?its (.+?)(?: is)?$", lambda r, m: r.otherwise(m[1])),
        (r"^if there are (?:any )?(.+?) in the way, (\w+) those first$", lambda r, m: r.clear(m[1], m[2])),
        (r"^it replaces (the .+?), so please (\w+) that one$", lambda r, m: r.replaced(m[2], m[1])),
        (r"^how many (?:of our )?(.+?) were (.+? before .+)$", lambda r, m: r.count(f"{m[1]} {m[2]}")),
        (r"^how many (?:of our )?(.+?) expire (before .+)$", lambda r, m: r.count(f"{m[1]} that expires {m[2]}")),
        (r"^how many (.+?) (?:do we have|are there(?: at the moment)?)$", lambda r, m: r.count(m[1])),
        (r"^how many (.+?) does (the .+) have$", lambda r, m: r.count(m[1], m[2])),
        (r"^how many (.+?) are there in (the .+)$", lambda r, m: r.count(m[1], m[2])),
        (r"^which (.+?) ((?:was|is|has|started|finished|expires) .+?), (Q\d+Q|.+?) or (Q\d+Q|.+)$", lambda r, m: r.compare(m[1], m[2], m[3], m[4])),
        (r"^which (.+?) ((?:was|is|has|started|finished|expires)\b .+)$", lambda r, m: r.which("the " + m[1], m[2])),
        (r"^just (?:give me|tell me) its (.+)$", lambda r, m: r.told(m[1])),
        (r"^look up (the .+): what is it called$", lambda r, m: r.ask(m[1], "name")),
        (r"^look up (the .+): (?:when|what) (?:was|is|are|did|does) (?:it )?(?:its )?(.+)$", lambda r, m: r.ask(m[1], _verb_of(m[2]))),
        (r"^when (?:was|is|did|does) (the .+?) (created|last changed|start|finish|expire|due|[a-z]+ed|last [a-z]+ed)$", lambda r, m: r.ask(m[1], _verb_of(m[2]))),
        (r"^what is (the .+) called$", lambda r, m: r.ask(m[1], "name")),
        (rf"^(?:what (?:is|are)|tell me|i need to know|look up|let me know) the {_P} of (the .+)$", lambda r, m: r.ask(m[2], m[1])),
        (r"^give (the .+) the same (.+?) as (the .+)$", lambda r, m: r.copy(m[1], m[2], m[3])),
        (rf"^set the {_P} of (the .+) to that of (the .+)$", lambda r, m: r.copy(m[2], m[1], m[3])),
        (rf"^(?:change|set) the {_P} of ((?:the|every|all) .+?)(?<!belongs) to (.+)$", lambda r, m: r.change(m[2], m[1], m[3])),
        (rf"^i'd like the {_P} of ((?:the|every|all) .+?) changed to (.+)$", lambda r, m: r.change(m[2], m[1], m[3])),
        (rf"^the {_P} of ((?:the|every|all) .+) should be (.+?); please change that$", lambda r, m: r.change(m[2], m[1], m[3])),
        (r"^rename (the .+?)(?<!belongs) to (.+)$", lambda r, m: r.change(m[1], "name", m[2])),
        (r"^turn (on|off) (.+?) for (the .+)$", lambda r, m: r.change(m[3], m[2], m[1])),
        (r"^make (the .+?) (not )?(\w+)$", lambda r, m: r.change(m[1], m[3], "off" if m[2] else "on")),
        (r"^(the .+?) should (not )?be (\w+); please change that$", lambda r, m: r.change(m[1], m[3], "off" if m[2] else "on")),
        (r"^(?:(?:set|turn) (?:on |off )?(?:its|their)|rename it to|make it) .+$", lambda r, m: r.again(m[0])),
        (r"^(?:in it|for it), (.+)$", lambda r, m: r.create_below(m[1])),
        (r"^(.+) for it as well$", lambda r, m: r.create_below(m[1])),
        (r"^(?:we need|create|make|set up|register|add|order|buy|schedule|invite|reserve|book|open|start|submit) an? (.+?)((?: (?:in|for|on|to|of) the .+)?)$", lambda r, m: r.create(m[1], m[2])),
        (r"^as (.+?) put (.+)$", lambda r, m: r.property(m[1], m[2])),
        (r"^(?:its|the) (.+?) should (?:be|read|say) (.+)$", lambda r, m: r.property(m[1], m[2])),
        (r"^the (.+?) should be (.+)$", lambda r, m: r.property(m[1], m[2])),
        (r"^it should (not )?be (.+)$", lambda r, m: r.property(m[2], "off" if m[1] else "on")),
        (r"^(.+) should be (on|off)$", lambda r, m: r.property(m[1], m[2])),
        (r"^(the .+) belongs to (the .+)$", lambda r, m: r.home(m[1], m[2])),
        (r"^the (.+?)'s (.+?) is (.+)$", lambda r, m: r.property(m[2], m[3])),
        (r"^the (.+?) (?:is|are) (.+)$", lambda r, m: r.property(m[1], m[2])),
        (r"^then (\w+) it$", lambda r, m: r.then(m[1])),
        (r"^(attach|link|bind|assign|add|register|subscribe|connect|mount|pin|grant|detach|unlink|unbind|take|remove|deregister|unsubscribe|disconnect|unmount|unpin) (the .+?) (?:to|with|on|from|off) (the .+)$", lambda r, m: r.tie(m[1], m[2], m[3])),
        (r"^(\w+) ((?:the|every|all) .+)$", lambda r, m: r.do(m[1], m[2])),
    )
)
"""Sentences, the more particular first. (\"Anything else\" is not understood, and that is no mistake.)"""
