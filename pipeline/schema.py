"""The published JSON Schemas, generated from the types of pipeline/story.py.

`python -m pipeline.schema` writes them into schemas/; a test holds the two equal.
"""

import ast
import inspect
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import orjson

from pipeline import __version__, story
from pipeline.topics import ALL_PARSED, ENRICHED, ENRICHED_BULK, EVENTS, STORIES

DIALECT = "https://json-schema.org/draft/2020-12/schema"

PUBLISHED: Mapping[str, tuple[type, str]] = {
    "story.schema.json": (
        story.Story,
        f"The value of {STORIES}; inside, also of {', '.join((*ALL_PARSED, ENRICHED))} and {ENRICHED_BULK}.",
    ),
    "event.schema.json": (story.StoryEvent, f"The value of {EVENTS}."),
}


def schemas() -> dict[str, bytes]:
    """File name -> JSON Schema (draft 2020-12), indented, with the types' docstrings as descriptions."""
    described = _field_descriptions()
    return {name: _schema(name, type_, says, described) for name, (type_, says) in PUBLISHED.items()}


def _schema(name: str, type_: type, says: str, described: Mapping[tuple[str, str], str]) -> bytes:
    (reference,), definitions = msgspec.json.schema_components([type_])
    for owner, definition in definitions.items():
        for field, schema in definition.get("properties", {}).items():
            if text := described.get((owner, field)):
                schema["description"] = text
    head = {"$schema": DIALECT, "$id": f"urn:wire:schema:{name}:{__version__}", "$comment": says}
    body = head | {"$ref": reference["$ref"].replace("#/components/schemas/", "#/$defs/"), "$defs": definitions}
    data = orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    return data.replace(b"#/components/schemas/", b"#/$defs/") + b"\n"


def _field_descriptions() -> dict[tuple[str, str], str]:
    """(class, field) -> the string that stands under the field in pipeline/story.py."""
    found: dict[tuple[str, str], str] = {}
    for cls in ast.parse(inspect.getsource(story)).body:
        if not isinstance(cls, ast.ClassDef):
            continue
        for field, text in zip(cls.body, cls.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and (said := _string(text)):
                found[cls.name, field.target.id] = " ".join(said.split())
    return found


def _string(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return node.value.value
    return None


def write(folder: Path) -> list[str]:
    """Write what differs into `folder`; the names of the files that changed."""
    changed = []
    for name, text in schemas().items():
        path = folder / name
        if not path.exists() or path.read_bytes() != text:
            path.write_bytes(text)
            changed.append(name)
    return changed


def _main(arguments: list[str]) -> None:
    changed = write(Path(arguments[0] if arguments else "schemas"))
    sys.stdout.write("".join(f"{name} written\n" for name in changed) or "Nothing changed.\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
