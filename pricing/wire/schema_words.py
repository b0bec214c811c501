"""What JSON Schemas are made of: records, lists, texts, numbers, amounts, each with its bounds."""

from __future__ import annotations

from typing import Any

from pricing.model.checked import MOST_TEXT


def record(fields: dict[str, Any], required: tuple[str, ...] | None = None, description: str = "") -> dict[str, Any]:
    """An object with these fields and no others; all of them required when nothing else is said."""
    made: dict[str, Any] = {"type": "object", "properties": fields, "additionalProperties": False}
    if needed := list(fields if required is None else required):
        made["required"] = needed
    return described(made, description)


def described(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return schema | ({"description": description} if description else {})


def ref(name: str, description: str = "") -> dict[str, Any]:
    return described({"$ref": f"#/$defs/{name}"}, description)


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def many(of: dict[str, Any], most: int | None = None, least: int = 0) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "array", "items": of}
    if least:
        made["minItems"] = least
    if most is not None:
        made["maxItems"] = most
    return made


def text(description: str, least: int = 1, pattern: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {"type": "string"}
    if pattern:
        made["pattern"] = pattern
    elif least:
        made["minLength"] = least
    made["maxLength"] = MOST_TEXT
    return described(made, description)


def texts(description: str) -> dict[str, Any]:
    return described(many(text("")), description)


def count(least: int, most: int | None = None) -> dict[str, Any]:
    return {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})


def amount(description: str) -> dict[str, Any]:
    return {"type": "string", "pattern": r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", "description": description}


def instant(description: str) -> dict[str, Any]:
    return {"type": "string", "format": "date-time", "description": description}
