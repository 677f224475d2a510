"""What is under `lifecycle.sensitive` shows up nowhere but in the manifests and the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.render import FORMATS
from tests.cli.leaks import INVALID, LAYERED, NUMBER, SECRET, keyed

if TYPE_CHECKING:
    from tests.cli.conftest import Result, Shop

PROJECT = (
    "manifests: [sessions]\ntargets: {local: {registry: 'sqlite:///.reconciler/registry.db', overlays: [overlays]}}\n"
)
REPORTS = [part for name in FORMATS for part in ("--report", f"{name}=out/{name}")]
LINES = [
    "validate -v",
    *(f"validate --format {name}" for name in ("json", "github", "junit", "sarif")),
    "validate --target local",
    *(f"{verb} -v --format {name}" for verb in ("plan", "drift") for name in FORMATS),
    "plan --out out/plan.json --detailed-exitcode --prune",
    "apply -v --auto-approve --format json",
    "apply -v",
    "fmt --check",
    "fmt --diff",
    "pull",
    "history",
    "history --format json",
]
_OWN = ("sessions/", "overlays/", ".reconciler/")


def leaks(shop: Shop, result: Result) -> list[str]:
    """Return where a secret stands that it should not."""
    shown = {"stdout": result.out, "stderr": result.err}
    written = {
        name: content.decode(errors="replace")
        for name, content in shop.tree().items()
        if content is not None and not name.startswith(_OWN)
    }
    return [where for where, text in (shown | written).items() if SECRET in text or NUMBER in text]


def check(shop: Shop, lines: list[str], *, codes: set[int]) -> None:
    for line in lines:
        reports = REPORTS if line.split()[0] in {"plan", "drift", "apply", "show"} else []
        result = shop.run(*line.split(), *reports)
        assert not leaks(shop, result), f"{line}\n{result.text}"
        assert result.code in codes, f"{line}\n{result.text}"


@pytest.fixture
def secretive(shop: Shop) -> Shop:
    shop.write("reconciler.yaml", PROJECT)
    for folder in ("sessions", "overlays", "out"):
        (shop.root / folder).mkdir()
    return shop


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID)
def test_no_mistake_prints_a_secret(secretive: Shop, text: str) -> None:
    secretive.write("sessions/cart.yaml", text)
    failed = secretive.run("validate")
    assert failed.code == 3
    assert "sessions/cart.yaml:" in failed.err, "the place is told"
    check(secretive, LINES, codes={0, 1, 3})


@pytest.mark.parametrize("files", LAYERED.values(), ids=LAYERED)
def test_no_mistake_in_layers_prints_a_secret(secretive: Shop, files: dict[str, str]) -> None:
    for path, text in files.items():
        secretive.write(path, text)
    assert secretive.run("validate").code == 3
    check(secretive, LINES, codes={0, 1, 3})


def test_valid_manifests_print_no_secret() -> None:
    assert keyed(SECRET)
