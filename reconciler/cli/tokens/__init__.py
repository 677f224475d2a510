"""Where `token` works: on a server's database, or over its API."""
