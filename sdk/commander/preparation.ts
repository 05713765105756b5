/**
 * Everything that comes before a plan: configuration, hooks, open hosts, secrets.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { CommandOptions, Deployment, Result } from "../commander.ts";
import type { Config } from "../config/config.ts";
import { hookIds } from "../config/destination.ts";
import type { HostsContext } from "../config/hosts_function.ts";
import { localFiles, resolveConfig } from "../config/resolve.ts";
import type { Effects } from "../exec/effects.ts";
import { execute, type Execution } from "../exec/execute.ts";
import type { Report } from "../exec/report.ts";
import type { HostState } from "../observe/host_state.ts";
import { parseProbe } from "../observe/parse.ts";
import { SALT_SECRET } from "../operations/file.ts";
import { checkHosts, checkLock } from "../plan/checks.ts";
import { servingVersions } from "../plan/current.ts";
import type { PlanInput, RunFacts } from "../plan/input.ts";
import { HERE, type Plan, secretsNeededBy } from "../plan/plan.ts";
import { digestFiles, readProjectFile } from "../project/files.ts";
import { projectVersion } from "../project/git.ts";
import { SecretValues } from "../secrets/secret_values.ts";
import { resolveSecrets, type SecretSource } from "../secrets/source.ts";
import type { Session, Transport } from "../transport/transport.ts";
import { Fleet } from "./fleet.ts";
import { type HookFacts, Hooks } from "./hooks.ts";
import { askForHosts } from "./host_functions.ts";
import { type Needs, needsOf } from "./needs.ts";
import { newRunFacts, randomHex } from "./run_facts.ts";
import { secretsOf } from "./secrets.ts";
import { refuseUnfitSecrets } from "./unfit_secrets.ts";
import { select, type Selection } from "./selection.ts";
import { loadSsh, localTransport, sshTransport } from "./transports.ts";
import type { Verb } from "./verb.ts";

/** What a command works with. */
export class Preparation {
  readonly #verb: Verb;
  readonly #needs: Needs;
  readonly #options: CommandOptions;
  readonly #root: string;
  readonly #config: Config;
  readonly #selection: Selection;
  readonly #version: string | undefined;
  readonly #run: RunFacts;
  readonly #hooks: Hooks;
  readonly #files: ReadonlyMap<string, string>;
  readonly #source: SecretSource;
  #secrets = new SecretValues(new Map());
  #salt = "";
  #digests: ReadonlyMap<string, string> | undefined;
  #transport: Transport | undefined;
  #fleet: Fleet | undefined;
  #here: Session | undefined;
  #states: ReadonlyMap<string, HostState> = new Map();

  private constructor(fields: {
    readonly verb: Verb;
    readonly options: CommandOptions;
    readonly root: string;
    readonly config: Config;
    readonly selection: Selection;
    readonly version: string | undefined;
    readonly run: RunFacts;
    readonly hooks: Hooks;
    readonly files: ReadonlyMap<string, string>;
    readonly source: SecretSource;
  }) {
    this.#verb = fields.verb;
    this.#needs = needsOf(fields.verb);
    this.#options = fields.options;
    this.#root = fields.root;
    this.#config = fields.config;
    this.#selection = fields.selection;
    this.#version = fields.version;
    this.#run = fields.run;
    this.#hooks = fields.hooks;
    this.#files = fields.files;
    this.#source = fields.source;
  }

  /** Resolves a deployment's configuration, with the hosts that its functions give. */
  static async config(
    deployment: Deployment,
    { root = Deno.cwd(), destination, version, signal }: CommandOptions,
  ): Promise<Config> {
    const context = userContext({ destination, version, signal });
    const spec = await askForHosts(deployment, context);
    const digests = await digestFiles(root, localFiles(spec, destination));
    return await resolveConfig(spec, { destination, digests });
  }

  /** Gathers what can be known without any host. */
  static async make(
    deployment: Deployment,
    verb: Verb,
    options: CommandOptions,
  ): Promise<Preparation> {
    const root = options.root ?? Deno.cwd();
    const config = await Preparation.config(deployment, options);
    const needs = needsOf(verb);
    const selection = select(config, verb, needs, options);
    const [version, hooks, run, files] = await Promise.all([
      needs.version ? versionOf(root, options.version) : options.version,
      hooksOf(root, config, deployment, options),
      newRunFacts(root),
      filesOf(root, config, verb),
      options.transport ?? loadSsh(),
    ]);
    const source = secretsOf(deployment, {
      root,
      config,
      context: { ...userContext({ ...options, version }), service: config.service },
      onWarning: (message) => notice(options, message),
    });
    const found = { version, run, hooks, files, source };
    return new Preparation({ verb, options, root, config, selection, ...found });
  }

