/** An answer the real service would give as an error. `extra` becomes further elements or members of the error body. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly extra: Readonly<Record<string, string | number>>;

  constructor(code: string, message: string, status = 400, extra: Readonly<Record<string, string | number>> = {}) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.status = status;
    this.extra = extra;
  }
}

export function notImplemented(service: string, operation: string): AwsError {
  return new AwsError("NotImplemented", `${service}:${operation} is not implemented by local-cloud`, 501);
}
