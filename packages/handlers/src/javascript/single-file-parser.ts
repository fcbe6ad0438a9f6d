import { frameFile } from "../file-framing.ts";
import type { SingleFileHost } from "../language-host.ts";
import { handlerException } from "./handler-exception.ts";
import type { HandlerObject } from "./load-handler-class.ts";
import { openRecordHandler } from "./record-handler.ts";

export function openSingleFileParser(parser: HandlerObject, taskId: string): SingleFileHost {
  return {
    frame: (fileName) =>
      frameFile(async (method, ...args) => {
        try {
          return await parser[method]?.(...args);
        } catch (thrown) {
          throw handlerException(method, `for the file ${fileName}`, thrown);
        }
      }, fileName),
    handler: openRecordHandler(parser, "SingleFileParser", taskId),
  };
}
