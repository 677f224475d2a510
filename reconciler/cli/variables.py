"""Environment variables and files that commands read: one table for the help pages and the documentation."""

from __future__ import annotations

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
    "RECONCILER_ACTOR": "Who the history names as the writer to a database.  [default: user@host]",
    "RECONCILER_DATABASE": "The database of the registry server, in place of --database.",
    "RECONCILER_ENV": "The environment of sessions and keys, in place of --env.",
    "RECONCILER_MASTER_KEY": "The key that locks all session keys: 32 random bytes in base64. Goes before any file.",
    "RECONCILER_MASTER_KEY_FILE": "A file with that key, in place of --master-key-file.",
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
)

PROJECT_FILE = "reconciler.yaml"
REGISTRY_FILE = ".reconciler/registry.db"
CACHE_FOLDER = "$XDG_CACHE_HOME/reconciler/"
FILES = {
    PROJECT_FILE: "The project file: product, manifests, targets. Looked for in the working directory and above it.",
    REGISTRY_FILE: "The embedded registry, beside the project file, where no other one is named.",
    CACHE_FOLDER: "What registry servers answered last, to be asked for again only if it changed.",
}
