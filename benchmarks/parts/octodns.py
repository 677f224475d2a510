"""octoDNS' `sync` (which plans, without `--doit`) from YAML to YAML: one zone of as many records, nothing changed."""

from __future__ import annotations

from pathlib import Path

from benchmarks.installed import NotInstalled, install
from benchmarks.manifests import description_of, tag_of
from benchmarks.measuring import Command
from benchmarks.setting import Found, Setting, say
from benchmarks.versus import Contest, contested

_CONTEST = Contest("octoDNS", {"cold": 8})
_ZONE = "shop.example."
_RECORD = """{tag}:
  ttl: {ttl}
  type: TXT
  value: {description}
"""
_CONFIG = """providers:
  config: {{class: octodns.provider.yaml.YamlProvider, directory: {root}/config}}
  live: {{class: octodns.provider.yaml.YamlProvider, directory: {root}/live}}
zones:
  {zone}: {{sources: [config], targets: [live]}}
"""


def measure(setting: Setting) -> Found:
    """Measure octoDNS between our plans."""
    size = setting.asked.peers_size
    found = install("octodns", setting.root)
    if isinstance(found, NotInstalled):
        return Found(_CONTEST.missing(size, found), {"not_installed": found.why})
    config = _project(setting.root / "octodns", size)
    say(f"octoDNS: {size:,} records")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(setting.root)}
    sync = Command([str(found.bin / "octodns-sync"), "--quiet", "--config-file", str(config)], environment)
    sync.run()  # Python compiles what it has not met yet
    rows, figures = contested(setting, _CONTEST, sync, setting.asked.slow_runs)
    return Found(rows, figures, {"octoDNS": found.version})


def _project(root: Path, size: int) -> Path:
    """Write a zone twice, as it is wanted and as it is."""
    records = (
        _RECORD.format(tag=tag_of(at), ttl=60 * (1 + at % 30), description=description_of(at)) for at in range(size)
    )
    zone = "---\n" + "".join(records)
    for name in ("config", "live"):
        folder = root / name
        folder.mkdir(parents=True)
        (folder / f"{_ZONE}yaml").write_text(zone)
    config = root / "octodns.yaml"
    config.write_text(_CONFIG.format(root=root, zone=_ZONE))
    return config
