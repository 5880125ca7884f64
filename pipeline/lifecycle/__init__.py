"""The life of a story: what orders its versions, and who may see them when."""
