"""Drives a node with taxii2-client and stix2, as the field's programs do.

    python taxii_check.py --url http://127.0.0.1:8470 --key KEY --reader-key KEY_OF_ANOTHER_MEMBER

Ends with 0, or with 1 and one message that says what differs.
"""

import argparse
import json
import uuid

import requests
import stix2
from stix2 import Filter, TAXIICollectionSink, TAXIICollectionSource
from taxii2client.v21 import ApiRoot, Collection, Server, as_pages

from common import TLP_GREEN, bundle, check, domain_indicator, equal, fail, indicator, label, stamp

TAXII = "application/taxii+json;version=2.1"


def refused(what, code, call):
    """call must end with this HTTP code."""
    try:
        call()
    except requests.exceptions.HTTPError as e:
        equal(what, e.response.status_code, code)
        return
    fail(f"{what}: accepted, want {code}")


def invent():
    """A small invented report: twelve indicators, malware, a relationship, two observables."""
    mark = label()
    objects = [domain_indicator(f"c{i}-{mark}.example") for i in range(6)]
    objects += [indicator(f"[ipv4-addr:value = '203.0.113.{10 + i}']", name="Command and control") for i in range(3)]
    objects += [indicator(f"[file:hashes.'SHA-256' = '{uuid.uuid4().hex}{uuid.uuid4().hex}']", name="Dropper") for _ in range(3)]
    now = stamp(-60)
    common = {"spec_version": "2.1", "created": now, "modified": now, "object_marking_refs": [TLP_GREEN]}
    malware = {"type": "malware", "id": f"malware--{uuid.uuid4()}", **common, "name": "Tinbell", "is_family": True,
               "malware_types": ["trojan"], "x_example_confidence": 9007199254740991}
    objects.append(malware)
    objects.append({"type": "relationship", "id": f"relationship--{uuid.uuid4()}", **common,
                    "relationship_type": "indicates", "source_ref": objects[0]["id"], "target_ref": malware["id"]})
    for value in (f"c0-{mark}.example", f"c1-{mark}.example"):  # stix2 makes the deterministic identifier
        sco = json.loads(stix2.DomainName(value=value).serialize())
        objects.append({**sco, "object_marking_refs": [TLP_GREEN]})
    return objects


def by_id(objects):
    return {o["id"]: o for o in objects}


def poll(collection, per_request, **filters):
    """All pages; checks that none is larger than asked and that nothing comes twice."""
    out = []
    for page in as_pages(collection.get_objects, per_request=per_request, **filters):
        got = page.get("objects", [])
        check("a page", len(got) <= per_request, f"has {len(got)} objects, asked for {per_request}")
        out += got
    keys = [(o["id"], o.get("modified", "")) for o in out]
    equal(f"objects that came twice over pages of {per_request} {filters}", sorted(k for k in set(keys) if keys.count(k) > 1), [])
    return out


def discovery(url, key):
    refused("discovery with a wrong key", 401, lambda: Server(url + "/taxii2/", user="anyone", password="wrong").title)
    server = Server(url + "/taxii2/", user="anyone", password=key)
    check("discovery", server.title, "has no title")
    check("discovery", server.default is not None and server.default.url.endswith("/exchange/"), "its default root is not /exchange/")
    equal("API roots", server.default.url in [r.url for r in server.api_roots], True)
    root = ApiRoot(url + "/exchange/", user="anyone", password=key)
    check("API root", TAXII in root.versions, f"its versions are {root.versions}")
    check("API root", root.max_content_length >= 16 << 20, f"max_content_length is {root.max_content_length}, a report may have 16 MB")
    aliases = {}
    for c in root.collections:
        equal(f"version of the UUID of collection {c.title}", uuid.UUID(c.id).version, 4)
        check(f"collection {c.title}", c.can_read and c.can_write, "is not readable and writable")
        aliases[c.alias] = c
    missing = {"clear", "default", "amber", "amber-strict"} - set(aliases)
    equal("collections that are missing", sorted(missing), [])
    # taxii2-client itself refuses an address that doesn't hold the id, so the alias is asked for without it.
    one = requests.get(f"{url}/exchange/collections/default/", auth=("anyone", key), headers={"Accept": TAXII}, timeout=30)
    equal("collection by its alias", (one.status_code, one.json().get("id")), (200, aliases["default"].id))
    refused("unknown collection", 404, lambda: Collection(f"{url}/exchange/collections/{uuid.uuid4()}/", user="anyone", password=key).title)
    return root, aliases["default"]


