import { CustomerFailure } from "./call-customer.js";

/** The two bodies of a response. @param {unknown} data */
export function answerBody(data) {
  return { statusCode: "SUCCESS", data: data ?? null };
}

/** @param {unknown} error */
export function exceptionBody(error) {
  const thrown = error instanceof CustomerFailure ? error.thrown : error;
  const { message, name, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    statusCode: "EXCEPTION",
    errorMessage: message,
    exception: { errorMessage: message, errorType: name, stackTrace: stack ?? "" },
  };
}
