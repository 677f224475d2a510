"""The OpenAPI document is true: what it allows is accepted, what it forbids is not, and every answer is described."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import GenerationConfig

from reconciler.access import Role
from reconciler.registry.connect import utc_now
from reconciler.registry.store import TokenStore, open_database
from reconciler.server import Settings, create_app
from tests.server.walk import document, operations


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("server")
    database = open_database("sqlite:///registry.db", folder)
    _, secret = TokenStore(database, utc_now).create("schemathesis", Role.ADMIN)
    database.close()
    app = create_app(Settings("sqlite:///registry.db", folder))
    loaded = schemathesis.openapi.from_asgi("/openapi.json", app)
    return loaded, {"Authorization": f"Bearer {secret}"}
