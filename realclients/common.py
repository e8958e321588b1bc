"""What the checks share: saying what differs, invented objects, and plain HTTP."""

import datetime
import json
import sys
import time
import urllib.error
import urllib.request
import uuid

TLP_GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"  # TLP 2.0


def fail(message):
    print(f"FAIL: {message}", file=sys.stderr)
    sys.exit(1)


def check(what, holds, detail=""):
    """Ends the script with a message unless holds."""
    if not holds:
        fail(f"{what}{': ' if detail else ''}{detail}")


def equal(what, got, want):
    if got == want:
        return
    got, want = (json.dumps(x, default=str, sort_keys=True)[:1500] for x in (got, want))
    fail(f"{what}\n  got  {got}\n  want {want}")


def stamp(offset_seconds=0):
    """A STIX timestamp with milliseconds."""
    t = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset_seconds)
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{t.microsecond // 1000:03d}Z"


def indicator(pattern, **more):
    now = stamp(-60)
    return {
        "type": "indicator", "spec_version": "2.1", "id": f"indicator--{uuid.uuid4()}", "created": now, "modified": now,
        "indicator_types": ["malicious-activity"], "pattern": pattern, "pattern_type": "stix", "valid_from": now,
        "object_marking_refs": [TLP_GREEN], **more,
    }


def domain_indicator(name, **more):
    return indicator(f"[domain-name:value = '{name}']", name=f"Command and control at {name}", **more)


def bundle(objects):
    return {"type": "bundle", "id": f"bundle--{uuid.uuid4()}", "objects": objects}


def label():
    """Eight letters and digits that no earlier run used, for invented names."""
    return uuid.uuid4().hex[:8]


def request(base, key, path, body=None, headers=None, method=None):
    """Gives (code, headers, body); an HTTP error is an answer like any other."""
    r = urllib.request.Request(base + path, data=body, method=method, headers={"Authorization": "Bearer " + key, **(headers or {})})
    try:
        with urllib.request.urlopen(r, timeout=30) as a:
            return a.status, a.headers, a.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read()


def report(base, key, body):
    """Files a report and gives what the contract promises of the answer."""
    code, _, answer = request(base, key, "/api/v1/reports", json.dumps(body).encode(), {"Content-Type": "application/json"})
    equal(f"POST /api/v1/reports ({answer[:300]!r})", code, 201)
    answer = json.loads(answer)
    for name in ("id", "index", "receipt", "objects", "removed", "held"):
        check("the answer to a report", name in answer, f"has no {name}: {answer}")
    return answer


def feed(base, key, name, until, seconds=5):
    """Reads a feed until until(text) holds; a change is due within a second, CI's machine may be slow."""
    end = time.monotonic() + seconds
    while True:
        code, headers, body = request(base, key, f"/feeds/{name}")
        equal(f"GET /feeds/{name} ({body[:300]!r})", code, 200)
        text = body.decode()
        if until(text):
            return text, headers
        if time.monotonic() > end:
            fail(f"/feeds/{name} didn't change within {seconds} s; it ends with:\n{text[-800:]}")
        time.sleep(0.05)
