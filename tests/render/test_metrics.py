"""Metrics: what Prometheus' own parser reads from them, whatever the names are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from reconciler.plan import PlanDocument
from reconciler.render import View, render_as
from tests.render import cases
from tests.render.cases import errors
from tests.render.test_formats import ALL, DRIFT, Case

PLAN = View()
Samples = dict[tuple[str, str], float]


def read(document: PlanDocument, view: View = PLAN) -> Samples:
    """Return the values by name and by the one label that is a metric's own."""
    found: Samples = {}
    for family in text_string_to_metric_families(render_as("metrics", document, view) + "\n"):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            own = set(sample.labels) - {"command", "target", "product"}
            key = (sample.name.removeprefix("reconciler_"), "".join(sample.labels[name] for name in own))
            assert key not in found
            found[key] = sample.value
    return found


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.__name__)
@pytest.mark.parametrize("view", [View(), DRIFT], ids=["plan", "drift"])
def test_prometheus_reads_them(case: Case, view: View) -> None:
    document = case()
    found = read(document, view)
    assert found["errored", ""] == document["errored"]
    assert found["last_run_timestamp_seconds", ""] == 1795510800
    if "diagnostics" not in document:
        for action in ("create", "update", "delete"):
            assert found["pending_changes", action] == document["summary"][action]
        assert found["drift_records", ""] == len(document["resource_drift"])


def test_a_run_that_failed_tells_no_figures() -> None:
    assert set(read(errors())) == {("errored", ""), ("last_run_timestamp_seconds", "")}


def test_strict_drift_counts_what_its_exit_code_counts() -> None:
    document = {**cases.none(), "unmanaged": ["stray"]}
    assert read(document, DRIFT)["drift_records", ""] == 0  # type: ignore[arg-type]
    assert read(document, View(drift=True, strict=True))["drift_records", ""] == 1  # type: ignore[arg-type]


def test_live_sessions_are_told_where_they_are_known() -> None:
    document = cases.create()
    assert ("live_sessions", "") not in read(document)
    for sessions, entry in zip((5, 7), document["resource_changes"], strict=True):
        entry["live_sessions"] = sessions
    assert read(document)["live_sessions", ""] == 12


@given(target=st.text(), product=st.text())
def test_labels_hold_any_name(target: str, product: str) -> None:
    document = cases.none()
    document["target"] |= {"name": target, "product": product}
    for family in text_string_to_metric_families(render_as("metrics", document) + "\n"):
        for sample in family.samples:
            assert (sample.labels["target"], sample.labels["product"]) == (target, product)
