"""The service: any checkout, in any language, over HTTP (INTERFACE: "HTTP"; extra `serve`).

`front` takes requests in and answers them, `pool` hands the work to `worker` processes that hold the rules, and `desk` is
what such a process does. Nothing is priced where requests are taken in.
"""
