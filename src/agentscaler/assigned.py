"""What a compiled write sets its columns to, as expressions of tools.py: values, parts of objects, lists that gain and lose, what is emptied."""

import json
from collections.abc import Mapping

from agentscaler.records import Argument, Operation, Table


def quote(text: str) -> str:
    """A string literal with double quotes, nothing in it that could end it."""
    return json.dumps(text, ensure_ascii=False)


def given_value(argument: Argument) -> str:
    """The expression of one argument's value: taken out of what it is wrapped in, the tags of several objects put together."""
    if not argument.pair:
        return argument.python
    return f"db.{'unwrapped' if argument.sign == 'wrapped' else 'held'}({argument.python}, {quote(argument.pair[0])})"


def merged(operation: Operation, column: str | None, given: str, *, keys: bool = False) -> str:
    """The expression of a value; of an object whose parts are changed, what it was and what is given of it."""
    return f"db.{'keyed' if keys else 'merged'}(old[{quote(column or '')}], {given})" if column in operation.merges else given


def parted(operation: Operation) -> list[str]:
    """column=the object, with the parts that arguments of their own give it."""
    parts: dict[str, list[str]] = {}
    for argument in operation.arguments:
        if argument.role == "part" and argument.column:
            place = argument.places[argument.name].removeprefix(f"{argument.column}.")
            parts.setdefault(argument.column, []).append(f"{quote(place)}: {argument.python}")
    old = {c: f"old[{quote(c)}]" if c in operation.merges else "None" for c in parts}
    return [f"{column}=db.parted({old[column]}, {{{', '.join(given)}}})" for column, given in parts.items()]


def revised(operation: Operation) -> list[str]:
    """column=the list as it was, with what it gains and without what it loses."""
    out = []
    for column in dict.fromkeys(a.column for a in operation.arguments if a.role in ("adds", "removes")):
        given = [f"{'add' if a.role == 'adds' else 'drop'}={a.python}" for a in operation.arguments if a.role in ("adds", "removes") and a.column == column]
        given += [f"by={quote(place.partition('.')[2])}" for a in operation.arguments if a.role == "removes" and a.column == column for place in a.places.values()]
        out.append(f"{column}=db.revised({', '.join([f'old[{quote(column or str())}]', *given])})")
    return out


def emptied(operation: Operation, table: Table, sets: list[str]) -> list[str]:
    """The same assignments, with None for what an argument of the call says is to be emptied."""
    when: dict[str, str] = {}
    for argument in operation.arguments:
        for name, column in argument.places.items() if argument.role == "empties" else ():
            if next(c.null for c in table.columns if c.name == column):
                told = argument.python if name == argument.name else f"{quote(name)} in ({argument.python} or ())"
                when.setdefault(column, f"{'[]' if argument.sign == 'list' else 'None'} if {told}")
    given: Mapping[str, str] = dict(one.split("=", 1) for one in sets)
    rest = [one for one in sets if one.split("=", 1)[0] not in when]
    return rest + [f"{column}={told} else {given.get(column, 'UNSET')}" for column, told in when.items()]
