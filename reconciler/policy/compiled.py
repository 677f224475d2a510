"""Compiled: a rule that can be evaluated. The one place that knows the library for CEL, and what it raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.diagnostics import Code, Diagnostic, described, nearest_of
from reconciler.policy.model import Rule, Subject
from reconciler.policy.shape import LENGTH_MAX, STEPS_MAX, Shape, shape_of, weight_of
from reconciler.values import JsonValue

if TYPE_CHECKING:
    from cel import Context, Program

VARIABLES = {
    Subject.MANIFEST: ("manifest", "target", "lifetime_seconds"),
    Subject.CHANGE: ("change", "before", "after", "target", "lifetime_seconds", "lifetime_seconds_before"),
}
_FUNCTIONS = (
    *("size", "contains", "startsWith", "endsWith", "matches", "has", "all", "exists", "exists_one", "map", "filter"),
    *("string", "int", "uint", "double", "bytes", "dyn", "type", "timestamp", "duration"),
    *("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"),
    *("getHours", "getMinutes", "getSeconds", "getMilliseconds"),
)
_PARSE_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_EXPECTED = re.compile(r" expecting (\{.*|.{60,})$")
_MESSAGE_MAX = 300
_NOT_MIXED = "A value that is null, or of another type, has no such operation: test it first, or convert it."


@dataclass(frozen=True, slots=True)
class Undecided:
    """Why an evaluation came to neither true nor false: a sentence, and perhaps the way out."""

    reason: str
    hint: str = ""


class Given:
    """The variables for one subject, turned into CEL's values once for all rules."""

    __slots__ = ("_context", "_variables", "weight")

    def __init__(self, variables: Mapping[str, JsonValue]) -> None:
        self._variables = dict(variables)
        self._context: Context | None = None
        self.weight = weight_of(self._variables)

    def context(self) -> Context:
        """Return what the library evaluates in."""
        from cel import Context  # noqa: PLC0415 - only a project with policies needs it

        if self._context is None:
            self._context = Context(variables=self._variables)
        return self._context


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule with its program."""

    rule: Rule
    program: Program
    shape: Shape

    def decide(self, given: Given) -> bool | Undecided:
        """Evaluate the rule. Whatever goes wrong in it is an answer of its own, and never true."""
        steps = self.shape.steps(given.weight)
        if steps > STEPS_MAX:
            reason = f"It may take more than {STEPS_MAX:,} steps."
            return Undecided(reason, "Loop over less: a loop inside another multiplies what each looks at.")
        try:
            result = self.program.execute(given.context())
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a panic of the native library is no Exception
            return _undecided(error)
        return result if isinstance(result, bool) else Undecided(f"It gives {_kind(result)}, not true or false.")


def compile_rules(rules: Iterable[Rule]) -> tuple[tuple[Compiled, ...], tuple[Diagnostic, ...]]:
    """Compile rules; those that can't be become diagnostics."""
    made = [_compiled(rule) for rule in rules]
    return (
        tuple(each for each in made if isinstance(each, Compiled)),
        tuple(each for each in made if isinstance(each, Diagnostic)),
    )


def _compiled(rule: Rule) -> Compiled | Diagnostic:
    # It brings a command line of its own, which takes longer to import than all of ours.
    from cel import compile as compile_cel  # noqa: PLC0415 - only a project with policies needs it

    expression = rule.written.text
    if len(expression) > LENGTH_MAX:
        return _problem(rule, f"An expression has at most {LENGTH_MAX:,} characters.", hint="Make it several rules.")
    try:
        program = compile_cel(expression)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of the native library is no Exception
        return _unparsed(rule, error)
    compiled = Compiled(rule, program, shape_of(expression))
    return next(_unknown(compiled), None) or _constant_problem(compiled) or compiled


def _unparsed(rule: Rule, error: BaseException) -> Diagnostic:
    said = str(error).removeprefix(f"Failed to parse expression '{rule.written.text}': ")
    found = _PARSE_ERROR.search(said)
    if found is None:
        return _problem(rule, f"It is not CEL: {_shortened(said)}")
    what = _EXPECTED.sub("", found[3]).removeprefix("Syntax error: ").replace("'<EOF>'", "the end")
    detail = f"`{rule.name}` is not CEL: {_shortened(what)}."
    return Diagnostic(Code.POLICY_RULE, detail, rule.written.at(int(found[1]), int(found[2])))


def _unknown(compiled: Compiled) -> Iterator[Diagnostic]:
    """Yield names that mean nothing: an `||` could hide them from every evaluation but the one that matters."""
    known = VARIABLES[compiled.rule.subject]
    for name in compiled.program.variables():
        if name not in known and name not in compiled.shape.bound:
            listed = f"A rule on a {compiled.rule.subject} reads {', '.join(f'`{each}`' for each in known)}."
            yield _unknown_name(compiled, name, "variable", known, listed)
    for name in compiled.program.functions():
        if name.isidentifier() and name[0] != "_" and name not in _FUNCTIONS:
            listed = "CEL's own functions are there, and no extension."
            yield _unknown_name(compiled, name, "function", _FUNCTIONS, listed)


def _unknown_name(compiled: Compiled, name: str, kind: str, known: Iterable[str], listed: str) -> Diagnostic:
    nearest = nearest_of(name, known)
    written, offset = compiled.rule.written, compiled.shape.offset_of(name)
    before = written.text[:offset]
    location = written.at(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)
    detail = f"`{compiled.rule.name}` names a {kind} `{name}`, and there is none."
    return Diagnostic(Code.POLICY_RULE, detail, location, f"Did you mean `{nearest}`?" if nearest else listed)


def _constant_problem(compiled: Compiled) -> Diagnostic | None:
    """Find a rule that reads nothing, so that its mistake is known already."""
    if compiled.program.variables():
        return None
    decided = compiled.decide(Given({}))
    return None if isinstance(decided, bool) else _problem(compiled.rule, decided.reason, hint=decided.hint)


def _problem(rule: Rule, reason: str, *, hint: str = "") -> Diagnostic:
    return Diagnostic(Code.POLICY_RULE, f"`{rule.name}` can't be a rule. {reason}", rule.location, hint)


def _undecided(error: BaseException) -> Undecided:
    said = _shortened(str(error))
    match error:
        case KeyError():
            missing = _shortened(str(error.args[0])) if error.args else ""
            return Undecided(f"CEL says: no such key: {missing}.", "`has(a.b)` tells whether a field is there.")
        case TypeError():
            return Undecided(f"CEL says: {said.partition('. ')[0].rstrip('.')}.", _NOT_MIXED)
        case _:
            return Undecided(f"CEL says: {said.rstrip('.')}.")


def _kind(value: object) -> str:
    if value is None or isinstance(value, (str, int, float, list, dict)):
        return "null" if value is None else described(value) if not isinstance(value, float) else "a number"
    return f"a {type(value).__name__}"


def _shortened(text: str) -> str:
    """Return what the library says on one line, and no page of it."""
    line = " ".join(text.split())
    return line if len(line) <= _MESSAGE_MAX else f"{line[:_MESSAGE_MAX]}…"
