import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { HERE } from "../../sdk/plan/plan.ts";
import { renderPlan } from "../../sdk/report/plan_text.ts";
import {
  healthy,
  NEW,
  OLD,
  planOf,
  pull,
  route,
  runRole,
  script,
  shopPlan,
  stage,
  step,
  stop,
} from "./shop_plan.ts";

Deno.test("renderPlan() tells what, where and why, equal hosts folded", () => {
  const text = renderPlan(shopPlan());
  assertEquals(
    text,
    `\
shop · production · 8c1f2ab (51d20ce serves) · 3 hosts

  build    here       acme/shop:8c1f2ab from ./Dockerfile

  prepare  all hosts  pull registry.acme.dev/acme/shop:8c1f2ab
           10.0.0.3   ~ env     jobs  DATABASE_URL changed, SMTP_URL new

  boot     10.0.0.1   + web     shop-web-8c1f2ab   healthy at /up within 30 s
           10.0.0.2

  then     10.0.0.3   + jobs    shop-jobs-8c1f2ab  after the first healthy web, healthy, or up for 7 s

  switch   10.0.0.1   ~ route   shop.acme.dev      51d20ce → 8c1f2ab
           10.0.0.2   - web     shop-web-51d20ce   drains up to 30 s
           10.0.0.3   - jobs    shop-jobs-51d20ce
                      - mail    shop-mail-51d20ce  orphan: role mail left the config

  finish   all hosts  tag latest

  3 start, 4 stop, 1 change, 2 routes, 1 orphan · 5 to 6 exchanges per host
`,
  );
  // A wait for the lock is housekeeping; a wait for another role is not.
  assertEquals(text.includes("lock"), false);
});

Deno.test("renderPlan() shows housekeeping, and what waits for it, when it is verbose", () => {
  const text = renderPlan(shopPlan(), { verbose: true });
  assertStringIncludes(text, "prepare  10.0.0.1   lock .kamal/lock-shop");
  assertStringIncludes(text, "then     10.0.0.2   pull");
});

Deno.test("renderPlan() says in one line that there is nothing to do", () => {
  const serving = { "10.0.0.1": NEW, "10.0.0.2": NEW, "10.0.0.3": NEW };
  assertEquals(
    renderPlan(planOf([], { serving })),
    "shop · production · 8c1f2ab serves on 3 hosts · nothing to do\n",
  );
  assertEquals(
    renderPlan(planOf([], { serving, verb: "proxy boot", destination: undefined })),
    "shop · proxy boot · 3 hosts · nothing to do\n",
  );
});

Deno.test("renderPlan() names the command where the plan is not about a version", () => {
  const stages = [stage("apply", [script("10.0.0.2", step("stop", stop("web", OLD)))])];
  const text = renderPlan(
    planOf(stages, { verb: "app stop", hosts: ["10.0.0.2"], unlock: script("10.0.0.2") }),
  );
  assertEquals(
    text,
    `\
shop · production · app stop · 1 host

  apply    10.0.0.2   - web     shop-web-51d20ce

  1 stop · 3 exchanges per host
`,
  );
});

Deno.test("renderPlan() counts what is pruned as removed, not as stopped", () => {
  const operation = {
    kind: "prune-versions",
    service: "shop",
    containers: [{ name: "shop-web-v1", id: "1" }],
    images: [],
  } as const;
  const stages = [stage("apply", [script("10.0.0.2", step("prune", operation))])];
  assertStringIncludes(renderPlan(planOf(stages, { verb: "prune" })), "\n  1 remove");
});

Deno.test("renderPlan() tells which versions serve when there are none or several", () => {
  const stages = shopPlan().stages;
  assertStringIncludes(renderPlan(planOf(stages, { serving: {} })), "8c1f2ab (nothing serves yet)");
  assertStringIncludes(
    renderPlan(planOf(stages, { serving: { "10.0.0.1": OLD, "10.0.0.2": NEW } })),
    "8c1f2ab (51d20ce and 8c1f2ab serve)",
  );
  assertStringIncludes(
    renderPlan(planOf(stages, { verb: "rollback" })),
    "rollback to 8c1f2ab (51d20ce serves)",
  );
});

Deno.test("renderPlan() numbers boot groups where there are several", () => {
  const boot = (host: string, group: number) =>
    stage("boot", [script(host, step(`${host} run`, runRole("web", NEW)))], group);
  const text = renderPlan(planOf([boot("10.0.0.1", 0), boot("10.0.0.2", 1)]));
  assertStringIncludes(text, "  boot 1   10.0.0.1   + web     shop-web-8c1f2ab\n");
  assertStringIncludes(text, "  boot 2   10.0.0.2   + web     shop-web-8c1f2ab\n");
});

