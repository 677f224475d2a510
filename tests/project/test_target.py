from __future__ import annotations

import pytest

from reconciler.project import without_credentials


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///.reconciler/registry.db", "sqlite:///.reconciler/registry.db"),
        ("sqlite:////srv/a@b.db", "sqlite:////srv/a@b.db"),
        ("https://registry.example.com/base", "https://registry.example.com/base"),
        ("postgresql://ada:s3cret@host:5432/db?sslmode=require", "postgresql://host:5432/db?sslmode=require"),
        ("postgresql://ada:s@s3cret@host/db", "postgresql://host/db"),
        ("postgresql:///db?host=/run&password=s3cret&user=ada", "postgresql:///db?host=/run&password=&user=ada"),
        ("postgresql://host/db?sslpassword=s3cret", "postgresql://host/db?sslpassword="),
        ("https://host/?access_token=s3cret#top", "https://host/?access_token=#top"),
    ],
)
def test_a_url_is_shown_without_credentials(url: str, shown: str) -> None:
    assert without_credentials(url) == shown
