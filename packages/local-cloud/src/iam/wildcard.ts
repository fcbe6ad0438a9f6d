const compiled = new Map<string, RegExp>();
const CACHE_ENTRIES_MAX = 5000;

/** `*` any run of characters, `?` one character, `${*}`, `${?}` and `${$}` the character itself; everything else is literal. */
export function matchesWildcard(pattern: string, value: string, ignoreCase = false): boolean {
  if (pattern === "*") return true;
  if (!/[*?]|\$\{\$\}/.test(pattern)) {
    return ignoreCase ? pattern.toLowerCase() === value.toLowerCase() : pattern === value;
  }
  const cacheKey = (ignoreCase ? "i:" : "c:") + pattern;
  let expression = compiled.get(cacheKey);
  if (!expression) {
    const source = pattern.replace(/\$\{[*?$]\}|\*+|\?|[.+^${}()|[\]\\]/g, (token) => {
      if (token.startsWith("${") && token.length === 4) return `\\${token[2]}`;
      return token.startsWith("*") ? ".*" : token === "?" ? "." : `\\${token}`;
    });
    expression = new RegExp(`^${source}$`, ignoreCase ? "is" : "s");
    if (compiled.size >= CACHE_ENTRIES_MAX) compiled.clear();
    compiled.set(cacheKey, expression);
  }
  return expression.test(value);
}

/** ARNs match part by part: a wildcard never reaches over a colon of the first five parts. */
export function matchesArn(pattern: string, value: string): boolean {
  if (pattern === "*") return true;
  const patternParts = splitArn(pattern);
  const valueParts = splitArn(value);
  if (!patternParts || !valueParts) return false;
  return patternParts.every((part, index) => matchesWildcard(part, valueParts[index] ?? ""));
}

function splitArn(arn: string): string[] | null {
  const parts = arn.split(":");
  if (parts.length < 6 || parts[0] !== "arn") return null;
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}
