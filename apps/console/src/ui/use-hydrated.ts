import { useSyncExternalStore } from "react";

const never = () => () => {};

/** False on the server and until the page's scripts answer in the browser: what is sent before that reaches nobody. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
