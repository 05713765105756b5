import "../sanitizers.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Config } from "../../sdk/config/config.ts";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import { ConfigError, SextantError } from "../../sdk/errors.ts";
import { loadDeployment, type LoadOptions } from "../../sdk/load/deployment.ts";
import { type ProjectFiles, withProject } from "../fixtures/project_folder.ts";

const SHOP = "service: shop\nimage: acme/shop\nservers: [10.0.0.1]\n";

async function configOf(
  files: ProjectFiles | string,
  options: Partial<LoadOptions> = {},
): Promise<Config> {
  let config: Config | undefined;
  const project = typeof files === "string" ? { "config/deploy.yml": files } : files;
  await withProject(project, async (root) => {
    const env = { PATH: Deno.env.get("PATH") ?? "" };
    const { spec } = await loadDeployment({ root, env, ...options });
    config = await resolveConfig(spec, { destination: options.destination });
  });
  return config!;
}

async function problemsOf(
  files: ProjectFiles | string,
  options: Partial<LoadOptions> = {},
): Promise<readonly string[]> {
  const error = await assertRejects(() => configOf(files, options), ConfigError);
  return error.details.map((line) => line.replace(/^\/\S*\/(?=config\/)/, ""));
}

/** What Kamal's Ruby makes of values without quotes, as text. */
const CLEAR_VALUES: readonly (readonly [yaml: string, text: string])[] = [
  ["text", "text"],
  ["3000", "3000"],
  ["1_000", "1000"],
  ["017", "15"],
  ["0x1F", "31"],
  ["0x1E", "30"],
  ["12345678901234567890", "12345678901234567890"],
  ["-1_0", "-10"],
  ["1.5", "1.5"],
  ["1.0", "1.0"],
  ["1.10", "1.1"],
  ["1e3", "1000.0"],
  ["true", "true"],
  ["yes", "true"],
  ["Off", "false"],
  ['"yes"', "yes"],
  ["'off'", "off"],
  ["yes please", "yes please"],
  ["12:30:45", "12:30:45"],
  ["2024-01-01", "2024-01-01"],
  ["1.2.3", "1.2.3"],
  ["0o17", "0o17"],
  ["08", "08"],
  ["0b11", "3"],
  ["+12", "12"],
  ["-0", "0"],
  ["1_000.5", "1000.5"],
  [".5", "0.5"],
  ["!!str 017", "017"],
  ["on", "true"],
  ["NO", "false"],
  ["True", "true"],
  ["y", "y"],
  ["2024-01-01 12:30:45", "2024-01-01 12:30:45"],
  ["2024-01-01T12:30:45Z", "2024-01-01T12:30:45Z"],
  ['"2024-01-01"', "2024-01-01"],
  ["12:30", "12:30"],
  ["190:20:30", "190:20:30"],
  ['"017"', "017"],
  ['"1.0"', "1.0"],
  ['"line\\nbreak"', "line\nbreak"],
  ['""', ""],
  ["'$HOME \"it''s\"'", '$HOME "it\'s"'],
];

for (const [yaml, text] of CLEAR_VALUES) {
  Deno.test(`loadDeployment() reads the variable ${yaml} as ${JSON.stringify(text)}`, async () => {
    const config = await configOf(`${SHOP}env:\n  clear:\n    A: ${yaml}\n  tags: {}\n`);
    assertEquals(config.roles[0]?.env["10.0.0.1"]?.clear, { A: text });
    const flow = await configOf(`${SHOP}env: { A: ${yaml} }\n`);
    assertEquals(flow.roles[0]?.env["10.0.0.1"]?.clear, { A: text });
  });
}

Deno.test("loadDeployment() merges maps with << as YAML 1.1 does, from one, from several, and in turn", async () => {
  const config = await configOf(`x-a: &a { A: from a, B: from a }
x-b: &b
  <<: *a
  B: from b
  C: from b
x-none: &none {}
x-hosts: &hosts [10.0.0.1, 10.0.0.2]
${SHOP.replace(/servers:[^]*/, "")}servers:
  web: { hosts: *hosts, env: { <<: [*none, *b, *a], C: own } }
  jobs: { hosts: *hosts, env: { <<: [*a, *b] } }
`);
  const envs = config.roles.map(({ name, env }) => [name, env["10.0.0.2"]?.clear]);
  assertEquals(Object.fromEntries(envs), {
    web: { A: "from a", B: "from b", C: "own" },
    jobs: { A: "from a", B: "from a", C: "from b" },
  });
});

