/**
 * Logging in to the image registry: the simulated one lets everybody in.
 *
 * @module
 */

import type { RunRegistry } from "../operations/local_registry.ts";
import type { LoginRegistry, LogoutRegistry } from "../operations/registry.ts";
import { byClient, done, type Model } from "./model.ts";

/** How a login ends. */
export const loginRegistry: Model<LoginRegistry> = byClient(0.2, () => done());

/** How a logout ends. */
export const logoutRegistry: Model<LogoutRegistry> = byClient(0.05, () => done());

/** How the registry here is run: the simulated one always runs. */
export const runRegistry: Model<RunRegistry> = byClient(0.2, () => done());
