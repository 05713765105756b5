/**
 * The story on real hosts: sshd, Docker Engine and kamal-proxy, thrown away at the end.
 *
 * @module
 */

import { commitApp, type Lab, up } from "../lab/lab.ts";
import { Load, type LoadReport } from "../lab/load.ts";
import { say } from "./say.ts";
import { play, type Stage, type Watch } from "./story.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

/** Plays the story; gives the exit code: 0 if all went as it should and no request was lost. */
export async function demo({ keep }: { readonly keep: boolean }): Promise<number> {
  say.title("Two hosts with sshd and Docker are made on this machine, and a registry beside them");
  const lab = await up({ hosts: 2, progress: say.note });
  const names = lab.hosts.map((host) => host.address).join(" and ");
  say.note(`hosts ${names}, registry ${lab.registry.address}`);
  try {
    const project = await lab.appFolder("healthy");
    const passed = await play(await stageOn(lab, project));
    if (keep) await waitForEnter(lab, project);
    return passed ? 0 : 1;
  } finally {
    await lab.down();
    say.note("The hosts and all that was on them are gone.");
  }
}

async function stageOn(lab: Lab, project: string): Promise<Stage> {
  const deployment = deploymentText(lab);
  await Deno.writeTextFile(`${project}/deploy.ts`, deployment);
  return {
    deployment,
    release: async (version, kind) => void await commitApp(project, kind, { version }),
    sextant: (...args) => runCli(lab, project, args),
    watch: () => watch(lab),
  };
}

/** Runs the command line as a user would, in the project's folder. */
async function runCli(lab: Lab, cwd: string, args: readonly string[]): Promise<number> {
  const { home, builder } = lab;
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", CLI, ...args],
    cwd,
    env: { HOME: home, PATH: builder.path, DOCKER_HOST: builder.dockerHost, DENO_DIR: denoDir() },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return code;
}

/** Where this Deno keeps its packages: the lab's HOME is another one. */
function denoDir(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
  return Deno.env.get("DENO_DIR") ?? `${cache}/deno`;
}

function deploymentText(lab: Lab): string {
  return `import { deploy } from "@sextant/deploy";

export default deploy("shop")
  .image("acme/shop")
  .registry({ server: "${lab.registry.address}" })
  .servers({ web: [${lab.hosts.map((host) => `"${host.address}"`).join(", ")}] })
  .proxy({ host: "shop.test", healthcheck: { path: "/up" } })
  .settings({ deployTimeout: 5 });
`;
}

async function watch(lab: Lab): Promise<Watch> {
  const addresses = lab.hosts.map((host) => host.address);
  const load = await Load.start({ addresses, host: "shop.test" });
  return {
    title: "From here on, 300 requests a second, half of them on new connections",
    stop: async () => {
      const report = await load.stop();
      return { lines: told(report), failed: report.failed };
    },
  };
}

function told(report: LoadReport): readonly string[] {
  const versions = Object.entries(report.versions).map(([version, count]) =>
    `${version} answered ${count}`
  );
  return [
    `${report.sent} requests sent, ${report.failed} failed (${versions.join(", ")})`,
    `half of the answers within ${report.medianMs.toFixed(1)} ms, 99 of 100 within ${
      report.p99Ms.toFixed(1)
    } ms`,
    ...Object.entries(report.failures).map(([reason, count]) => `failed: ${count} × ${reason}`),
  ];
}

async function waitForEnter(lab: Lab, project: string): Promise<void> {
  const { home, builder } = lab;
  say.title("The hosts stay until you press Enter; from another terminal:");
  for (const { name, address } of lab.hosts) {
    say.note(`ssh -F ${home}/.ssh/config ${name}`);
    say.note(`curl -H 'Host: shop.test' http://${address}/version`);
  }
  say.note(`cd ${project}`);
  say.note(
    `export HOME=${home} PATH=${builder.path} DOCKER_HOST=${builder.dockerHost} DENO_DIR=${denoDir()}`,
  );
  say.note(`${Deno.execPath()} run -A ${CLI} details`);
  await Deno.stdin.read(new Uint8Array(1));
}
