/**
 * A lab with an app to deploy: what every story on real hosts begins with.
 *
 * @module
 */

import { type CommandOptions, type Result, runVerb } from "../../sdk/commander.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import { type DeployEffects, NO_EFFECTS } from "../../sdk/config/effects.ts";
import type { EmptyShape, WithRole } from "../../sdk/config/shape.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { type AnyDeploy, type Deploy, deploy } from "../../sdk/deploy.ts";
import type { Event } from "../../sdk/exec/event.ts";
import { LocalTransport } from "../../sdk/transport/local.ts";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import { type AppKind, type AppOptions, commitApp, type Lab, type LabHost } from "../lab/lab.ts";

/** The app's deployment: one role on hosts that are known at run time. */
export type WebApp = Deploy<WithRole<EmptyShape, "web", string>>;

/** A project folder, and hosts to deploy it to. */
export class Scene {
  /** The lab. */
  readonly lab: Lab;
  /** Folder of the project. */
  readonly root: string;
  /** Events of the last command. */
  events: Event[] = [];

  private constructor(lab: Lab, root: string) {
    this.lab = lab;
    this.root = root;
  }

  /** Makes a project in a lab. */
  static async begin(lab: Lab): Promise<Scene> {
    return new Scene(lab, await lab.appFolder("healthy"));
  }

  /** Commits the next release of the app; gives its version. */
  async release(kind: AppKind = "healthy", options: AppOptions = {}): Promise<string> {
    return await commitApp(this.root, kind, options);
  }

  /** Writes a file into the project. */
  async write(path: string, text: string, mode = 0o644): Promise<void> {
    const file = `${this.root}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
    await Deno.chmod(file, mode);
  }

  /** The app on all hosts of the lab, or on some. */
  app(hosts: readonly LabHost[] = this.lab.hosts, service = "shop"): WebApp {
    return deploy(service)
      .image(`acme/${service}`)
      .registry({ server: this.lab.registry.address })
      .servers({ web: hosts.map((host) => host.address) })
      .proxy({ host: `${service}.test`, healthcheck: { interval: 1 } })
      .settings({ deployTimeout: 10, drainTimeout: 5, readinessDelay: 1 });
  }

  /** Runs a command on real hosts. */
  async run(app: AnyDeploy, verb: Verb, options: CommandOptions = {}): Promise<Result> {
    return await this.runSpec(app.toSpec(), verb, options, app.toEffects());
  }

  /** Runs a command of a spec as it is. */
  async runSpec(
    spec: DeploySpec,
    verb: Verb,
    options: CommandOptions = {},
    effects: DeployEffects = NO_EFFECTS,
  ): Promise<Result> {
    this.events = [];
    return await runVerb({ spec, effects }, verb, this.options(options));
  }

  /** Options for commands on this lab. */
  options(options: CommandOptions = {}): CommandOptions {
    const { builder, home } = this.lab;
    const env = { DOCKER_HOST: builder.dockerHost, PATH: builder.path, HOME: home };
    return {
      root: this.root,
      transport: new Ssh2Transport({ home }),
      local: new LocalTransport({ cwd: this.root, env }),
      onEvent: (event) => this.events.push(event),
      ...options,
    };
  }
}

/** Asks a host's proxy for a path of a service; gives status and text. */
export async function ask(
  host: LabHost,
  path = "/version",
  service = "shop",
): Promise<{ status: number; text: string }> {
  const output = await host.exec(
    `curl -s -m 20 -o /tmp/answer -w '%{http_code}' -H 'Host: ${service}.test' http://127.0.0.1${path}; echo; cat /tmp/answer; rm -f /tmp/answer`,
  );
  const [status = "", ...text] = output.stdout.split("\n");
  return { status: Number(status), text: text.join("\n").trim() };
}

/** Names of running containers on a host, sorted. */
export async function running(host: LabHost): Promise<readonly string[]> {
  const names = await host.must("docker ps --format '{{.Names}}'");
  return names.split("\n").filter((name) => name !== "").sort();
}
