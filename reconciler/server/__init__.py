"""The registry as a service: HTTP routes over `reconciler.registry.store`.

`create_app` makes the application. Everything under this package needs the extra `server`; nothing outside of it and
`reconciler.cli.commands.serve` imports it.
"""

from reconciler.server.app import create_app
from reconciler.server.settings import Settings

__all__ = ["Settings", "create_app"]
