"""From a query's tree to plans: what the index is asked, and what a conversation must be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from cm_desktop.domain.search_query import (
    And,
    From,
    Has,
    Having,
    InLanguage,
    InState,
    Is,
    Leaf,
    Node,
    Not,
    Or,
    Query,
    Text,
    Written,
)
from cm_desktop.store.rows import stamp

_MOST_PLANS = 24

NO_END = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Plan:
    """One way for a conversation to match; a query is matched by any of its plans.

    `wanted` (all of them) and `unwanted` (none of them) are asked of one message; where nothing
    is wanted, `unwanted` is asked of every message of the conversation. `conditions` are asked
    of the conversation, each with whether it must hold.
    """

    wanted: tuple[Node, ...] = ()
    unwanted: tuple[Node, ...] = ()
    conditions: tuple[tuple[Leaf, bool], ...] = ()
    begin: int = 0  # keys of messages: from here on
    end: int = NO_END  # and before here
    tags: tuple[int, ...] = ()  # rows: one of them is asked for

    def joined(self, other: Plan) -> Plan:
        """Return the plan that asks for both."""
        return Plan(
            (*self.wanted, *other.wanted),
            (*self.unwanted, *other.unwanted),
            (*self.conditions, *other.conditions),
            max(self.begin, other.begin),
            min(self.end, other.end),
        )

    @property
    def possible(self) -> bool:
        """Whether its times leave anything."""
        return self.begin < self.end


def plans(query: Query) -> list[Plan]:
    """Return the plans of a query; one that asks for nothing where it is empty."""
    if query.root is None:
        return [Plan()]
    found = _plans(query.root, wanted=True)
    if len(found) > _MOST_PLANS:
        # Nobody types this by hand: all its words, and nothing else, must be there.
        words = [leaf for leaf in leaves(query.root) if isinstance(leaf, Text)]
        return [Plan(wanted=tuple(words))]
    return [plan for plan in found if plan.possible]


def leaves(node: Node) -> Iterable[Leaf]:
    """Yield the conditions of a tree from left to right."""
    match node:
        case Not(inner):
            yield from leaves(inner)
        case And(nodes) | Or(nodes):
            for each in nodes:
                yield from leaves(each)
        case _:
            yield node


def is_indexed(node: Node) -> bool:
    """Return whether the index alone can answer a tree for a single message."""
    match node:
        case And(nodes) | Or(nodes):
            return all(is_indexed(each) for each in nodes)
        case Not():
            return False
        case InState(state, _, _):
            return state in (Is.HIDDEN, Is.SPAM)
        case Having(what):
            return what is Has.ATTACHMENT
        case _:
            return isinstance(node, Text | From | InLanguage)


def words_alone(node: Node) -> list[Text]:
    """Return the words each of which is enough to meet a node of a plan."""
    nodes = node.nodes if isinstance(node, Or) else (node,)
    return [one for one in nodes if isinstance(one, Text)]


def with_tags(plan: Plan, node: Node, tags: Sequence[int]) -> Plan:
    """Return a plan that asks for one of some tags in place of a node of its words."""
    rest = tuple(one for one in plan.wanted if one is not node)
    return replace(plan, wanted=rest, tags=tuple(tags))


def _plans(node: Node, *, wanted: bool) -> list[Plan]:
    match node:
        case Not(inner):
            return _plans(inner, wanted=not wanted)
        case And(nodes):
            return _all(nodes, wanted=True) if wanted else _any(nodes, wanted=False)
        case Or(nodes):
            return _either(node) if wanted else _all(nodes, wanted=False)
        case Written():
            return _written(node, wanted=wanted)
        case _ if is_indexed(node):
            return [Plan(wanted=(node,)) if wanted else Plan(unwanted=(node,))]
        case _:
            return [Plan(conditions=((node, wanted),))]


def _either(node: Or) -> list[Plan]:
    return [Plan(wanted=(node,))] if is_indexed(node) else _any(node.nodes, wanted=True)


def _any(nodes: Iterable[Node], *, wanted: bool) -> list[Plan]:
    return [plan for node in nodes for plan in _plans(node, wanted=wanted)][: _MOST_PLANS + 1]


def _all(nodes: Iterable[Node], *, wanted: bool) -> list[Plan]:
    found = [Plan()]
    for node in nodes:
        pairs = product(found, _plans(node, wanted=wanted))
        found = [one.joined(other) for one, other in pairs][: _MOST_PLANS + 1]
    return found


def _written(node: Written, *, wanted: bool) -> list[Plan]:
    begin, end = _key(node.begin, 0), _key(node.end, NO_END)
    if wanted:
        return [Plan(begin=begin, end=end)]
    outside = [Plan(end=begin), Plan(begin=end)]
    return [plan for plan in outside if plan.begin > 0 or 0 < plan.end < NO_END]


def _key(at: datetime | None, otherwise: int) -> int:
    return otherwise if at is None else min(max(stamp(at) << 20, 0), NO_END)
