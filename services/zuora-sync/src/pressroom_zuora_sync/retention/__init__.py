"""How long the history of syncs and versions is kept. What a sync needs next is never deleted."""
