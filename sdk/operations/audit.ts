/**
 * The audit log of a service on a host, as Kamal writes it.
 *
 * @module
 */

import { all, append, run } from "../command.ts";
import type { Definition } from "./definition.ts";

/** Adds lines to the audit log. */
export interface RecordAudit {
  /** Which operation. */
  readonly kind: "record-audit";
  /** The log file. */
  readonly path: string;
  /** When, ISO 8601. */
  readonly at: string;
  /** Who. */
  readonly performer: string;
  /** Tags before the message, such as the destination. */
  readonly tags: readonly string[];
  /** What happened, a line each. */
  readonly messages: readonly string[];
}

/** Shows the end of the audit log. */
export interface ShowAudit {
  /** Which operation. */
  readonly kind: "show-audit";
  /** The log file. */
  readonly path: string;
  /** How many lines. */
  readonly lines: number;
}

/** An operation on the audit log. */
export type AuditOperation = RecordAudit | ShowAudit;

/** How the audit log is written. */
export const recordAudit: Definition<RecordAudit> = {
  changes: true,
  describe: ({ messages }) => ({ noun: "audit", subject: messages.join("; "), minor: true }),
  render: ({ path, at, performer, tags, messages }) => {
    const prefix = [at, performer, ...tags].map((tag) => `[${tag}]`).join(" ");
    return all(
      run("mkdir", "-p", ".kamal"),
      append(run("printf", "%s\\n", ...messages.map((message) => `${prefix} ${message}`)), path),
    );
  },
};

/** How the audit log is shown. */
export const showAudit: Definition<ShowAudit> = {
  changes: false,
  describe: ({ path }) => ({ noun: "audit", subject: path }),
  render: ({ path, lines }) => run("tail", "-n", String(lines), path),
  explain: ({ path }) => ({
    code: "COMMAND_FAILED",
    message: `there is no audit log at ${path}`,
    hint: "Nothing was deployed to this host yet.",
  }),
};
