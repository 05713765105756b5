import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeOperation, invertOperation, warnOf } from "../../sdk/operations/operation.ts";
import { SAMPLES, WEB } from "./samples.ts";
import { Home, testInShells } from "./shells.ts";
import { textOf, withoutOurs, wordsOf } from "./texts.ts";

Deno.test("runContainer runs a container with the words and the order of Kamal", () => {
  const kamal =
    'docker run --detach --restart unless-stopped --name shop-web-v2 --network kamal --hostname 10.0.0.1-2cdba698b0ce --env KAMAL_CONTAINER_NAME="shop-web-v2" --env KAMAL_VERSION="v2" --env KAMAL_HOST="10.0.0.1" --env A="1" --env-file .kamal/apps/shop/env/roles/web.env --log-opt max-size="10m" --volume /data:/data --label service="shop" --label role="web" --label destination ghcr.io/acme/shop:v2';
  const ours = textOf(WEB).split(" && ").at(-1)!;
  assertEquals(withoutOurs(wordsOf(ours)), wordsOf(kamal));
});

Deno.test("runContainer appends options and the command after the labels, as Kamal does", () => {
  const kamal =
    'docker run --detach --restart on-failure:3 --name shop-job-v2 --network kamal --hostname 10.0.0.3-4d2983f728a4 --env KAMAL_CONTAINER_NAME="shop-job-v2" --env KAMAL_VERSION="v2" --env KAMAL_HOST="10.0.0.3" --env A="1" --env-file .kamal/apps/shop/env/roles/job.env --log-opt max-size="10m" --volume /data:/data --label service="shop" --label role="job" --label destination --memory "2g" ghcr.io/acme/shop:v2 bin/jobs';
  const jobs = {
    ...WEB,
    name: "shop-job-v2",
    role: "job",
    restart: "on-failure:3",
    hostname: "10.0.0.3-4d2983f728a4",
    env: {
      KAMAL_CONTAINER_NAME: "shop-job-v2",
      KAMAL_VERSION: "v2",
      KAMAL_HOST: "10.0.0.3",
      A: "1",
    },
    envFile: ".kamal/apps/shop/env/roles/job.env",
    labels: { service: "shop", role: "job", destination: "" },
    options: { memory: "2g" },
    cmd: "bin/jobs",
  };
  const ours = textOf(jobs).split(" && ").at(-1)!;
  assertEquals(withoutOurs(wordsOf(ours)), wordsOf(kamal));
});

Deno.test("runContainer keeps the container's id in a file, and reads what an env file cannot hold", () => {
  const [remove, source, run] = textOf(WEB).split(" && ");
  assertEquals(remove, "rm -f .kamal/apps/shop/sextant/shop-web-v2.id");
  assertEquals(source, ". ./.kamal/apps/shop/sextant/env/roles/web.sh");
  assertStringIncludes(run!, " --cidfile .kamal/apps/shop/sextant/shop-web-v2.id ");
  assertStringIncludes(run!, " --env-file .kamal/apps/shop/env/roles/web.env $SEXTANT_ENV ");
});

Deno.test("runContainer expands ${NAME} of clear values on the host, and nothing else", () => {
  const text = textOf({ ...WEB, env: { TOKEN: "${HOST_TOKEN}", PRICE: "$5", CMD: "$(id)" } });
  assertStringIncludes(text, `--env TOKEN="\${HOST_TOKEN}" --env 'PRICE=$5' --env 'CMD=$(id)' `);
});

Deno.test("runContainer places relative volumes below the login's home and leaves Docker's own alone", () => {
  const text = textOf({
    ...WEB,
    volumes: ["data:/a", "shop-db/data:/b:ro", "/abs:/c", "$HOME/x:/d"],
  });
  assertStringIncludes(
    text,
    `--volume data:/a --volume "$PWD"/shop-db/data:/b:ro --volume /abs:/c `,
  );
});

Deno.test("runContainer repeats a flag for a list, and gives true as a bare flag", () => {
  const options = {
    "cap-add": ["NET_ADMIN", "SYS_TIME"],
    init: true,
    "oom-kill-disable": false,
    cpus: 2,
  };
  assertStringIncludes(
    textOf({ ...WEB, options }),
    "--cap-add NET_ADMIN --cap-add SYS_TIME --init --oom-kill-disable false --cpus 2 ghcr.io/acme/shop:v2",
  );
});

