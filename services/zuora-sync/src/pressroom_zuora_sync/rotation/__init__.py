"""Encrypts anew, with the current key, what older keys have encrypted: a few rows at a time, while the service runs."""
