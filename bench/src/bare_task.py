"""The bare loop in Python: one file a line of standard input, the number of its records as the answer."""

import datetime
import hashlib
import hmac
import http.client
import json
import sys
import urllib.parse
import zlib

READ_BYTES = 256 * 1024
UNSIGNED_BODY = "UNSIGNED-PAYLOAD"
TASK = ("endpoint", "key", "source", "target", "accessKeyId", "secretAccessKey")


def main():
    sys.path.insert(0, sys.argv[1])
    from letsdata_interfaces.readers.parsers.SingleFileParser import SingleFileParser

    for line in sys.stdin:
        task = dict(zip(TASK, line.rstrip("\n").split("\t")))
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(task["endpoint"]).netloc)
        records, packed = transform(get(connection, task), task["key"], SingleFileParser())
        call(connection, task, "PUT", task["target"], packed).read()
        connection.close()
        print(records, flush=True)


def get(connection, task):
    response = call(connection, task, "GET", task["source"], None)
    unpack = zlib.decompressobj(31)
    while chunk := response.read(READ_BYTES):
        yield unpack.decompress(chunk)


def transform(chunks, key, parser):
    pack = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed = []
    rest = b""
    offset = records = 0
    for chunk in chunks:
        lines = (rest + chunk).splitlines(True)
        rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        out = []
        for line in lines:
            records += 1
            result = parser.parseDocument("LOG", key, offset, line, 0, len(line))
            offset += len(line)
            if result["status"] == "SUCCESS":
                out.append(body_of(result["document"]))
        packed.append(pack.compress("".join(out).encode()))
    packed.append(pack.flush())
    return records, b"".join(packed)


def body_of(document):
    flat = {name: document[name] for name in ("documentId", "recordType", "partitionKey", "documentMetadata")}
    flat.update(document["documentKeyValuesMap"])
    return json.dumps(flat, ensure_ascii=False, separators=(",", ":")) + "\n"


def call(connection, task, method, path, body):
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = "/".join((stamp[:8], "us-east-1", "s3", "aws4_request"))
    names = "host;x-amz-content-sha256;x-amz-date"
    lines = f"host:{connection.host}:{connection.port}\nx-amz-content-sha256:{UNSIGNED_BODY}\nx-amz-date:{stamp}\n"
    request = f"{method}\n{path}\n\n{lines}\n{names}\n{UNSIGNED_BODY}"
    key = ("AWS4" + task["secretAccessKey"]).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    credential = f"{task['accessKeyId']}/{scope}"
    headers = {
        "x-amz-content-sha256": UNSIGNED_BODY,
        "x-amz-date": stamp,
        "authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}",
    }
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    if response.status != 200:
        raise SystemExit(f"{method} {path} answered {response.status}")
    return response


main()