def adding(root, collection, sent):
    status = collection.add_objects({"objects": sent}, timeout=30)
    equal("status of the report", (status.status, status.success_count, status.failure_count, status.pending_count), ("complete", len(sent), 0, 0))
    equal("successes named", sorted(s["id"] for s in status.successes), sorted(o["id"] for o in sent))
    again = root.get_status(status.id)
    equal("status read again", (again.status, again.total_count), ("complete", len(sent)))
    repeat = collection.add_objects({"objects": sent}, timeout=30)
    equal("the same report again", (repeat.success_count, repeat.failure_count), (len(sent), 0))
    good, bad = domain_indicator(f"good-{label()}.example"), domain_indicator(f"bad-{label()}.example")
    del bad["pattern"]
    mixed = collection.add_objects({"objects": [good, bad]}, timeout=30)
    equal("one sound and one broken object", (mixed.success_count, mixed.failure_count), (1, 1))
    equal("the broken one is named", mixed.failures[0]["id"], bad["id"])
    check("the broken one", mixed.failures[0].get("message"), "is refused without a reason")
    return good


def reading(collection, sent, who):
    for per_request in (1000, 5, 1):
        got = by_id(poll(collection, per_request))
        for o in sent:
            equal(f"{o['type']} as {who} reads it, {per_request} a page", got.get(o["id"]), o)
    for o in (sent[0], sent[-1]):
        equal(f"one object as {who} reads it", collection.get_object(o["id"])["objects"], [o])
    refused("unknown object", 404, lambda: collection.get_object(f"indicator--{uuid.uuid4()}"))


def manifest(collection, sent):
    rows = collection.get_manifest(limit=1000)["objects"]
    dates = [r["date_added"] for r in rows]
    equal("dates added rise", dates, sorted(set(dates)))
    got = {r["id"]: r for r in rows}
    for o in sent:
        row = got.get(o["id"])
        check("manifest", row, f"lacks {o['id']}")
        if "modified" in o:
            equal("version in the manifest", row["version"], o["modified"])
    return rows


def filters(collection, sent, rows):
    mine = by_id(sent)

    def ids(**f):
        return sorted(o["id"] for o in poll(collection, 4, **f) if o["id"] in mine)

    def want(keep):
        return sorted(o["id"] for o in sent if keep(o))

    equal("match[type]", ids(type="indicator"), want(lambda o: o["type"] == "indicator"))
    equal("match[type] of two", ids(type=["malware", "domain-name"]), want(lambda o: o["type"] in ("malware", "domain-name")))
    two = [sent[2]["id"], sent[7]["id"]]
    equal("match[id] of two", sorted(o["id"] for o in poll(collection, 4, id=two)), sorted(two))
    equal("match[id] and match[type]", ids(id=two, type="malware"), [])
    equal("match[version] of a time", ids(id=two[0], version=sent[2]["modified"]), [two[0]])
    equal("match[version] of no time", ids(version="2001-01-01T00:00:00.000Z"), [])
    middle = len(rows) // 2
    equal("added_after", [o["id"] for o in poll(collection, 3, added_after=rows[middle]["date_added"])], [r["id"] for r in rows[middle + 1:]])
    equal("added_after the last", poll(collection, 3, added_after=rows[-1]["date_added"]), [])
    refused("a token that was never given", 400, lambda: collection.get_objects(next="nonsense"))


def bad_filters(url, key):
    """What taxii2-client doesn't let through."""
    for bad in ({"limit": 0}, {"limit": "many"}, {"added_after": "yesterday"}, {"match[version]": "nonsense"}, {"match[color]": "red"}):
        a = requests.get(f"{url}/exchange/collections/default/objects/", params=bad, auth=("anyone", key), headers={"Accept": TAXII}, timeout=30)
        equal(f"filter {bad}", (a.status_code, a.headers["Content-Type"], a.json().get("http_status")), (400, TAXII, "400"))


