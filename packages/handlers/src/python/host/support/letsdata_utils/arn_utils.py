from urllib.parse import urlparse


def parse_bucket_name_from_s3_uri(s3_uri):
    """`data` of `s3a://data/in/a.csv`."""
    parsed = urlparse(s3_uri)
    if parsed.scheme not in ("s3", "s3a", "s3n") or not parsed.netloc:
        raise ValueError(f"{s3_uri} is no address of an object in S3, such as s3a://bucket/key")
    return parsed.netloc
