"""The floor: the least that a competent developer would write by hand for "a prompt goes in, its text comes out".

One insert, one confirmed publish, one model call, one update, an ack after the commit. No claims, events or fold, no
ledger of calls: what Pressroom costs beyond this is the price of its guarantees.
"""