Deno.test("loadDeployment() takes a map that merges itself for what it holds besides", async () => {
  const config = await configOf(`x-a: &a\n  <<: *a\n  A: b\n${SHOP}env: *a\n`);
  assertEquals(config.roles[0]?.env["10.0.0.1"]?.clear, { A: "b" });
});

Deno.test("loadDeployment() keeps texts byte for byte", async () => {
  const texts = [
    ...[
      "'",
      '"',
      "\\",
      "$HOME ${HOME} $(id) `id`",
      "-rm",
      "#",
      " a ",
      "\ta\n\nb\r\n",
      "ä€😀\u2028",
    ],
    ...[
      "null",
      "~",
      "{}",
      "[a]",
      "*a",
      "&a",
      "!a",
      "%",
      "a: b",
      "- a",
      "50% < 60%>",
      "\u0001\u001b[2J",
    ],
  ];
  const clear = Object.fromEntries(texts.map((text, index) => [`T${index}`, text]));
  const config = await configOf(`${SHOP}env: ${JSON.stringify({ clear })}\n`);
  assertEquals(config.roles[0]?.env["10.0.0.1"]?.clear, clear);
});

Deno.test("loadDeployment() repeats nothing that ERB has filled in", async () => {
  const env = { TOKEN: "hunter2", ALIAS: "*hunter2", TAG: "!hunter2" };
  const filled = [
    'retain_containers: <%= ENV["TOKEN"] %>\n',
    'retain_containers: >-\n  <%= ENV["TOKEN"] %>\n',
    'retain_containers:\n  "<%= ENV["TOKEN"] %>"\n',
    'boot: { limit: 1,\n  wait:\n    <%= ENV["TOKEN"] %> }\n',
    'labels: { a: <%= ENV["ALIAS"] %>,\n b: 1 }\n',
    'labels:\n  a: <%= ENV["TAG"] %>\n  b: 1\n',
  ];
  for (const text of filled) {
    const problems = await problemsOf(SHOP + text, { env });
    assertEquals(problems.filter((problem) => problem.includes("hunter2")), [], text);
  }
});

Deno.test("loadDeployment() takes numbers and true for texts, as Kamal does", async () => {
  const config = await configOf(`service: 37
image: 1.0
servers:
  web:
    hosts: [10.0.0.1]
    cmd: true
    options: { cpus: 2, init: true, publish: [8080, "9090:90"] }
volumes: [1]
ssh: { port: "2222" }
registry: { server: 1.10 }
`);
  assertEquals([config.service, config.repository, config.volumes], ["37", "1.1/1.0", ["1"]]);
  const [web] = config.roles;
  assertEquals([web?.cmd, config.ssh.port], ["true", 2222]);
  assertEquals(web?.options, { cpus: 2, init: true, publish: ["8080", "9090:90"] });
});

Deno.test("loadDeployment() takes a mode by its digits, with or without quotes", async () => {
  for (const mode of ["640", "0640", '"0640"']) {
    const config = await configOf(`${SHOP}accessories:
  db:
    image: postgres:17
    role: web
    directories:
      - { local: data, remote: /data, mode: ${mode}, owner: 999:999, options: z }
`);
    const [directory] = config.accessories[0]?.directories ?? [];
    assertEquals(Number.parseInt(directory?.mode ?? "", 8), 0o640);
    assertEquals([directory?.owner, directory?.mountOptions], ["999:999", "z"]);
  }
});

Deno.test("loadDeployment() knows hosts as addresses, with tags, and with logins", async () => {
  const config = await configOf(`service: shop
image: acme/shop
servers:
  - 10.0.0.1
  - deploy@10.0.0.2:2222: eu
  - 10.0.0.3: [eu, fast]
  - { host: 10.0.0.4, user: app, tags: [us] }
  - 10.0.0.5:
`);
  assertEquals(
    config.hosts.map(({ name, user, tags }) => [name, user, ...tags]),
    [
      ["10.0.0.1", "root"],
      ["10.0.0.2:2222", "deploy", "eu"],
      ["10.0.0.3", "root", "eu", "fast"],
      ["10.0.0.4", "app", "us"],
      ["10.0.0.5", "root"],
    ],
  );
});

