"""A folder for manifests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.manifest_folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return an empty folder."""
    return Folder(tmp_path)
