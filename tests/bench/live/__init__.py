"""What it costs to stream texts through gateway, broker and generator, beside a direct use of the provider's SDK."""