def versions(collection, first):
    second = {**first, "modified": stamp(), "name": "Command and control, seen again"}
    status = collection.add_objects({"objects": [second]}, timeout=30)
    equal("a new version", (status.success_count, status.failure_count), (1, 0))
    equal("versions", collection.object_versions(first["id"])["versions"], [first["modified"], second["modified"]])
    one = lambda **f: [o["modified"] for o in collection.get_object(first["id"], **f)["objects"]]
    equal("the last version by default", one(), [second["modified"]])
    equal("the first version", one(version="first"), [first["modified"]])
    equal("all versions", one(version="all"), [first["modified"], second["modified"]])
    return second


def with_stix2(url, key, reader, sent, last):
    collection = Collection(f"{url}/exchange/collections/{reader.id}/", user="anyone", password=key)
    made = stix2.Indicator(pattern=f"[domain-name:value = 'sink-{label()}.example']", pattern_type="stix", name="From a sink",
                           indicator_types=["malicious-activity"], valid_from=stamp(-60), object_marking_refs=[TLP_GREEN])
    TAXIICollectionSink(collection).add(stix2.Bundle(made))
    source = TAXIICollectionSource(reader)
    equal("what stix2's sink sent", json.loads(source.get(made.id).serialize()), json.loads(made.serialize()))
    malware = next(o for o in sent if o["type"] == "malware")
    equal("stix2 get", json.loads(source.get(malware["id"]).serialize()), malware)
    check("stix2 get of an unknown object", source.get(f"malware--{uuid.uuid4()}") is None)
    mine = {o["id"] for o in sent}
    got = [o for o in source.query([Filter("type", "=", "indicator")]) if o["id"] in mine]
    equal("stix2 query by type", sorted(o["id"] for o in got), sorted(o["id"] for o in sent if o["type"] == "indicator"))
    equal("stix2 query by name", [o["id"] for o in source.query([Filter("name", "=", "Tinbell"), Filter("id", "=", malware["id"])])], [malware["id"]])
    equal("stix2 all versions", len(source.all_versions(last["id"])), 2)


def privacy(collection, reader):
    mailbox = f"jane.roe.{label()}@customer.example"
    o = domain_indicator(f"lure-{label()}.example", description=f"The mail was opened by our customer Jane Roe, {mailbox}, on her laptop.")
    status = collection.add_objects({"objects": [o]}, timeout=30)
    equal("a report with a victim's mailbox", (status.success_count, status.failure_count), (1, 0))
    got = by_id(poll(reader, 1000)).get(o["id"])
    check("a report with a victim's mailbox", got is not None, "never reached the other member")
    check("a report with a victim's mailbox", mailbox not in json.dumps(got), "shows the mailbox to the other member")
    equal("its pattern", got["pattern"], o["pattern"])


def deleting(collection, reader, o):
    refused("somebody else's object deleted", 403, lambda: reader.delete_object(o["id"]))
    collection.delete_object(o["id"])
    for who, c in (("its submitter", collection), ("another member", reader)):
        try:
            got = c.get_object(o["id"])["objects"]
        except requests.exceptions.HTTPError as e:
            equal(f"a recalled object as {who} reads it", e.response.status_code, 404)
            continue
        equal(f"a recalled object as {who} reads it", [(g.get("revoked"), g.get("name")) for g in got], [(True, None)])
    left = [g for g in poll(reader, 1000, version="all") if g["id"] == o["id"] and not g.get("revoked")]
    equal("versions of a recalled object that can still be read", left, [])


def main():
    parser = argparse.ArgumentParser()
    for name in ("--url", "--key", "--reader-key"):
        parser.add_argument(name, required=True)
    args = parser.parse_args()
    url = args.url.rstrip("/")
    root, collection = discovery(url, args.key)
    reader = Collection(f"{url}/exchange/collections/{collection.id}/", user="anyone", password=args.reader_key)
    sent = invent()
    good = adding(root, collection, sent)
    reading(collection, sent, "its submitter")
    reading(reader, sent, "another member")
    filters(collection, sent, manifest(collection, sent))
    bad_filters(url, args.key)
    last = versions(collection, sent[0])
    with_stix2(url, args.key, reader, [o for o in sent if o["id"] != last["id"]] + [last], last)
    whole = collection.add_objects(json.dumps(bundle([domain_indicator(f"whole-{label()}.example")])), timeout=30)
    equal("a bundle in place of an envelope", whole.success_count, 1)
    privacy(collection, reader)
    deleting(collection, reader, good)
    print(f"taxii2-client and stix2: {len(sent)} objects filed, read, paged, filtered, versioned, recalled")


if __name__ == "__main__":
    main()
