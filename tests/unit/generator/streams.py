"""Streams of bytes as a network delivers them."""

from itertools import pairwise


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    """Into pieces, some of them empty."""
    edges = sorted([0, len(stream), *(place % (len(stream) + 1) for place in places)])
    return [stream[start:end] for start, end in pairwise(edges)]
