"""The page on the Ductape platform, followed against a fake of it."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from tests.docs.executed import ROOT, Step, run_steps, steps_of, still, with_outputs
from tests.registry.ductape.fake import PASSWORD, FakePlatform

PAGE = ROOT / "docs" / "ductape.md"
CLOUD = "https://api.ductape.app"
PRODUCT = "ada:storefront"
_WORKBENCH = re.compile(r"<!-- workbench: (\S+) (\d+) -->")


def test_the_page_happens_as_it_is_shown(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, tag, expiry, after = _WORKBENCH.split(page)
    with closing(FakePlatform()) as platform:
        said = {"DUCTAPE_PASSWORD": PASSWORD, "HOME": str(tmp_path)}

        def followed(part: str) -> list[str]:
            steps = [Step(step.command.replace(CLOUD, platform.url)) for step in steps_of(part)]
            # Which platform a login is for, a page need not say: there is one.
            steps = [Step(_named(step.command, platform)) for step in steps]
            return [output.replace(platform.url, CLOUD) for output in run_steps(steps, tmp_path, **said)]

        outputs = followed(before)
        platform.edit(tag, PRODUCT, expiry=int(expiry))
        outputs += followed(after)
    if request.config.getoption("--update-golden"):
        PAGE.write_text(with_outputs(page, outputs), encoding="utf-8")
    steps = steps_of(PAGE.read_text(encoding="utf-8"))
    assert len(steps) >= 5
    for step, output in zip(steps, outputs, strict=True):
        assert still(output) == still(step.output), step.command


def _named(command: str, platform: FakePlatform) -> str:
    if command.startswith("reconciler ductape login"):
        return f"{command} --registry {platform.registry}"
    return command
