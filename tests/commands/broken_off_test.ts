import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { probeScript } from "../../sdk/observe/probe.ts";
import { invertOperation, type Operation } from "../../sdk/operations/operation.ts";
import { SAMPLES, WEB } from "./samples.ts";
import { Home, shellText, testInShells } from "./shells.ts";

/** Programs of whom each may be the last that a script lives to see. */
const PROGRAMS = ["base64", "cat", "chmod", "cp", "mkdir", "mv", "rm", "rmdir", "tail"];

/** What changes files of a host, and is the same when it is done again. */
const REPEATABLE: readonly (keyof typeof SAMPLES)[] = [
  "write-env",
  "remove-env",
  "write-salt",
  "upload-file",
  "upload-error-pages",
  "write-boot-config",
  "bridge-assets",
  "make-cord",
];

for (const kind of REPEATABLE) {
  Deno.test(`${kind} that was killed anywhere ends well when it is done again`, async () => {
    const text = shellText([SAMPLES[kind]]);
    const wanted = await Home.use(async (home) => {
      await prepare(home);
      await runIn(home, text);
      return await filesOf(home);
    });
    for (let killedAt = 1;; killedAt++) {
      const isOver = await Home.use(async (home) => {
        await prepare(home);
        if (await runIn(home, text, killedAt)) return true;
        assertEquals(await runIn(home, text), true);
        assertEquals(await filesOf(home), wanted, `killed after program ${killedAt}`);
        return false;
      });
      if (isOver) break;
    }
  });
}

const OTHER_OPTIONS = {
  ...SAMPLES["write-boot-config"],
  files: { options: "--publish 9:80", image_version: "v0.9.4" },
};

for (const next of [SAMPLES["write-env"], SAMPLES["write-salt"], OTHER_OPTIONS]) {
  testInShells(`${next.kind} shows nobody half of a file`, async (home, shell) => {
    await prepare(home);
    await home.do(shell, SAMPLES[next.kind]);
    const before = await filesOf(home);
    await home.program("mv", "kill -KILL $PPID");
    await home.run(shell, shellText([next], OTHER_SECRETS));
    const after = await filesOf(home);
    for (const [path, content] of before) assertEquals(after.get(path), content);
  }, { plays: ["mv"] });
}

testInShells("bridgeAssets takes half of a file for none", async (home, shell) => {
  await prepare(home);
  // Killed as the old version gets the new one's file.
  await home.program(
    "cp",
    `for last; do :; done; case $last in */web-v1*) printf v >"$last"; kill -KILL $PPID;; *) exec /bin/cp "$@";; esac`,
  );
  assert((await home.do(shell, SAMPLES["bridge-assets"])).code !== 0);
  await Deno.remove(`${home.path}/bin/cp`);
  await home.do(shell, SAMPLES["bridge-assets"]);
  assertEquals(await home.read("assets/volumes/web-v1/v2.js"), "v2");
}, { plays: ["cp"] });

testInShells("bridgeAssets that is broken off leaves no container behind", async (home, shell) => {
  await home.program("docker", `echo "$*" >>"$HOME/log"; [ "$1" != cp ] || kill -TERM $PPID`);
  assert((await home.do(shell, SAMPLES["bridge-assets"])).code !== 0);
  assertEquals((await home.read("log")).trim().split("\n").at(-1), "rm -f shop-web-assets");
});

testInShells("runContainer that is taken back leaves no file with its id", async (home, shell) => {
  await home.write(WEB.idFile, "0123");
  await home.do(shell, ...invertOperation(WEB));
  assertEquals(await home.list(WEB.idFile.replace(/\/[^/]*$/, "")), []);
});

testInShells("releaseLock leaves no folder that nobody holds", async (home, shell) => {
  await home.program("rm", `/bin/rm "$@"; kill -TERM $PPID`);
  await home.do(shell, SAMPLES["acquire-lock"]);
  await home.do(shell, ...invertOperation(SAMPLES["acquire-lock"]));
  assertEquals(await home.list(".kamal"), []);
}, { plays: ["rm"] });

testInShells("stopContainer stops one that is about to start, too", async (home, shell) => {
  await home.program(
    "docker",
    `[ "$1" = stop ] && echo "$*" >>"$HOME/log"; case "$*" in "ps -aq "*) echo 0123;; esac`,
  );
  await home.do(shell, { ...SAMPLES["stop-container"], service: "shop" });
  assertEquals(await home.read("log"), "stop -t 30 0123\n");
});

Deno.test("what scripts keep for themselves goes with the folder of their run", async () => {
  const texts = [
    probeScript({ service: "shop", labels: ["shop"] }),
    shellText([SAMPLES["replace-proxy"]]),
    shellText([SAMPLES["check-state"]]),
  ];
  for (const text of texts) {
    await Home.use(async (home) => {
      await Deno.mkdir(`${home.path}/run`);
      await home.program("docker", `ls "$HOME/run" >>"$HOME/seen"; exit 1`);
      await home.run("dash", `set -- token "$HOME/run"\n${text}`);
      assert((await home.read("seen")).split("\n")[0] !== "", text);
    });
  }
});

const OTHER_SECRETS = { DB_PASSWORD: "other", "sextant salt": "ffff" };

/** A host on which v1 serves, with docker to copy v2 from; each program may be killed after. */
async function prepare(home: Home): Promise<void> {
  for (const folder of ["assets/extracted/web-v1", "assets/volumes/web-v1"]) {
    await home.write(`${folder}/v1.js`, "v1");
  }
  for (const operation of Object.values(SAMPLES) as readonly Operation[]) {
    if (operation.kind === "write-env") {
      await home.write(operation.envFile, "DB_PASSWORD=old\n");
      await home.write(operation.envScript, "SEXTANT_ENV=''\n");
    } else if (operation.kind === "write-salt") await home.write(operation.path, "old\n");
  }
  await home.program("docker", `[ "$1" = cp ] || exit 0; printf v2 >"$4/v2.js"`);
}

/** Runs a text as a process group of its own, which is killed after so many programs; gives whether it came to its end. */
async function runIn(home: Home, text: string, killedAt = 0): Promise<boolean> {
  await home.write("bin/count", "0");
  for (const name of PROGRAMS) {
    await home.program(
      name,
      `/bin/${name} "$@" || exit $?
read -r n <"$HOME/bin/count"; n=$((n + 1)); echo $n >"$HOME/bin/count"
[ $n != ${killedAt} ] || kill -KILL 0`.replace("/bin/base64", "/usr/bin/base64").replace(
        "/bin/tail",
        "/usr/bin/tail",
      ),
    );
  }
  await home.write("bin/text", text);
  const { code } = await home.run("dash", `exec setsid -w dash "$HOME/bin/text"`);
  for (const name of PROGRAMS) await Deno.remove(`${home.path}/bin/${name}`);
  return code === 0;
}

/** Every file of a home but for programs, with its content. */
async function filesOf(home: Home, folder = "."): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of await home.list(folder)) {
    if (name === "bin") continue;
    const path = `${folder}/${name}`;
    if ((await Deno.lstat(`${home.path}/${path}`)).isDirectory) {
      for (const [inner, content] of await filesOf(home, path)) found.set(inner, content);
    } else found.set(path, `${await home.mode(path)} ${await home.read(path)}`);
  }
  return found;
}
