/**
 * For every configuration's `expect`: how long `expect.poll` waits for what a test expects, on a machine that is busy with other tests.
 * Less than any test's own time, so that a wait in vain says what it waited for.
 */
export const patient = { poll: { timeout: 15_000 } };
