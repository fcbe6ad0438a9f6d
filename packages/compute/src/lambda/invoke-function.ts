import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { type ClientSettings, clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import { type Invoke, parseAnswer } from "@letsdata/handlers/lambda-bridge/bridge-protocol";

/**
 * Sends requests of the bridge to a Lambda function; throttled calls are repeated. A function that failed outside its entry answers with
 * `errorMessage` and `errorType`, which the bridge takes as an exception of customer code. Throws ACCESS_DENIED and the like.
 */
export function invokeFunction(settings: ClientSettings, functionArn: string): Invoke {
  const client = clientFor(LambdaClient, settings);
  const call = { action: "lambda:InvokeFunction", resource: functionArn };
  return async (request, signal) => {
    const command = new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(request)) });
    const { Payload } = await withRetry(() => client.send(command, { abortSignal: signal }), { call, signal });
    const text = Payload === undefined ? "" : Buffer.from(Payload).toString("utf8");
    return text === "" ? null : parseAnswer(text);
  };
}
