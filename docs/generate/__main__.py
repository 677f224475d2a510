"""Write the reference pages, or with --check tell which of them are out of date."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from docs.generate import pages

REFERENCE = Path(__file__).parents[1] / "reference"


def outdated(folder: Path) -> list[str]:
    """Return the names of pages that are not as the code would make them, those that are too many included."""
    wanted = pages()
    present = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a page is out of date")
    if parser.parse_args().check:
        names = outdated(REFERENCE)
        for name in names:
            sys.stderr.write(f"docs/reference/{name} is out of date. Run `python -m docs.generate`.\n")
        return 1 if names else 0
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
