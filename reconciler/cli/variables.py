"""Environment variables and files that commands read: one table for the help pages and the documentation."""

from __future__ import annotations

from collections.abc import Iterable

# `<TARGET>` stands for the name of a target, as `reconciler.project.token_variable` spells it.
VARIABLES = {
    "RECONCILER_TOKEN": "The token for a registry server.",
    "RECONCILER_TOKEN_<TARGET>": (
        "The token for the registry of one target, which goes before RECONCILER_TOKEN. "
        "For the target `eu-west` it is RECONCILER_TOKEN_EU_WEST."
    ),
    "RECONCILER_CA_FILE": "A PEM file with the certificate authorities to trust, in place of the usual ones.",
    "RECONCILER_ALLOW_INSECURE": "1: a token may go over plain http:// to another machine.",
    "RECONCILER_NO_CACHE": "1: keep no copy of what a registry server answered, nor of parsed manifests.",
    "RECONCILER_ACTOR": "Who the history of a database, or a ledger, names as the writer.  [default: user@host]",
    "RECONCILER_DATABASE": "The database of the registry server, in place of --database.",
    "RECONCILER_DUCTAPE": "1: the registry server answers the clients of the Ductape platform too, as with --ductape.",
    "RECONCILER_DUCTAPE_ORIGINS": "The origins whose pages may call it, as with --ductape-origin; spaces between them.",
    "RECONCILER_ENV": "The environment of sessions and keys, in place of --env.",
    "RECONCILER_MASTER_KEY": "The key that locks all session keys: 32 random bytes in base64. Goes before any file.",
    "RECONCILER_MASTER_KEY_FILE": "A file with that key, in place of --master-key-file.",
    "DUCTAPE_AUTH_TOKEN": "The user's token for the Ductape platform. `reconciler ductape login --help` has the rest.",
    "DUCTAPE_USER_ID": "The Ductape platform: the user's id.",
    "DUCTAPE_PUBLIC_KEY": "The Ductape platform: the user's public key.",
    "DUCTAPE_WORKSPACE_ID": "The Ductape platform: the workspace's id, in place of the login's.",
    "DUCTAPE_PRODUCT_PUBLIC_KEY": "The Ductape platform: the product's public key, where calls are encrypted with it.",
    "DUCTAPE_EMAIL": "Who logs in to the Ductape platform.",
    "DUCTAPE_PASSWORD": "The password for it.",
    "PROMETHEUS_MULTIPROC_DIR": "Where several workers add up their metrics.  [default: a temporary folder]",
    "XDG_CACHE_HOME": "Where caches are.  [default: ~/.cache]",
    "NO_COLOR": "Where set: no colour.",
    "CI": "Where set: no colour and no progress bar.",
}
OF_EVERY_COMMAND = ("NO_COLOR", "CI")
OF_REGISTRIES = (
    "RECONCILER_TOKEN",
    "RECONCILER_TOKEN_<TARGET>",
    "RECONCILER_CA_FILE",
    "RECONCILER_ALLOW_INSECURE",
    "RECONCILER_NO_CACHE",
    "XDG_CACHE_HOME",
    "DUCTAPE_AUTH_TOKEN",
)
OF_DUCTAPE = (
    "DUCTAPE_USER_ID",
    "DUCTAPE_PUBLIC_KEY",
    "DUCTAPE_WORKSPACE_ID",
    "DUCTAPE_PRODUCT_PUBLIC_KEY",
    "DUCTAPE_EMAIL",
    "DUCTAPE_PASSWORD",
)

PROJECT_FILE = "reconciler.yaml"
REGISTRY_FILE = ".reconciler/registry.db"
CACHE_FOLDER = "$XDG_CACHE_HOME/reconciler/"
DUCTAPE_LOGIN = "~/.ductape/reconciler.json"
FILES = {
    PROJECT_FILE: "The project file: product, manifests, targets. Looked for in the working directory and above it.",
    REGISTRY_FILE: "The embedded registry, beside the project file, where no other one is named.",
    DUCTAPE_LOGIN: "Logins to the Ductape platform, which `reconciler ductape login` keeps.",
    CACHE_FOLDER: "What registry servers answered last, to be asked for again only if it changed.",
}


def variables_of(*, asks_registry: bool, more: Iterable[str] = ()) -> dict[str, str]:
    """Return the environment variables that a command reads, with their meaning: `more` beside those of others."""
    read = {*(OF_REGISTRIES if asks_registry else ()), *more, *OF_EVERY_COMMAND}
    return {name: meaning for name, meaning in VARIABLES.items() if name in read}


def files_of(*, asks_registry: bool, reads_project: bool) -> dict[str, str]:
    """Return the files that a command reads beside those that it is given, with their meaning."""
    of_registry = (REGISTRY_FILE, DUCTAPE_LOGIN, CACHE_FOLDER) if asks_registry else ()
    return {name: FILES[name] for name in (*((PROJECT_FILE,) if reads_project else ()), *of_registry)}
