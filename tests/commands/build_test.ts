import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { BuildImage } from "../../sdk/operations/build.ts";
import type { Buildx } from "../../sdk/operations/buildx.ts";
import { describeOperation, explainFailure } from "../../sdk/operations/operation.ts";
import { SAMPLES } from "./samples.ts";
import { shellText, testInShells } from "./shells.ts";
import { textOf } from "./texts.ts";

const BUILD: BuildImage = {
  ...SAMPLES["build-image"],
  tags: ["acme/shop:v2", "acme/shop:latest"],
  platforms: ["linux/amd64"],
  args: {},
  target: undefined,
  noCache: false,
};

const BUILDX: Buildx = {
  driver: "docker-container",
  remote: undefined,
  local: true,
  registryPort: undefined,
};

Deno.test("buildImage hands secrets over by variables, and their names alone as arguments", () => {
  assertEquals(
    textOf({ ...BUILD, secrets: ["NPM_TOKEN", "PATH"], ssh: "default" }),
    "SEXTANT_BUILD_SECRET_1='[NPM_TOKEN]' SEXTANT_BUILD_SECRET_2='[PATH]' DOCKER_BUILDKIT=1 docker build " +
      "--platform linux/amd64 --tag acme/shop:v2 --tag acme/shop:latest --label service=shop " +
      "--secret id=NPM_TOKEN,env=SEXTANT_BUILD_SECRET_1 --secret id=PATH,env=SEXTANT_BUILD_SECRET_2 " +
      "--file Dockerfile --ssh default .",
  );
});

testInShells("buildImage hands secrets over byte for byte", async (home, shell) => {
  await home.program("docker", `printf %s "$SEXTANT_BUILD_SECRET_1" >"$HOME/seen"`);
  const value = 'it\'s $HOME `id`\n\\ "quoted"';
  const { code } = await home.run(
    shell,
    shellText([{ ...BUILD, secrets: ["TOKEN"] }], { TOKEN: value }),
  );
  assertEquals([code, await home.read("seen")], [0, value]);
});

Deno.test("buildImage lets buildx push, with the cache and the attestations that are asked for", () => {
  assertEquals(
    textOf({
      ...BUILD,
      platforms: ["linux/amd64", "linux/arm64"],
      buildx: BUILDX,
      cache: { from: "type=gha", to: "type=gha,mode=max" },
      provenance: "mode=max",
      sbom: true,
      noCache: true,
    }).split(" && ").at(-1),
    'docker buildx build --builder "$sx_builder" --output type=registry --platform linux/amd64,linux/arm64 ' +
      "--tag acme/shop:v2 --tag acme/shop:latest --cache-to type=gha,mode=max --cache-from type=gha " +
      "--label service=shop --file Dockerfile --provenance=mode=max --sbom=true --no-cache .",
  );
});

Deno.test("buildImage leaves the image here where the engine's own builder builds", () => {
  assertEquals(
    textOf({ ...BUILD, buildx: { ...BUILDX, driver: "docker" }, provenance: "false" }),
    'sx_builder=default && docker buildx build --builder "$sx_builder" --platform linux/amd64 ' +
      "--tag acme/shop:v2 --tag acme/shop:latest --label service=shop --file Dockerfile --provenance=false .",
  );
});

Deno.test("buildImage builds with buildpacks, one of which labels the image", () => {
  const pack = { builder: "heroku/builder:24", buildpacks: ["heroku/ruby"] };
  const build = { ...BUILD, pack, args: { RUBY: "3.4" }, secrets: ["TOKEN"], noCache: true };
  assertEquals(
    textOf(build),
    "TOKEN='[TOKEN]' pack build acme/shop:v2 --creation-time now --builder heroku/builder:24 --platform linux/amd64 " +
      "--buildpack heroku/ruby --buildpack paketo-buildpacks/image-labels --tag acme/shop:latest --clear-cache " +
      "--env BP_IMAGE_LABELS=service=shop --env RUBY=3.4 --env TOKEN --path .",
  );
  assertEquals(describeOperation(build).detail, "from heroku/ruby");
});

/** A machine of an architecture, with the builders of the file `builders`; every other call is noted. */
function docker(arch: string): string {
  return `case "$1 $2" in
"info --format") echo linux/${arch} ;;
"buildx inspect") grep -qx "$3" "$HOME/builders" ;;
*) echo "$*" >>"$HOME/calls" ;;
esac`;
}

const REMOTE = { ...BUILDX, remote: "ssh://app@10.0.0.9:2122" };

