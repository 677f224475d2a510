"""The matrix that pipelines rely on: for every format and every outcome the documented exit code and one document.

And in none of it, with `-v` neither, a value that is declared sensitive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.render import FORMATS
from tests.cli.documents import assert_valid
from tests.cli.outcomes import OUTCOMES, State
from tests.cli.test_no_leak import leaks

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

ON_STDOUT = {"plan": FORMATS, "drift": FORMATS, "show": FORMATS, "apply": ("text", "json")}
MATRIX = [
    pytest.param(*outcome, form, id=f"{name}, {form}")
    for name, outcome in OUTCOMES.items()
    for form in ON_STDOUT[name.partition(":")[0]]
]


@pytest.mark.parametrize(("state", "line", "code", "form"), MATRIX)
def test_exit_code_stdout_and_secrecy_hold(shop: Shop, state: State, line: str, code: int, form: str) -> None:
    state(shop)
    result = shop.run(*line.split(), "--format", form, "-v")
    assert result.code == code, result.text
    if form != "text":
        assert_valid(form, result.out)
    if code not in {0, 2}:
        assert result.err.strip() or "Apply incomplete." in result.out, "whatever went wrong is said"
    assert not leaks(shop, result), result.text


@pytest.mark.parametrize(("state", "line", "code"), OUTCOMES.values(), ids=OUTCOMES)
def test_every_report_is_one_document_without_a_secret(shop: Shop, state: State, line: str, code: int) -> None:
    state(shop)
    folder = shop.root / "reports"
    folder.mkdir()
    result = shop.run(*line.split(), *(part for name in FORMATS for part in ("--report", f"{name}=reports/{name}")))
    assert result.code == code, result.text
    assert sorted(file.name for file in folder.iterdir()) == sorted(FORMATS)
    for name in FORMATS:
        assert_valid(name, (folder / name).read_text(encoding="utf-8"))
    assert not leaks(shop, result), result.text
