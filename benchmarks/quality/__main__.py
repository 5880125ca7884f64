"""`python -m benchmarks.quality`."""

from benchmarks.quality.commands import main

main()
