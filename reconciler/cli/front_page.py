"""The first help page, and what it is made of. It is asked for most, so nothing here needs click or another library.

Commands are told here, so that none is imported for it. Click's group shows this very page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler import __version__
from reconciler.cli.exit_codes import MEANINGS, ExitCode
from reconciler.cli.variables import files_of, variables_of

VERSION = f"reconciler, version {__version__}"
SUMMARY = "Session types as code: manifests in git, a plan that shows exactly what would change, an apply that does it."
EXAMPLES = "reconciler init\nreconciler plan\nreconciler apply\nreconciler drift --target production"
CODES = tuple(code for code in ExitCode if code is not ExitCode.USAGE)

# As click lays pages out.
WIDTH_MAX = 100
WIDTH_MIN = 50
MARGIN = 2

COMMANDS = {
    "init": "Begin a project: reconciler.yaml and an example manifest.",
    "validate": "Check manifests and project file; needs no registry.",
    "fmt": "Lay manifests out in one style; comments stay.",
    "plan": "Show what apply would change.",
    "apply": "Make the registry match the manifests.",
    "show": "Show a saved plan.",
    "drift": "Show what was changed behind git's back, and by whom.",
    "pull": "Write live session types into manifests.",
    "import": "Make manifests of the Ductape CLI's declaration file.",
    "history": "Show every write to the registry: who, when, what.",
    "impact": "Show how many live sessions and users a type has.",
    "session": "Start, verify, refresh and revoke sessions; show users and numbers.",
    "sessions": "Remove old sessions.",
    "keys": "List, rotate and retire the keys of session tokens.",
    "serve": "Run the registry server.",
    "token": "Make, list and revoke the tokens of a registry server.",
    "ductape": "Log in to the Ductape platform.",
    "completion": "Print the script for completion in bash, zsh or fish.",
    "schema": "Print the JSON Schema of a manifest, for editors.",
}

SECTIONS = {
    "Manifests": ("init", "validate", "fmt", "schema", "pull", "import"),
    "Changes": ("plan", "apply", "show"),
    "What is live": ("drift", "history", "impact"),
    "Sessions": ("session", "sessions", "keys"),
    "The registry server": ("serve", "token"),
    "The Ductape platform": ("ductape",),
    "Your shell": ("completion",),
}

# How it is written, what its value is called (a flag has none), and what it does.
GLOBAL_OPTIONS = (
    ("--target", "NAME", "Target of the project file.  [default: its default_target]"),
    ("--registry", "URL", "Registry, in place of the target's."),
    ("--product", "NAME", "Product, in place of the project file's."),
    ("--no-color", "", "No colour, on a terminal either."),
    ("-v, --verbose", "", "Say more on stderr; show tracebacks."),
)
_OPTIONS = (
    ("--version", "", "Show the version and exit."),
    *GLOBAL_OPTIONS,
    ("-h, --help", "", "Show this message and exit."),
)


def front_page(width: int) -> str:
    """Return the page without a final line break; no line is longer than `width`."""
    return "\n".join(_lines(width))


def _lines(width: int) -> Iterator[str]:
    yield "Usage: reconciler [OPTIONS] COMMAND [ARGS]..."
    yield ""
    yield from (f"  {line}" for line in _wrapped(SUMMARY, width - MARGIN))
    for title, names in SECTIONS.items():
        yield from _section(title, [(f"{name:{_WIDEST}}", COMMANDS[name]) for name in names], width)
    options = [(f"{spelled} {value}".rstrip(), help_) for spelled, value, help_ in _OPTIONS]
    yield from _section("Global options", options, width)
    yield from ("", "Examples:", *(f"  {line}" for line in EXAMPLES.splitlines()))
    yield from _section("Environment variables", variables_of(asks_registry=True).items(), width)
    yield from _section("Files", files_of(asks_registry=True, reads_project=True).items(), width)
    codes = [(f"{code:>2}", MEANINGS[code]) for code in (*CODES, ExitCode.USAGE)]
    yield from _section("Exit codes", codes, width)


_WIDEST = max(map(len, COMMANDS))


def _section(title: str, rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    """Yield a title and a table of two columns."""
    listed = list(rows)
    first = max(len(term) for term, _ in listed) + MARGIN
    yield ""
    yield f"{title}:"
    for term, said in listed:
        for at, line in enumerate(_wrapped(said, width - first - MARGIN)):
            yield f"  {'' if at else term:{first}}{line}"


def _wrapped(text: str, width: int) -> list[str]:
    """Return a text's lines; a word that fits into none is cut. The library's way to do it takes longer to import."""
    lines = [""]
    for gap, piece in _pieces(text):
        rest = piece
        if len(rest) > width:
            room = max(0, width - len(lines[-1] + gap))
            lines[-1] += (gap + rest[:room]) * bool(room)
            rest = rest[room:]
            lines += (rest[at : at + width] for at in range(0, len(rest), width))
        elif len(lines[-1] + gap + rest) > width:
            lines.append(rest)
        else:
            lines[-1] += gap + rest
    return lines


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces between which a line may end, each behind its gap: words, and their parts at hyphens."""
    gap = ""
    for word in text.split(" "):
        begin = 0
        for at in range(2, len(word) - 2):
            if word[at] == "-" and word[at - 2 : at].isalpha() and word[at + 1 : at + 3].isalpha():
                yield gap, word[begin : at + 1]
                gap, begin = "", at + 1
        if word:
            yield gap, word[begin:]
        gap = " " if word else f"{gap} "