Deno.test("loadDeployment() knows secrets by their names", async () => {
  const config = await configOf(`${SHOP}registry:
  username: [REGISTRY_USER]
  password:
    - REGISTRY_PASSWORD
env:
  secret: [KEY, ALIAS:SOURCE]
`);
  assertEquals(config.secretNames, ["KEY", "REGISTRY_PASSWORD", "REGISTRY_USER", "SOURCE"]);
  assertEquals(config.registry.username, { secret: "REGISTRY_USER" });
});

Deno.test("loadDeployment() takes a key without a value for one that is not there", async () => {
  const empty = ["registry", "env", "accessories", "builder", "proxy", "aliases", "boot"];
  const config = await configOf(SHOP + empty.map((key) => `${key}:\n`).join(""));
  assertEquals(config, await configOf(SHOP));
});

Deno.test("loadDeployment() accepts what asks for nothing but what is done anyway", async () => {
  const config = await configOf(`${SHOP}run_directory: .kamal
x-anything: { is: ignored }
minimum_version: 2.12.0
builder: { arch: [amd64], local: true, secrets: [], sbom: false }
boot: { parallel_roles: false }
proxy: { ssl: false, run: { publish: true } }
ssh: { forward_agent: no }
`);
  assertEquals(config, await configOf(`${SHOP}builder: { arch: amd64 }\n`));
});

Deno.test("loadDeployment() compares minimum_version by its parts", async () => {
  for (const version of ["1", "2.0", '"2.9.1"', "2.12.0", '"2.12.0.rc1"']) {
    assertEquals((await configOf(`${SHOP}minimum_version: ${version}\n`)).service, "shop");
  }
  for (const version of ["3", "2.100", '"2.12.1"', '"10.0.0"']) {
    const [problem = ""] = await problemsOf(`${SHOP}minimum_version: ${version}\n`);
    assertStringIncludes(problem, "config/deploy.yml:4  minimum_version  asks for Kamal");
  }
});

Deno.test("loadDeployment() gives ERB the environment, and the destination", async () => {
  const files = {
    "config/deploy.yml":
      `${SHOP}labels:\n  for: "<%= ENV["KAMAL_DESTINATION"] %>"\n  by: <%= ENV.fetch("TEAM") %>\n` +
      "  in: <%= `pwd | sed 's|.*/||'` %>\n  file: <%= `cat marker` %>\n",
    "config/deploy.staging.yml": "",
    "marker": "here",
  };
  const env = { PATH: Deno.env.get("PATH") ?? "", TEAM: "shop" };
  const { labels } = await configOf(files, { destination: "staging", env });
  assertEquals([labels["for"], labels["by"], labels["file"]], ["staging", "shop", "here"]);
  assertEquals((await configOf(files, { env })).labels["for"], "");
});

Deno.test("loadDeployment() says which destinations there are", async () => {
  const files = {
    "config/deploy.yml": `${SHOP}require_destination: true\n`,
    "config/deploy.staging.yml": "",
    "config/deploy.production.yml": "",
    "config/other.yml": "",
  };
  assertEquals(await problemsOf(files), [
    "config/deploy.yml:4  destination  is missing, require_destination asks for one, known are production, staging",
  ]);
  const error = await assertRejects(
    () => configOf(files, { destination: "stagin" }),
    SextantError,
  );
  assertEquals(error.code, "CONFIG_NOT_FOUND");
  assertStringIncludes(error.message, 'for the destination "stagin", did you mean "staging"?');
  assertEquals((await problemsOf(files, { destination: "../../etc" })).length, 1);
  assertEquals((await configOf(files, { destination: "staging" })).destination, "staging");
});

Deno.test("loadDeployment() names the file of a destination where the problem stands in it", async () => {
  const files = {
    "config/deploy.yml": `${SHOP}proxy:\n  app_port: x\n  hst: a\nboot: { wait: 1 }\n`,
    "config/deploy.staging.yml": "proxy:\n  app_port: y\nboot:\n  wait: soon\n",
  };
  assertEquals(await problemsOf(files, { destination: "staging" }), [
    'config/deploy.staging.yml:2  proxy.app_port  should be a number, got "y"',
    'config/deploy.staging.yml:4  boot.wait  should be a number, got "soon"',
    'config/deploy.yml:6  proxy.hst  unknown key, did you mean "host"?',
  ]);
});

