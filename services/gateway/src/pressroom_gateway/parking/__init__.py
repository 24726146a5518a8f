"""Parked messages: what nobody could handle, kept as rows that super-admins read, replay and drop."""
