// @ts-check
/** Released decoders of others, unchanged, under ../vendor. They were written before modules, and loaded once each. */

/** @type {Map<string, Promise<any>>} what they export is described where it is used */
const loaded = new Map();
// They export into globals of one name, so one is loaded after the other.
let turn = Promise.resolve();

/**
 * @param {string} path below ../vendor
 * @returns {Promise<any>} what the script exports
 */
export function vendored(path) {
  const known = loaded.get(path);
  if (known) return known;
  const loading = turn.then(() => load(path));
  turn = loading.then(
    () => {},
    () => {},
  );
  loaded.set(path, loading);
  // A device that was offline may be online at the next file.
  loading.catch(() => loaded.delete(path));
  return loading;
}

/** @param {string} path */
async function load(path) {
  const holder = { exports: {} };
  const scope = /** @type {any} */ (globalThis);
  // The way in that scripts of CommonJS look for.
  [scope.module, scope.exports] = [holder, holder.exports];
  try {
    const namespace = await import(new URL(`../vendor/${path}`, import.meta.url).href);
    // Node knows CommonJS and hands it over itself.
    return namespace.default ?? holder.exports;
  } finally {
    delete scope.module;
    delete scope.exports;
  }
}
