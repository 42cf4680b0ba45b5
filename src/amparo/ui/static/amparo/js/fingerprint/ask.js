// @ts-check
/** Questions to the worker, each with its own answer. */

import { Refused } from "./refused.js";

/**
 * @param {Worker} worker
 * @returns {import("./video.js").Ask}
 */
export function asking(worker) {
  /** @type {Map<number, {resolve: (answer: any) => void, reject: (why: unknown) => void, onProgress: (share: number) => void}>} */
  const open = new Map();
  // Below zero: the page counts its own files from one.
  let last = 0;
  worker.addEventListener("message", ({ data }) => {
    const asked = open.get(data.id);
    if (data.kind === "progress") asked?.onProgress(data.share);
    else if (asked) {
      open.delete(data.id);
      if (data.kind === "done") asked.resolve(data);
      else asked.reject(new Refused(data.reason, data.message));
    }
  });
  return (job, onProgress = () => {}) => {
    last -= 1;
    const id = last;
    return new Promise((resolve, reject) => {
      open.set(id, { resolve, reject, onProgress });
      worker.postMessage({ id, ...job }, "frame" in job ? [job.frame] : []);
    });
  };
}
