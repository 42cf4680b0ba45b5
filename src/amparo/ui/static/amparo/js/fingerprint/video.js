// @ts-check
/**
 * The fingerprint of a video, vpdq-c512, on the device: docs/video.md. Runs on the page, because only a page has a
 * <video>; each frame goes to the worker. Two frames a second, of which one is fingerprinted while the next is looked
 * for. The page's policy has to allow `media-src blob:`; nothing is fetched.
 */

import { Refused } from "./refused.js";

export const VIDEO_ALGORITHM = "vpdq-c512";

const FRAMES_PER_SECOND = 2;
// The same bounds as the server's (_video_file.py, _video.py).
const MAX_SECONDS = 3600;
const MAX_BYTES = 4 * 1024 ** 3;
const MAX_FRAME_PIXELS = 7680 * 4320;
const MIN_SIDE = 5;
const BLANK_QUALITY = 10;
const SAME_PICTURE_BITS = 16;
// Times are fractions rounded to doubles: 0.5 may come as 0.49999.
const ROUNDING = 1e-4;
// Where a browser shows the frame before the one that is wanted, it is asked for moments this far on, doubled each time.
const NUDGE_SECONDS = 1 / 120;
// So long after a seek a frame that is new has been shown: a busy browser says that it is there before it shows it.
const SHOWN_MS = 300;
// The same where the old frame may well be right, as it is between two frames that follow fast.
const STILL_MS = 60;
// How often it is looked whether the new frame is there.
const LOOK_MS = 5;
// A seek that takes longer has come to nothing.
const PATIENCE_MS = 30_000;

/**
 * @typedef {{hex: string, quality: number, seconds: number}} Frame
 * @typedef {{algorithm: string, frames: Frame[], md5: string, sha256: string, seconds: number, ended: "whole" | "too long"}} Video
 * @typedef {{frame: VideoFrame | ImageBitmap} | {digest: Blob} | {stronger: Blob}} Job
 * @typedef {{hex: string, quality: number, md5: string, sha256: string, algorithm: string, record: string}} Answer
 * @typedef {(job: Job, onProgress?: (share: number) => void) => Promise<Answer>} Ask what the worker answers
 */

/**
 * @param {Blob} file
 * @param {object} how
 * @param {Ask} how.ask
 * @param {AbortSignal} how.signal it ends the work with the signal's reason
 * @param {(share: number) => void} [how.onProgress] called with 0..1
 * @returns {Promise<Video>}
 * @throws {Refused}
 */
export async function fingerprintVideo(file, { ask, signal, onProgress = () => {} }) {
  if (file.size > MAX_BYTES) throw new Refused("too-large", "the file has more than 4 GiB: choose a part of it");
  const video = await open(file, signal);
  try {
    const { seconds, frames } = await framesOf(video, { ask, signal, onProgress: (share) => onProgress(0.9 * share) });
    const { md5, sha256 } = await ask({ digest: file }, (share) => onProgress(0.9 + 0.1 * share));
    signal.throwIfAborted();
    const ended = seconds > MAX_SECONDS ? "too long" : "whole";
    return { algorithm: VIDEO_ALGORITHM, frames, md5, sha256, seconds, ended };
  } finally {
    URL.revokeObjectURL(video.src);
    video.removeAttribute("src");
    video.load();
  }
}

/**
 * What is sent of a video: a line about the file, then its frames. `amparo.apps.cases.video` reads it.
 * @param {Video} video
 */
export function toText({ algorithm, md5, sha256, seconds, ended, frames }) {
  return `${algorithm} ${md5} ${sha256} ${seconds.toFixed(3)} ${ended.replace(" ", "-")}\n${toVpdqLines(frames)}`;
}

/**
 * The frames in the text of the vpdq tools: a line `number,quality,hex,seconds` each.
 * @param {Frame[]} frames
 */
export function toVpdqLines(frames) {
  return frames.map(({ quality, hex, seconds }, at) => `${at},${quality},${hex},${seconds.toFixed(3)}\n`).join("");
}

/**
 * @param {Blob} file
 * @param {AbortSignal} signal
 */
