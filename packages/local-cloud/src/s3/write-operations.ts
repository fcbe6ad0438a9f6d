import { checkWriteConditions, conflicting, meetsConflict } from "./conditions.ts";
import { encryptionHeaders, keyForWrite, needsKey } from "./object-encryption.ts";
import { readObjectHeaders } from "./object-headers.ts";
import { receiveBody } from "./receive-body.ts";
import { respond } from "./respond.ts";
import { existingBucket, need, type S3Operation } from "./s3-request.ts";

export const writeOperations: Readonly<Record<string, S3Operation>> = {
  PutObject: {
    needs: (call) => [need(call, "PutObject", call.key), ...needsKey(call, keyForWrite(call), "GenerateDataKey")],
    async run(call) {
      const { request, bucketName, key, objects, files, cloud } = call;
      const { headers, metadata } = readObjectHeaders(request);
      const keyArn = keyForWrite(call);
      checkWriteConditions(request, objects.find(bucketName, key));
      const body = await receiveBody(request, files);
      try {
        existingBucket(call, bucketName);
        checkWriteConditions(request, objects.find(bucketName, key));
        if (meetsConflict(call, "PutObject")) throw conflicting(key);
      } catch (error) {
        files.remove([body.segment]);
        throw error;
      }
      const etag = body.md5.toString("hex");
      objects.save(bucketName, {
        key,
        size: body.segment.size,
        etag,
        modified: cloud.now(),
        details: {
          segments: [body.segment],
          headers,
          metadata,
          checksums: body.checksums,
          checksumType: "FULL_OBJECT",
          keyArn,
        },
      });
      const checksumType = Object.keys(body.checksums).length > 0 ? { "x-amz-checksum-type": "FULL_OBJECT" } : {};
      respond(request, 200, {
        etag: `"${etag}"`,
        ...encryptionHeaders(keyArn),
        ...body.checksums,
        ...checksumType,
      });
    },
  },
};
