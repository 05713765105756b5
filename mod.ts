/**
 * Sextant deploys containers to plain servers over SSH: a deployment is a value in TypeScript,
 * it is compared with what runs on the hosts, and the difference is a plan that is shown and then done.
 *
 * @example
 * ```ts
 * import { deploy, secret } from "@sextant/deploy";
 *
 * export default deploy("shop")
 *   .image("acme/shop")
 *   .registry({ server: "ghcr.io", username: "ci", password: secret("REGISTRY_PASSWORD") })
 *   .servers({ web: ["10.0.0.1", "10.0.0.2"] })
 *   .proxy({ host: "shop.acme.dev" });
 * ```
 *
 * @module
 */

export { type AnyDeploy, Deploy, deploy, type DeployExport } from "./sdk/deploy.ts";