async function open(file, signal) {
  const video = document.createElement("video");
  [video.muted, video.preload, video.playsInline] = [true, "auto", true];
  const ready = heard(video, "loadeddata", signal);
  video.src = URL.createObjectURL(file);
  try {
    await ready;
    // What was recorded in a browser has no length in its header; at the end the browser knows it.
    if (video.duration === Infinity) await seek(video, Number.MAX_SAFE_INTEGER, signal);
    requireSize(video);
    return video;
  } catch (error) {
    URL.revokeObjectURL(video.src);
    throw error;
  }
}

/** @param {HTMLVideoElement} video */
function requireSize({ videoWidth, videoHeight }) {
  if (!videoWidth) throw new Refused("not-a-video", "this file has sound and no picture");
  if (Math.min(videoWidth, videoHeight) < MIN_SIDE) throw new Refused("too-small", "a side is under 5 pixels");
  if (videoWidth * videoHeight > MAX_FRAME_PIXELS) throw new Refused("too-large", "its frames are larger than 8K");
}

/**
 * @param {HTMLVideoElement} video
 * @param {AbortSignal} signal
 */
function seek(video, /** @type {number} */ seconds, signal) {
  const done = heard(video, "seeked", signal);
  video.currentTime = seconds;
  return done;
}

/**
 * @param {HTMLVideoElement} video
 * @param {string} event
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function heard(video, event, signal) {
  const over = new AbortController();
  const { promise, resolve, reject } = withResolvers();
  const listen = { once: true, signal: over.signal };
  video.addEventListener(event, () => resolve(), listen);
  video.addEventListener("error", () => reject(refusal(video)), listen);
  signal.addEventListener("abort", () => reject(signal.reason), listen);
  const late = setTimeout(() => reject(new Refused("damaged", "the video plays no further: choose another copy")), PATIENCE_MS);
  if (signal.aborted) reject(signal.reason);
  return promise.finally(() => {
    clearTimeout(late);
    over.abort();
  });
}

/** `Promise.withResolvers`, which browsers before 2024 do not have. */
function withResolvers() {
  /** @type {any} */
  let parts;
  const promise = new Promise((resolve, reject) => {
    parts = { resolve, reject };
  });
  return /** @type {{promise: Promise<void>, resolve: () => void, reject: (why: unknown) => void}} */ ({ promise, ...parts });
}

/** @param {HTMLVideoElement} video */
function refusal({ error, readyState }) {
  return error?.code === MediaError.MEDIA_ERR_DECODE || readyState > 1
    ? new Refused("damaged", "the video breaks off or is damaged: choose the whole file")
    : new Refused("not-a-video", "this browser plays no such video: save it as MP4");
}

/**
 * @param {HTMLVideoElement} video
 * @param {{ask: Ask, signal: AbortSignal, onProgress: (share: number) => void}} how
 */
async function framesOf(video, { ask, signal, onProgress }) {
  /** @type {Frame[]} */
  const frames = [];
  const end = Math.min(video.duration, MAX_SECONDS);
  /** The worker's turn with the frame before: @type {Promise<void>} */
  let turn = Promise.resolve();
  let begin = NaN;
  let before = NaN;
  for (let place = 0; place === 0 || place / FRAMES_PER_SECOND < end; place += 1) {
    const due = place / FRAMES_PER_SECOND;
    const { frame, at } = await frameFrom(video, Number.isNaN(begin) ? 0 : begin, due, before, signal);
    if (Number.isNaN(begin)) begin = at;
    before = at;
    const seconds = Math.max(0, at - begin);
    await turn.catch((why) => {
      frame.close();
      throw why;
    });
    const share = Math.min(1, (place + 1) / FRAMES_PER_SECOND / end);
    turn = ask({ frame }).then(({ hex, quality }) => {
      signal.throwIfAborted();
      if (seconds + ROUNDING >= due) offer(frames, { hex, quality, seconds });
      onProgress(share);
    });
    // Should the next frame not come, nobody waits for this one any more.
    turn.catch(() => {});
    // A frame that stands for long is the first one of several moments.
    place = Math.max(place, Math.floor(seconds * FRAMES_PER_SECOND + ROUNDING));
  }
  await turn;
  return { frames, seconds: video.duration };
}

/**
 * The first frame at or after a moment. Browsers show the one at or before it, so a little later is tried too.
 * @param {HTMLVideoElement} video
 * @param {number} begin when the first frame is shown
 * @param {number} due seconds after it
 * @param {number} before when the frame began that was shown until now
 * @param {AbortSignal} signal
 */
