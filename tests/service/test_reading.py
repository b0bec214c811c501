"""The page for people: it names every route and shape, is whole without a network, and shows nothing unescaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx

from pricing.service.openapi import page
from pricing.service.reading import html_of


class Page(HTMLParser):
    """Marks, links and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.marks: set[str] = set()
        self.links: set[str] = set()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.marks.add(found.get("id") or "")
        self.links.add(found.get("href") or found.get("src") or "")

    def handle_data(self, data: str) -> None:
        self.words += data


def test_every_route_and_shape_is_told_and_every_link_leads_somewhere(http: httpx.Client) -> None:
    answer = http.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    found, known = Page(answer.text), page("0")
    assert set(known["components"]["schemas"]) <= found.marks
    assert all(f"{path}" in found.words for path in known["paths"])
    assert {link[1:] for link in found.links if link.startswith("#")} <= found.marks
    assert {link for link in found.links if link and not link.startswith("#")} == {"/openapi.json"}
    assert not re.search(r"https?://|<script", answer.text)


def test_what_looks_like_html_is_text() -> None:
    evil = "<img src=x onerror=alert(1)>'\""
    known = page(evil)
    way = known["paths"].pop("/v1/quote")
    way["post"]["summary"] = evil
    way["post"]["requestBody"]["content"]["application/json"]["example"] = {evil: evil}
    known["paths"][f"/v1/{evil}"] = way
    known["components"]["schemas"][evil] = {
        "type": "object",
        "description": evil,
        "properties": {evil: {"enum": [evil]}},
    }
    assert "<img" not in html_of(known)
    assert "x onerror" in Page(html_of(known)).words
