"""Reads the secret of a Spark step with the credentials in the environment. It needs no AWS SDK."""

import json
import os
import urllib.error
import urllib.request

from letsdata_utils.signed_request import signed_headers


class SecretManagerUtil:
    """One per region; a secret is fetched once."""

    instance_map = {}

    def __init__(self, region):
        self.region = region
        self.cache = {}

    @classmethod
    def get_instance(cls, region):
        if region not in cls.instance_map:
            cls.instance_map[region] = cls(region)
        return cls.instance_map[region]

    @classmethod
    def get_spark_aws_credentials(cls, region, spark_credentials_secret_arn, method_name, destination_type):
        """`method_name`: mapper or reducer; `destination_type`: read or write."""
        secret = json.loads(cls.get_instance(region).get_secrets_value(spark_credentials_secret_arn))
        credentials = secret[method_name][destination_type]
        return {name: credentials[name] for name in ("AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}

    def get_secret_value_string(self, secret_arn):
        return self.get_secrets_value(secret_arn)

    def get_secrets_value(self, secret_arn):
        if secret_arn not in self.cache:
            self.cache[secret_arn] = self._fetch(secret_arn)
        return self.cache[secret_arn]

    def _fetch(self, secret_arn):
        url = os.environ.get("AWS_ENDPOINT_URL") or f"https://secretsmanager.{self.region}.amazonaws.com"
        body = json.dumps({"SecretId": secret_arn}).encode()
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.GetSecretValue"}
        request = urllib.request.Request(url.rstrip("/") + "/", data=body, method="POST")
        for name, value in signed_headers(url, headers, body, self.region, "secretsmanager").items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.loads(response.read())["SecretString"]
        except urllib.error.HTTPError as refused:
            said = refused.read().decode("utf-8", "replace")[:500]
            raise RuntimeError(f"Secrets Manager refused {secret_arn}: {refused.code} {said}") from refused
