"""`reconciler schema`."""

from __future__ import annotations

import click

from reconciler.cli.console import Console
from reconciler.cli.exit_codes import ExitCode, help_epilog
from reconciler.cli.options import Globals, global_options
from reconciler.cli.reporting import reported
from reconciler.manifests import manifest_json_schema
from reconciler.render import render_json


@click.command("schema", epilog=help_epilog("reconciler schema > session-type.schema.json", ExitCode.OK))
@global_options
@reported
def command(console: Console, given: Globals, /) -> None:
    """Print the JSON Schema of a manifest.

    Editors with a YAML language server complete and check manifests with it: put
    `# yaml-language-server: $schema=session-type.schema.json` into a manifest's first line.
    """
    del given
    console.out(render_json(manifest_json_schema()))
