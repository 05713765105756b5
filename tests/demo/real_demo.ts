/**
 * The story on real hosts: sshd, Docker Engine and kamal-proxy, thrown away at the end.
 *
 * @module
 */

import { commitApp, type Lab, up } from "../lab/lab.ts";
import { Load, type LoadReport } from "../lab/load.ts";
import { say } from "./say.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

/** Plays the story; gives the exit code: 0 if all went as it should and no request was lost. */
export async function demo({ keep }: { readonly keep: boolean }): Promise<number> {
  say.title("Two hosts with sshd and Docker are made on this machine, and a registry beside them.");
  const lab = await up({ hosts: 2, progress: say.note });
  say.note(
    `hosts ${
      lab.hosts.map((host) => host.address).join(" and ")
    }, registry ${lab.registry.address}`,
  );
  try {
    const passed = await play(lab);
    if (keep) await waitForEnter(lab);
    return passed ? 0 : 1;
  } finally {
    await lab.down();
    say.note("The hosts and all that was on them are gone.");
  }
}

async function play(lab: Lab): Promise<boolean> {
  const project = await lab.appFolder("healthy");
  await Deno.writeTextFile(`${project}/deploy.ts`, deploymentText(lab));
  say.title("A project: a Dockerfile, and this deploy.ts");
  say.code(await Deno.readTextFile(`${project}/deploy.ts`));
  const sextant = (...args: readonly string[]): Promise<number> => runCli(lab, project, args);
  const outcomes: boolean[] = [];
  const expect = async (code: number, ...args: readonly string[]): Promise<void> => {
    outcomes.push(await sextant(...args) === code);
  };

  say.title("v1, with `sextant setup`");
  await commitApp(project, "healthy", { version: "v1" });
  await expect(0, "setup", "--version", "v1", "-y");

  say.title("From here on, 300 requests a second, half of them on new connections");
  const load = await Load.start({
    addresses: lab.hosts.map((host) => host.address),
    host: "shop.test",
  });

  say.title("v2, with `sextant deploy`");
  await commitApp(project, "healthy", { version: "v2" });
  await expect(0, "deploy", "--version", "v2", "-y");

  say.title("A second look: nothing to do");
  await expect(0, "plan", "--version", "v2", "--exit-code");

  say.title("v3 never becomes healthy: it is refused, v2 goes on serving");
  await commitApp(project, "unhealthy", { version: "v3" });
  await expect(1, "deploy", "--version", "v3", "-y");

  say.title("Back to v1, with `sextant rollback`");
  await expect(0, "rollback", "v1", "-y");

  const report = await load.stop();
  tell(report);
  return outcomes.every((good) => good) && report.failed === 0;
}

/** Runs the command line as a user would, in the project's folder. */
async function runCli(lab: Lab, cwd: string, args: readonly string[]): Promise<number> {
  say.command(`sextant ${args.join(" ")}`);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", CLI, ...args],
    cwd,
    env: {
      HOME: lab.home,
      PATH: lab.builder.path,
      DOCKER_HOST: lab.builder.dockerHost,
      DENO_DIR: denoDir(),
    },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return code;
}

/** Where this Deno keeps its packages: the lab's HOME is another one. */
function denoDir(): string {
  return Deno.env.get("DENO_DIR") ??
    `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
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

function tell(report: LoadReport): void {
  const versions = Object.entries(report.versions).map(([version, count]) =>
    `${version} answered ${count}`
  );
  say.title("What the load saw, over deploy, refused deploy and rollback");
  say.note(`${report.sent} requests sent, ${report.failed} failed (${versions.join(", ")})`);
  say.note(
    `half of the answers within ${report.medianMs.toFixed(1)} ms, 99 of 100 within ${
      report.p99Ms.toFixed(1)
    } ms`,
  );
  for (const [reason, count] of Object.entries(report.failures)) {
    say.note(`failed: ${count} × ${reason}`);
  }
}

async function waitForEnter(lab: Lab): Promise<void> {
  say.title("The hosts stay until you press Enter");
  for (const host of lab.hosts) {
    say.note(
      `ssh -F ${lab.home}/.ssh/config ${host.name}    curl -H 'Host: shop.test' http://${host.address}/version`,
    );
  }
  const buffer = new Uint8Array(1);
  await Deno.stdin.read(buffer);
}
