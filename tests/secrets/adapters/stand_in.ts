/**
 * Programs that stand in for those of password managers: small shell scripts, alone on the PATH.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { SextantError } from "../../../sdk/errors.ts";
import { type FetchOptions, fetchSecrets } from "../../../sdk/secrets/fetch.ts";
import { withProject } from "../../fixtures/project_folder.ts";

const PROGRAM = new URL("stand_in.sh", import.meta.url).pathname;

/** What is fetched; no names and no place unless they are said. */
export type Wanted = Pick<FetchOptions, "adapter"> & Partial<FetchOptions>;

/** Programs that stand in for others, and remember their calls. */
export class StandIns {
  /** Folder of the project, and of all that the programs write. */
  readonly root: string;
  /** Environment with these programs alone on the PATH. */
  readonly env: Readonly<Record<string, string>>;

  constructor(root: string, env: Readonly<Record<string, string>>) {
    this.root = root;
    this.env = { PATH: join(root, "bin"), CALLS: join(root, "calls"), STATE: root, ...env };
  }

  /** Fetches secrets from them. */
  async fetch({ names = [], from, account, adapter }: Wanted): Promise<Record<string, string>> {
    const options = { adapter, names, from, account };
    const surroundings = { root: this.root, env: this.env, isInteractive: false };
    return Object.fromEntries(await fetchSecrets(options, surroundings));
  }

  /** Fetches secrets in vain, and gives the failure. */
  async fail(wanted: Wanted): Promise<SextantError> {
    return await assertRejects(() => this.fetch(wanted), SextantError);
  }

  /** Every call so far: the words of each with bars between. */
  async calls(): Promise<readonly string[]> {
    const text = await Deno.readTextFile(this.env["CALLS"]!).catch(() => "");
    return text.split("\n").filter((line) => line !== "");
  }
}

/** Puts scripts on the PATH by the names of the programs they stand in for. */
export async function withStandIns(
  scripts: Readonly<Record<string, string>>,
  body: (standIns: StandIns) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const files = Object.entries(scripts).map(([name, script]) => [`scripts/${name}`, script]);
  await withProject({ "bin/": "", ...Object.fromEntries(files) }, async (root) => {
    for (const name of Object.keys(scripts)) {
      await Deno.symlink(PROGRAM, join(root, "bin", name));
    }
    await body(new StandIns(root, env));
  });
}

/** Tests that a missing program is named as such, with a way out. */
export function testNotInstalled(title: string, program: string, wanted: Wanted): void {
  Deno.test(`fetchSecrets() says that the ${title} CLI is not installed`, async () => {
    await withStandIns({}, async (standIns) => {
      const { code, message, details, hint } = await standIns.fail(wanted);
      assertEquals([code, message], ["SECRET_MISSING", `${title} CLI is not installed`]);
      assertEquals(details, [`there is no program ${program} on the PATH`]);
      assertEquals(hint?.endsWith(`so that ${program} is on the PATH.`), true);
    });
  });
}