async function frameFrom(video, begin, due, before, signal) {
  let shown = await frameAt(video, begin + due + ROUNDING, { before, patience: SHOWN_MS, signal });
  for (let on = NUDGE_SECONDS; due && shown.at - begin + ROUNDING < due && on < 1 / FRAMES_PER_SECOND; on *= 2) {
    shown.frame.close();
    shown = await frameAt(video, begin + due + on, { before: shown.at, patience: STILL_MS, signal });
  }
  return shown;
}

/**
 * @param {HTMLVideoElement} video
 * @param {number} seconds
 * @param {{before: number, patience: number, signal: AbortSignal}} how patience: ms for a frame that is not the one before
 * @returns {Promise<{frame: VideoFrame | ImageBitmap, at: number}>}
 */
async function frameAt(video, seconds, { before, patience, signal }) {
  // Without `rotation` a frame would not tell that it lies on its side; a bitmap is drawn as it is seen.
  if ("VideoFrame" in globalThis && "rotation" in VideoFrame.prototype) {
    await seek(video, seconds, signal);
    return frameShown(video, { before, patience, signal });
  }
  const shown = shownFrom(video);
  await seek(video, seconds, signal);
  const at = await shown;
  const sought = performance.now();
  for (;;) {
    const frame = await bitmapNow(video);
    if (frame) return { frame, at };
    await lookAgain(sought, signal);
  }
}

/**
 * The frame that is shown. A busy browser says that a seek is done before it shows anything, or while it shows the old
 * frame still: so one that is not the frame before is looked for until patience ends.
 * @param {HTMLVideoElement} video
 * @param {{before: number, patience: number, signal: AbortSignal}} how
 * @returns {Promise<{frame: VideoFrame, at: number}>}
 */
async function frameShown(video, { before, patience, signal }) {
  const sought = performance.now();
  for (;;) {
    const waited = performance.now() - sought;
    const frame = frameNow(video);
    const at = frame ? frame.timestamp / 1e6 : before;
    if (frame && (at !== before || waited > patience)) return { frame, at };
    frame?.close();
    await lookAgain(sought, signal);
  }
}

/**
 * A little later, for so long as patience lasts.
 * @param {number} since when a frame was first looked for
 * @param {AbortSignal} signal
 */
async function lookAgain(since, signal) {
  if (performance.now() - since > PATIENCE_MS) {
    throw new Refused("damaged", "the video shows no picture: choose another copy");
  }
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  signal.throwIfAborted();
}

/** @param {HTMLVideoElement} video whose frame may not be there yet */
function frameNow(video) {
  try {
    return new VideoFrame(video);
  } catch (error) {
    return notThereYet(error);
  }
}

/** The same where there are no frames of WebCodecs. @param {HTMLVideoElement} video */
async function bitmapNow(video) {
  try {
    return await createImageBitmap(video);
  } catch (error) {
    return notThereYet(error);
  }
}

/** @param {unknown} error what a browser said when it was asked for a frame */
function notThereYet(error) {
  if (/** @type {DOMException} */ (error).name === "InvalidStateError") return undefined;
  throw error;
}

/**
 * When the next frame that is shown begins. Where the browser does not tell, or shows the same one still, the moment.
 * @param {HTMLVideoElement} video
 * @returns {Promise<number>}
 */
function shownFrom(video) {
  return new Promise((resolve) => {
    const late = () => setTimeout(() => resolve(video.currentTime), SHOWN_MS);
    video.addEventListener("seeked", late, { once: true });
    video.requestVideoFrameCallback?.((_now, { mediaTime }) => resolve(mediaTime));
  });
}

/**
 * Kept are frames that are not blank, and over 16 bits from every frame kept before: docs/video.md.
 * @param {Frame[]} frames
 * @param {Frame} frame
 */
function offer(frames, frame) {
  if (frame.quality < BLANK_QUALITY) return;
  if (frames.every((kept) => bitsApart(kept.hex, frame.hex) > SAME_PICTURE_BITS)) frames.push(frame);
}

/** @param {string} one @param {string} other both 64 hex digits */
function bitsApart(one, other) {
  let bits = 0;
  for (let at = 0; at < one.length; at += 8) {
    let word = (parseInt(one.slice(at, at + 8), 16) ^ parseInt(other.slice(at, at + 8), 16)) >>> 0;
    for (; word; word &= word - 1) bits += 1;
  }
  return bits;
}
