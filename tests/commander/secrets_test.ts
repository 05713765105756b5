import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type CommandOptions, planVerb } from "../../sdk/commander.ts";
import type { SecretsContext, SecretsFunction } from "../../sdk/config/secrets_function.ts";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import { SextantError } from "../../sdk/errors.ts";
import type { Event } from "../../sdk/exec/event.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { ENDED } from "../fixtures/ended_certificate.ts";
import { type ProjectFiles, withProject } from "../fixtures/project_folder.ts";

const VALUES = { DATABASE_URL: "postgres://swordfish", TOKEN: "t0psecret", MORE: "unasked" };

function shop(fetch: SecretsFunction): AnyDeploy {
  return deploy("shop").image("acme/shop")
    .servers({ web: ["10.0.0.1"], jobs: ["10.0.0.2"] })
    .env({ secret: ["TOKEN", "DATABASE_URL", "KEY"] })
    .settings({ readinessDelay: 0 })
    .secrets({ fetch });
}

interface Scene {
  readonly fleet: SimulatedFleet;
  readonly options: CommandOptions;
  readonly events: readonly Event[];
}

async function onFleet(
  files: ProjectFiles,
  body: (scene: Scene) => Promise<void>,
): Promise<void> {
  await withProject(files, async (root) => {
    const fleet = new SimulatedFleet({ hosts: { "10.0.0.1": {}, "10.0.0.2": {} } });
    const events: Event[] = [];
    const onEvent = (event: Event): void => void events.push(event);
    const options = { root, transport: fleet, local: fleet, version: "v1", onEvent };
    await body({ fleet, options, events });
  });
}

function deploymentOf(app: AnyDeploy): Parameters<typeof planVerb>[0] {
  return { spec: app.toSpec(), effects: app.toEffects() };
}

/** What planning a deployment fails with; no host is changed by it. */
async function failureOf(fetch: SecretsFunction): Promise<SextantError> {
  let failure: SextantError | undefined;
  await onFleet({ ".kamal/secrets": "KEY=k" }, async ({ fleet, options }) => {
    const run = async (): Promise<unknown> => await shop(fetch).run({ name: "setup" }, options);
    failure = await assertRejects(run, SextantError);
    assertEquals(fleet.journal.filter(({ operation }) => operation.kind !== "probe"), []);
  });
  return failure!;
}

Deno.test("Deploy.secrets() is called once per run, with all names that no file holds", async () => {
  const calls: (readonly [readonly string[], SecretsContext])[] = [];
  const app = shop((names, context) => {
    calls.push([names, context]);
    return Promise.resolve(VALUES);
  });
  await onFleet({ ".kamal/secrets": "KEY=from the file" }, async ({ fleet, options, events }) => {
    await app.run({ name: "setup" }, options);
    assertEquals(calls.map(([names]) => names), [["DATABASE_URL", "TOKEN"]]);
    const [, { service, destination, version, signal }] = calls[0]!;
    assertEquals([service, destination, version, signal.aborted], ["shop", undefined, "v1", false]);
    const envFile = fleet.host("10.0.0.1").files.get(".kamal/apps/shop/env/roles/web.env");
    assertStringIncludes(JSON.stringify(envFile ?? ""), "KEY");
    const shown = JSON.stringify([events, app.toSpec()]);
    for (const value of ["swordfish", "t0psecret", "from the file"]) {
      assert(!shown.includes(value), `${value} is shown`);
    }
    assertStringIncludes(shown, "DATABASE_URL");
  });
});

Deno.test("Deploy.secrets() is not called where files hold all, nor by a command without secrets", async () => {
  let calls = 0;
  const app = shop(() => Promise.resolve((calls++, VALUES)));
  const held = { ".kamal/secrets": "KEY=k\nTOKEN=t\nDATABASE_URL=d" };
  await onFleet(held, async ({ options }) => void await app.run({ name: "setup" }, options));
  await onFleet({}, async ({ options }) => void await app.run({ name: "details" }, options));
  assertEquals(calls, 0);
});

Deno.test("Deploy.secrets() is asked while hosts are connected, not before", async () => {
  await onFleet({ ".kamal/secrets": "KEY=k" }, async ({ options, events }) => {
    const connected = Promise.withResolvers<void>();
    const onEvent = (event: Event): void => {
      options.onEvent?.(event);
      if (event.type === "connected") connected.resolve();
    };
    const app = shop(async () => {
      await connected.promise;
      return VALUES;
    });
    await planVerb(deploymentOf(app), { name: "deploy" }, { ...options, onEvent });
    assert(events.some(({ type }) => type === "connected"));
  });
});

