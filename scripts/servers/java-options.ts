/** Servers that live for seconds on two processors: what compiles and collects beside them costs more than it brings. */
export const QUICK_START = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"] as const;
