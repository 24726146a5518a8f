"""How many events a second one monitor folds, and which share of it is the broker's and which the fold's."""
