/**
 * The fluent builder: a deployment as it is written in `deploy.ts`.
 *
 * @module
 */

import type { CommandOptions, Deployment } from "./commander.ts";
import { Run } from "./commander/run.ts";
import type { Verb } from "./commander/verb.ts";
import type { AccessoryInput } from "./config/accessory.ts";
import type { AliasesInput } from "./config/alias.ts";
import type { CanaryInput } from "./config/canary.ts";
import type { BootInput } from "./config/boot.ts";
import type { ReleaseInput } from "./config/release.ts";
import type { BuilderInput } from "./config/builder.ts";
import { combine } from "./config/combine.ts";
import { keepHosts } from "./config/computed_hosts.ts";
import type { DeployContext } from "./config/deploy_context.ts";
import { type DeployEffects, NO_EFFECTS } from "./config/effects.ts";
import type { RootEnvInput } from "./config/env.ts";
import { addHook, type HookFunction, type HookName } from "./config/hook.ts";
import type { HostsInput } from "./config/hosts_function.ts";
import type { LoggingInput } from "./config/logging.ts";
import { deepFreeze, frozenCopy } from "./config/plain_data.ts";
import type { ProxyInput } from "./config/proxy.ts";
import type { TraefikInput } from "./config/traefik.ts";
import type { RegistryInput } from "./config/registry.ts";
import type { RoleInput } from "./config/role.ts";
import { addSecrets, type SecretsInput } from "./config/secrets_function.ts";
import type { SettingsInput } from "./config/settings.ts";
import type {
  DeployShape,
  EmptyShape,
  WithAccessory,
  WithDestination,
  WithRole,
  WithSecret,
} from "./config/shape.ts";
import { DEPLOY_BRAND, type DeploySpec, type SpecFields } from "./config/spec.ts";
import type { SshInput } from "./config/ssh.ts";
import type { SshkitInput } from "./config/sshkit.ts";
import type { TextMap } from "./config/text_map.ts";
import { ConfigError } from "./errors.ts";
import type { Event } from "./exec/event.ts";
import type { Plan } from "./plan/plan.ts";

/**
 * A deployment under construction. Every method gives a new one and leaves this one as it is.
 *
 * Calling a method twice adds up: lists append, objects merge, and what is said twice is a
 * {@linkcode ConfigError} that names both. Values are checked when the deployment is resolved,
 * all of them at once.
 */
export class Deploy<S extends DeployShape = EmptyShape> {
  /** Keeps deployments of different shapes apart; has no value. */
  declare readonly "~shape": S;
  /** Marks a deployment, whichever copy of the SDK made it. */
  readonly [DEPLOY_BRAND]: true = true;
  readonly #spec: DeploySpec;
  readonly #effects: DeployEffects;

