#!/usr/bin/env python3
"""sbom.py SBOM PROBE [RUN]: SPDX 2.3's required fields are there, each element that a
relationship names exists, and the versions are those that the program, started by RUN, tells."""
import hashlib
import json
import re
import subprocess
import sys


def main(path, probe, *start):
    doc = json.load(open(path))
    wrong = []
    for key in ("spdxVersion", "dataLicense", "SPDXID", "name",
                "documentNamespace", "creationInfo", "packages", "files",
                "relationships"):
        if not doc.get(key):
            wrong.append("no " + key)
    ids = {doc["SPDXID"]}
    for p in doc["packages"]:
        ids.add(p["SPDXID"])
        for key in ("name", "SPDXID", "downloadLocation", "versionInfo",
                    "licenseDeclared", "externalRefs"):
            if not p.get(key):
                wrong.append("%s: no %s" % (p.get("name"), key))
    for f in doc["files"]:
        ids.add(f["SPDXID"])
    for i in ids:
        if not re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", i):
            wrong.append("not an SPDX id: " + i)
    for r in doc["relationships"]:
        for end in ("spdxElementId", "relatedSpdxElement"):
            if r[end] not in ids:
                wrong.append("nothing is called " + r[end])
    linked = {r["relatedSpdxElement"] for r in doc["relationships"]
              if r["relationshipType"] == "STATIC_LINK"}
    have = {p["name"]: p["versionInfo"] for p in doc["packages"]}
    if {"SPDXRef-" + n for n in have if n != "probe"} != linked:
        wrong.append("not every package is linked, or the other way round")
    said = subprocess.run([*start, probe, "version"], capture_output=True, text=True,
                          check=True).stdout
    for name, says in (("curl", "curl"), ("openssl", "openssl"),
                       ("libuv1", "libuv"), ("zlib", "zlib"),
                       ("libarchive", "libarchive"), ("musl", "musl"),
                       ("jsmn", "jsmn"), ("probe", "probe")):
        m = re.search(r"(?im)\b%s[ /:]+v?([0-9][0-9.]*[0-9])" % says, said)
        if not m:
            wrong.append("`probe version` tells nothing of " + name)
        elif not have.get(name, "").startswith(m.group(1)):
            wrong.append("%s: %s here, %s in the program"
                         % (name, have.get(name), m.group(1)))
    for f in doc["files"]:
        if f["fileName"].endswith("/bin/probe"):
            sum_ = hashlib.sha256(open(probe, "rb").read()).hexdigest()
            if sum_ not in [c["checksumValue"] for c in f["checksums"]]:
                wrong.append("another file's checksum")
    print("\n".join(wrong))


main(*sys.argv[1:])
