/**
 * Hooks: exec runs them itself, so that no host ever sees one.
 *
 * @module
 */

import type { RunHook } from "../operations/hook.ts";
import { byShell, done, type Model } from "./model.ts";

/** What is left of a hook in a script: nothing. */
export const runHook: Model<RunHook> = byShell(() => done());
