from __future__ import annotations

from pathlib import Path

import pytest

from tests.ci.runner import Runner
from tests.cli.conftest import Shop, shop

__all__ = ["shop"]

PROJECT = """\
product: storefront
manifests: [sessions/]
targets:
  local: {registry: "sqlite:///.reconciler/registry.db", guard: {max_breaking: 0}}
"""


@pytest.fixture
def project(shop: Shop) -> Shop:
    """Give a project with one session type, which is applied."""
    shop.write("reconciler.yaml", PROJECT)
    shop.session("cart")
    shop.ok("apply", "--auto-approve")
    return shop


@pytest.fixture
def runner(project: Shop, tmp_path: Path) -> Runner:
    """Give a runner with that project as its checkout."""
    home = tmp_path / "runner"
    home.mkdir()
    return Runner(project.root, home)