Deno.test("Deploy.secrets() redacts its values from what hooks write", async () => {
  const app = shop(() => Promise.resolve(VALUES));
  const files = {
    ".kamal/secrets": "KEY=k",
    ".kamal/hooks/pre-deploy": '#!/bin/sh\necho "with $DATABASE_URL"\n',
  };
  await onFleet(files, async ({ options, events }) => {
    await Deno.chmod(`${options.root}/.kamal/hooks/pre-deploy`, 0o755);
    await app.run({ name: "setup" }, options);
    assertStringIncludes(JSON.stringify(events), "with [DATABASE_URL]");
    assert(!JSON.stringify(events).includes("swordfish"));
  });
});

Deno.test("Deploy.secrets() names what is missing with the places, before any host is changed", async () => {
  const error = await failureOf(() => Promise.resolve({ TOKEN: "t" }));
  assertEquals([error.code, error.message], [
    "SECRET_MISSING",
    "a secret is missing: DATABASE_URL",
  ]);
  assertEquals(error.details, [
    "DATABASE_URL: not found in .kamal/secrets, .kamal/secrets-common (no such file), .secrets({ fetch })",
  ]);
  assertEquals(error.hint, "Let the function of .secrets({ fetch }) give DATABASE_URL.");
});

Deno.test("Deploy.secrets() wraps what its function throws, and keeps the cause", async () => {
  const cause = new TypeError("the vault is sealed");
  const error = await failureOf(() => Promise.reject(cause));
  assertEquals(error.message, "2 secrets are missing: DATABASE_URL, TOKEN");
  assertEquals(error.details, [".secrets({ fetch }) failed: the vault is sealed"]);
  assertEquals(error.hint, "Mend the function that the deployment hands to .secrets({ fetch }).");
  const [wrapped] = error.cause as readonly Error[];
  assert(wrapped?.cause === cause);
});

Deno.test("Deploy.secrets() says what its function gave that is no text, without the value", async () => {
  const gives = async (given: unknown): Promise<readonly string[]> =>
    (await failureOf((() => Promise.resolve(given)) as SecretsFunction)).details;
  assertEquals(await gives({ TOKEN: 4711, DATABASE_URL: "d" }), [
    ".secrets({ fetch }) gave something for TOKEN that is no text",
  ]);
  assertEquals(await gives({ TOKEN: "a\0b", DATABASE_URL: "d" }), [
    ".secrets({ fetch }) gave a NUL byte for TOKEN, which no environment variable can hold",
  ]);
  for (const wrong of [undefined, "TOKEN=1", [["TOKEN", "1"]], new Map([["TOKEN", "1"]])]) {
    assertEquals(await gives(wrong), [
      ".secrets({ fetch }) should give an object with a text for each name",
    ]);
  }
});

Deno.test("Deploy.secrets() does not keep a run that is cancelled", async () => {
  await onFleet({ ".kamal/secrets": "KEY=k" }, async ({ options }) => {
    const controller = new AbortController();
    const app = shop(() => {
      controller.abort(new Error("stop"));
      return new Promise<never>(() => {});
    });
    const { signal } = controller;
    await assertRejects(() =>
      planVerb(deploymentOf(app), { name: "deploy" }, { ...options, signal })
    );
  });
});

Deno.test("Deploy.secrets() of a destination takes the place of the other", async () => {
  const app = shop(() => Promise.reject(new Error("asked the wrong one")))
    .destination("staging", (app) => app.secrets({ fetch: () => Promise.resolve(VALUES) }));
  await onFleet({ ".kamal/secrets-common": "KEY=k" }, async ({ options }) => {
    const staging = { ...options, destination: "staging" };
    await planVerb(deploymentOf(app), { name: "deploy" }, staging);
    await assertRejects(() => planVerb(deploymentOf(app), { name: "deploy" }, options));
  });
});

