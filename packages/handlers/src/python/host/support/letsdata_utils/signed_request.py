"""AWS Signature Version 4 for a POST to the root of a service."""

import datetime
import hashlib
import hmac
import os
from urllib.parse import urlparse


def signed_headers(url, headers, body, region, service):
    """The given headers (names in lower case) with those that sign them, by the credentials in the environment."""
    moment = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    signed = {**headers, "host": urlparse(url).netloc, "x-amz-date": moment, "x-amz-content-sha256": digest}
    if os.environ.get("AWS_SESSION_TOKEN"):
        signed["x-amz-security-token"] = os.environ["AWS_SESSION_TOKEN"]
    names = sorted(signed)
    lines = "".join(f"{name}:{signed[name].strip()}\n" for name in names)
    canonical = "\n".join(["POST", "/", "", lines, ";".join(names), digest])
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in (moment[:8], region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return signed
