"""Sessions in the registry's database.

`opening.open_session_service` opens them. It loads the token library, so this package itself does not: the registry's
reader takes its counts of live sessions from here.
"""
