"""Batches beside the same calls one after another, and with a provider that fails now and then."""
