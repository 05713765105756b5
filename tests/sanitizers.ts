/**
 * Makes every test of a file fail that leaves a timer, a socket or a process behind; import it first.
 * Deno 2.4 does so by itself, later releases only when asked.
 *
 * @module
 */

interface SanitizerSwitch {
  sanitizer?: (options: { ops: boolean; resources: boolean }) => void;
}

const test: typeof Deno.test & SanitizerSwitch = Deno.test;
test.sanitizer?.({ ops: true, resources: true });
