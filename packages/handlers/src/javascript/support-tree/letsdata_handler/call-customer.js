/** What a method of customer code threw, and where. */
export class CustomerFailure extends Error {
  /** @param {string} method @param {string} where @param {unknown} thrown */
  constructor(method, where, thrown) {
    super(`${method} threw`);
    this.method = method;
    this.where = where;
    this.thrown = thrown;
  }
}

/** Null where the object has no such method. @param {any} object @param {string} method @param {string} where @param {unknown[]} args */
export async function call(object, method, where, ...args) {
  if (typeof object[method] !== "function") return null;
  try {
    return await object[method](...args);
  } catch (thrown) {
    throw thrown instanceof CustomerFailure ? thrown : new CustomerFailure(method, where, thrown);
  }
}
