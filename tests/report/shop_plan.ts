/**
 * A plan and its report, made by hand: two hosts for the web, a third for jobs.
 *
 * @module
 */

import type { Failure, StepStatus } from "../../sdk/exec/event.ts";
import type { Report } from "../../sdk/exec/report.ts";
import type { Operation } from "../../sdk/operations/operation.ts";
import {
  HERE,
  type HostScript,
  type Plan,
  type Stage,
  type StageName,
  type Step,
} from "../../sdk/plan/plan.ts";

/** The version that serves. */
export const OLD = "51d20ce";

/** The version that is deployed. */
export const NEW = "8c1f2ab";

/** A step of operations that run side by side. */
export function step(id: string, ...operations: readonly Operation[]): Step {
  return { id, operations, undo: [] };
}

/** What a host does. */
export function script(host: string, ...steps: readonly Step[]): HostScript {
  return { host, after: undefined, steps };
}

/** A stage without anything special. */
export function stage(name: StageName, scripts: readonly HostScript[], group?: number): Stage {
  return { name, group, scripts, interruptible: true, pauseSeconds: 0 };
}

/** A plan of stages, for three hosts. */
export function planOf(stages: readonly Stage[], more: Partial<Plan> = {}): Plan {
  return {
    verb: "deploy",
    service: "shop",
    destination: "production",
    version: NEW,
    hosts: ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
    serving: { "10.0.0.1": OLD, "10.0.0.2": OLD, "10.0.0.3": OLD },
    stages,
    unlock: undefined,
    notes: [],
    afterwards: undefined,
    onFailure: "rollback",
    ...more,
  };
}

/** Takes the lock. */
export const LOCK: Operation = {
  kind: "acquire-lock",
  path: ".kamal/lock-shop",
  holder: "Dev",
  at: "2026-01-02T03:04:05Z",
  version: NEW,
  message: "Automatic deploy lock",
};

/** Pulls the image of a version. */
export function pull(version: string): Operation {
  const image = `registry.acme.dev/acme/shop:${version}`;
  return {
    kind: "pull-image",
    image,
    service: "shop",
    login: undefined,
    dataPath: "/var/lib/docker",
  };
}

/** Runs a role's container. */
export function runRole(role: string, version: string): Operation {
  return {
    kind: "run-container",
    name: `shop-${role}-${version}`,
    role,
    image: `registry.acme.dev/acme/shop:${version}`,
    network: "kamal",
    hostname: undefined,
    restart: "unless-stopped",
    env: {},
    envFile: undefined,
    envScript: undefined,
    logDriver: undefined,
    logOptions: {},
    publish: [],
    volumes: [],
    labels: {},
    options: {},
    cmd: undefined,
    idFile: `ids/${role}`,
    stopTimeout: undefined,
  };
}

/** Waits for a role's container, behind the proxy or by itself. */
export function healthy(role: string, version: string): Operation {
  return {
    kind: "await-healthy",
    name: `shop-${role}-${version}`,
    role,
    target: { idFile: `ids/${role}` },
    folder: ".kamal",
    timeout: 30,
    previous: undefined,
    readiness: role === "web"
      ? {
        by: "proxy",
        candidate: "shop-web-candidate",
        port: 3000,
        path: "/up",
        checkTimeout: 5,
        checkPort: undefined,
        checkHost: undefined,
        host: undefined,
      }
      : { by: "container", readinessDelay: 7 },
  };
}

/** Sends traffic to a version. */
export function route(version: string, previous?: string): Operation {
  return {
    kind: "route-traffic",
    service: "shop-web",
    targets: [{ container: `shop-web-${version}`, target: { idFile: "ids/web" } }],
    candidates: ["shop-web-candidate"],
    port: 3000,
    flags: [],
    hosts: ["shop.acme.dev"],
    version,
    previous: previous === undefined ? undefined : {
      targets: [{ container: `shop-web-${previous}`, target: { id: "0123456789ab" } }],
      version: previous,
      port: 3000,
      flags: [],
      hosts: ["shop.acme.dev"],
    },
  };
}

/** Stops a role's container. */
export function stop(role: string, version: string, because?: string): Operation {
  return {
    kind: "stop-container",
    name: `shop-${role}-${version}`,
    role,
    timeout: undefined,
    because,
  };
}

