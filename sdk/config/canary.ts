/**
 * Who gets a canary: a version beside the one that serves, for a part of its visitors.
 *
 * @module
 */

import * as z from "zod";
import type { Canary, Role } from "./config.ts";
import type { ReportProblem } from "./problems.ts";
import { strict, whole } from "./schema.ts";

/**
 * Who gets a canary. kamal-proxy goes by the value of the cookie `kamal-rollout`, which the app sets: the same value
 * always gets the same version, and visitors without it never get the canary.
 */
export interface CanaryInput {
  /**
   * How many of the cookie's values get it, in percent.
   * @default {0}
   */
  readonly percent?: number;
  /**
   * Values of the cookie that get it in any case.
   * @default {none}
   */
  readonly allow?: readonly string[];
}

/** Whether a text can be the value of a cookie, and an item of a list with commas. */
export function isCookieValue(value: string): boolean {
  return COOKIE_VALUE_REGEXP.test(value);
}

/** What the value of a cookie is made of. */
export const COOKIE_VALUE_RULE =
  "should be the value of a cookie: without spaces, commas, semicolons, quotes and backslashes";

/** Checks who gets a canary. */
export const canarySchema: z.ZodType<CanaryInput> = strict<CanaryInput>({
  percent: whole(0).check(z.lte(100)).optional().meta({
    description: "How many of the values of the cookie kamal-rollout get it, in percent",
    example: 10,
  }),
  allow: z.array(
    z.string().check(z.refine(isCookieValue, { error: COOKIE_VALUE_RULE })),
  ).optional().meta({
    description: "Values of the cookie kamal-rollout that get it in any case",
    example: ["qa", "staff"],
  }),
});

/** Fills the defaults of who gets a canary. */
export function resolveCanary(
  input: CanaryInput | undefined,
  roles: readonly Role[],
  report: ReportProblem,
): Canary | undefined {
  if (input === undefined) return undefined;
  const canary = { percent: input.percent ?? 0, allow: input.allow ?? [] };
  if (canary.percent === 0 && canary.allow.length === 0) {
    report(["canary"], "is for nobody, should have percent or allow");
  }
  if (roles.every(({ proxy }) => proxy === undefined)) {
    report(["canary"], "needs a role behind kamal-proxy, which tells visitors apart");
  }
  return canary;
}

const COOKIE_VALUE_REGEXP = /^[!#-+\--:<-[\]-~]+$/;
