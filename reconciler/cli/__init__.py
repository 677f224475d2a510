"""The command line: one short file per verb. Options, then calls into the layers below, then rendering, then exit code.

Only `main` and `options` are loaded for `--help`; they import click and nothing else of weight.
"""
