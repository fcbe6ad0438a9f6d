import { javaHost } from "@letsdata/handlers/java/open-handler";
import { javaScriptHost } from "@letsdata/handlers/javascript/open-handler";
import type { LanguageHost } from "@letsdata/handlers/language-host";
import { pythonHost } from "@letsdata/handlers/python/open-handler";
import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";

/** Languages whose handlers run here. */
export const languageHosts: Readonly<Partial<Record<HandlerDescription["language"], LanguageHost>>> = {
  JAVASCRIPT: javaScriptHost,
  PYTHON: pythonHost,
  JAVA: javaHost,
};