  /** Opens the hosts while secrets are resolved; a missing secret closes them again. */
  async connect(): Promise<void> {
    // Whatever the hook makes, such as an env file, is there when secrets are read.
    await this.#runEarly("pre-init");
    const secrets = this.#resolveSecrets();
    if (this.#hooks.names().has("pre-connect")) {
      // The hook is given the secrets, so here they come first.
      this.#secrets = await secrets;
      await this.#runEarly("pre-connect");
    }
    const [resolved, opened] = await Promise.allSettled([secrets, this.#openFleet(secrets)]);
    if (opened.status === "fulfilled") this.#fleet = opened.value;
    const failed = [resolved, opened].find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) {
      await this.close();
      throw failed.reason;
    }
    this.#secrets = await secrets;
    this.#takeStates(this.#fleet!.states);
  }

  async #runEarly(name: "pre-init" | "pre-connect"): Promise<void> {
    if (!this.#hooks.names().has(name)) return;
    const { signal = new AbortController().signal } = this.#options;
    const log = (message: string): void => notice(this.#options, message);
    const call = { name, hosts: this.#selection.hosts, log, signal };
    await this.#hooks.run({ ...call, runtime: undefined }, this.#hookFacts(undefined));
  }

  /** Opens the hosts anew, so that the logins get what was changed for them. */
  async reconnect(): Promise<void> {
    await this.#fleet?.close();
    this.#fleet = await this.#openFleet(this.#secrets);
    this.#takeStates(this.#fleet.states);
  }

  /**
   * Checks what must be true of the hosts.
   *
   * @throws {SextantError} If anything is not.
   */
  check({ lock }: { readonly lock: boolean }): void {
    const input = this.input();
    if (this.#needs.docker !== "no") checkHosts(input, { proxy: this.#needs.docker === "proxy" });
    if (lock && this.#needs.lock) checkLock(input);
  }

  /** What plans are made from. */
  input(): PlanInput {
    const { hosts, roles, lockHost } = this.#selection;
    const config = this.#config;
    const serving = Object.values(servingVersions({ config, states: this.#states }))[0];
    return {
      config,
      version: this.#version ?? serving ?? "latest",
      hosts,
      roles,
      lockHost,
      states: this.#states,
      secretDigests: this.#digests,
      hooks: this.#hooks.names(),
      run: this.#run,
    };
  }

  /**
   * Resolves the secrets that a plan turns out to need; gives whether any were resolved, and a plan must be made anew.
   *
   * @throws {SextantError} `SECRET_MISSING`.
   */
  async resolveFor(plan: Plan): Promise<boolean> {
    const known = new Set(this.#secrets.names);
    const needed = secretsNeededBy(plan);
    if (needed.every((name) => known.has(name))) return false;
    this.#secrets = await this.#secretsNamed([...new Set([...known, ...needed])]);
    this.#digests = this.#secrets.digest(this.#salt);
    return true;
  }

  /** Runs a plan on the open hosts. */
  async execute(plan: Plan): Promise<Execution> {
    const { onEvent, signal } = this.#options;
    this.#here ??= await this.#openHere();
    const sessions = new Map([...this.#fleet!.sessions, [HERE, this.#here]]);
    const emit = (event: Parameters<NonNullable<typeof onEvent>>[0]): void => onEvent?.(event);
    return await execute(plan, { sessions, effects: this.#effects(plan), emit, signal });
  }

  /** Takes new answers of hosts that have moved. */
  update(moved: ReadonlyMap<string, string>): void {
    this.#states = new Map([...this.#states].map(([host, state]) => {
      const answer = moved.get(host);
      return [host, answer === undefined ? state : this.#withSalt(parseProbe(host, answer))];
    }));
  }

  /** Asks all hosts again. */
  async probe(): Promise<ReadonlyMap<string, HostState>> {
    return await this.#fleet!.probe();
  }

  /** The result of the command. */
  result(plan: Plan, report: Report | undefined, serving: Result["serving"]): Result {
    const { connectSeconds, probeSeconds } = this.#fleet!;
    return {
      plan,
      report,
      serving,
      connectSeconds,
      probeSeconds,
      exchanges: this.#fleet!.exchanges(),
    };
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    await Promise.all([this.#fleet?.close(), this.#here?.close()]);
  }

  async #openFleet(secrets: SecretValues | Promise<SecretValues>): Promise<Fleet> {
    const { hosts, lockHost } = this.#selection;
    const all = this.#needs.lock ? [...new Set([lockHost, ...hosts])] : hosts;
    const { onEvent, signal } = this.#options;
    return await Fleet.open(this.#config, all, {
      transport: this.#transport ??= await this.#makeTransport(secrets),
      signal,
      isDetailed: this.#needs.details,
      emit: (event) => onEvent?.(event),
    });
  }

  async #makeTransport(secrets: SecretValues | Promise<SecretValues>): Promise<Transport> {
    const { transport, onEvent } = this.#options;
    if (transport !== undefined) return transport;
    // Hosts are opened beside the secrets, unless one of these is a key to log in with.
    const keys = this.#config.ssh.keyData.length > 0 ? await secrets : this.#secrets;
    return await sshTransport(this.#config, keys, (event) => onEvent?.(event));
  }

  async #openHere(): Promise<Session> {
    const transport = this.#options.local ?? await localTransport(this.#root);
    const target = { name: HERE, address: "localhost", port: 0, user: "" };
    return (await transport.connect(target, { signal: this.#options.signal })).session;
  }

  async #resolveSecrets(): Promise<SecretValues> {
    const { secrets } = this.#needs;
    const areWanted = secrets === "later" ? this.#hooks.wantSecrets : secrets;
    const { secretNames, ssh } = this.#config;
    // The keys to log in with are needed whatever is done.
    return await this.#secretsNamed(areWanted ? secretNames : ssh.keyData);
  }

  async #secretsNamed(names: readonly string[]): Promise<SecretValues> {
    const values = new SecretValues(await resolveSecrets(this.#source, names));
    refuseUnfitSecrets(this.#config, values);
    return values;
  }

  /** Keeps the hosts' answers, and makes sure that all digests rest on one salt. */
  #takeStates(states: ReadonlyMap<string, HostState>): void {
    const salts = [states.get(this.#selection.lockHost), ...states.values()].map((state) =>
      state?.salt
    );
    this.#salt = salts.find((salt) => salt !== undefined) ?? randomHex(16);
    this.#states = new Map([...states].map(([host, state]) => [host, this.#withSalt(state)]));
    this.#digests = this.#needs.secrets === true ? this.#secrets.digest(this.#salt) : undefined;
  }

  /** A host with another salt counts as one without. */
  #withSalt(state: HostState): HostState {
    return { ...state, salt: state.salt === this.#salt ? state.salt : undefined };
  }

  #effects(plan: Plan): Effects {
    return {
      hook: (call) => this.#hooks.run(call, this.#hookFacts(plan)),
      secret: (name) => name === SALT_SECRET ? this.#salt : this.#secrets.value(name),
      file: (path) => this.#files.get(path) ?? "",
      redact: (text) => this.#secrets.redact(text),
    };
  }

  #hookFacts(plan: Plan | undefined): HookFacts {
    return {
      config: this.#config,
      verb: this.#verb.name,
      version: plan?.version ?? this.#version ?? "",
      roles: this.#options.roles === undefined ? undefined : this.#selection.roles,
      run: this.#run,
      plan,
      takesLock: this.#needs.lock,
      secrets: this.#secrets,
    };
  }
}

function notice({ onEvent }: CommandOptions, message: string): void {
  onEvent?.({ type: "notice", host: undefined, message });
}

/** What functions of the user may look at. */
function userContext({ destination, version, signal }: CommandOptions): HostsContext {
  return Object.freeze({
    destination,
    version,
    env: Deno.env.toObject(),
    signal: signal ?? new AbortController().signal,
  });
}

async function hooksOf(
  root: string,
  config: Config,
  { spec, effects }: Deployment,
  { skipHooks, destination }: CommandOptions,
): Promise<Hooks> {
  if (skipHooks === true) return Hooks.none(root);
  return await Hooks.find(root, config, hookIds(spec, destination), effects);
}

async function versionOf(root: string, version: string | undefined): Promise<string> {
  return (await projectVersion(root, { version, env: Deno.env.toObject() })).version;
}

/** The files that a command may upload, as Base64. */
async function filesOf(
  root: string,
  config: Config,
  { name }: Verb,
): Promise<ReadonlyMap<string, string>> {
  if (name !== "setup" && name !== "accessory boot" && name !== "accessory reboot") {
    return new Map();
  }
  const paths = config.accessories.flatMap((accessory) =>
    accessory.files.map((file) => file.local)
  );
  return new Map(
    await Promise.all(
      paths.map(async (path) =>
        [path, Buffer.from(await readProjectFile(root, path)).toString("base64")] as const
      ),
    ),
  );
}
