"""Reads what GitHub's runner reads: its rules for the files that a step's environment names."""

from __future__ import annotations

from pathlib import Path


def read_outputs(text: str) -> dict[str, str]:
    """Return the outputs of a `$GITHUB_OUTPUT` file. Fails as the runner does where a line is none."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, block = line.find("="), line.find("<<")
        if equals >= 0 and (block < 0 or equals < block):
            name, _, value = line.partition("=")
        elif block >= 0:
            name, _, delimiter = line.partition("<<")
            assert name, line
            assert delimiter, line
            value = "\n".join(iter(lines.__next__, delimiter))
        else:
            raise AssertionError(f"Unable to process file command: invalid format {line!r}")
        found[name] = value
    return found


def read_output_file(file: Path) -> dict[str, str]:
    """Return the outputs that a step wrote."""
    return read_outputs(file.read_bytes().decode())
