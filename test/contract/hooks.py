"""What schemathesis cannot know of the API by itself."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(_context, value):
    """The schema of NDJSON is text; examples and broken values may be anything."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace")
    if isinstance(value, list):
        return "\n".join(json.dumps(line) for line in value).encode()
    return json.dumps(value).encode()
