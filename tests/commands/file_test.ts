import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import type { WriteEnv } from "../../sdk/operations/file.ts";
import { SAMPLES } from "./samples.ts";
import { type Home, shellText, testInShells } from "./shells.ts";

const ENV = SAMPLES["write-env"];

testInShells(
  "writeEnv writes what Kamal writes, readable for the login alone",
  async (home, shell) => {
    await makeFolders(home);
    assertEquals((await home.do(shell, ENV)).code, 0);
    assertEquals(await home.read(ENV.envFile), "DB_PASSWORD=s3cret\n");
    assertEquals([await home.mode(ENV.envFile), await home.mode(ENV.envScript)], ["600", "600"]);
  },
);

testInShells("writeEnv never leaves a file empty, as Kamal", async (home, shell) => {
  await makeFolders(home);
  await home.do(shell, { ...ENV, secrets: {} });
  assertEquals(await home.read(ENV.envFile), "\n");
});

testInShells("writeEnv makes files private that others could read before", async (home, shell) => {
  await home.write(ENV.envFile, "old");
  await home.write(ENV.envScript, "old");
  await Deno.chmod(`${home.path}/${ENV.envFile}`, 0o644);
  await home.do(shell, ENV);
  assertEquals(await home.mode(ENV.envFile), "600");
});

testInShells(
  "writeEnv carries values that an env file cannot hold, byte for byte",
  async (home, shell) => {
    const values = {
      PEM: "-----BEGIN KEY-----\nabc'd\n-----END KEY-----\n",
      CR: "a\rb\r\n",
      LONG: "x".repeat(70_000),
      WIDE: "é".repeat(50_000),
      PLAIN: `quotes ' " and $dollars \`ticks\` \\ tab\t # é 🚢 `,
    };
    const seen = await envAsDockerSees(home, shell, values);
    assertEquals(seen, values);
  },
);

testInShells("writeEnv keeps Kamal's form of a newline in the env file", async (home, shell) => {
  await makeFolders(home);
  const secrets = { PEM: "PEM" };
  await home.run(shell, shellText([{ ...ENV, secrets }], { PEM: "a\nb\rc" }));
  assertEquals(await home.read(ENV.envFile), "PEM=a\\nb\\rc\n");
});

testInShells("writeEnv exports no name that would steer docker itself", async (home, shell) => {
  const steering = ["PATH", "HOME", "DOCKER_HOST", "LD_PRELOAD", "https_proxy", "NO_PROXY", "IFS"];
  await makeFolders(home);
  const secrets = Object.fromEntries(steering.map((name) => [name, name]));
  const values = Object.fromEntries(steering.map((name) => [name, "two\nlines"]));
  await home.run(shell, shellText([{ ...ENV, secrets }], values));
  assertEquals(await home.read(ENV.envScript), "SEXTANT_ENV=''\n");
  assert((await home.read(ENV.envFile)).includes("PATH=two\\nlines\n"));
});

testInShells("writeEnv exports no name that a shell cannot", async (home, shell) => {
  await makeFolders(home);
  const secrets = { "a.b": "V", "1A": "V", "X;id": "V" };
  await home.run(shell, shellText([{ ...ENV, secrets }], { V: "two\nlines" }));
  assertEquals(await home.read(ENV.envScript), "SEXTANT_ENV=''\n");
});

testInShells(
  "writeEnv gives the container the variable's name, not the secret's",
  async (home, shell) => {
    await makeFolders(home);
    await home.run(shell, shellText([{ ...ENV, secrets: { DB: "PROD_DB" } }], { PROD_DB: "x" }));
    assertEquals(await home.read(ENV.envFile), "DB=x\n");
  },
);

testInShells("writeSalt keeps the salt private", async (home, shell) => {
  const salt = SAMPLES["write-salt"];
  await makeFolders(home);
  await home.do(shell, salt);
  assertEquals(await home.read(salt.path), "00112233445566778899aabbccddeeff\n");
  assertEquals(await home.mode(salt.path), "600");
});

testInShells(
  "uploadFile makes the folders above a file, and sets its mode",
  async (home, shell) => {
    const upload = SAMPLES["upload-file"];
    assertEquals((await home.do(shell, upload)).code, 0);
    assertEquals(await home.read(upload.path), "content of config/my.cnf\n");
    assertEquals(await home.mode(upload.path), "755");
  },
);

testInShells("uploadFile takes a file at the top of the home", async (home, shell) => {
  assertEquals((await home.do(shell, { ...SAMPLES["upload-file"], path: "my.cnf" })).code, 0);
  assertEquals(await home.list("."), ["bin", "my.cnf"]);
});

testInShells(
  "makeDirectories makes all folders, with mode and owner where they are told",
  async (home, shell) => {
    const own = `${Deno.uid()}:${Deno.gid()}`;
    const folders = { ...SAMPLES["make-directories"], paths: ["a/b", "c d"], owner: own };
    assertEquals((await home.do(shell, folders)).code, 0);
    assertEquals([await home.mode("a/b"), await home.mode("c d")], ["750", "750"]);
  },
);

testInShells(
  "removePath removes a folder with all it holds, and nothing where there is none",
  async (home, shell) => {
    await home.write(".kamal/apps/shop/env/roles/web.env", "x");
    assertEquals((await home.do(shell, SAMPLES["remove-path"])).code, 0);
    assertEquals(await home.list(".kamal/apps"), []);
    assertEquals((await home.do(shell, SAMPLES["remove-path"])).code, 0);
  },
);

testInShells(
  "removeEnv removes both files, and is content where there are none",
  async (home, shell) => {
    const { envFile, envScript } = SAMPLES["remove-env"];
    for (const path of [envFile, envScript]) await home.write(path, "x");
    assertEquals((await home.do(shell, SAMPLES["remove-env"])).code, 0);
    assertEquals(await home.list(".kamal/apps/shop/env/roles"), []);
    assertEquals((await home.do(shell, SAMPLES["remove-env"])).code, 0);
  },
);

async function makeFolders(home: Home): Promise<void> {
  for (const path of [ENV.envFile, ENV.envScript]) {
    await Deno.mkdir(`${home.path}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
  }
}

/** Writes values and reads the files as the step of `docker run` does: the env file, over it what is exported. */
async function envAsDockerSees(
  home: Home,
  shell: string,
  values: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  await makeFolders(home);
  const secrets = Object.fromEntries(Object.keys(values).map((name) => [name, name]));
  const operation: WriteEnv = { ...ENV, secrets };
  const written = await home.run(shell, shellText([operation], values));
  assertEquals(written, { code: 0, stdout: "", stderr: "" });
  const lines = (await home.read(ENV.envFile)).slice(0, -1).split("\n");
  const longest = Math.max(...lines.map((line) => new TextEncoder().encode(line).length));
  assert(longest < 65_536, "docker reads no longer lines");
  const inFile = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  // `--env NAME` takes the value from the client's own environment.
  const print =
    `. ./${ENV.envScript}; for n in $SEXTANT_ENV; do [ "$n" = --env ] || { printf '%s=' "$n"; printenv "$n" | base64 | tr -d '\\n'; echo; }; done`;
  const { stdout } = await home.run(shell, print);
  const exported = stdout.trimEnd().split("\n").filter((line) => line !== "").map((line) => {
    const bytes = Uint8Array.from(
      atob(line.slice(line.indexOf("=") + 1)),
      (one) => one.charCodeAt(0),
    );
    // printenv ends each value with a newline of its own.
    return [line.slice(0, line.indexOf("=")), new TextDecoder().decode(bytes).slice(0, -1)];
  });
  return { ...inFile, ...Object.fromEntries(exported) };
}
