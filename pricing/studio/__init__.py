"""The studio: a page on which marketing tries cards on a basket, sees why, and compares before it goes out (extra `studio`).

`desk` answers all that the page asks, from plain JSON to plain JSON, over rule texts: no files, no HTTP, so that a browser
can run it too. `bench` holds the texts of a moment with what they come to, `basket` reads what is bought, `till` prices,
`cards` helps to write, `compare` and `many` set two versions side by side, `overview` tells what there is. Beside them
stands what a server needs: `folder` reads and writes files, `clerk` does what takes long, `app` speaks HTTP; `build`
makes the page's bundle from `page/`.
"""
