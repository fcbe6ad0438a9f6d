from urllib.parse import urlparse


def parse_arn(arn):
    """The parts of `arn:aws:lambda:us-east-1:123456789012:function:clicks`, by name.

    The names are arn, partition, service, region, account, resource and resource_type, which is None where the resource has none in
    front of a `/` or `:`.
    """
    parts = arn.split(":", 5)
    if len(parts) < 6:
        raise ValueError(f"{arn} is no ARN, such as arn:aws:lambda:us-east-1:123456789012:function:clicks")
    resource = parts.pop()
    parsed = dict(zip(("arn", "partition", "service", "region", "account"), parts))
    separator = "/" if "/" in resource else ":"
    resource_type, is_typed, name = resource.partition(separator)
    return {**parsed, "resource": name if is_typed else resource, "resource_type": resource_type if is_typed else None}


def parse_bucket_name_from_s3_uri(s3_uri):
    """`data` of `s3a://data/in/a.csv`."""
    parsed = urlparse(s3_uri)
    if parsed.scheme not in ("s3", "s3a", "s3n") or not parsed.netloc:
        raise ValueError(f"{s3_uri} is no address of an object in S3, such as s3a://bucket/key")
    return parsed.netloc