Deno.test("stopContainer and removeContainer take a container that is gone for done", async () => {
  // The real docker fails for a container that is not there; so does this one.
  for (const operation of [SAMPLES["stop-container"], SAMPLES["remove-container"]]) {
    await Home.use(async (home) => {
      await home.program("docker", `echo "No such container" >&2; exit 1`);
      assertEquals((await home.do("sh", operation)).code, 0, operation.kind);
      await home.program("docker", `[ "$1" = container ]`);
      assertEquals((await home.do("sh", operation)).code, 1, operation.kind);
    });
  }
});

Deno.test("stopContainer gives the seconds between TERM and KILL where they are known", () => {
  assertStringIncludes(textOf(SAMPLES["stop-container"]), "docker stop -t 30 shop-web-v1 ");
  assertStringIncludes(
    textOf({ ...SAMPLES["stop-container"], timeout: undefined }),
    "docker stop shop-web-v1 ",
  );
});

testInShells(
  "stopContainer looks at a container that was slow to end, and at no other",
  async (home, shell) => {
    await home.program("docker", `echo "$1" >>"$HOME/log"; [ "$1" = stop ] || echo "slow 7 137"`);
    await home.program("date", `cat "$HOME/now"; echo 107 >"$HOME/now"`);
    const stop = { ...SAMPLES["stop-container"], name: "shop-web-v1" };
    await home.write("now", "107\n");
    assertEquals(await home.do(shell, stop), { code: 0, stdout: "", stderr: "" });
    assertEquals(await home.read("log"), "stop\n");
    await home.write("now", "100\n");
    const slow = await home.do(shell, stop);
    assertEquals(await home.read("log"), "stop\nstop\ninspect\n");
    assertStringIncludes(
      warnOf(stop, { ...slow, exitCode: slow.code })!.message,
      "shop-web-v1 was killed, 7 s after TERM",
    );
  },
  { plays: ["date"] },
);

Deno.test("describeOperation() shows a container that is meant by its id as Docker does", () => {
  const id = "aa91280fade829bc2ed7053dd019d003c3c5bafc542ce21782d81a2035594976";
  for (const kind of ["stop-container", "start-container", "remove-container"] as const) {
    const { subject } = describeOperation({ ...SAMPLES[kind], name: id });
    assertEquals([subject, describeOperation(SAMPLES[kind]).subject], [
      id.slice(0, 12),
      SAMPLES[kind].name,
    ]);
  }
});

Deno.test("stopContainer warns of a kill, and of a stop that took long, not of a kill that was asked for", () => {
  const stop = { ...SAMPLES["stop-container"], timeout: 30 };
  const warned = (stdout: string, timeout = 30): string | undefined =>
    warnOf({ ...stop, timeout }, { exitCode: 0, stdout, stderr: "" })?.message;
  assertEquals(warned(""), undefined);
  assertEquals(warned("slow 2 0\n", 2), undefined);
  assertEquals(warned("slow 9 0\n"), "shop-web-v1 took 9 s to stop");
  assertStringIncludes(warned("slow 2 137\n", 2)!, "was killed, 2 s after TERM");
  assertEquals(warned("slow 5 137\n", 0), "shop-web-v1 took 5 s to stop");
});

testInShells(
  "renameContainer removes what took the name only where there is something to take back",
  async (home, shell) => {
    const [back] = invertOperation(SAMPLES["rename-container"]);
    await home.program(
      "docker",
      `echo "$*" >>"$HOME/log"; [ "$2 $3" != "inspect $(cat "$HOME/missing")" ]`,
    );
    await home.write("missing", "shop-web-v2_replaced_0123456789abcdef");
    assertEquals((await home.do(shell, back!)).code, 0);
    assertEquals(
      await home.read("log"),
      "container inspect shop-web-v2_replaced_0123456789abcdef\n",
    );
    await home.write("missing", "nothing");
    await home.write("log", "");
    assertEquals((await home.do(shell, back!)).code, 0);
    assertEquals((await home.read("log")).split("\n").slice(1), [
      "rm --force shop-web-v2",
      "rename shop-web-v2_replaced_0123456789abcdef shop-web-v2",
      "",
    ]);
  },
);

Deno.test("renameContainer has nothing to take back of a rename that takes back", () => {
  assertEquals(invertOperation({ ...SAMPLES["rename-container"], takesBack: true }), []);
});
