const write =
  (method) =>
  (...values) =>
    console[method](...values);

/** Lines go to the task's log with their level. */
export const logger = Object.freeze({
  debug: write("debug"),
  info: write("info"),
  warn: write("warn"),
  error: write("error"),
  critical: write("error"),
});
