"""Wire formats: bytes in, stories out. One file per format; registry.py lists them."""
