"""One short file per verb: options, calls, rendering, exit code."""