Deno.test("Hook pre-init makes the env file that secrets come from, which is said", async () => {
  const app = deploy("shop").image("acme/shop").servers({ web: ["10.0.0.1"] })
    .env({ secret: ["KEY"] });
  const hook = '#!/bin/sh\necho "KEY=$KAMAL_SERVICE-$KAMAL_LOCK-$KAMAL_HOSTS" >.env\n';
  await onFleet({ ".kamal/hooks/pre-init": hook }, async ({ options, events, fleet }) => {
    await Deno.chmod(`${options.root}/.kamal/hooks/pre-init`, 0o755);
    await app.run({ name: "setup" }, options);
    const types = events.map(({ type }) => type);
    const warning = events.findIndex((event) =>
      event.type === "notice" && event.message.startsWith("secrets come from .env")
    );
    assert(warning >= 0 && warning < types.indexOf("planned"));
    assertEquals(await Deno.readTextFile(`${options.root}/.env`), "KEY=shop-false-10.0.0.1\n");
    assertEquals(fleet.gaps, []);
  });
});

Deno.test("Deploy.hook() pre-init runs first, has no plan, and fails the run before any host is asked", async () => {
  const ran: string[] = [];
  const app = deploy("shop").image("acme/shop").servers({ web: ["10.0.0.1"] })
    .hook("pre-connect", () => void ran.push("pre-connect"))
    .hook("pre-init", ({ plan, version }) => void ran.push(`pre-init ${plan} ${version}`));
  await onFleet({}, async ({ options }) => {
    await app.plan(options);
    assertEquals(ran, ["pre-init undefined v1", "pre-connect"]);
    const failing = app.hook("pre-init", () => Promise.reject(new Error("no env")));
    const started: Event[] = [];
    const onEvent = (event: Event): void => void started.push(event);
    const error = await assertRejects(() => failing.plan({ ...options, onEvent }), SextantError);
    assertEquals([error.code, error.message], ["HOOK_FAILED", "hook pre-init failed: no env"]);
    assertEquals(started, []);
  });
});

Deno.test("a certificate that its key does not fit stops a deploy before anything is changed", async () => {
  await onFleet({}, async ({ fleet, options }) => {
    const app = (values: Record<string, string>) =>
      deploy("shop").image("acme/shop").servers({ web: ["10.0.0.1"] })
        .proxy({ host: "a.dev", ssl: { certificatePem: "CERT", privateKeyPem: "KEY" } })
        .secrets({ fetch: () => Promise.resolve(values) });
    const values = { CERT: "no PEM", KEY: "no PEM" };
    const run = async (): Promise<unknown> => await app(values).run({ name: "setup" }, options);
    const { code, details } = await assertRejects(run, SextantError);
    assertEquals([code, details], ["SECRET_UNFIT", ["CERT with KEY: has no certificate in PEM"]]);
    assertEquals(fleet.journal.filter(({ operation }) => operation.kind !== "probe"), []);
  });
});

Deno.test("a certificate that browsers refuse is served, and its plan warns of that without its value", async () => {
  await onFleet({}, async ({ options, events }) => {
    const { certificate: CERT, key: KEY } = ENDED;
    const app = deploy("shop").image("acme/shop").servers({ web: ["10.0.0.1"] })
      .proxy({ host: "a.dev", ssl: { certificatePem: "CERT", privateKeyPem: "KEY" } })
      .secrets({ fetch: () => Promise.resolve({ CERT, KEY }) });
    await app.plan(options);
    assertEquals(events.flatMap((event) => event.type === "notice" ? [event.message] : []), [
      "the certificate in CERT ended on 2002-01-01: browsers refuse it",
      "the certificate in CERT is not for a.dev: browsers refuse it",
    ]);
    const { report } = await app.run({ name: "setup" }, options);
    assertEquals(report?.failures, []);
    assert(!JSON.stringify(events).includes(CERT.split("\n")[1]!));
  });
});

Deno.test("secrets that no environment can hold stop a deploy before anything is changed, each by its name", async () => {
  await onFleet({}, async ({ fleet, options }) => {
    const values = {
      PATH: "/bin\n/usr/bin",
      LONG: "x".repeat(140_000),
      FINE: "a\nb",
    };
    const app = deploy("shop").image("acme/shop").servers({ web: ["10.0.0.1"] })
      .env({ secret: ["PATH", "COPY:LONG", "FINE"] })
      .secrets({ fetch: () => Promise.resolve(values) });
    const run = async (): Promise<unknown> => await app.run({ name: "setup" }, options);
    const { code, details } = await assertRejects(run, SextantError);
    assertEquals(code, "SECRET_UNFIT");
    assertEquals(details.map((line) => line.split(": ")[0]), [
      "PATH as PATH of web",
      "LONG as COPY of web",
    ]);
    assertEquals(fleet.journal.filter(({ operation }) => operation.kind !== "probe"), []);
  });
});
