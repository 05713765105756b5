import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { main } from "../../sdk/cli/main.ts";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import { type ProjectFiles, withProject } from "../fixtures/project_folder.ts";
import { FakeCommander } from "./fake_commander.ts";
import { FakeIo, type FakeIoOptions } from "./fake_io.ts";

const ENV = { PATH: Deno.env.get("PATH") ?? "", TOKEN: "t0psecret" };

interface Done {
  readonly root: string;
  readonly code: number;
  readonly io: FakeIo;
  readonly commander: FakeCommander;
}

async function envify(
  files: ProjectFiles,
  line: string,
  options: FakeIoOptions & { readonly secretsPath?: string },
  body: (done: Done) => Promise<void> | void,
): Promise<void> {
  await withProject(files, async (root) => {
    const io = Object.assign(new FakeIo(options), { root, environment: () => ENV });
    const commander = Object.assign(new FakeCommander(), {
      resolvedConfig: (_: unknown, { destination }: { destination?: string }) =>
        resolveConfig({
          service: "shop",
          image: "acme/shop",
          servers: { web: ["10.0.0.1"] },
          settings: { secretsPath: options.secretsPath ?? ".kamal/secrets" },
          destinations: { eu: {} },
        }, { destination }),
    });
    const code = await main(["envify", ...line.split(" ").filter((word) => word)], io, commander);
    await body({ root, code, io, commander });
  });
}

const TEMPLATE =
  'TOKEN=<%= ENV["TOKEN"] %>\nKEY="<%= `printf key` %> # <%= ENV.fetch("X", "x") %>"\n';
const RENDERED = 'TOKEN=t0psecret\nKEY="key # x"\n';

Deno.test("envify makes .env from its template, 0600, and pushes", async () => {
  await envify({ ".env.erb": TEMPLATE }, "--yes", {}, async ({ root, code, io, commander }) => {
    assertEquals([code, commander.verbs], [0, [{ name: "env push" }]]);
    assertStringIncludes(io.written, "created  .env\n");
    assertEquals(await Deno.readTextFile(join(root, ".env")), RENDERED);
    assertEquals((await Deno.stat(join(root, ".env"))).mode! & 0o777, 0o600);
    assertEquals((await Array.fromAsync(Deno.readDir(root))).length, 2);
    assert(!(io.written + io.told).includes("t0psecret"));
  });
});

Deno.test("envify makes a destination's file in .kamal, and leaves the hosts alone with --skip-push", async () => {
  const files = { ".kamal/.env.eu.erb": 'OF=<%= ENV["KAMAL_DESTINATION"] %>\n', ".env.erb": "A=1" };
  await envify(files, "-d eu --skip-push", {}, async ({ root, code, io, commander }) => {
    assertEquals([code, io.written, commander.verbs], [0, "created  .kamal/.env.eu\n", []]);
    assertEquals(await Deno.readTextFile(join(root, ".kamal/.env.eu")), "OF=eu\n");
  });
});

Deno.test("envify leaves a file alone that says the same", async () => {
  const files = { ".env.erb": TEMPLATE, ".env": RENDERED };
  await envify(files, "-P --json", {}, ({ code, io }) => {
    assertEquals([code, io.told], [0, ""]);
    assertEquals(JSON.parse(io.written), { type: "files", created: [], kept: [".env"] });
  });
});

Deno.test("envify asks before it replaces a file, and names what changes, but no value", async () => {
  const files = { ".env.erb": TEMPLATE, ".env": "TOKEN=old\nGONE=1\n" };
  await envify(files, "-P", { answers: ["n"] }, async ({ root, code, io }) => {
    assertEquals([code, io.written], [1, ""]);
    assertEquals(
      io.told,
      "write .env anew (GONE goes, KEY comes, TOKEN changes)? [y/N] nothing was changed\n",
    );
    assertEquals(await Deno.readTextFile(join(root, ".env")), files[".env"]);
  });
  await envify(files, "-P", { answers: ["y"] }, async ({ root, code }) => {
    assertEquals([code, await Deno.readTextFile(join(root, ".env"))], [0, RENDERED]);
  });
  await envify(files, "-P --yes", {}, ({ code, io }) => {
    assertEquals([code, io.told], [0, ".env: GONE goes, KEY comes, TOKEN changes\n"]);
  });
});

Deno.test("envify refuses where nobody can be asked, and changes nothing", async () => {
  const files = { ".env.erb": TEMPLATE, ".env": `# note\n${RENDERED}` };
  await envify(files, "-P", {}, async ({ root, code, io }) => {
    assertEquals(code, 2);
    assertStringIncludes(io.told, "✖ .env is there and differs: its values stay · NOT_CONFIRMED");
    assertEquals(await Deno.readTextFile(join(root, ".env")), files[".env"]);
  });
  await envify({ ".env.erb": TEMPLATE }, "", {}, async ({ root, code, io, commander }) => {
    assertEquals([code, commander.verbs], [2, []]);
    assertStringIncludes(io.told, "envify asks before it changes anything");
    assertEquals((await Array.fromAsync(Deno.readDir(root))).length, 1);
  });
});

Deno.test("envify is an error where there is no template, or what it makes would not be read", async () => {
  const cases: Readonly<Record<string, readonly [files: ProjectFiles, secretsPath?: string]>> = {
    "✖ there is no .kamal/.env.erb and no .env.erb to envify · USAGE": [{ ".env": "A=1" }],
    "✖ env files are not read, .kamal/secrets takes their place · USAGE": [
      { ".env.erb": "A=1", ".kamal/secrets.eu": "" },
    ],
    "✖ env files are not read, ops/secrets takes their place · USAGE": [
      { ".env.erb": "A=1" },
      "ops/secrets",
    ],
    "✖ .env would not be read, .kamal/.env is there · USAGE": [
      { ".env.erb": "A=1", ".kamal/.env": "A=2" },
    ],
  };
  for (const [message, [files, secretsPath]] of Object.entries(cases)) {
    await envify(files, "-P", secretsPath ? { secretsPath } : {}, ({ code, io }) => {
      assertEquals([code, io.written], [2, ""]);
      assertStringIncludes(io.told, message);
      assertStringIncludes(io.told, "nothing was changed");
    });
  }
});

Deno.test("envify names all ERB that cannot be filled in, with its lines", async () => {
  const files = { ".env.erb": "A=<%= Vault.read %>\nB=1\nC=<%= `exit 3` %>\n" };
  await envify(files, "-P", {}, async ({ root, code, io }) => {
    assertEquals(code, 2);
    assertStringIncludes(io.told, ".env.erb:1");
    assertStringIncludes(io.told, "<%= Vault.read %> is Ruby, which is not run here");
    assertStringIncludes(io.told, ".env.erb:3");
    assertEquals((await Array.fromAsync(Deno.readDir(root))).length, 1);
  });
});
