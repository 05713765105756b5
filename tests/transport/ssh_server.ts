import { join } from "node:path";
import type { Target } from "../../sdk/transport/transport.ts";

const SSHD = "/usr/sbin/sshd";

/** A real sshd on loopback, with keys and a home of its own. */
export interface SshServer {
  /** Where it listens, as the user who runs the tests. */
  readonly target: Target;
  /** A home directory whose default key may log in. */
  readonly home: string;
  /** A folder for a test's files. */
  readonly folder: string;
  /** Process id of the listener. */
  readonly pid: number;
  /** Runs ssh-keygen. */
  keygen(...args: readonly string[]): Promise<void>;
  /** Ends the connections that are open, as a server that goes down does. */
  cut(): Promise<void>;
  /** Stops the connections that are open: they stay, and nothing comes any more. */
  freeze(): Promise<void>;
  /** Ends the server and its connections. */
  stop(): Promise<void>;
  /** Ends the server and removes all it made. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Why no sshd can be started here; `undefined` where it can. */
export const noServer: string | undefined = await reason();

/** A test that needs an sshd; skipped, with the reason in its name, where there can be none. */
export function serverTest(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: noServer === undefined ? name : `${name} (${noServer})`,
    ignore: noServer !== undefined,
    // ssh2's ciphers are never closed, which Deno 2.4 counts as a leak.
    sanitizeResources: !Deno.version.deno.startsWith("2.4."),
    fn,
  });
}

/** Starts an sshd; `settings` are lines of its configuration, `hostKey` what more ssh-keygen is told. */
export async function startServer(
  settings: readonly string[] = [],
  hostKey: readonly string[] = [],
): Promise<SshServer> {
  const folder = await Deno.makeTempDir({ prefix: "sextant-sshd-" });
  // Another user's login reads the keys that may log in, too.
  await Deno.chmod(folder, 0o755);
  const home = join(folder, "home");
  await Deno.mkdir(join(home, ".ssh"), { recursive: true });
  await generateKey(join(home, ".ssh", "id_ed25519"));
  await generateKey(join(folder, "host_key"), ...hostKey);
  await Deno.copyFile(join(home, ".ssh", "id_ed25519.pub"), join(folder, "authorized_keys"));
  const port = freePort();
  const server = await listen(folder, port, settings);
  const user = (await output("id", ["-un"])).trim();
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    // Stopped first, so that it accepts nobody while its connections end.
    server.kill("SIGSTOP");
    await signalSessions(server.pid, "SIGKILL");
    server.kill("SIGKILL");
    await server.status;
  };
  return {
    target: { name: "a", address: "127.0.0.1", port, user },
    home,
    folder,
    pid: server.pid,
    keygen: async (...args) => void await output("ssh-keygen", ["-q", ...args]),
    cut: () => signalSessions(server.pid, "SIGKILL"),
    freeze: () => signalSessions(server.pid, "SIGSTOP"),
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Makes a key pair of the given type. */
export async function generateKey(file: string, ...options: readonly string[]): Promise<void> {
  await output("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file, ...options]);
}

/** A port of 127.0.0.1 on which nothing listens. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Runs a program and gives its output. */
export async function output(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${program} failed: ${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

async function listen(
  folder: string,
  port: number,
  settings: readonly string[],
): Promise<Deno.ChildProcess> {
  const configuration = [
    "ListenAddress 127.0.0.1",
    `Port ${port}`,
    `HostKey ${join(folder, "host_key")}`,
    `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
    `PidFile ${join(folder, "pid")}`,
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "StrictModes no",
    "UsePAM no",
    // The first value of a setting counts.
  ];
  await Deno.writeTextFile(join(folder, "config"), [...settings, ...configuration, ""].join("\n"));
  await Deno.mkdir("/run/sshd", { recursive: true });
  const server = new Deno.Command(SSHD, {
    args: ["-D", "-f", join(folder, "config"), "-E", join(folder, "log")],
    stdin: "null",
  }).spawn();
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await isListening(port)) return server;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`sshd does not listen: ${await Deno.readTextFile(join(folder, "log"))}`);
}

async function isListening(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

async function signalSessions(listener: number, signal: Deno.Signal): Promise<void> {
  const table = await output("ps", ["-eo", "pid=,ppid="]);
  const pairs = table.trim().split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  for (const [pid, parent] of pairs) {
    if (parent === listener && pid !== undefined) signalProcess(pid, signal);
  }
}

async function reason(): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "starting sshd needs root on Linux";
  const installed = await Deno.stat(SSHD).then(() => true, () => false);
  return installed ? undefined : "sshd is not installed";
}

function signalProcess(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
