"""The adapter for the Ductape platform: its proxy's encrypted calls, as a plain registry.

Importing this package loads the HTTP library; encrypting loads a cryptographic one.
"""

from reconciler.registry.ductape.client import DuctapeSessions
from reconciler.registry.ductape.credentials import Credentials, Login, save_login
from reconciler.registry.ductape.either import EitherReader, EitherRegistry
from reconciler.registry.ductape.login import Account, log_in
from reconciler.registry.ductape.opening import open_proxy

__all__ = [
    "Account",
    "Credentials",
    "DuctapeSessions",
    "EitherReader",
    "EitherRegistry",
    "Login",
    "log_in",
    "open_proxy",
    "save_login",
]
