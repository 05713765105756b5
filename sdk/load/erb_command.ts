/**
 * Runs the commands of a configuration's ERB.
 *
 * @module
 */

/**
 * Runs a command with `/bin/sh` in a folder, without standard input, and gives its output.
 *
 * @throws {Error} If it cannot be run or fails; says with which exit status, and what it complained of last.
 */
export async function runHere(
  command: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", command],
    cwd: folder,
    clearEnv: true,
    env,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (code === 0) return decoder.decode(stdout);
  const complaint = decoder.decode(stderr).trim().split("\n").at(-1) ?? "";
  throw new Error(
    `\`${command}\` failed with exit status ${code}${complaint ? `: ${complaint}` : ""}`,
  );
}
