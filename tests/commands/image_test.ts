import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { askedRoomCheck } from "../../sdk/operations/image_room.ts";
import { explainFailure } from "../../sdk/operations/operation.ts";
import { SAMPLES } from "./samples.ts";
import { testInShells } from "./shells.ts";
import { textOf } from "./texts.ts";

Deno.test("buildImage tags, labels and builds as the configuration says", () => {
  assertEquals(
    textOf(SAMPLES["build-image"]),
    "docker build --platform linux/amd64 --tag ghcr.io/acme/shop:v2 --tag ghcr.io/acme/shop:latest --label service=shop --build-arg RUBY=3.4 --file Dockerfile --target release --no-cache .",
  );
});

Deno.test("buildImage takes the Dockerfile from the context", () => {
  const plain = { platforms: [], target: undefined, noCache: false, args: {} };
  const build = { ...SAMPLES["build-image"], ...plain, tags: ["a:1"], context: "./app/" };
  assertEquals(
    textOf(build),
    "docker build --tag a:1 --label service=shop --file ./app/Dockerfile ./app/",
  );
});

testInShells(
  "pushImage pushes every tag, and once more what the registry refused",
  async (home, shell) => {
    await home.program(
      "docker",
      `echo "$*" >>"$HOME/calls"; mkdir "$HOME/asked" 2>/dev/null && exit 1; exit 0`,
    );
    const { code } = await home.do(shell, { kind: "push-image", tags: ["a:1", "a:latest"] });
    assertEquals(code, 0);
    assertEquals(
      await home.read("calls"),
      "push --quiet a:1\npush --quiet a:1\npush --quiet a:latest\n",
    );
  },
);

testInShells("pushImage fails where the registry stays by its no", async (home, shell) => {
  await home.program("docker", "echo denied >&2; exit 1");
  const push = { kind: "push-image", tags: ["a:1", "a:latest"] } as const;
  const { code, stdout } = await home.do(shell, push);
  assertEquals(code, 1);
  const { message } = explainFailure(push, { exitCode: code, stdout, stderr: "denied\ndenied\n" });
  assertEquals(message, "the registry did not take a:1: denied");
});

Deno.test("pullImage logs in, looks for room, pulls, and checks whose image it is", () => {
  const room = askedRoomCheck("ghcr.io/acme/shop:v2", "/var/lib/docker");
  assertEquals(
    textOf(SAMPLES["pull-image"]),
    `printf %s [REGISTRY_PASSWORD] | docker login ghcr.io --username acme --password-stdin >/dev/null && ${room} && docker pull --quiet ghcr.io/acme/shop:v2 && { [ "$(docker inspect -f '{{index .Config.Labels "service"}}' ghcr.io/acme/shop:v2)" = shop ] || exit 78; }`,
  );
  const foreign = { ...SAMPLES["pull-image"], service: undefined, login: undefined };
  assertEquals(textOf(foreign), `${room} && docker pull --quiet ghcr.io/acme/shop:v2`);
});

testInShells(
  "pullImage fails for an image that carries another service's label",
  async (home, shell) => {
    await home.program("docker", `cat >/dev/null; [ "$1" != inspect ] || echo blog`);
    const { code } = await home.do(shell, SAMPLES["pull-image"]);
    const { message } = explainFailure(SAMPLES["pull-image"], {
      exitCode: code,
      stdout: "",
      stderr: "",
    });
    assertEquals(message, "ghcr.io/acme/shop:v2 does not carry the label service=shop");
  },
);

Deno.test("pullImage tells of images from elsewhere that they may have another name", () => {
  const outcome = { exitCode: 1, stdout: "", stderr: "manifest unknown\n" };
  const hint = (service: string | undefined): string =>
    explainFailure({ ...SAMPLES["pull-image"], service }, outcome).hint!;
  assertEquals(
    hint(undefined),
    "Check the name, and try it on the host: docker pull ghcr.io/acme/shop:v2",
  );
  assertStringIncludes(hint("shop"), "--skip-push");
});

testInShells(
  "loginRegistry hands the password over exactly, by standard input",
  async (home, shell) => {
    await home.program(
      "docker",
      `echo "$*" >"$HOME/arguments"; cat >"$HOME/input"; echo "Login Succeeded"`,
    );
    const { code, stdout } = await home.do(shell, SAMPLES["login-registry"]);
    assertEquals([code, stdout], [0, ""]);
    assertEquals(await home.read("arguments"), "login ghcr.io --username acme --password-stdin\n");
    assertEquals(await home.read("input"), "it's a pass word");
  },
);

Deno.test("loginRegistry and logoutRegistry name no server for Docker Hub", () => {
  const login = { ...SAMPLES["login-registry"], server: undefined };
  assertStringIncludes(textOf(login), "docker login --username acme");
  assertEquals(textOf({ kind: "logout-registry", server: undefined }), "docker logout >/dev/null");
});

Deno.test("tagImage and removeImage name the image", () => {
  assertEquals(
    textOf(SAMPLES["tag-image"]),
    "docker tag ghcr.io/acme/shop:v2 ghcr.io/acme/shop:latest",
  );
  assertStringIncludes(
    textOf(SAMPLES["remove-image"]),
    "docker image rm ghcr.io/acme/shop:v1",
  );
});
