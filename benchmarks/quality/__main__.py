"""`python -m benchmarks.quality`."""

from benchmarks.quality.events import main

main()
