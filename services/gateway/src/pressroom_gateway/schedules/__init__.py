"""Jobs that come again: what is to be made when, kept in rows, so that any gateway makes it."""
