"""What makes a task hard, counted: calls, writes, hops, and the flow skeleton."""

from collections.abc import Sequence

from agentscaler.canonical import normal
from agentscaler.records import Brief, Call, Difficulty, Given
from agentscaler.tasks.site import Site

_LETTER = {"said": "s", "context": "", "constant": ""}


def flow_of(site: Site, calls: Sequence[Call], given: Sequence[Sequence[Given]]) -> str:
    """Class of each call and where its arguments come from: 'list() get(r1) delete(r2)'. rN, wN: the result N calls back."""
    out = []
    for number, (call, sources) in enumerate(zip(calls, given, strict=True)):
        act = site.operations[call.name].act
        marks = []
        for g in sources:
            if g.source in ("read", "written") and g.step is not None:
                marks.append(f"{g.source[0]}{number - g.step}")
            elif g.source == "said":
                marks.append("s")
        out.append(f"{act}({','.join(sorted(set(marks)))})")
    return " ".join(out)


def hops(calls: Sequence[Call], given: Sequence[Sequence[Given]], required: Sequence[set[str]]) -> int:
    """Longest chain of calls of which each takes a required argument from the result of the one before."""
    depth = [0] * len(calls)
    for number, sources in enumerate(given):
        for g in sources:
            if g.step is not None and g.source in ("read", "written") and g.argument in required[number]:
                depth[number] = max(depth[number], depth[g.step] + 1)
    return max(depth, default=0)


def difficulty(site: Site, calls: Sequence[Call], given: Sequence[Sequence[Given]], brief: Brief, shape: str, *, arguments: int, covered: int) -> Difficulty:
    """arguments, covered: gold arguments that are neither context nor paging, and those that a negative control varies."""
    required = [set(site.tools[c.name].parameters.get("required", ())) for c in calls]
    text = normal(brief.text)
    found = any(
        g.argument in required[n] and g.source not in ("context", "constant") and normal(str(calls[n].arguments[g.argument])) not in text for n, sources in enumerate(given) for g in sources
    )
    return Difficulty(
        calls=len(calls),
        writes=sum(site.tools[c.name].kind == "write" for c in calls),
        hops=hops(calls, given, required),
        found=found,
        shape=shape,
        flow=flow_of(site, calls, given),
        arguments=arguments,
        covered=covered,
    )
