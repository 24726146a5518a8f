"""Syncs of Zuora beside a plain loop that makes the same calls one after another; many at once; and their memory."""
