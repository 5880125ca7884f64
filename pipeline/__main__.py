"""`python -m pipeline` is `wire`."""

from pipeline.cli.main import main

if __name__ == "__main__":
    main()
