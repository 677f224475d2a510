"""Whatever an expression and a manifest are: an answer, and no traceback."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Location
from reconciler.policy import Given, Judge, Rule, Subject, compile_rules
from reconciler.policy.written import Written
from reconciler.session_type import SessionType
from tests.builders import desired
from tests.policy.builders import entries
from tests.strategies import session_types

WORDS = """manifest manifest.tag manifest.schema lifetime_seconds change before after target .all(x, .map(x, .filter(x,
.exists_one(x, ) ( [ ] { } , : ? 1 0 -1 9223372036854775807 1.5 1u 'a' "" b'\\xff' null true false && || ! - + * / % <
<= == != in size( has( int( uint( double( string( timestamp( duration( '2026-01-01T00:00:00Z' '1h' '9999999999h'
.matches( '(' type( dyn( bytes( x .tag ['tag'] -9223372036854775808 .getFullYear() r'\\d' optional.of( // é 🎉"""

few_words = st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=3)
expressions = (
    st.text(max_size=60)
    | st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=16).map(" ".join)
    | st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=6).map(
        lambda words: " ".join(words) + ")" * " ".join(words).count("(")
    )
    | st.builds(lambda words, times: (" ".join(words) * times)[:2_000], few_words, st.integers(1, 400))
    | st.sampled_from(["manifest.schema.all(k, manifest.schema[k] != '')", "string(manifest.schema) != ''"])
    | st.builds("manifest.schema.exists(k, k {} '{}')".format, st.sampled_from(["==", "<", "in"]), st.text(max_size=3))
)


def rule_of(expression: str, subject: Subject) -> Rule:
    location = Location("reconciler.yaml", 1, 3)
    return Rule("r", subject, Written(expression, location, (f"- {expression}",)), "m")


@given(expressions, session_types())
def test_every_expression_over_every_manifest_has_an_answer(expression: str, wanted: SessionType) -> None:
    made, problems = compile_rules([rule_of(expression, Subject.MANIFEST)])
    assert len(made) + len(problems) == 1
    for found in problems:
        assert found.location
        assert found.location.line >= 1
    verdict = Judge(made, date(2026, 11, 24)).manifests([desired(wanted)])
    assert len(verdict.diagnostics) <= 1


@given(expressions, session_types())
def test_every_expression_over_every_change_has_an_answer(expression: str, wanted: SessionType) -> None:
    made, problems = compile_rules([rule_of(expression, Subject.CHANGE)])
    assert len(made) + len(problems) == 1
    verdict = Judge(made, date(2026, 11, 24)).changes(entries([desired(wanted)]))
    assert len(verdict.diagnostics) + len(verdict.refusals) <= 1


@given(st.lists(st.sampled_from([0, 1, 2]), min_size=1, max_size=4), st.integers(0, 5))
def test_a_rule_that_holds_by_itself_is_never_broken(counts: list[int], at_least: int) -> None:
    expression = f"{counts}.all(n, n >= 0) || {at_least} < 0"
    made, problems = compile_rules([rule_of(expression, Subject.MANIFEST)])
    assert not problems
    assert made[0].decide(Given({})) is True
