"""`python -m kollega`, where the console script is not on the path."""

from kollega.cli import main

main()
