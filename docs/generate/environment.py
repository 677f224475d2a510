"""The environment variables that the program reads, and what each means. A test holds the names against the code."""

from __future__ import annotations

from types import MappingProxyType

ENVIRONMENT = MappingProxyType(
    {
        "RECONCILER_TOKEN": "The token for a registry server.",
        "RECONCILER_TOKEN_TARGET": "The token for one target, and before `RECONCILER_TOKEN`. `TARGET` stands for its "
        "name in capitals, with `_` for all that is no letter or digit: `RECONCILER_TOKEN_EU_WEST` for `eu-west`.",
        "RECONCILER_ACTOR": "Who writes, in the history of an embedded registry; else `user@machine`. A server names "
        "the token.",
        "RECONCILER_CA_FILE": "A PEM file with the authorities to trust in place of the system's.",
        "RECONCILER_ALLOW_INSECURE": "`1`: send the token over `http://` to other machines. Not for production.",
        "RECONCILER_NO_CACHE": "`1`: keep and use no snapshot of a registry server's records.",
        "RECONCILER_DATABASE": "The database of `serve` and `token`, in place of `--database`.",
        "NO_COLOR": "Anything: no colour.",
        "CI": "Anything: no colour, no progress bar.",
        "XDG_CACHE_HOME": "The folder above `reconciler/`, where snapshots are kept; else `~/.cache`.",
    }
)
