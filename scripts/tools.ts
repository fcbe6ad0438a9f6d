import type { Tool } from "./find-or-install-tools.ts";

/** Programs that parts of the tests and the bench need beside Node. */
export const tools = {
  python: { name: "Python 3.9 or newer", probe: ["python3", "--version"], debianPackage: "python3" },
  pip: { name: "pip", probe: ["python3", "-m", "pip", "--version"], debianPackage: "python3-pip" },
  jdk: { name: "a JDK", probe: ["javac", "--version"], debianPackage: "default-jdk-headless" },
  java: { name: "Java 17", probe: ["java", "-version"], debianPackage: "default-jdk-headless" },
  maven: { name: "Maven", probe: ["mvn", "--version"], debianPackage: "maven" },
} as const satisfies Record<string, Tool>;
