/**
 * The story that the demo tells, on whatever hosts there are.
 *
 * @module
 */

import { say } from "./say.ts";

/** Where the story is played. */
export interface Stage {
  /** The deployment's text, shown at the beginning. */
  readonly deployment: string;
  /** Makes the app's next release. */
  readonly release: (version: string, kind: "healthy" | "unhealthy") => Promise<void>;
  /** Runs the command line; gives its exit code. */
  readonly sextant: (...args: readonly string[]) => Promise<number>;
  /** Begins to watch the app from outside, and says how. */
  readonly watch: () => Promise<Watch>;
}

/** Somebody who asks the app all the time. */
export interface Watch {
  /** How the app is watched, in a sentence. */
  readonly title: string;
  /** Ends watching; gives what was seen, a line each, and how much went wrong. */
  readonly stop: () => Promise<{ readonly lines: readonly string[]; readonly failed: number }>;
}

/** Plays the story; gives whether all went as it should and nothing was lost. */
export async function play(stage: Stage): Promise<boolean> {
  const outcomes: boolean[] = [];
  const expect = async (code: number, ...args: readonly string[]): Promise<void> => {
    say.command(`sextant ${args.join(" ")}`);
    outcomes.push(await stage.sextant(...args) === code);
  };
  say.title("A project: a Dockerfile, and this deploy.ts");
  say.code(stage.deployment);

  say.title("v1, with `sextant setup`");
  await stage.release("v1", "healthy");
  await expect(0, "setup", "--version", "v1", "-y");

  const watch = await stage.watch();
  say.title(watch.title);

  say.title("v2, with `sextant deploy`");
  await stage.release("v2", "healthy");
  await expect(0, "deploy", "--version", "v2", "-y");

  say.title("A second look: nothing to do");
  await expect(0, "plan", "--version", "v2", "--exit-code");

  say.title("v3 never becomes healthy: it is refused, v2 goes on serving");
  await stage.release("v3", "unhealthy");
  await expect(1, "deploy", "--version", "v3", "-y");

  say.title("Back to v1, with `sextant rollback`");
  await expect(0, "rollback", "v1", "-y");

  const { lines, failed } = await watch.stop();
  say.title("What was seen from outside, over deploy, refused deploy and rollback");
  for (const line of lines) say.note(line);
  return outcomes.every((good) => good) && failed === 0;
}
