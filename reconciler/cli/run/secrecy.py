"""Keeps secret, in a plan against another commit, what is secret today.

The manifests of then may not know yet that a field is sensitive, and what is live, and shown as what goes, was applied
from later ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.cli.run.former import former_manifests
from reconciler.cli.run.inputs import Run
from reconciler.manifests import Loaded, ManifestPath
from reconciler.plan import Desired, Former, sample_paths
from reconciler.port import Snapshot
from reconciler.values import Path


def with_todays_secrets(run: Run, loaded: Loaded, paths: Iterable[ManifestPath], snapshot: Snapshot) -> Loaded:
    """Return manifests of another commit with what is sensitive now added to what they say.

    It is said by today's manifest and by the one that the record was applied from; where neither is to be had, every
    sample value counts as sensitive.
    """
    today = {each.session_type.tag: each.lifecycle.sensitive for each in run.load_for(run.target, paths).desired}
    tags = {each.session_type.tag for each in loaded.desired}
    records = [record for record in snapshot.records if record.tag in tags]
    former = former_manifests(run, records)
    for record in records:
        applied = former.get(record.tag, Former()).sensitive
        if applied is not None:
            today[record.tag] = (*today.get(record.tag, ()), *applied)
        elif record.tag not in today:
            today[record.tag] = sample_paths(record.spec, record.applied)
    return replace(loaded, desired=tuple(_adding(each, today) for each in loaded.desired))


def _adding(desired: Desired, sensitive: dict[str, tuple[Path, ...]]) -> Desired:
    paths = (*desired.lifecycle.sensitive, *sensitive.get(desired.session_type.tag, ()))
    return replace(desired, lifecycle=replace(desired.lifecycle, sensitive=tuple(dict.fromkeys(paths))))
