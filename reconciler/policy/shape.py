"""What an expression looks like, from its words alone: which names it reads, and what it may cost at most.

The library that evaluates CEL has no limit of its own and can't be interrupted. So the cost is bounded beforehand, by
a number that is the same on every machine: a rule does not pass on one and fail on another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.values import JsonValue

LENGTH_MAX = 2_000
STEPS_MAX = 1_000_000

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*)
    |(?P<text>[bB]?[rR][bB]?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')
       |[bB]?(?:\"{3}(?:\\.|.)*?\"{3}|'{3}(?:\\.|.)*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<name>[A-Za-z_]\w*)
    |(?P<number>[0-9][\w.]*)
    |(?P<sign>\S)""",
    re.VERBOSE | re.DOTALL,
)
_LOOPS = frozenset({"all", "exists", "exists_one", "map", "filter"})
_CHARACTERS_A_STEP = 32
_EXPONENT_MAX = 20  # the smallest base is 2, so that more is over the limit in any case
_STEPS_A_PATTERN = 50  # each `matches` compiles its pattern anew


@dataclass(frozen=True, slots=True)
class Word:
    """A name or sign of an expression, and its offset. `member` tells that a dot stands before it."""

    text: str
    offset: int
    member: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """An expression's words without its texts, numbers and comments.

    `depth` loops stand inside one another. `growth` is how many times larger than what it reads a value can be made.
    """

    words: tuple[Word, ...]
    bound: frozenset[str]
    loops: int
    depth: int
    growth: int
    maps: int
    patterns: int

    def offset_of(self, name: str) -> int:
        """Return where a variable or function first stands."""
        return next((word.offset for word in self.words if word.text == name), 0)

    def members_of(self, name: str) -> frozenset[str]:
        """Return which fields of a variable are named: `tag` for `manifest.tag`."""
        found = set()
        for index, word in enumerate(self.words[:-2]):
            if word.text == name and not word.member and self.words[index + 1].text == ".":
                found.add(self.words[index + 2].text)
        return frozenset(found)

    def reads(self, name: str) -> bool:
        """Tell whether a name stands in the expression as a variable."""
        return any(word.text == name and not word.member for word in self.words)

    def steps(self, weight: int) -> int:
        """Return the most that an evaluation over values of a weight may cost.

        A sum or a list can make a value as many times larger as it has parts, and a `map` can do so again with its
        result, or put all that there is in the place of each item. A loop takes a step for each item, for each step of
        the loop around it.
        """
        if max(self.depth, self.maps) > _EXPONENT_MAX:
            return STEPS_MAX + 1
        largest = (weight + 1) * self.growth ** (1 + self.maps)
        price = _STEPS_A_PATTERN if self.loops and self.patterns else 1
        return int((self.loops + 1) * price * largest ** (max(1, self.depth) + bool(self.maps)))


def shape_of(expression: str) -> Shape:
    """Read an expression's words. It need not be valid."""
    words = tuple(_words(expression))
    stack: list[bool] = []
    bound: set[str] = set()
    loops = depth = 0
    for index, word in enumerate(words):
        if word.text == "(":
            opens_loop = index > 0 and words[index - 1].member and words[index - 1].text in _LOOPS
            stack.append(opens_loop)
            loops += opens_loop
            depth = max(depth, sum(stack))
            if opens_loop and index + 1 < len(words):
                bound.add(words[index + 1].text)
        elif word.text == ")" and stack:
            stack.pop()
    count = [word.text for word in words].count
    growth = 1 + count("+") + max(0, count(",") - loops)  # each loop has a comma of its own
    return Shape(words, frozenset(bound), loops, depth, growth, count("map"), count("matches"))


def weight_of(value: JsonValue) -> int:
    """Return how much a value is to look through: one for each that it holds, more for long texts."""
    waiting, weight = [value], 0
    while waiting:
        each = waiting.pop()
        weight += 1
        if isinstance(each, dict):
            weight += sum(len(key) for key in each) // _CHARACTERS_A_STEP
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, str):
            weight += len(each) // _CHARACTERS_A_STEP
    return weight


def _words(expression: str) -> Iterator[Word]:
    after_dot = False
    for match in _TOKEN.finditer(expression):
        if match.lastgroup in {"name", "sign"}:
            yield Word(match[0], match.start(), after_dot and match.lastgroup == "name")
        if match.lastgroup != "comment":
            after_dot = match[0] == "."
