import { assertEquals, assertMatch } from "@std/assert";
import { ConfigError, HostError, HostsError, SextantError } from "../../sdk/errors.ts";
import { renderError, renderTrouble } from "../../sdk/report/error_text.ts";

Deno.test("renderError() tells what, why and what next", () => {
  const error = new SextantError("LOCK_HELD", "the deploy lock of shop is held", {
    details: ["ci@runner-7 holds it since 14:02"],
    hint: "Wait for that run.\nOnly if it is dead: sextant lock release",
  });
  assertEquals(
    renderError(error),
    `\
✖ the deploy lock of shop is held · LOCK_HELD
  ci@runner-7 holds it since 14:02
  Wait for that run.
  Only if it is dead: sextant lock release
`,
  );
});

Deno.test("renderError() lists the problems of a configuration in columns", () => {
  const error = new ConfigError([
    {
      position: "deploy.ts:14",
      path: "servers.web.hots",
      message: 'unknown key, did you mean "hosts"?',
    },
    { position: "deploy.ts:3", path: "proxy.appPort", message: 'should be a number, got "three"' },
  ]);
  assertEquals(
    renderError(error),
    `\
✖ the configuration has 2 problems · CONFIG_INVALID
  deploy.ts:14  servers.web.hots  unknown key, did you mean "hosts"?
  deploy.ts:3   proxy.appPort     should be a number, got "three"
`,
  );
  assertEquals(
    renderError(new ConfigError([{ path: "image", message: "is missing" }])),
    "✖ the configuration has 1 problem · CONFIG_INVALID\n  image  is missing\n",
  );
});

Deno.test("renderError() names every host that failed, each with its own reason", () => {
  const errors = [
    new HostError("HOST_UNREACHABLE", "10.0.0.1", "no answer on port 22", {
      hint: "Check the address.",
    }),
    new HostError("LOGIN_REFUSED", "10.0.0.2", "no key was accepted", {
      details: ["tried id_ed25519"],
    }),
  ];
  assertEquals(
    renderError(new HostsError(errors)),
    `\
✖ 2 hosts failed: 10.0.0.1, 10.0.0.2 · HOSTS_FAILED
  10.0.0.1: no answer on port 22 · HOST_UNREACHABLE
  Check the address.

  10.0.0.2: no key was accepted · LOGIN_REFUSED
    tried id_ed25519
`,
  );
});

Deno.test("renderError() shows the stack of what nobody expected", () => {
  assertMatch(
    renderError(new TypeError("x is undefined")),
    /^✖ this should not have happened: it is a bug in sextant.*\n {2}TypeError: x is undefined\n {6}at .*error_text_test\.ts/,
  );
  assertMatch(renderError("thrown text"), /\n {2}thrown text\n$/);
});

Deno.test("renderTrouble() puts evidence last", () => {
  assertEquals(
    renderTrouble({
      code: "BUILD_FAILED",
      message: "it failed",
      hint: "Do this.",
      details: ["why", "log", "  line"],
    }),
    "✖ it failed · BUILD_FAILED\n  why\n  Do this.\n\n  log\n    line\n",
  );
});

Deno.test("renderTrouble() colours the mark alone with what the words already say", () => {
  assertEquals(
    renderTrouble({ code: "USAGE", message: "no" }, { color: true }),
    "\u001b[31m✖\u001b[39m no \u001b[2m· USAGE\u001b[22m\n",
  );
});
