"""What the clients of the Ductape platform ask for, answered from this registry: `reconciler serve --ductape`.

The same store, sessions, tokens and roles stand behind it as behind the registry's own API. Only the form is another:
one address takes every call, enveloped or as plain JSON. Importing this package loads the HTTP library, as the envelope
is the adapter's.
"""

from reconciler.server.ductape.layer import DuctapeLayer

__all__ = ["DuctapeLayer"]
