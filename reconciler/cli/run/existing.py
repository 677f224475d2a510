"""What is said where the registry that a run reads is not there: a mistyped path must not look like an empty one."""

from __future__ import annotations

from reconciler.cli.run.inputs import Run
from reconciler.port import RegistryUnavailable
from reconciler.project import without_credentials


def no_registry(run: Run) -> RegistryUnavailable:
    """Return the error for what only reads; a plan takes such a registry for a new one."""
    return RegistryUnavailable(
        f"The registry {without_credentials(run.registry)} does not exist",
        hint="Check --registry and --target; the first `reconciler apply` creates it.",
    )
