"""Stored prompts: a tenant's own and system-wide ones, with immutable versions and labels."""
