/**
 * Operations side by side in one step: their shell text, and what became of each.
 *
 * @module
 */

import { scratchFolder } from "../command.ts";
import type { Outcome } from "./definition.ts";

/** How one of several operations of a step ended. */
export interface PartOutcome extends Outcome {
  /** Its place among the step's operations. */
  readonly index: number;
}

/**
 * The shell text that runs several texts side by side and shows what each printed one after the other, below a mark of its
 * own on both streams. The first failure in order is the exit status.
 */
export function sideBySide(texts: readonly string[]): string {
  return [
    `sx_r=; sx_d=${scratchFolder("parts")} || exit 1`,
    `sx_part() { [ "$2" = 0 ] || sx_r="\${sx_r:-$2}"; echo "~part $1 $2"; echo "~part $1 $2" >&2; [ ! -s "$sx_d/$1" ] || cat "$sx_d/$1"; [ ! -s "$sx_d/$1.err" ] || cat "$sx_d/$1.err" >&2; }`,
    ...texts.map((shell, index) =>
      `(${shell}\n) >"$sx_d/${index}" 2>"$sx_d/${index}.err" & sx_p${index}=$!`
    ),
    ...texts.map((_, index) => `wait $sx_p${index}; sx_part ${index} $?`),
    `rm -rf "$sx_d"; exit "\${sx_r:-0}"`,
  ].join("\n");
}

/** What the shell would print of operations side by side. */
export function joinParts(outcomes: readonly Outcome[]): Outcome {
  const [only] = outcomes;
  if (only !== undefined && outcomes.length === 1) return only;
  const joined = (stream: "stdout" | "stderr"): string =>
    outcomes.map((outcome, index) => {
      const text = outcome[stream];
      const end = text === "" || text.endsWith("\n") ? "" : "\n";
      return `~part ${index} ${outcome.exitCode}\n${text}${end}`;
    }).join("");
  return {
    exitCode: outcomes.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? 0,
    stdout: joined("stdout"),
    stderr: joined("stderr"),
  };
}

/** What became of each of so many operations; of a step that was broken off, of none. */
export function splitParts(count: number, outcome: Outcome): readonly PartOutcome[] {
  if (count === 1) return [{ index: 0, ...outcome }];
  const [stdout, stderr] = [partsOf(outcome.stdout), partsOf(outcome.stderr)];
  return [...stdout].map(([index, part]) => ({
    index,
    exitCode: part.exitCode,
    stdout: part.text,
    stderr: stderr.get(index)?.text ?? "",
  }));
}

/** A step's output without the marks between its parts. */
export function withoutMarks(text: string): string {
  return text.replace(MARKS_REGEXP, "");
}

/** Whether a line of output only says which part comes next. */
export function isMark(line: string): boolean {
  return MARK_REGEXP.test(line);
}

const MARK_REGEXP = /^~part (\d+) (\d+)$/;
const MARKS_REGEXP = /^~part \d+ \d+\n/gm;

function partsOf(text: string): ReadonlyMap<number, { exitCode: number; text: string }> {
  const parts = new Map<number, { exitCode: number; text: string }>();
  let part: { exitCode: number; text: string } | undefined;
  for (const line of text.split(/(?<=\n)/)) {
    const mark = MARK_REGEXP.exec(line.trimEnd());
    if (mark !== null) {
      part = { exitCode: Number(mark[2]), text: "" };
      parts.set(Number(mark[1]), part);
    } else if (part !== undefined) part.text += line;
  }
  return parts;
}
