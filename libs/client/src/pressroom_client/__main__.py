"""`python -m pressroom_client`: the same as `pressroom`."""

from .cli import main

if __name__ == "__main__":
    main()
