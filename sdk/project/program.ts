/**
 * Runs a program of the project and hands its output over line by line.
 *
 * @module
 */

/** How a program is run. */
export interface ProgramOptions {
  /** Folder that it runs in. */
  readonly root: string;
  /** Variables on top of this process's own. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends it: TERM, and KILL five seconds later. */
  readonly signal?: AbortSignal | undefined;
  /** Takes each line that it writes, on either stream. */
  readonly onLine: (line: string) => void;
}

const GRACE_MILLISECONDS = 5000;
const LATE_OUTPUT_MILLISECONDS = 1000;

/**
 * Runs a program to its end, without standard input, and gives its exit status.
 *
 * @throws {Error} If the shell that runs it cannot be started.
 */
export async function runProgram(
  path: string,
  { root, env, signal, onLine }: ProgramOptions,
): Promise<number> {
  const child = new Deno.Command("/bin/sh", {
    // The shell also runs a script without a first line that names its program, as Kamal's `env` does.
    args: ["-c", 'exec "$0"', path],
    cwd: root,
    env: { ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const enough = new AbortController();
  const timers: ReturnType<typeof setTimeout>[] = [];
  const stop = (): void => {
    kill(child, "SIGTERM");
    timers.push(setTimeout(() => kill(child, "SIGKILL"), GRACE_MILLISECONDS));
  };
  signal?.addEventListener("abort", stop);
  const ending = child.status.then(({ code }) => {
    // What the program has started may hold its output open for long.
    if (signal?.aborted) enough.abort();
    else timers.push(setTimeout(() => enough.abort(), LATE_OUTPUT_MILLISECONDS));
    return code;
  });
  try {
    const [code] = await Promise.all([
      ending,
      readLines(child.stdout, onLine, enough.signal),
      readLines(child.stderr, onLine, enough.signal),
    ]);
    return code;
  } finally {
    kill(child, "SIGTERM");
    timers.forEach(clearTimeout);
    signal?.removeEventListener("abort", stop);
  }
}

async function readLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
  enough: AbortSignal,
): Promise<void> {
  const reader = stream.getReader();
  enough.addEventListener("abort", () => void reader.cancel());
  const decoder = new TextDecoder();
  let rest = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const lines = (rest + decoder.decode(next.value, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) onLine(line.replace(/\r$/, ""));
  }
  rest += decoder.decode();
  if (rest) onLine(rest);
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended by itself.
  }
}
