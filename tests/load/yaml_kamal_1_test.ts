import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import type { Config } from "../../sdk/config/config.ts";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import { loadDeployment } from "../../sdk/load/deployment.ts";
import { withProject } from "../fixtures/project_folder.ts";

const SHOP = "service: shop\nimage: acme/shop\nservers:\n  - 10.0.0.1: eu\n";

async function configOf(yaml: string, staging?: string): Promise<Config> {
  let config: Config | undefined;
  const over = staging === undefined ? {} : { "config/deploy.staging.yml": staging };
  await withProject({ "config/deploy.yml": SHOP + yaml, ...over }, async (root) => {
    const destination = staging === undefined ? undefined : "staging";
    const { spec } = await loadDeployment({ root, env: {}, destination });
    config = await resolveConfig(spec, { destination });
  });
  return config!;
}

/** What Kamal 1 wrote, and what says the same today. */
const PAIRS: Readonly<Record<string, readonly [old: string, now: string]>> = {
  "stop_wait_time": ["stop_wait_time: 12\n", "stop_timeout: 12\n"],
  "env_tags beside a plain env": [
    "env: { PORT: 3000 }\nenv_tags: { eu: { REGION: eu } }\n",
    "env: { clear: { PORT: 3000 }, tags: { eu: { clear: { REGION: eu } } } }\n",
  ],
  "env_tags beside a long env": [
    "env: { secret: [KEY] }\nenv_tags: { eu: { clear: { A: 1 }, secret: [TOKEN] } }\n",
    "env: { secret: [KEY], tags: { eu: { clear: { A: 1 }, secret: [TOKEN] } } }\n",
  ],
  "env_tags without env": ["env_tags: { eu: { A: b } }\n", "env: { tags: { eu: { A: b } } }\n"],
  "env_tags beside an empty env": [
    "env:\nenv_tags: { eu: { A: b } }\n",
    "env: { tags: { eu: { A: b } } }\n",
  ],
  "multiarch: false": [
    "builder: { multiarch: false, target: app }\n",
    "builder: { target: app }\n",
  ],
  "a builder of two machines": [
    "builder: { local: { arch: amd64 }, remote: { arch: arm64, host: ssh://root@10.0.0.9 }, multiarch: true }\n",
    "builder: { arch: [amd64, arm64], remote: ssh://root@10.0.0.9 }\n",
  ],
  "a remote builder alone": [
    "builder: { remote: { arch: arm64, host: ssh://root@10.0.0.9 } }\n",
    "builder: { arch: arm64, remote: ssh://root@10.0.0.9, local: false }\n",
  ],
  "a local builder alone": [
    "builder: { local: { arch: arm64 } }\n",
    "builder: { arch: arm64 }\n",
  ],
  "multiarch: true": [
    "builder: { multiarch: true }\n",
    "builder: { arch: [amd64, arm64] }\n",
  ],
  "a healthcheck in full": [
    "healthcheck: { path: /ok, port: 4000, interval: 10s, max_attempts: 10 }\n",
    "proxy: { app_port: 4000, healthcheck: { path: /ok, interval: 10 } }\ndeploy_timeout: 55\n",
  ],
  "a healthcheck without a port": [
    "healthcheck: { path: /ok }\n",
    "proxy: { app_port: 3000, healthcheck: { path: /ok } }\n",
  ],
  "a healthcheck beside a proxy": [
    "healthcheck: { path: /ok }\nproxy: { host: a.dev, app_port: 80 }\n",
    "proxy: { host: a.dev, healthcheck: { path: /ok } }\n",
  ],
  "keys without a value": [
    "stop_wait_time:\nenv_tags:\nhealthcheck:\nbuilder: { multiarch: }\n",
    "",
  ],
};

for (const [name, [old, now]] of Object.entries(PAIRS)) {
  Deno.test(`loadDeployment() reads ${name} of Kamal 1 as what says the same today`, async () => {
    assertEquals(await configOf(old), await configOf(now));
  });
}

Deno.test("loadDeployment() lays a destination's keys of Kamal 1 over those of the first file", async () => {
  const config = await configOf(
    "stop_wait_time: 5\nenv_tags: { eu: { A: a, B: b } }\n",
    [
      "stop_wait_time: 6",
      "env_tags: { eu: { B: c } }",
      "",
    ].join("\n"),
  );
  const [role] = config.roles;
  assertEquals([role?.stopTimeout, role?.env["10.0.0.1"]?.clear], [6, { A: "a", B: "c" }]);
});

Deno.test("loadDeployment() reads an environment in each of Kamal's forms", async () => {
  const forms: Readonly<Record<string, Record<string, unknown>>> = {
    "env: { PORT: 3000, EMPTY: '' }\n": { clear: { PORT: "3000", EMPTY: "" }, secret: {} },
    "env: { clear: { PORT: 3000 } }\n": { clear: { PORT: "3000" }, secret: {} },
    "env: { secret: [KEY] }\n": { clear: {}, secret: { KEY: "KEY" } },
    "env: { clear: , secret: [KEY] }\n": { clear: {}, secret: { KEY: "KEY" } },
    "env: { tags: { eu: { A: b } } }\n": { clear: { A: "b" }, secret: {} },
    "env: {}\n": { clear: {}, secret: {} },
    "env:\n": { clear: {}, secret: {} },
  };
  for (const [yaml, expected] of Object.entries(forms)) {
    const [role] = (await configOf(yaml)).roles;
    assertEquals({ ...role?.env["10.0.0.1"] }, expected, yaml);
  }
});
