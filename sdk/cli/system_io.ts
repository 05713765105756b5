/**
 * The command line's real surroundings: this process, its terminal and its clock.
 *
 * @module
 */

import type { Io, Output, TerminalSize } from "./io.ts";

/** The surroundings of this process. */
export function systemIo(): Io {
  return {
    out: outputOf(Deno.stdout),
    err: outputOf(Deno.stderr),
    isInteractive: Deno.stdin.isTerminal(),
    root: Deno.cwd(),
    noColor: Deno.noColor,
    environment: () => Deno.env.toObject(),
    readLine,
    onInterrupt,
    every: (milliseconds, action) => {
      const timer = setInterval(action, milliseconds);
      return () => clearInterval(timer);
    },
    seconds: () => performance.now() / 1000,
    exit: (code) => Deno.exit(code),
  };
}

interface SystemStream {
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

function outputOf(stream: SystemStream): Output {
  const encoder = new TextEncoder();
  const isTerminal = stream.isTerminal();
  let isRead = true;
  return {
    isTerminal,
    size: () => isTerminal ? terminalSize() : undefined,
    write: (text) => {
      isRead &&= writeAll(stream, encoder.encode(text));
      return isRead;
    },
  };
}

/** Writes all bytes; gives whether anybody still reads. */
function writeAll(stream: SystemStream, bytes: Uint8Array): boolean {
  try {
    for (let rest = bytes; rest.length > 0; rest = rest.subarray(stream.writeSync(rest)));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}

function terminalSize(): TerminalSize | undefined {
  try {
    return Deno.consoleSize();
  } catch {
    return undefined;
  }
}

async function readLine(signal: AbortSignal): Promise<string | undefined> {
  if (signal.aborted) return undefined;
  const aborted = new Promise<undefined>((resolve) =>
    signal.addEventListener("abort", () => resolve(undefined), { once: true })
  );
  return await Promise.race([readInput(), aborted]);
}

/** Reads standard input up to the next newline. */
async function readInput(): Promise<string | undefined> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1024);
  let text = "";
  while (!text.includes("\n")) {
    const count = await Deno.stdin.read(buffer);
    if (count === null) return text === "" ? undefined : text;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text.slice(0, text.indexOf("\n"));
}

function onInterrupt(listener: () => void): () => void {
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, listener);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, listener);
  };
}
