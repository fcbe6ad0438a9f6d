/** What `describe` learns from a loaded artifact. */
export interface HandlerDescription {
  readonly language: "JAVASCRIPT" | "PYTHON" | "JAVA";
  /** Interfaces found, such as `SingleFileParser`, with the module that holds each. */
  readonly interfaces: Readonly<Record<string, string>>;
}
