/**
 * Who deploys, in Kamal's two ways of saying it.
 *
 * @module
 */

import { userInfo } from "node:os";
import { gitSetting } from "./git.ts";

/** Who deploys, for the audit log and hooks: git's `user.email`, else the login name. */
export async function performer(root: string): Promise<string> {
  return await gitSetting(root, "user.email") ?? loginName();
}

/** Who holds the lock: git's `user.name`, else as {@linkcode performer} says. */
export async function lockHolder(root: string): Promise<string> {
  return await gitSetting(root, "user.name") ?? await performer(root);
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return "unknown";
  }
}