Deno.test("renderPlan() keeps stop and start of one container apart", () => {
  const restart = [
    step("stop", stop("db", "1")),
    step("remove", { kind: "remove-container", name: "shop-db-1", role: "db" }),
    step("start", { kind: "start-container", name: "shop-db-1", role: "db" }),
  ];
  const text = renderPlan(
    planOf([stage("apply", [script("10.0.0.1", ...restart)])], { verb: "accessory reboot" }),
  );
  assertStringIncludes(
    text,
    "- db      shop-db-1  remove\n                      + db      shop-db-1  start\n",
  );
  assertStringIncludes(text, "1 start, 1 remove · 2 exchanges per host");
});

Deno.test("renderPlan() wraps details, and puts them below where there is no room beside", () => {
  const stages = [
    stage("boot", [
      script("10.0.0.1", step("run", runRole("web", NEW)), step("ok", healthy("web", NEW))),
    ]),
  ];
  const lines = (columns: number): readonly string[] =>
    renderPlan(planOf(stages), { columns }).split("\n").slice(2, 5);
  assertEquals(lines(74), [
    "  boot     10.0.0.1   + web     shop-web-8c1f2ab  healthy at /up within 30",
    "                                                  s",
    "",
  ]);
  assertEquals(lines(60), [
    "  boot     10.0.0.1   + web     shop-web-8c1f2ab",
    "                                  healthy at /up within 30 s",
    "",
  ]);
});

Deno.test("renderPlan() shortens commits as versions and tags, and never in the name of a container", () => {
  const [old, current] = ["5".repeat(40), "8".repeat(40)];
  const stages = [
    stage("prepare", [script("10.0.0.1", step("pull", pull(current)))]),
    stage("switch", [
      script("10.0.0.1", step("route", route(current, old)), step("stop", stop("web", old))),
    ]),
  ];
  const plan = planOf(stages, {
    version: `${current}_uncommitted_0123456789abcdef`,
    serving: { "10.0.0.1": old },
  });
  const text = renderPlan(plan);
  assertStringIncludes(text, "shop · production · 8888888_uncommitted (5555555 serves) · 3 hosts");
  assertStringIncludes(text, "pull registry.acme.dev/acme/shop:8888888\n");
  assertMatch(text, /~ route {3}shop\.acme\.dev +5555555 → 8888888\n/);
  assertStringIncludes(text, `- web     shop-web-${old}\n`);
  assertStringIncludes(
    renderPlan(plan, { verbose: true }),
    `pull registry.acme.dev/acme/shop:${current}\n`,
  );
});

Deno.test("renderPlan() counts hosts that have no room, and names all when it is verbose", () => {
  const hosts = Array.from({ length: 12 }, (_, index) => `10.0.0.${index + 1}`);
  const some = hosts.slice(0, 11);
  const stages = [stage("prepare", some.map((host) => script(host, step(host, pull(NEW)))))];
  const text = renderPlan(planOf(stages, { hosts }));
  assertStringIncludes(text, "           10.0.0.7\n           and 4 more\n");
  assertEquals(text.includes("10.0.0.8"), false);
  assertStringIncludes(renderPlan(planOf(stages, { hosts }), { verbose: true }), "10.0.0.11\n");
});

Deno.test("renderPlan() shows what runs after success last", () => {
  const hook = script(
    HERE,
    step("post-deploy", { kind: "run-hook", name: "post-deploy", hosts: [], quiet: false }),
  );
  const stages = [stage("prepare", [script("10.0.0.1", step("pull", pull(NEW)))])];
  const text = renderPlan(planOf(stages, { afterwards: hook }));
  assertMatch(text, /pull .*\n\n {2}hook {5}here {7}post-deploy\n\n {2}2 exchanges per host\n$/);
});

Deno.test("renderPlan() colours marks, and says the same without colour", () => {
  const plan = shopPlan();
  const colored = renderPlan(plan, { color: true });
  assertStringIncludes(colored, "\u001b[32m+ web\u001b[39m");
  // deno-lint-ignore no-control-regex -- the colours are what is taken away.
  assertEquals(colored.replaceAll(/\u001b\[\d+m/g, "").replaceAll(/ +$/gm, ""), renderPlan(plan));
});
