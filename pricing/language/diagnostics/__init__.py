"""How mistakes are said: where (`source`), what (`diagnostic`), under which code (`codes`), what was meant (`nearest`),
and how it looks (`render`)."""
