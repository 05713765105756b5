/**
 * What the command line calls, each loaded only when it is needed; tests put others in their place.
 *
 * @module
 */

import type { planVerb, resolvedConfig, runVerb } from "../commander.ts";
import type { loadDeployment } from "../load/deployment.ts";
import type { initProject } from "../load/init.ts";

/** What the command line calls. */
export interface Dependencies {
  /** Finds and reads the deployment. */
  readonly loadDeployment: typeof loadDeployment;
  /** Writes the files of a new project. */
  readonly initProject: typeof initProject;
  /** Runs a command. */
  readonly runVerb: typeof runVerb;
  /** Plans a command. */
  readonly planVerb: typeof planVerb;
  /** Resolves the configuration. */
  readonly resolvedConfig: typeof resolvedConfig;
}

/** The real ones. */
export const DEPENDENCIES: Dependencies = Object.freeze({
  loadDeployment: async (...args: Parameters<typeof loadDeployment>) =>
    await (await import("../load/deployment.ts")).loadDeployment(...args),
  initProject: async (...args: Parameters<typeof initProject>) =>
    await (await import("../load/init.ts")).initProject(...args),
  runVerb: async (...args: Parameters<typeof runVerb>) =>
    await (await commander()).runVerb(...args),
  planVerb: async (...args: Parameters<typeof planVerb>) =>
    await (await commander()).planVerb(...args),
  resolvedConfig: async (...args: Parameters<typeof resolvedConfig>) =>
    await (await commander()).resolvedConfig(...args),
});

/**
 * Loads the commander. By a plain path, `deno run` would look through all that it may ever need before the program
 * begins; bundlers see through the cast.
 */
async function commander(): Promise<typeof import("../commander.ts")> {
  return await import("../commander.ts" as string);
}
