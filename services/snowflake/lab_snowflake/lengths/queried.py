"""The lengths of a query's columns, as far as they follow from its sources: columns, literals and casts have one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import Expr, exp

from lab_snowflake.lengths.checked import BINARY, TEXT, LengthsOf
from lab_snowflake.lengths.declared import Length, Lengths, of_columns

Sources = dict[str, Mapping[str, Length]]
"""By the name that the query gives to a table or a query."""


@dataclass(frozen=True, slots=True)
class Queried:
    """The lengths of a query's columns: in their order, or, where the query has a ``*``, by their names."""

    in_order: list[Length | None] | None = None
    by_name: Lengths = field(default_factory=dict)

    def of(self, place: int, name: str) -> Length | None:
        """The length of the column ``name``, the one at ``place`` of the result."""
        return self.by_name.get(name) if self.in_order is None else self.in_order[place]


def of_query(query: Expr | None, lengths_of: LengthsOf) -> Queried:
    """The lengths of the columns of ``query``, in DuckDB's words."""
    if not isinstance(query, exp.Select):
        return Queried()
    sources, shared = _sources(query, lengths_of, _named(query, lengths_of, {}))
    if any(_is_star(part) for part in query.expressions):
        return Queried(by_name=_of_query(query, lengths_of, {}))
    return Queried([_of_value(part.unalias(), sources, shared) for part in query.expressions])


def of_definition(create: exp.Create, lengths_of: LengthsOf) -> Lengths:
    """The lengths of the columns of the table or view that ``create`` makes."""
    if like := create.find(exp.LikeProperty):
        return dict(lengths_of(like.this))
    if isinstance(create.this, exp.Schema):
        return of_columns(create.this)
    return _of_query(create.expression, lengths_of, {})


def _of_query(query: Expr | None, lengths_of: LengthsOf, outer: Sources) -> Lengths:
    if isinstance(query, exp.Subquery):
        return _of_query(query.this, lengths_of, outer)
    if not isinstance(query, exp.Select):
        return {}
    sources, shared = _sources(query, lengths_of, _named(query, lengths_of, outer))
    found: Lengths = {}
    doubtful = set(shared)
    for part in query.expressions:
        for name, length in _of_column(part, sources, shared).items():
            if found.setdefault(name, length) != length:
                doubtful.add(name)
    return {name: length for name, length in found.items() if name not in doubtful}


def _named(query: exp.Select, lengths_of: LengthsOf, outer: Sources) -> Sources:
    """The queries of its WITH, and those that are known around it."""
    named = dict(outer)
    if with_ := query.args.get("with_"):
        for part in with_.expressions:
            has_columns = part.args["alias"].args.get("columns")
            named[part.alias] = {} if has_columns else _of_query(part.this, lengths_of, named)
    return named


def _sources(query: exp.Select, lengths_of: LengthsOf, named: Sources) -> tuple[Sources, set[str]]:
    """What the query selects from, and the columns that USING merges, which have no one source."""
    joins = query.args.get("joins") or []
    first = query.args.get("from_")
    parts = [*([first.this] if first else []), *(join.this for join in joins)]
    shared = {identifier.name for join in joins for identifier in join.args.get("using") or []}
    sources: Sources = {}
    for part in parts:
        alias = part.args.get("alias")
        if alias is not None and alias.args.get("columns"):
            sources[part.alias] = {}
        elif isinstance(part, exp.Table):
            is_named = not part.db and part.name in named
            sources[part.alias_or_name] = named[part.name] if is_named else lengths_of(part)
        else:
            sources[part.alias_or_name] = _of_query(part, lengths_of, named)
    return sources, shared


def _of_column(part: Expr, sources: Sources, shared: set[str]) -> Lengths:
    """The lengths of what one part of a SELECT's list adds to its columns: one, or those of ``*``."""
    if _is_star(part):
        chosen = [sources.get(part.table, {})] if isinstance(part, exp.Column) else list(sources.values())
        changed = {each.alias_or_name for key in ("replace", "except_", "rename") for each in _listed(part, key)}
        return {name: length for source in chosen for name, length in source.items() if name not in changed}
    length = _of_value(part.unalias(), sources, shared)
    return {} if length is None else {part.alias_or_name: length}


def _is_star(part: Expr) -> bool:
    return isinstance(part, exp.Star) or (isinstance(part, exp.Column) and isinstance(part.this, exp.Star))


def _listed(part: Expr, key: str) -> list[Expr]:
    star = part.this if isinstance(part, exp.Column) else part
    return list(star.args.get(key) or [])


def _of_value(value: Expr, sources: Sources, shared: set[str]) -> Length | None:
    if isinstance(value, exp.Paren):
        return _of_value(value.this, sources, shared)
    if isinstance(value, exp.Literal) and value.is_string and value.name:
        return Length(len(value.name))
    if isinstance(value, exp.Anonymous) and value.name in (TEXT, BINARY):
        return Length(int(value.expressions[1].name), is_binary=value.name == BINARY)
    if not isinstance(value, exp.Column) or value.name in shared:
        return None
    if value.table:
        return sources.get(value.table, {}).get(value.name)
    found = {source[value.name] for source in sources.values() if value.name in source}
    return found.pop() if len(found) == 1 else None
