/**
 * Doppler, by its program `doppler`.
 *
 * @module
 */

import { SextantError } from "../../errors.ts";
import type { Adapter } from "./adapter.ts";
import type { Cli, Words } from "./cli.ts";
import { recordOf, textOf } from "./json.ts";
import { fullNames, splitLast } from "./names.ts";

/**
 * Names are those of secrets, from `project/config`, all of them where none is named. A service token in
 * `DOPPLER_TOKEN` says the project and the config by itself.
 */
export const doppler: Adapter = {
  title: "Doppler",
  install: "Install it (https://docs.doppler.com/docs/install-cli) so that doppler is on the PATH.",
  account: "none",
  fetch: async (request, cli) => {
    const places = new Set(fullNames(request).map((name) => splitLast(name)[0]));
    if (places.size > 1) {
      throw new SextantError("USAGE", `the secrets are in ${places.size} configs`, {
        hint: "Fetch from one config at a time: --from PROJECT/CONFIG",
      });
    }
    const from = request.from ?? [...places][0] ?? "";
    const names = request.names.map((name) => splitLast(name)[1]);
    await login(cli);
    const place = placeWords(from);
    const answer = await read(names, place, cli);
    const wanted = names.length === 0 ? Object.keys(answer) : names;
    const missing = wanted.filter((name) => typeof recordOf(answer[name])["computed"] !== "string");
    if (missing.length > 0) throw cli.notFound(missing);
    return new Map(wanted.map((name) => [name, String(recordOf(answer[name])["computed"])]));
  },
};

async function login(cli: Cli): Promise<void> {
  if (await cli.succeeds(["doppler", "me", "--json"])) return;
  if (await cli.succeeds(["doppler", "login", "-y"], { asks: true })) return;
  throw cli.notLoggedIn(undefined, "Run: doppler login, or set DOPPLER_TOKEN to a service token.");
}

async function read(
  names: readonly string[],
  place: readonly string[],
  cli: Cli,
): Promise<Readonly<Record<string, unknown>>> {
  const words: Words = ["doppler", "secrets", "get", ...names, "--json", ...place];
  const result = names.length === 0 ? undefined : await cli.run(words);
  if (result?.exitCode === 0) return recordOf(cli.parse(words, result.stdout));
  // One name that is not there spoils the answer for all; the whole config shows which.
  return recordOf(await cli.json(["doppler", "secrets", "--json", ...place]));
}

function placeWords(from: string): readonly string[] {
  const [project, config] = from.split("/").map(textOf);
  if (project !== undefined && config !== undefined) return ["-p", project, "-c", config];
  // Without a place it is the token's, or the one that `doppler setup` has noted for the folder.
  if (from === "") return [];
  throw new SextantError("USAGE", `"${from}" is no project and config of Doppler`, {
    hint: "Name both: --from PROJECT/CONFIG",
  });
}
