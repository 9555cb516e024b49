"""The tables of a compiled model -> schema.sql, the same bytes each time."""

import re

from agentscaler.records import Model, Table

_KEYWORDS = frozenset(
    "abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade case cast check "
    "collate column commit conflict constraint create cross current current_date current_time current_timestamp database default deferrable "
    "deferred delete desc detach distinct do drop each else end escape except exclude exclusive exists explain fail filter first following "
    "for foreign from full generated glob group groups having if ignore immediate in index indexed initially inner insert instead intersect "
    "into is isnull join key last left like limit match materialized natural no not nothing notnull null nulls of offset on or order others "
    "outer over partition plan pragma preceding primary query raise range recursive references regexp reindex release rename replace "
    "restrict returning right rollback row rows savepoint select set table temp temporary then ties to transaction trigger unbounded union "
    "unique update using vacuum values view virtual when where window with without".split()
)


def schema(model: Model) -> str:
    """Tables with keys, foreign keys and CHECKs."""
    parts = [f"-- {_comment(model.title)}\n"]
    parts += [_table(t) for t in model.tables]
    return "\n".join(parts)


def _table(table: Table) -> str:
    single = table.key[0] if len(table.key) == 1 else None
    inline = {r.columns[0]: r for r in table.references if len(r.columns) == 1}
    lines: list[tuple[str, str]] = []
    width = max(len(_name(c.name)) for c in table.columns)
    for column in table.columns:
        words = [_name(column.name).ljust(width), column.type]
        if not column.null:
            words.append("NOT NULL")
        if column.name == single:
            words.append("PRIMARY KEY")
        elif column.unique:
            words.append("UNIQUE")
        if column.default is not None:
            words.append(f"DEFAULT {_literal(column.default)}")
        if column.choices:
            words.append(f"CHECK ({_name(column.name)} IN ({', '.join(_literal(c) for c in column.choices)}))")
        if column.name in inline:
            reference = inline[column.name]
            words.append(f"REFERENCES {_name(reference.table)} ON DELETE {reference.on_delete}")
        lines.append((" ".join(words), column.note))
    if single is None:
        lines.append((f"PRIMARY KEY ({', '.join(_name(k) for k in table.key)})", ""))
    for reference in table.references:
        if len(reference.columns) > 1:
            names = ", ".join(_name(c) for c in reference.columns)
            lines.append((f"FOREIGN KEY ({names}) REFERENCES {_name(reference.table)} ON DELETE {reference.on_delete}", ""))
    body = []
    for i, (text, note) in enumerate(lines):
        comma = "," if i < len(lines) - 1 else ""
        body.append(f"  {text}{comma}" + (f"  -- {_comment(note)}" if note else ""))
    return f"CREATE TABLE {_name(table.name)} (\n" + "\n".join(body) + "\n) STRICT, WITHOUT ROWID;\n"


def _name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return '"' + name.replace('"', "").replace("\0", "") + '"'
    return f'"{name}"' if name.lower() in _KEYWORDS else name


def _literal(value: str | int | float) -> str:
    return "'" + value.replace("'", "''").replace("\0", "") + "'" if isinstance(value, str) else repr(value)


def _comment(text: str) -> str:
    text = "".join(c if c.isprintable() else " " for c in text)
    return re.sub(r"\s+", " ", text).strip()[:160]
