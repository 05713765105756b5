import { join } from "node:path";

/** An ssh-agent with one key of the name `forwarded`. */
export async function startAgent(folder: string): Promise<{ socket: string } & AsyncDisposable> {
  const socket = join(folder, "agent");
  const agent = new Deno.Command("ssh-agent", {
    args: ["-D", "-a", socket],
    stdin: "null",
    stdout: "null",
  }).spawn();
  const made = `ssh-keygen -q -t ed25519 -N '' -C forwarded -f ${folder}/forwarded; ` +
    `until test -S ${socket}; do sleep 0.02; done; ssh-add -q ${folder}/forwarded`;
  await new Deno.Command("sh", { args: ["-c", made], env: { SSH_AUTH_SOCK: socket } }).output();
  return {
    socket,
    [Symbol.asyncDispose]: async () => {
      agent.kill("SIGTERM");
      await agent.status;
    },
  };
}
