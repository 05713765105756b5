/**
 * The test lab: real hosts on one Linux machine, each with its own sshd and Docker Engine, besides
 * a registry and a builder.
 *
 * @module
 */

import { main } from "./command_line.ts";

export { type AppKind, type AppOptions, commitApp } from "./apps.ts";
export { LabHost, type Login } from "./host.ts";
export { type Ability, canRunLab } from "./install.ts";
export { KAMAL_PROXY_IMAGE } from "./kamal_proxy.ts";
export { type Builder, Lab } from "./running_lab.ts";
export { labTest } from "./lab_case.ts";
export { LabError, type Output } from "./shell.ts";
export { type RegistryLogin } from "./registry.ts";
export { up, type UpOptions } from "./up.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