  /** Wraps a spec and the functions beside it; {@linkcode deploy} starts one. */
  constructor(spec: DeploySpec, effects: DeployEffects = NO_EFFECTS) {
    this.#spec = frozenCopy(spec);
    this.#effects = deepFreeze({
      hooks: { ...effects.hooks },
      hosts: { ...effects.hosts },
      secrets: { ...effects.secrets },
    });
    Object.freeze(this);
  }

  /**
   * Names the image, without registry and tag.
   *
   * @example The image is tagged with the version
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").image("acme/shop");
   * // docker pull acme/shop:<version>
   * ```
   */
  image(image: string): Deploy<S> {
    return this.#with({ image });
  }

  /**
   * Names the registry and who logs in.
   *
   * @example A token from the secrets
   * ```ts
   * import { deploy, secret } from "@sextant/deploy";
   * deploy("shop").registry({ server: "ghcr.io", username: "ci", password: secret("TOKEN") });
   * // docker login ghcr.io --username ci --password-stdin
   * ```
   */
  registry<const Secret extends string = never>(
    registry: RegistryInput<Secret>,
  ): Deploy<WithSecret<S, Secret>> {
    return this.#with({ registry });
  }

  /**
   * Declares roles and the hosts that each one runs on. Each role can be declared once. A function in the
   * place of a list of hosts is asked once per run, before anything else is done.
   *
   * @example Two roles
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").servers({
   *   web: ["10.0.0.1", { host: "10.0.0.2", tags: ["eu"] }],
   *   jobs: { hosts: ["deploy@10.0.0.3:2222"], cmd: "bin/jobs" },
   * });
   * // docker run --detach --restart unless-stopped --name shop-jobs-<version> … bin/jobs
   * ```
   *
   * @example Hosts from an inventory
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").servers({
   *   web: async ({ destination = "production", signal }) => {
   *     const answer = await fetch(`https://inventory.acme.dev/${destination}`, { signal });
   *     return await answer.json();
   *   },
   * });
   * // sextant config  shows the hosts that it gave
   * ```
   */
  servers<const Role extends string, const Host extends string = never>(
    servers: Readonly<Record<Role, RoleInput<HostsInput<Host>>>>,
  ): Deploy<WithRole<S, Role, Host>> {
    const { nouns, effects } = keepHosts(this.#effects, { servers });
    return this.#with(nouns, effects);
  }

  /**
   * Says how the image is built.
   *
   * @example For ARM hosts
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").builder({ arch: "arm64", args: { NODE: 24 } });
   * // docker build --platform linux/arm64 --build-arg NODE=24 …
   * ```
   */
  builder<const Secret extends string = never>(
    builder: BuilderInput<Secret>,
  ): Deploy<WithSecret<S, Secret>> {
    return this.#with({ builder });
  }

  /**
   * Sets environment variables of every role.
   *
   * @example In the clear, secret, and by a host's tag
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").env({
   *   clear: { PORT: 3000 },
   *   secret: ["DATABASE_URL", "SMTP_PASSWORD:MAIL_TOKEN"],
   *   tags: { eu: { REGION: "eu" } },
   * });
   * // docker run … --env PORT=3000 --env REGION=eu --env-file .kamal/apps/shop/env/roles/web.env …
   * ```
   */
  env<const Secret extends string = never>(
    env: RootEnvInput<Secret>,
  ): Deploy<WithSecret<S, Secret>> {
    return this.#with({ env });
  }

  /**
   * Names a function that gives the secrets that `.kamal/secrets` does not hold. It is called once per run, with all
   * their names, while the hosts are connected and asked; nothing is changed before every secret is there.
   *
   * @example From a vault's API
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").env({ secret: ["DATABASE_URL"] }).secrets({
   *   fetch: async (names, { destination = "production", signal }) => {
   *     const query = new URLSearchParams({ names: names.join(), of: destination });
   *     return await (await fetch(`https://vault.acme.dev/?${query}`, { signal })).json();
   *   },
   * });
   * // docker run … --env-file .kamal/apps/shop/env/roles/web.env …
   * ```
   *
   * @throws {ConfigError} If it is no function, or there is one already.
   */
  secrets(secrets: SecretsInput): Deploy<S> {
    const { id, effects } = addSecrets(this.#effects, secrets);
    return this.#with({ secrets: { fetch: id } }, effects);
  }

  /**
   * Says how kamal-proxy sends traffic to the primary role, and to roles that ask for it.
   *
   * @example HTTPS on one server
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").proxy({ host: "shop.acme.dev", ssl: true, appPort: 3000 });
   * // docker exec kamal-proxy kamal-proxy deploy shop-web --target <id>:3000 --host shop.acme.dev --tls …
   * ```
   */
  proxy(proxy: ProxyInput): Deploy<S> {
    return this.#with({ proxy });
  }

  /**
   * Lets Traefik serve in the place of kamal-proxy, as Kamal 1 did: it finds the app's containers by their labels, and
   * leaves those that their health check calls unhealthy. `proxy` still says hosts, port and health path.
   *
   * @example As Kamal 1 runs it
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").traefik({ args: { "accesslog": true } }).proxy({ appPort: 3000 });
   * // docker run --name traefik … --publish 80:80 traefik:v2.11 --providers.docker --accesslog
   * ```
   */
  traefik(traefik: TraefikInput = {}): Deploy<S> {
    return this.#with({ traefik });
  }

  /**
   * Declares an accessory, a container that outlives deploys. Roles that it names must have been declared.
   *
   * @example A database beside the workers
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").servers({ jobs: ["10.0.0.3"] }).accessory("db", {
   *   image: "postgres:17",
   *   role: "jobs",
   *   directories: ["data:/var/lib/postgresql/data"],
   * });
   * // docker run --detach --restart unless-stopped --name shop-db \
   * //   --volume "$PWD"/shop-db/data:/var/lib/postgresql/data … postgres:17
   * ```
   */
  accessory<const Accessory extends string>(
    name: Accessory,
    accessory: AccessoryInput<S["role"]>,
  ): Deploy<WithAccessory<S, Accessory>> {
    const { nouns, effects } = keepHosts(this.#effects, { accessories: { [name]: accessory } });
    return this.#with(nouns, effects);
  }

  /**
   * Runs a function at a point of a deploy, on this machine; several run in the order of the calls.
   *
   * @example Telling who deploys
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").hook("pre-deploy", ({ plan, performer, log }) => {
   *   log(`${performer} deploys ${plan.version}`);
   * });
   * // runs here, with the lock held, before any host is changed
   * ```
   *
   * @throws {ConfigError} If there is no hook of that name.
   */
  hook<const Name extends HookName>(name: Name, run: HookFunction<Name>): Deploy<S> {
    const { id, effects } = addHook(this.#effects, name, run);
    return this.#with({ hooks: { [name]: [id] } }, effects);
  }

  /**
   * Says how hosts are reached.
   *
   * @example Another login and a key of its own
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").ssh({ user: "deploy", keys: ["~/.ssh/deploy"], keysOnly: true });
   * // ssh -i ~/.ssh/deploy -o IdentitiesOnly=yes deploy@10.0.0.1
   * ```
   *
   * @example Through a jump host
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").ssh({ proxy: "jump@bastion.acme.dev" });
   * // ssh -J jump@bastion.acme.dev root@10.0.0.1
   * ```
   */
  ssh(ssh: SshInput): Deploy<S> {
    return this.#with({ ssh });
  }

  /**
   * Says how connections are made.
   *
   * @example Few at a time
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").sshkit({ maxConcurrentStarts: 10 });
   * // of 50 hosts, ten are logged in to at the same time
   * ```
   */
  sshkit(sshkit: SshkitInput): Deploy<S> {
    return this.#with({ sshkit });
  }

  /**
   * Says in which groups hosts switch versions, and what goes back when one fails.
   *
   * @example A quarter of the hosts at a time
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").boot({ limit: "25%", wait: 10 });
   * // of eight hosts, two switch at a time, ten seconds apart
   * ```
   */
  boot(boot: BootInput): Deploy<S> {
    return this.#with({ boot });
  }

  /**
   * Runs a command once on the primary host, in the new image with the new environment, before anything boots.
   * When it fails, nothing boots and the old version serves on. Going back to a version does not run it.
   * With `pause`, requests wait in kamal-proxy while it runs, at most so many seconds; none of them fails.
   *
   * @example Migrations
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").release({ cmd: "bin/rails db:migrate", timeout: 600, pause: 20 });
   * // kamal-proxy pause shop-web …, on every host
   * // docker run --rm … acme/shop:<version> bin/rails db:migrate
   * // kamal-proxy resume shop-web
   * ```
   */
  release(release: ReleaseInput): Deploy<S> {
    return this.#with({ release });
  }

  /**
   * Says who gets a canary, which `sextant canary start` brings beside what serves: kamal-proxy goes by the value of the
   * cookie `kamal-rollout`. Visitors without it take no part, so the app sets it, to a value of the visitor's own.
   * `sextant canary promote` lets it serve everybody, as a deploy of its version does; `canary abort` removes it, as a
   * deploy of another version and a rollback do.
   *
   * @example A tenth of the visitors, and testers
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").canary({ percent: 10, allow: ["qa"] });
   * // kamal-proxy rollout set shop-web --percent=10 --list=qa
   * ```
   */
  canary(canary: CanaryInput): Deploy<S> {
    return this.#with({ canary });
  }

  /**
   * Sets Docker's log driver for the app's and the accessories' containers.
   *
   * @example Larger logs
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").logging({ driver: "local", options: { "max-size": "100m" } });
   * // docker run … --log-driver local --log-opt max-size=100m …
   * ```
   */
  logging(logging: LoggingInput): Deploy<S> {
    return this.#with({ logging });
  }

  /**
   * Labels the app's containers.
   *
   * @example Whose they are
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").labels({ team: "checkout" });
   * // docker run … --label team=checkout …
   * ```
   */
  labels(labels: TextMap): Deploy<S> {
    return this.#with({ labels });
  }

  /**
   * Mounts volumes into the app's containers.
   *
   * @example A volume that outlives versions
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").volumes(["shop-storage:/app/storage"]);
   * // docker run … --volume shop-storage:/app/storage …
   * ```
   */
  volumes(volumes: readonly string[]): Deploy<S> {
    return this.#with({ volumes });
  }

  /**
   * Gives commands names of one's own. What follows an alias is added to its command; of a flag, the last counts.
   *
   * @example A console, and one host's logs
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").aliases({
   *   console: 'app exec --interactive --reuse "bin/rails console"',
   *   logs: "app logs --follow",
   * });
   * // sextant logs -h 10.0.0.1  is  sextant app logs --follow -h 10.0.0.1
   * ```
   */
  aliases(aliases: AliasesInput): Deploy<S> {
    return this.#with({ aliases });
  }

  /**
   * Sets the other root values: timeouts, paths, what is kept.
   *
   * @example Longer requests
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").settings({ drainTimeout: 60, retainContainers: 3 });
   * // docker exec kamal-proxy kamal-proxy deploy shop-web … --drain-timeout 60s
   * ```
   */
  settings(settings: SettingsInput): Deploy<S> {
    return this.#with({ settings });
  }

  /**
   * Says what differs for a destination: objects merge deeply, all else is replaced.
   * A role given as a list of hosts replaces the whole role; `{ hosts: […] }` keeps the rest of it.
   *
   * @example Staging on another host
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * deploy("shop").servers({ web: ["10.0.0.1"] }).destination("staging", (app) =>
   *   app.servers({ web: ["10.0.1.1"] })
   * );
   * // sextant deploy -d staging
   * ```
   *
   * @throws {ConfigError} If the function gives anything but the deployment that it was given.
   */
  destination<const Destination extends string, T extends DeployShape>(
    name: Destination,
    overlay: (app: Deploy<S>) => Deploy<T>,
  ): Deploy<WithDestination<S, Destination>> {
    const { service } = this.#spec;
    const app: unknown = overlay(new Deploy<S>({ service }, this.#effects));
    if (!(app instanceof Deploy) || app.toSpec().service !== service || app.toSpec().destinations) {
      const message = "should give the deployment that it is given, without further destinations";
      throw new ConfigError([{ path: `destinations.${name}`, message }]);
    }
    const { service: _, ...fields } = app.toSpec();
    return this.#with({ destinations: { [name]: fields } }, app.toEffects());
  }

  /**
   * Applies a recipe, a function from a deployment to a deployment.
   *
   * @example A database in one line
   * ```ts
   * import { deploy } from "@sextant/deploy";
   * import { postgres } from "@sextant/deploy/recipes";
   * deploy("shop").servers({ web: ["10.0.0.1"] }).use(postgres({ name: "db", role: "web" }));
   * // docker run --detach --restart unless-stopped --name shop-db … postgres:17
   * ```
   */
  use<T extends DeployShape>(recipe: (app: Deploy<S>) => Deploy<T>): Deploy<T> {
    return recipe(this);
  }

  /**
   * Makes the plan of a deploy and does nothing of it; hosts are only asked.
   *
   * @example What would change
   * ```ts ignore
   * import app from "./deploy.ts";
   *
   * console.log((await app.plan()).stages);
   * ```
   *
   * ```sh
   * sextant plan
   * ```
   *
   * @throws {SextantError} If the configuration, a secret or a host is not as it should be.
   */
  async plan(options: CommandOptions = {}): Promise<Plan> {
    const { planVerb } = await import("./commander.ts");
    return await planVerb(this.#deployment(), { name: "deploy" }, options);
  }

  /**
   * Deploys: builds and pushes the image, and switches every host to it without a gap.
   *
   * @example With a line per event
   * ```ts ignore
   * import app from "./deploy.ts";
   *
   * for await (const event of app.deploy()) console.log(event.type);
   * ```
   *
   * ```sh
   * sextant deploy --yes
   * ```
   */
  deploy(options: CommandOptions = {}): Run {
    return this.run({ name: "deploy" }, options);
  }

  /**
   * Runs any command.
   *
   * @example The first deploy
   * ```ts ignore
   * import app from "./deploy.ts";
   *
   * await app.run({ name: "setup" });
   * ```
   *
   * ```sh
   * sextant setup --yes
   * ```
   */
  run(verb: Verb, options: CommandOptions = {}): Run {
    return new Run(async (onEvent) => {
      const { runVerb } = await import("./commander.ts");
      const both = (event: Event): void => {
        options.onEvent?.(event);
        onEvent(event);
      };
      return await runVerb(this.#deployment(), verb, { ...options, onEvent: both });
    });
  }

  /** What has been said so far, as plain frozen data. */
  toSpec(): DeploySpec {
    return this.#spec;
  }

  /** The functions that the spec names by ids. */
  toEffects(): DeployEffects {
    return this.#effects;
  }

  #deployment(): Deployment {
    return { spec: this.#spec, effects: this.#effects };
  }

  #with<T extends DeployShape>(
    said: SpecFields & Pick<DeploySpec, "destinations">,
    effects: DeployEffects = this.#effects,
  ): Deploy<T> {
    // What two specs combine to is one again; its values are checked when it is resolved.
    const spec = combine({ ...this.#spec }, { ...frozenCopy(said) }) as unknown as DeploySpec;
    return new Deploy<T>(spec, effects);
  }
}

/**
 * Starts a deployment of a service, by the name that it has on its hosts.
 *
 * @example The smallest one
 * ```ts
 * import { deploy } from "@sextant/deploy";
 * export default deploy("shop").image("acme/shop").servers({ web: ["10.0.0.1"] });
 * // docker run --detach --restart unless-stopped --name shop-web-<version> … acme/shop:<version>
 * ```
 */
export function deploy(service: string): Deploy {
  return new Deploy({ service });
}

/** Any deployment, whatever it declares. */
export type AnyDeploy = Deploy<DeployShape>;

/** What a `deploy.ts` exports by default: a deployment, or a function that makes one. */
export type DeployExport = AnyDeploy | ((context: DeployContext) => AnyDeploy | Promise<AnyDeploy>);
