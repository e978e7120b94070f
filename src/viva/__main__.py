"""`python -m viva` is the console script."""

from viva.cli import main

if __name__ == "__main__":
    main()
