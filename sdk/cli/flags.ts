/**
 * The flags: those of every command, and those that several commands share.
 *
 * @module
 */

import type { Flag } from "./command.ts";

/** Flags of every command, as Kamal names them, and ours. */
export const GLOBAL_FLAGS: readonly Flag[] = Object.freeze([
  {
    name: "destination",
    short: "d",
    value: { name: "NAME", kind: "text" },
    summary: "which destination, such as staging",
  },
  {
    name: "hosts",
    short: "h",
    value: { name: "HOSTS", kind: "list" },
    summary: "only these hosts; with *, ?, [ab] and {a,b}",
  },
  {
    name: "roles",
    short: "r",
    value: { name: "ROLES", kind: "list" },
    summary: "only these roles; patterns as for hosts",
  },
  { name: "primary", short: "p", summary: "only the primary host" },
  {
    name: "version",
    value: { name: "VERSION", kind: "text" },
    summary: "work with this version of the app",
  },
  {
    name: "config-file",
    short: "c",
    value: { name: "FILE", kind: "text" },
    summary: "the deployment's file (default: deploy.ts)",
  },
  {
    name: "lock-wait",
    value: { name: "SECONDS", kind: "count", optional: true },
    summary: "wait while somebody else holds the deploy lock (default: up to 900)",
  },
  {
    name: "lock-wait-timeout",
    value: { name: "SECONDS", kind: "count" },
    summary: "the same, as Kamal writes it",
  },
  {
    name: "lock-wait-interval",
    value: { name: "SECONDS", kind: "count" },
    summary: "how often to look (default: 5)",
  },
  { name: "skip-hooks", short: "H", summary: "run no hooks" },
  { name: "yes", short: "y", summary: "do not ask, do it" },
  { name: "json", summary: "print JSON lines" },
  { name: "verbose", short: "v", summary: "show housekeeping, and what commands print" },
  { name: "quiet", short: "q", summary: "show answers and failures only" },
  { name: "help", summary: "show what a command takes" },
]);

/** Flags of commands that bring a version to its hosts. */
export const DEPLOY_FLAGS: readonly Flag[] = Object.freeze([
  {
    name: "skip-push",
    short: "P",
    summary: "the image is in the registry already: do not build it",
  },
  { name: "no-cache", summary: "build the image without cached layers" },
]);

/** Flags of commands that build the image. */
export const BUILD_FLAGS: readonly Flag[] = Object.freeze([
  { name: "no-cache", summary: "build the image without cached layers" },
]);

/** Flags of commands that log in or out. */
export const REGISTRY_FLAGS: readonly Flag[] = Object.freeze([
  { name: "skip-local", short: "L", summary: "leave this machine out" },
  { name: "skip-remote", short: "R", summary: "leave the hosts out" },
]);

/** Lets a command go on by itself. */
export const DETACH_FLAG: Flag = {
  name: "detach",
  summary: "let it go on in a new container, and do not wait",
};

/** Flags of commands that show logs. */
export const LOG_FLAGS: readonly Flag[] = Object.freeze([
  {
    name: "lines",
    short: "n",
    value: { name: "COUNT", kind: "count" },
    summary: "lines from the end of the log (default: 100)",
  },
  {
    name: "since",
    short: "s",
    value: { name: "TIME", kind: "text" },
    summary: "only what is newer, such as 10m or 2026-01-31T12:00:00",
  },
  {
    name: "grep",
    short: "g",
    value: { name: "TEXT", kind: "text" },
    summary: "only lines that match",
  },
  {
    name: "grep-options",
    value: { name: "OPTIONS", kind: "text" },
    summary: "options of grep, such as --grep-options=-i",
  },
  { name: "follow", short: "f", summary: "go on as lines come, until interrupted" },
  { name: "skip-timestamps", short: "T", summary: "leave out the time before each line" },
]);

/** Flags of commands that run something in a container. */
export const EXEC_FLAGS: readonly Flag[] = Object.freeze([
  { name: "interactive", short: "i", summary: "hand over this terminal" },
  { name: "reuse", summary: "use the container that runs, not a new one" },
]);

/** Flags of maintenance. */
export const MAINTENANCE_FLAGS: readonly Flag[] = Object.freeze([
  {
    name: "message",
    value: { name: "TEXT", kind: "text" },
    summary: "what visitors are told",
  },
  {
    name: "drain-timeout",
    value: { name: "SECONDS", kind: "count" },
    summary: "seconds that requests under way have to end (default: the app's)",
  },
]);

/** Further environment of a command. */
export const ENV_FLAG: Flag = {
  name: "env",
  short: "e",
  value: { name: "NAME:VALUE", kind: "pair" },
  summary: "further environment; may be given more than once",
};