/** What is built where, on a machine of an architecture that has some builders. */
const BUILDERS: readonly {
  readonly name: string;
  readonly arch?: string;
  readonly has?: string;
  readonly buildx: Buildx;
  readonly platforms?: readonly string[];
  readonly makes: readonly string[];
  readonly uses: string;
  readonly ends?: string;
}[] = [
  {
    name: "a builder of its own, as Kamal names it",
    buildx: BUILDX,
    makes: ["buildx create --name kamal-local-docker-container --driver docker-container"],
    uses: "kamal-local-docker-container",
  },
  {
    name: "the builder that is there",
    has: "kamal-local-docker-container",
    buildx: BUILDX,
    makes: [],
    uses: "kamal-local-docker-container",
  },
  {
    name: "a builder that reaches this machine's registry",
    buildx: { ...BUILDX, registryPort: 5000 },
    makes: [
      "buildx create --name kamal-local-registry-docker-container --driver docker-container --driver-opt network=host",
    ],
    uses: "kamal-local-registry-docker-container",
  },
  {
    name: "a builder in the cloud",
    buildx: { ...BUILDX, driver: "cloud acme/builder" },
    makes: ["buildx create --driver cloud acme/builder"],
    uses: "cloud-acme-builder",
  },
  {
    name: "the remote machine for what this one is not",
    arch: "aarch64",
    buildx: REMOTE,
    makes: [
      "ssh -o StrictHostKeyChecking=accept-new -p 2122 app@10.0.0.9 true",
      "buildx create --name kamal-remote-ssh---app-10-0-0-9-2122 ssh://app@10.0.0.9:2122",
    ],
    uses: "kamal-remote-ssh---app-10-0-0-9-2122",
  },
  {
    name: "no remote machine for what this one is",
    buildx: REMOTE,
    makes: ["buildx create --name kamal-local-docker-container --driver docker-container"],
    uses: "kamal-local-docker-container",
  },
  {
    name: "the remote machine alone where this one shall not",
    has: "kamal-remote-ssh---app-10-0-0-9-2122",
    buildx: { ...REMOTE, local: false },
    makes: [],
    uses: "kamal-remote-ssh---app-10-0-0-9-2122",
  },
  {
    name: "a remote machine that reaches this one's registry",
    has: "kamal-remote-ssh---app-10-0-0-9-2122-local-registry",
    buildx: { ...REMOTE, local: false, registryPort: 5000 },
    makes: [
      "ssh -o ControlMaster=yes -o ControlPath=control -o ExitOnForwardFailure=yes -f -N -R 127.0.0.1:5000:127.0.0.1:5000 -o StrictHostKeyChecking=accept-new -p 2122 app@10.0.0.9",
    ],
    uses: "kamal-remote-ssh---app-10-0-0-9-2122-local-registry",
    ends:
      "ssh -o ControlPath=control -O exit -o StrictHostKeyChecking=accept-new -p 2122 app@10.0.0.9",
  },
  {
    name: "both machines, each for its own",
    platforms: ["linux/arm64", "linux/amd64"],
    buildx: REMOTE,
    makes: [
      "ssh -o StrictHostKeyChecking=accept-new -p 2122 app@10.0.0.9 true",
      "buildx create --platform linux/amd64 --name kamal-hybrid-docker-container-ssh---app-10-0-0-9-2122 --driver docker-container",
      "buildx create --platform linux/arm64 --append --name kamal-hybrid-docker-container-ssh---app-10-0-0-9-2122 ssh://app@10.0.0.9:2122",
    ],
    uses: "kamal-hybrid-docker-container-ssh---app-10-0-0-9-2122",
  },
];

for (const { name, arch = "x86_64", has = "", buildx, platforms, makes, uses, ends } of BUILDERS) {
  testInShells(`buildImage uses ${name}`, async (home, shell) => {
    await home.program("docker", docker(arch));
    await home.program(
      "ssh",
      `echo "ssh $*" | sed "s#ControlPath=[^ ]*#ControlPath=control#" >>"$HOME/calls"`,
    );
    await Deno.writeTextFile(`${home.path}/builders`, `${has}\n`);
    await Deno.remove(`${home.path}/calls`).catch(() => {});
    const build = { ...BUILD, buildx, platforms: platforms ?? BUILD.platforms };
    const { code } = await home.do(shell, build);
    const calls = (await home.read("calls")).trimEnd().split("\n");
    if (ends !== undefined) assertEquals(calls.pop(), ends);
    assertEquals([code, calls.slice(0, -1)], [0, makes]);
    assertStringIncludes(calls.at(-1) ?? "", `buildx build --builder ${uses} `);
  });
}

testInShells("buildImage builds nothing where its builder cannot be made", async (home, shell) => {
  await home.program(
    "docker",
    `case "$1 $2" in "buildx build") touch "$HOME/built" ;; *) exit 1 ;; esac`,
  );
  const { code } = await home.do(shell, { ...BUILD, buildx: BUILDX });
  const isBuilt = await home.read("built").then(() => true, () => false);
  assertEquals([code, isBuilt], [1, false]);
});

Deno.test("buildImage tells of a failed build how to see it alone", () => {
  const failed = { exitCode: 1, stdout: "", stderr: "ERROR: failed to solve" };
  const { message, hint } = explainFailure({ ...BUILD, buildx: BUILDX }, failed);
  assertEquals(message, "the image could not be built from Dockerfile, or not pushed");
  assertStringIncludes(hint ?? "", "docker buildx build");
});
