"""Prompts, pages, and the text that a generation is made of."""
