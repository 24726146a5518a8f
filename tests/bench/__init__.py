"""The benchmark: Pressroom beside a hand-written floor, in the same run, on the same servers. `make bench`."""
