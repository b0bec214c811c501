"""The page of the routes for people: one HTML file without scripts, made of the OpenAPI; it loads nothing."""

from __future__ import annotations

import json
from html import escape
from typing import Any

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
body { color: #1b1b1b; background: #fff; }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { background: #f4f4f2; padding: .75rem; overflow-x: auto; }
h2 { margin-top: 2.5rem; border-top: 1px solid #ccc; padding-top: 1rem; } h2 b { color: #0b5a3e; }
table { border-collapse: collapse; width: 100%; }
td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e6e6; background: #161616; }
  pre { background: #222; }
  h2 b { color: #6fd3ac; }
  a { color: #8ab4ff; }
}
"""


def html_of(page: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    info, schemas = page["info"], page["components"]["schemas"]
    ways = [(method, path, way) for path, methods in page["paths"].items() for method, way in methods.items()]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(info['title'])}</title><style>{STYLE}</style>",
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>",
        "<p>For programs: <a href=/openapi.json>/openapi.json</a>. Errors are problems of RFC 9457.</p>",
        "<ul>",
        *[
            f"<li><a href='#{_mark(method, path)}'><code>{method.upper()} {escape(path)}</code></a></li>"
            for method, path, _ in ways
        ],
        "</ul>",
        *[_operation(method, path, way) for method, path, way in ways],
        "<h1 id=shapes>Shapes</h1>",
        *[_shape(name, schema) for name, schema in schemas.items()],
        "</html>",
    ]
    return "\n".join(parts)


def _mark(method: str, path: str) -> str:
    return escape(method + path.replace("/", "-").replace("{", "").replace("}", ""), quote=True)


def _operation(method: str, path: str, way: dict[str, Any]) -> str:
    parts = [f"<h2 id='{_mark(method, path)}'><b>{method.upper()}</b> <code>{escape(path)}</code></h2>"]
    parts.append(f"<p>{escape(way.get('summary', ''))}</p>")
    if way.get("parameters"):
        rows = [
            (f"{one['name']} ({one['in']}{', needed' if one.get('required') else ''})", _kind(one["schema"]))
            for one in way["parameters"]
        ]
        parts.append(_table(rows))
    for media, content in way.get("requestBody", {}).get("content", {}).items():
        parts.append(f"<p>Takes <code>{escape(media)}</code>: {_kind(content['schema'])}</p>")
        if "example" in content:
            parts.append(f"<pre>{escape(json.dumps(content['example'], indent=2, ensure_ascii=False))}</pre>")
    for media, content in way["responses"]["200"].get("content", {}).items():
        parts.append(f"<p>Answers with <code>{escape(media)}</code>: {_kind(content['schema'])}</p>")
    return "\n".join(parts)


def _shape(name: str, schema: dict[str, Any]) -> str:
    needed = schema.get("required", ())
    rows = [
        (f"{field}{'' if field in needed else ' (may be left out)'}", _kind(what) + _said(what))
        for field, what in schema.get("properties", {}).items()
    ]
    said = escape(schema.get("description", ""))
    return (
        f"<h2 id='{escape(name, quote=True)}'>{escape(name)}</h2><p>{said}</p>{_table(rows) if rows else _kind(schema)}"
    )


def _table(rows: list[tuple[str, str]]) -> str:
    """Rows of a name, which is escaped here, and of HTML."""
    cells = [f"<tr><td><code>{escape(name)}</code></td><td>{told}</td></tr>" for name, told in rows]
    return f"<table>{''.join(cells)}</table>"


def _said(schema: dict[str, Any]) -> str:
    return f". {escape(schema['description'])}" if schema.get("description") else ""


def _kind(schema: dict[str, Any]) -> str:
    """What a value is, as HTML."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"<a href='#{escape(name, quote=True)}'>{escape(name)}</a>"
    for word, between in (("anyOf", " or "), ("oneOf", " or "), ("allOf", " and ")):
        if word in schema:
            return between.join(_kind(one) for one in schema[word])
    if "enum" in schema:
        return escape(", ".join(map(str, schema["enum"])))
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object, by name: {_kind(schema['additionalProperties'])}"
    if isinstance(kind, list):
        kind = " or ".join(kind)
    bounds = [
        f"{told} {schema[word]}"
        for word, told in (
            ("minimum", "from"), ("maximum", "to"), ("minLength", "characters from"), ("maxLength", "characters to"),
            ("maxItems", "entries to"), ("pattern", "like"), ("format", "as"),
        )
        if word in schema
    ]  # fmt: skip
    return escape(", ".join([kind, *bounds]))
