/**
 * Exact comparison of types.
 *
 * @module
 */

/** `true` if two types are the same, else `false`; `any` is the same as `any` alone. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2)
  ? true
  : false;

/** Compiles if its type argument is `true`. */
export function expectSame<_Claim extends true>(): void {}
