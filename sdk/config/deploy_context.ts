/**
 * What a deployment that is computed may look at.
 *
 * @module
 */

/** What a function that `deploy.ts` exports is given. */
export interface DeployContext {
  /** The destination of `-d`; `undefined` without one. */
  readonly destination: string | undefined;
  /** The version to deploy; `undefined` where the command needs none. */
  readonly version: string | undefined;
  /** Environment of the process. */
  readonly env: Readonly<Record<string, string>>;
}
