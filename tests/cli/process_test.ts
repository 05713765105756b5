import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import configuration from "../../deno.json" with { type: "json" };
import { VERSION } from "../../sdk/version.ts";

const CLI = new URL("../../cli.ts", import.meta.url);

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function deno(args: readonly string[], cwd?: string): Promise<Ran> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    env: { NO_COLOR: "1" },
    ...cwd === undefined ? {} : { cwd },
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

function sextant(args: readonly string[], cwd?: string): Promise<Ran> {
  return deno(["run", "-A", "--no-check", CLI.href, ...args], cwd);
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("VERSION is the package's", () => {
  assertEquals(VERSION, configuration.version);
});

Deno.test("sextant version prints the version", async () => {
  assertEquals(await sextant(["version"]), { code: 0, stdout: `sextant ${VERSION}\n`, stderr: "" });
});

interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly isDynamic?: boolean;
    readonly code?: { readonly specifier: string };
  }[];
}

Deno.test("cli.ts loads nothing at its start but its version", async () => {
  const { stdout } = await deno(["info", "--json", CLI.href]);
  const info: { readonly modules: readonly ModuleInfo[] } = JSON.parse(stdout);
  const modules = new Map(info.modules.map((module) => [module.specifier, module]));
  const loaded = new Set([CLI.href]);
  for (const specifier of loaded) {
    for (const { isDynamic, code } of modules.get(specifier)?.dependencies ?? []) {
      if (!isDynamic && code !== undefined) loaded.add(code.specifier);
    }
  }
  const names = [...loaded].map((specifier) =>
    specifier.replace(new URL("../../", import.meta.url).href, "")
  );
  assertEquals(names.toSorted(), ["cli.ts", "sdk/version.ts"]);
});

Deno.test("sextant plan says where it looked for a deployment, and exits with 2", async () => {
  await withFolder(async (folder) => {
    const { code, stdout, stderr } = await sextant(["plan"], folder);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, "CONFIG_NOT_FOUND");
    assertStringIncludes(stderr, "deploy.ts");
  });
});

Deno.test("sextant config prints what a deployment resolves to, its secrets by name", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/deploy.ts`,
      `import { deploy, secret } from "@sextant/deploy";
export default deploy("shop").image("acme/shop")
  .registry({ username: "ci", password: secret("REGISTRY_PASSWORD") })
  .servers({ web: ({ env }) => [env.WEB_HOST ?? "10.0.0.1"] });
`,
    );
    const yaml = await sextant(["config"], folder);
    assertEquals([yaml.code, yaml.stderr], [0, ""]);
    assertStringIncludes(yaml.stdout, "service: shop\n");
    assertStringIncludes(yaml.stdout, "secret: REGISTRY_PASSWORD\n");
    const json = await sextant(["config", "--json"], folder);
    const { config, sha256 } = JSON.parse(json.stdout);
    assertEquals(config.roles[0].hosts, ["10.0.0.1"]);
    assertEquals(yaml.stdout.split("\n")[0], `# sha256 ${sha256}`);
  });
});

Deno.test("sextant ends with 130 when it is interrupted", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/deploy.ts`,
      `console.log("loading");
export default () => new Promise((resolve) => setTimeout(resolve, 60_000));
`,
    );
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", CLI.href, "plan"],
      cwd: folder,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = process.stdout.getReader();
    assert((await reader.read()).value !== undefined);
    process.kill("SIGINT");
    const { code } = await process.status;
    await reader.cancel();
    assertEquals(code, 130);
  });
});
