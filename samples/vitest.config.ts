import { configDefaults, defineConfig } from "vitest/config";
import { patient } from "../vitest.shared.ts";

/** A template brings its own test runner; the packages whose templates they are build and run them. */
const templates = "templates/*/test/**";

export default defineConfig({
  test: {
    name: "samples",
    include: ["**/*.test.ts"],
    exclude: [...configDefaults.exclude, templates],
    ...patient,
  },
});
