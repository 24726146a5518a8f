"""Consumes generation commands and calls an OpenAI-compatible API."""
