/**
 * How the demo speaks: titles, commands and notes between what the commands print themselves.
 *
 * @module
 */

const encoder = new TextEncoder();

/** Writes to the terminal. */
export const say = {
  /** What comes now. */
  title: (text: string): void => write(`\n── ${text}\n`),
  /** A command that is run. */
  command: (text: string): void => write(`\n$ ${text}\n`),
  /** Something to know. */
  note: (text: string): void => write(`   ${text}\n`),
  /** A file's text. */
  code: (text: string): void => write(text.replaceAll(/^/gm, "   ").trimEnd() + "\n"),
};

function write(text: string): void {
  Deno.stdout.writeSync(encoder.encode(text));
}
