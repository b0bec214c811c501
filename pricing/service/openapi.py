"""OpenAPI 3.1 of the routes: our shapes by msgspec, carts and quotes by the library's own schemas."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from pricing.model.cart import Cart
from pricing.model.quote import Quote
from pricing.service import shapes
from pricing.service.problems import MEDIA
from pricing.service.routes import ANY, CART, QUOTE, ROUTES, Route

EXAMPLE = {
    "currency": "USD",
    "at": "2026-06-20T18:30:00-07:00",
    "lines": [{"id": "1", "sku": "NH-1001", "store": "nova-home", "price": "45.00", "quantity": 1}],
}
"""A cart that is priced in the tests."""
_OWN = {"cart": CART, "quote": QUOTE}
"""Fields of our shapes that hold what the library has a schema of."""
_REFUSALS = (400, 401, 403, 404, 405, 408, 409, 413, 415, 421, 422, 429, 500, 503)


def page(version: str) -> dict[str, Any]:
    """The whole document."""
    types = [shape for route in ROUTES for shape in (route.body, _inner(route.answer)) if isinstance(shape, type)]
    _, components = msgspec.json.schema_components(
        [*dict.fromkeys(types), shapes.Problem], ref_template="#/components/schemas/{name}"
    )
    for shape in components.values():
        shape.get("properties", {}).update(
            {name: _schema(_OWN[name]) for name in shape.get("properties", {}) if name in _OWN}
        )
    parts = {
        **components,
        ANY: {"type": "object"},
        **_ours(CART, Cart.json_schema()),
        **_ours(QUOTE, Quote.json_schema()),
    }
    problem = {"description": "A problem.", "content": {MEDIA: {"schema": _schema(shapes.Problem)}}}
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "pricing", "version": version, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": parts,
            "responses": {"Problem": problem},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _inner(shape: Any) -> Any:
    return shape[0] if isinstance(shape, list) else shape


def _ours(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of the library with its parts beside it, each under a name of its own."""
    parts = schema.pop("$defs", {})
    schema = {key: value for key, value in schema.items() if key not in ("$schema", "$id")}
    return {
        name: _moved(schema, name),
        **{f"{name}.{part}": _moved(value, name) for part, value in parts.items()},
    }


def _moved(schema: Any, name: str) -> Any:
    if isinstance(schema, dict):
        return {
            key: value.replace("#/$defs/", f"#/components/schemas/{name}.") if key == "$ref" else _moved(value, name)
            for key, value in schema.items()
        }
    return [_moved(one, name) for one in schema] if isinstance(schema, list) else schema


def _schema(shape: Any) -> dict[str, Any]:
    if isinstance(shape, list):
        return {"type": "array", "items": _schema(shape[0])}
    return {"$ref": f"#/components/schemas/{shape if isinstance(shape, str) else shape.__name__}"}


def _operation(route: Route) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 200}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in route.query.items()]
    if route.scope:
        parameters.append(
            {"name": "Pricing-Rules", "in": "header", "schema": {"type": "string", "pattern": "^sha256:[0-9a-f]+$"}}
        )
    if route.writes:
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
    answers: dict[str, Any] = {
        "200": {"description": "Done.", "content": {"application/json": {"schema": _schema(route.answer)}}}
    }
    answers |= {str(status): {"$ref": "#/components/responses/Problem"} for status in _REFUSALS}
    made: dict[str, Any] = {"summary": route.says, "parameters": parameters, "responses": answers}
    if route.path == "/health/ready":
        answers["503"] = {
            "description": "No rules yet.",
            "content": {"application/json": {"schema": _schema(shapes.Live)}},
        }
    if route.body is not None:
        content: dict[str, Any] = {"schema": _schema(route.body)}
        if route.body == CART:
            content["example"] = EXAMPLE
        made["requestBody"] = {"required": not route.optional, "content": {"application/json": content}}
    if route.scope:
        made["security"] = [{"token": []}, {}]
    return made
