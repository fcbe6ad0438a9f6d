import { authorise } from "../iam/authorise.ts";
import { AwsError } from "../server/aws-error.ts";
import type { XmlValue } from "../server/xml.ts";
import { asList, readXml } from "./read-xml.ts";
import { receiveText } from "./receive-body.ts";
import { respond, respondXml } from "./respond.ts";
import { bucketArn, need, type S3Operation, type S3Request } from "./s3-request.ts";

const KEYS_MAX = 1000;

export const deleteOperations: Readonly<Record<string, S3Operation>> = {
  DeleteObject: {
    needs: (call) => [need(call, "DeleteObject", call.key)],
    run({ request, bucketName, key, objects }) {
      objects.remove(bucketName, key);
      respond(request, 204);
    },
  },
  DeleteObjects: {
    // Every key is asked for by itself: S3 answers 200 with the refused ones as errors.
    needs: () => [],
    async run(call) {
      const { request } = call;
      const input = readXml(await receiveText(request), "Delete");
      const keys = asList(input.Object).map((entry) => String(entry.Key ?? ""));
      if (keys.length === 0 || keys.length > KEYS_MAX) {
        throw new AwsError(
          "MalformedXML",
          "The XML you provided was not well-formed or did not validate against our published schema",
          400,
        );
      }
      const Deleted: XmlValue[] = [];
      const errors: XmlValue[] = [];
      for (const key of keys) {
        const problem = deleteOne(call, key);
        if (problem) errors.push({ Key: key, Code: problem.code, Message: problem.message });
        else Deleted.push({ Key: key });
      }
      respondXml(request, "DeleteResult", { Deleted: input.Quiet === "true" ? [] : Deleted, Error: errors });
    },
  },
};

function deleteOne(call: S3Request, key: string): AwsError | null {
  const { request, cloud } = call;
  if (cloud.faults.draw("partial", "s3", "DeleteObjects", `${bucketArn(call.bucketName)}/${key}`)) {
    return new AwsError("InternalError", "We encountered an internal error. Please try again.", 500);
  }
  try {
    authorise(request.caller, [need(call, "DeleteObject", key)], request.requestContext, "AccessDenied");
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  call.objects.remove(call.bucketName, key);
  return null;
}
