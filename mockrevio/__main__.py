"""`python -m mockrevio`, the same as the `mockrevio` command."""

from mockrevio.cli import main

if __name__ == "__main__":
    main()
