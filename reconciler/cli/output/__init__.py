"""Where results and messages go: console, reports, files, and what errors become."""
