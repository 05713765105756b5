import { HostError } from "../errors.ts";
import type { Target } from "./transport.ts";

/** How far a connection had come when it failed. */
export type LoginStage = "socket" | "greeting" | "handshake" | "login";

/** What is known about a failed attempt to log in. */
export interface LoginFailure {
  /** How far it had come. */
  readonly stage: LoginStage;
  /** What ssh2 or the socket gave. */
  readonly error: Error & { readonly code?: unknown; readonly level?: unknown };
  /** How long a connection may take. */
  readonly seconds: number;
  /** What the port said first. */
  readonly banner: string;
  /** Algorithms that either side named, where they did not agree. */
  readonly algorithms: readonly string[];
  /** What was offered to log in with. */
  readonly offered: readonly string[];
  /** Why other keys were not offered. */
  readonly notes: readonly string[];
  /** What the server says it would take. */
  readonly accepted: readonly string[];
}

/** Says what a failed attempt to connect means to its user. */
export function connectError(target: Target, failure: LoginFailure): HostError {
  const { error, stage } = failure;
  if (error instanceof HostError) return error;
  switch (stage) {
    case "socket":
      return socketError(target, failure);
    case "greeting":
      return greetingError(target, failure);
    case "handshake":
      return handshakeError(target, failure);
    case "login":
      return loginError(target, failure);
    default:
      return stage satisfies never;
  }
}

/** Says that a target's proxy command has ended instead of connecting. */
export function proxyCommandError({ name }: Target, reason: string): HostError {
  return new HostError("HOST_UNREACHABLE", name, `the proxy command does not connect: ${reason}`, {
    hint: "run the command by hand: it should print the greeting of the host's SSH server",
  });
}

/** Says that a connection in use is gone. */
export function lostError(target: Target, reason: string, cause?: unknown): HostError {
  return new HostError("CONNECTION_LOST", target.name, `the connection was lost: ${reason}`, {
    cause,
  });
}

function socketError(target: Target, { error, seconds }: LoginFailure): HostError {
  const { address, port, user } = target;
  const place = `port ${port} of ${address}`;
  const [message, hint] = {
    ECONNREFUSED: [
      `nothing listens on port ${port}`,
      `is sshd running there, and is ${port} its port? Try: ssh -p ${port} ${user}@${address}`,
    ],
    ENOTFOUND: [`the name ${address} is not known`, "check the name, or use the host's address"],
    EAI_AGAIN: [`the name ${address} is not known now`, "check this machine's name server"],
    ETIMEDOUT: [
      `no answer from port ${port} within ${seconds} s`,
      `is the host up, and does a firewall let you through to ${place}?`,
    ],
    EHOSTUNREACH: ["no way to the host", `check the address ${address} and this machine's network`],
    ENETUNREACH: ["no way to the host", `check the address ${address} and this machine's network`],
  }[String(error.code)] ?? [
    `cannot connect to port ${port}: ${error.message}`,
    `try: ssh -p ${port} ${user}@${address}`,
  ];
  return new HostError("HOST_UNREACHABLE", target.name, message!, { hint, cause: error });
}

function greetingError(target: Target, { error, seconds, banner }: LoginFailure): HostError {
  const { name, port } = target;
  const said = banner.split("\n")[0]?.trim().slice(0, 80);
  const message = said
    ? `port ${port} does not speak SSH: it says "${said}"`
    : error.code === "ETIMEDOUT"
    ? `port ${port} takes connections and says nothing for ${seconds} s`
    : `port ${port} closes connections at once`;
  const hint = said
    ? `is ${port} the port of sshd?`
    : "the server may be overloaded, or may have banned this machine's address for a while";
  return new HostError("HOST_UNREACHABLE", name, message, { hint, cause: error });
}

function handshakeError(target: Target, failure: LoginFailure): HostError {
  const { error, seconds, algorithms } = failure;
  if (error.code === "ETIMEDOUT") {
    const message = `the SSH server does not go on within ${seconds} s`;
    const hint = "the host may be overloaded or frozen";
    return new HostError("HOST_UNREACHABLE", target.name, message, { hint, cause: error });
  }
  const message = `no agreement with the SSH server: ${lowerFirst(error.message)}`;
  return new HostError("HOST_UNREACHABLE", target.name, message, {
    hint: "allow one of the usual algorithms in the host's sshd_config, " +
      "or let Sextant use this machine's ssh program",
    details: algorithms,
    cause: error,
  });
}

function loginError(target: Target, failure: LoginFailure): HostError {
  const { error, offered, notes, accepted, seconds } = failure;
  const { name, user, address, port } = target;
  if (error.code === "ETIMEDOUT") {
    const message = `the login of ${user} was not answered within ${seconds} s`;
    return new HostError("HOST_UNREACHABLE", name, message, { cause: error });
  }
  if (!isRefusal(error)) {
    const message = `the connection failed during the login: ${lowerFirst(error.message)}`;
    return new HostError("HOST_UNREACHABLE", name, message, { cause: error });
  }
  const message = offered.length === 0
    ? `there is no key to log in with as ${user}`
    : `${user} may not log in with the keys that were offered`;
  return new HostError("LOGIN_REFUSED", name, message, {
    hint: offered.length === 0
      ? "make a key with ssh-keygen, or add yours to the agent with ssh-add"
      : `put the public key into ${user}'s ~/.ssh/authorized_keys on the host, ` +
        `or name another key or user. Try: ssh -p ${port} ${user}@${address}`,
    details: [
      ...offered.map((label) => `offered: ${label}`),
      ...notes.map((note) => `not offered: ${note}`),
      ...(accepted.length === 0 ? [] : [`the server takes: ${accepted.join(", ")}`]),
    ],
    cause: error,
  });
}

/** All keys were tried, or the server hung up, as it does after too many: not a fault of the connection. */
function isRefusal({ level, code }: LoginFailure["error"]): boolean {
  return level === "client-authentication" || level === "agent" || level === "closed" ||
    typeof code === "number";
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
