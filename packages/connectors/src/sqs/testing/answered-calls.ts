import type { SQSClient } from "@aws-sdk/client-sqs";

/** Of such calls of the client that begin from now on: how many have an answer. */
export function answeredCalls({ middlewareStack }: SQSClient, commandName: string) {
  let answers = 0;
  middlewareStack.add(
    (next, call) => async (args) => {
      const answer = await next(args);
      if (call.commandName === commandName) answers++;
      return answer;
    },
    { step: "initialize", name: "answeredCalls" },
  );
  return { count: () => answers, [Symbol.dispose]: () => void middlewareStack.remove("answeredCalls") };
}