/** The deploy of {@linkcode NEW} over {@linkcode OLD}. */
export function shopPlan(): Plan {
  const web = ["10.0.0.1", "10.0.0.2"];
  const all = [...web, "10.0.0.3"];
  return planOf([
    stage("build", [
      script(
        HERE,
        step("build", {
          kind: "build-image",
          tags: [`acme/shop:${NEW}`],
          service: "shop",
          dockerfile: "Dockerfile",
          context: ".",
          platforms: [],
          args: {},
          target: undefined,
          secrets: [],
          ssh: undefined,
          cache: undefined,
          provenance: undefined,
          sbom: false,
          buildx: undefined,
          pack: undefined,
          noCache: false,
        }),
      ),
    ]),
    stage("prepare", all.map((host) => prepareScript(host))),
    stage("boot", [...web.map((host) => bootScript(host, "web")), bootScript("10.0.0.3", "jobs")]),
    stage("switch", [...web.map(switchWeb), switchJobs()]),
    stage("finish", all.map((host) => script(host, step(`${host} tag`, tag())))),
  ], { unlock: script("10.0.0.1") });
}

function prepareScript(host: string): HostScript {
  const first = host === "10.0.0.1" ? [step("lock", LOCK)] : [];
  const env: readonly Step[] = host === "10.0.0.3" ? [step(`${host} env`, envOfJobs())] : [];
  const after = { steps: ["lock"], until: "all", reason: "for the lock" } as const;
  return {
    host,
    after: host === "10.0.0.1" ? undefined : after,
    steps: [...first, step(`${host} pull`, pull(NEW)), ...env],
  };
}

function envOfJobs(): Operation {
  return {
    kind: "write-env",
    role: "jobs",
    envFile: "jobs.env",
    envScript: "jobs.sh",
    secrets: {},
    because: "DATABASE_URL changed, SMTP_URL new",
  };
}

function bootScript(host: string, role: string): HostScript {
  const gates = ["10.0.0.1 healthy web", "10.0.0.2 healthy web"];
  const after = { steps: gates, until: "any", reason: "after the first healthy web" } as const;
  return {
    host,
    after: role === "web" ? undefined : after,
    steps: [
      step(`${host} run ${role}`, runRole(role, NEW)),
      step(`${host} healthy ${role}`, healthy(role, NEW)),
    ],
  };
}

function switchWeb(host: string): HostScript {
  return script(
    host,
    step(`${host} route`, route(NEW, OLD)),
    step(`${host} stop`, stop("web", OLD, "drains up to 30 s")),
  );
}

function switchJobs(): HostScript {
  const orphan = stop("mail", OLD, "orphan: role mail left the config");
  return script("10.0.0.3", step("10.0.0.3 stop", stop("jobs", OLD), orphan));
}

function tag(): Operation {
  return { kind: "tag-image", image: `acme/shop:${NEW}`, tag: "acme/shop:latest" };
}

/** A report of a plan, each step as told; those that are not named were done. */
export function reportOf(
  plan: Plan,
  statuses: (host: string, step: string) => StepStatus = () => "done",
  more: Partial<Report> = {},
): Report {
  const steps = plan.stages.flatMap((stage) =>
    stage.scripts.flatMap(({ host, steps }) =>
      steps.map(({ id }) => ({
        step: id,
        host,
        stage: stage.name,
        status: statuses(host, id),
        seconds: 0.4,
        stdout: "",
        stderr: "",
        exitCode: 0,
      }))
    )
  );
  return {
    plan,
    outcome: "done",
    steps,
    failures: [],
    cleanUpFailures: [],
    warnings: [],
    stages: [],
    exchanges: {},
    lock: undefined,
    seconds: 1,
    ...more,
  };
}

/** A failure on a host. */
export function failureOn(host: string, more: Partial<Failure> = {}): Failure {
  return {
    code: "UNHEALTHY",
    host,
    message: "web did not become healthy within 30 s",
    hint: "Let /up through, or check another path.",
    details: ["GET :3000/up answered 301", `last lines of shop-web-${NEW}`, "  GET /up 301"],
    ...more,
  };
}
