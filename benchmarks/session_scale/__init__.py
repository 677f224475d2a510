"""Sessions by the million: rows as the session calls leave them, made without making the calls."""
