/**
 * The deploy lock on a simulated host.
 *
 * @module
 */

import {
  type AcquireLock,
  LOCK_HELD_STATUS,
  type ReleaseLock,
  type ShowLock,
} from "../operations/lock.ts";
import { decode, encode } from "./host.ts";
import { byShell, done, failed, type Model } from "./model.ts";

const takeLock: Model<AcquireLock> = byShell((operation, host) => {
  const { path, holder, at, version, message } = operation;
  if (host.directories.has(path)) {
    return failed(LOCK_HELD_STATUS, "", decode(host.read(`${path}/details`) ?? ""));
  }
  const details = `Locked by: ${holder} at ${at}\nVersion: ${version}\nMessage: ${message}`;
  host.write(`${path}/details`, encode(details));
  return done();
});

/** How the lock is taken; one that is held is looked at again once all the time to wait has passed. */
export const acquireLock: Model<AcquireLock> = {
  ...takeLock,
  seconds: (operation, host) =>
    host.directories.has(operation.path) ? operation.wait?.timeout ?? 0.01 : 0.01,
};

/** How the lock is given back. */
export const releaseLock: Model<ReleaseLock> = byShell(({ path, only }, host) => {
  const isHeld = host.directories.has(path);
  if (only === undefined && !isHeld) return failed(NO_LOCK_STATUS, "");
  const isOwn = only === undefined || decode(host.read(`${path}/details`) ?? "") === only;
  if (isHeld && isOwn) host.remove(path);
  return done();
});

/** How the lock is shown. */
export const showLock: Model<ShowLock> = byShell(({ path }, host) => {
  if (!host.directories.has(path)) return done("there is no deploy lock\n");
  return done(decode(host.read(`${path}/details`) ?? ""));
});

// Exit status of a release that found no lock.
const NO_LOCK_STATUS = 76;
