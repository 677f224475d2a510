"""Sessions in the registry's database. Open with `SessionService`; it loads the token library, so this module does not.

from reconciler.registry.store.sessions.service import SessionService
"""
