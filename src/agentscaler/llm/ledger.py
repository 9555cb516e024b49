"""What was asked and what it cost: requests, tokens, money by a price table, and a budget that is never passed.

Prices are those of the recipe, in any currency, for a million tokens:

    prices = { "qwen3-8b" = { input = 0.05, output = 0.40, cached = 0.01 } }
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from agentscaler.errors import UserError
from agentscaler.llm.model import BudgetSpent, Tokens
from agentscaler.records import JsonObject

LETTERS_A_TOKEN: Final = 3.5
"""For estimates, of English and JSON together; on the low side, so that an estimate is rather too high."""
FIRST_GUESS: Final = 500
"""Tokens of a completion, before any was seen."""


class Price(NamedTuple):
    """For a million tokens."""

    input: float
    output: float
    cached: float | None = None
    """Of the prompt, read before; as `input`, where the table does not say."""

    def of(self, tokens: Tokens) -> float:
        """What a reply costs."""
        cached = self.input if self.cached is None else self.cached
        return ((tokens.prompt - tokens.cached) * self.input + tokens.cached * cached + tokens.completion * self.output) / 1e6


def read_prices(table: Mapping[str, Any], *, where: str = "prices") -> dict[str, Price]:
    """The table of a recipe. Raises UserError that names the entry."""
    out = {}
    for name, entry in table.items():
        good = isinstance(entry, Mapping) and {"input", "output"} <= set(entry) <= {"input", "output", "cached"}
        if not good or not all(isinstance(v, (int, float)) and not isinstance(v, bool) and v >= 0 for v in entry.values()):
            raise UserError(f"{where}: {name!r} is {entry!r}; give {{ input = ..., output = ..., cached = ... }}, the price of a million tokens (cached may be left out)")
        out[name] = Price(**entry)
    return out


class Ledger:
    """Counts as a run goes. budget: in the currency of the prices; None for no limit."""

    def __init__(self, prices: Mapping[str, Price] = {}, *, budget: float | None = None) -> None:
        self.prices, self.budget = dict(prices), budget
        self.tokens: dict[str, Tokens] = {}
        self.requests: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.spent = 0.0
        self._promised = 0.0

    def cost(self, model: str, tokens: Tokens) -> float:
        """What a reply of the model costs; nothing, where no price is known."""
        price = self.prices.get(model)
        return price.of(tokens) if price else 0.0

    def promise(self, model: str, letters: int) -> float:
        """Set aside what a request of so many characters will cost about. Raises BudgetSpent where that is not left."""
        if self.budget is None:
            return 0.0
        if model not in self.prices:
            raise UserError(f"a budget needs the price of {model!r}: give it in the recipe ([rollouts] prices) or with --price {model}=INPUT,OUTPUT")
        done = self.requests[model]
        usual = self.tokens[model].completion / done if done else FIRST_GUESS
        due = self.cost(model, Tokens(round(letters / LETTERS_A_TOKEN), round(usual)))
        if self.spent + self._promised + due > self.budget:
            under_way = f", and up to {self._promised:.4f} by those under way" if self._promised > 1e-9 else ""
            raise BudgetSpent(f"the budget of {self.budget:g} is spent: {self.spent:.4f} by {sum(self.requests.values())} requests{under_way}")
        self._promised += due
        return due

    def settle(self, promised: float) -> None:
        """The request is over, whatever came of it."""
        self._promised -= promised

    def paid(self, model: str, tokens: Tokens) -> None:
        """A reply came."""
        self.requests[model] += 1
        self.tokens[model] = self.tokens.get(model, Tokens()).plus(tokens)
        self.spent += self.cost(model, tokens)

    def total(self) -> Tokens:
        """Of all models."""
        return Tokens(*(sum(t[n] for t in self.tokens.values()) for n in range(3)))

    def summary(self) -> JsonObject:
        """For people and the manifest."""
        out: JsonObject = {}
        for model, tokens in sorted(self.tokens.items()):
            out[f"model {model}"] = {"requests": self.requests[model], "prompt tokens": tokens.prompt, "cached": tokens.cached, "completion tokens": tokens.completion}
            if model in self.prices:
                out[f"model {model}"]["cost"] = round(self.cost(model, tokens), 6)
        if self.failures:
            out["failed requests"] = dict(self.failures.most_common())
        return out
