/**
 * For every configuration: how long tests may take on a machine that is busy with other tests. No test is long by itself; what hangs is told
 * late, and what is right is never told to be wrong. `expect.poll` waits for less than any test's own time, so that a wait in vain says
 * what it waited for.
 */
export const patient = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 30_000 } },
};
