"""`reconciler schema`."""

from __future__ import annotations

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import Globals, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.output.reporting import reported
from reconciler.manifests import manifest_json_schema
from reconciler.render import render_json


@click.command("schema", cls=DocumentedCommand, page=page("reconciler schema > session-type.schema.json", ExitCode.OK))
@global_options
@reported
def command(console: Console, given: Globals, /) -> None:
    """Print the JSON Schema of a manifest.

    Editors with a YAML language server complete and check manifests with it. Write it to a file, as below, and begin a
    manifest with this line, in which the path is relative to the manifest:

    \b
      # yaml-language-server: $schema=../session-type.schema.json
    """  # noqa: D301 - the backspace tells click to leave the lines as they are
    del given
    console.out(render_json(manifest_json_schema()))
