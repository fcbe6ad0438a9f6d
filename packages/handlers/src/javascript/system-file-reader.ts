import type { SystemFileReader } from "../interfaces/handler-types.ts";
import type { SystemFile } from "../state-machine/state-machine-objects.ts";

/** A file as the published interface shows it; of use only until `end`. */
export function systemFileReader(file: SystemFile): { readonly reader: SystemFileReader; end(): void } {
  let isOver = false;
  return {
    reader: {
      nextRecord(peek = false) {
        if (isOver)
          return Promise.reject(new Error("nextRecord was called after parseDocument had returned; await it"));
        return file.nextRecord(peek) as ReturnType<SystemFileReader["nextRecord"]>;
      },
      getState: () => file.state,
      getOffsetBytes: () => String(file.offset),
      getFileType: () => file.fileType,
      getFileName: () => file.fileName,
      getLastRecordType: () => file.lastRecordType,
    },
    end() {
      isOver = true;
    },
  };
}
