/**
 * The audit log on a simulated host.
 *
 * @module
 */

import type { RecordAudit, ShowAudit } from "../operations/audit.ts";
import type { SimulatedHost } from "./host.ts";
import { byShell, done, failed, type Model } from "./model.ts";

/** How lines are added to the audit log. */
export const recordAudit: Model<RecordAudit> = byShell((operation, host) => {
  const { path, at, performer, tags, messages } = operation;
  const prefix = [at, performer, ...tags].map((tag) => `[${tag}]`).join(" ");
  host.makeDirectory(".kamal");
  appendTo(host, path, messages.map((message) => `${prefix} ${message}\n`).join(""));
  return done();
});

/** How the end of the audit log is shown. */
export const showAudit: Model<ShowAudit> = byShell(({ path, lines }, host) => {
  const text = host.read(path);
  if (text === undefined) {
    return failed(1, `tail: cannot open '${path}' for reading: No such file or directory`);
  }
  return done(text.split(/(?<=\n)/).slice(-lines).join(""));
});

function appendTo(host: SimulatedHost, path: string, text: string): void {
  host.write(path, `${host.read(path) ?? ""}${text}`);
}
