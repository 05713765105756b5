/**
 * A host's text, taken apart.
 *
 * @module
 */

/** The parts of a host as it was written. */
export interface HostParts {
  /** Address or DNS name. */
  readonly address: string;
  /** Login name, where one was written. */
  readonly user: string | undefined;
  /** Port, where one was written. */
  readonly port: number | undefined;
}

/** Takes `user@host:port` apart; `undefined` if it is no host. */
export function parseHost(host: string): HostParts | undefined {
  const match = HOST_REGEXP.exec(host);
  if (!match?.groups) return undefined;
  const { user, bracketed, bare, port } = match.groups;
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && (number < 1 || number > 65535)) return undefined;
  return { address: bracketed ?? bare ?? "", user, port: number };
}

// No part may begin with a dash, or the ssh program would take it for an option.
const HOST_REGEXP = new RegExp(
  [
    /^(?:(?<user>\w[\w.+-]*)@)?/,
    /(?:\[(?<bracketed>[\da-f.:]+(?:%\w+)?)\]|(?<bare>\w[\w.-]*|[\da-f]*:[\da-f.:]*:[\da-f.:]*(?:%\w+)?))/,
    /(?::(?<port>\d{1,5}))?$/,
  ].map((part) => part.source).join(""),
  "i",
);
