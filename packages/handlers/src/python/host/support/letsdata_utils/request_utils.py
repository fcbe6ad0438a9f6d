"""For handlers that bring a Lambda function of their own; LetsData's own answers requests without them."""

import json
import os

from letsdata_lambda.calls import exception_body
from letsdata_utils.stage import Stage


def return500ResponseFromException(err, response):
    """What a function answers where it fails. `response` is not looked at."""
    return {"StatusCode": 500, "headers": {"Content-Type": "application/json"}, "body": exception_body(err)}


def getLambdaStageFromEnvironment():
    """Of LETS_DATA_STAGE; ValueError where that is no stage."""
    return Stage.fromValue(os.getenv("LETS_DATA_STAGE"))


def isLambdaFunctionDatasetMicroservice(context, stage):
    """Whether the function is a dataset's own, not the one that all datasets of a stage share."""
    return not context.invoked_function_arn.endswith(f"{stage.value}LetsDataPythonBridgeLambdaFunction")


def getJsonObject(input):
    """The value itself where it is JSON; else an object's attributes as a dict, those that are no JSON in the same way."""
    try:
        json.dumps(input)
        return input
    except (TypeError, ValueError):
        if isinstance(input, dict):
            return {name: getJsonObject(value) for name, value in input.items()}
        if isinstance(input, (list, tuple)):
            return [getJsonObject(value) for value in input]
        return {name: getJsonObject(value) for name, value in vars(input).items()}