Deno.test("loadDeployment() tells what is wrong in both files at once", async () => {
  const files = {
    "config/deploy.yml": `${SHOP}labels: { a: <%= ruby %> }\n`,
    "config/deploy.staging.yml": "labels: [\n",
  };
  const problems = await problemsOf(files, { destination: "staging" });
  assertEquals(problems.length, 2);
  assertStringIncludes(problems[1] ?? "", "config/deploy.staging.yml:");
});

Deno.test("loadDeployment() of YAML has kamal-proxy ask by the container's address, as Kamal does", async () => {
  const asked = async (yaml: string): Promise<readonly (string | undefined)[]> => {
    const { roles } = await configOf(`service: shop\nimage: acme/shop\n${yaml}`);
    return roles.map(({ proxy }) => proxy?.healthcheck.host);
  };
  const roles = (own: string): string =>
    `servers:\n  web: { hosts: [10.0.0.1] }\n  api: { hosts: [10.0.0.1], proxy: ${own} }\n`;
  const own = "{ host: api.acme.dev, app_port: 3000 }";
  assertEquals(await asked(`${roles(own)}proxy: { host: acme.dev }\n`), [undefined, undefined]);
  assertEquals(await asked(`${roles(own)}proxy: { app_port: 3000 }\n`), [undefined, undefined]);
  assertEquals(await asked(roles(own)), [undefined, undefined]);
  const said = "healthcheck: { host: up.acme.dev }";
  assertEquals(await asked(`${roles(own)}proxy: { host: acme.dev, ${said} }\n`), [
    "up.acme.dev",
    "up.acme.dev",
  ]);
  assertEquals(
    await asked(`${roles(`{ host: api.acme.dev, ${said} }`)}proxy: { host: acme.dev }`),
    [
      undefined,
      "up.acme.dev",
    ],
  );
  const byName = "proxy: { host: acme.dev, healthcheck: { host: true } }\n";
  assertEquals(await asked(`${roles(own)}${byName}`), ["acme.dev", "api.acme.dev"]);
});

Deno.test("loadDeployment() reads .yaml, and lays .dest.yml over it as Kamal does", async () => {
  const files = { "ops/shop.yaml": SHOP, "ops/shop.eu.yml": "servers:\n  - 10.0.0.9\n" };
  const config = await configOf(files, { configFile: "ops/shop.yaml", destination: "eu" });
  assertEquals(config.hosts.map(({ name }) => name), ["10.0.0.9"]);
});

Deno.test("loadDeployment() gives the same deployment for the same words in TypeScript and YAML", async () => {
  const yaml = await configOf(`service: shop
image: acme/shop
servers:
  web: [10.0.0.1]
  jobs:
    hosts: [10.0.0.2]
    cmd: bin/jobs
    stop_timeout: 60
proxy: { host: a.dev, app_port: 3000, healthcheck: { path: /healthz } }
retain_containers: 3
boot: { limit: 25%, wait: 2 }
logging: { driver: local, options: { max-size: 5m } }
ssh:
  user: app
  keys: [~/.ssh/deploy]
  key_data: [SSH_KEY]
  keys_only: true
  proxy: jump@10.0.0.9
  proxy_command: nc %h %p
  forward_agent: true
  log_level: fatal
sshkit: { max_concurrent_starts: 10, dns_retries: 5 }
`);
  const code = await configOf({
    "deploy.ts": `import { deploy, secret } from "@sextant/deploy";
export default deploy("shop").image("acme/shop")
  .servers({ web: ["10.0.0.1"], jobs: { hosts: ["10.0.0.2"], cmd: "bin/jobs", stopTimeout: 60 } })
  .proxy({ host: "a.dev", appPort: 3000, healthcheck: { path: "/healthz", host: false } })
  .settings({ retainContainers: 3 })
  .boot({ limit: "25%", wait: 2 })
  .logging({ driver: "local", options: { "max-size": "5m" } })
  .sshkit({ maxConcurrentStarts: 10, dnsRetries: 5 })
  .ssh({
    user: "app",
    keys: ["~/.ssh/deploy"],
    keyData: [secret("SSH_KEY")],
    keysOnly: true,
    proxy: "jump@10.0.0.9",
    proxyCommand: "nc %h %p",
    forwardAgent: true,
  });
`,
  });
  assertEquals(yaml, code);
});
