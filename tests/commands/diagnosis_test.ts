import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { causeOf, type Expected } from "../../sdk/operations/cause.ts";
import { parseDiagnosis } from "../../sdk/operations/diagnosis.ts";
import { explainFailure } from "../../sdk/operations/operation.ts";
import { assertGolden } from "../golden/golden.ts";
import { JOBS_GATE, WEB, WEB_GATE } from "./samples.ts";

const WEB_EXPECTED: Expected = {
  timeout: 30,
  health: { port: 3000, checkTimeout: 5, host: "shop.acme.dev" },
};

// What hosts have printed; the lines of a table of ports are those of /proc/net/tcp and tcp6.
const FOUND: Readonly<Record<string, string>> = {
  "exited": "exited 1\nstate false 0\nlog cannot open the database\n",
  "exited well": "exited 0\nstate false 0\n",
  "ended by a signal": "exited 139\nstate false 0\n",
  "again and again": "exited 1\nstate false 5\n",
  "out of memory": "exited 137\nstate true 0\n",
  "out of memory, and started again": "exited 137\nstate false 2\noom\n",
  "command not found": "exited 127\nstate false 0\n",
  "not executable": "exited 126\nstate false 0\n",
  "for another machine":
    "exited 1\nstate false 0\nimage arm64\nmachine x86_64\nlog exec /app: exec format error\n",
  "disk full": "exited 1\nstate false 0\nfree 12\nfree 900000\n",
  "lacks a variable": "exited 1\nstate false 0\nlacks DATABASE_URL\nlacks SMTP_HOST\n",
  "nothing listens": "status running\nlistens\nlistens 0B00007F:A1B2\nanswer 7 000 0.001 \n",
  "listens elsewhere": "status running\nlistens\nlistens 00000000:1F90\nanswer 7 000 0.001 \n",
  "listens on loopback":
    "status running\nlistens\nlistens 0100007F:0BB8\nlistens 00000000000000000000000001000000:0BB8\nanswer 7 000 0.001 \n",
  "not found": "listens\nlistens 00000000000000000000000000000000:0BB8\nanswer 0 404 0.002 \n",
  "wants a login": "answer 0 401 0.002 \n",
  "fails": "answer 0 500 0.002 \nlog NoMethodError\nlog NoMethodError\n",
  "fails without a variable": "answer 0 500 0.002 \nlacks SECRET_KEY_BASE\n",
  "to HTTPS": "answer 0 301 0.002 https://shop.acme.dev/up\n",
  "to a login": "answer 0 302 0.002 /login\n",
  "refuses other hosts": "answer 0 403 0.002 \nby-host 0 200 0.002 \n",
  "slow": "answer 28 000 10.001 \n",
  "slower than it may": "answer 0 200 6.500 \n",
  "late": "answer 0 200 0.002 \n",
  "nobody could look": "state false 0\n",
};

Deno.test("explainFailure() of a gate tells each cause, what shows it and what to do", async () => {
  const told = Object.entries(FOUND).map(([title, stdout]) => {
    const stderr = "Error: target failed to become healthy within configured timeout (30s)\n";
    const { message, hint, details = [] } = explainFailure(WEB_GATE, {
      exitCode: 1,
      stdout,
      stderr,
    });
    return [`# ${title}`, message, ...details.map((line) => `  ${line}`), `→ ${hint ?? "–"}`, ""]
      .join("\n");
  });
  await assertGolden("causes", told.join("\n"));
});

Deno.test("causeOf() gives the most specific cause, as data", () => {
  const kindOf = (name: string): string | undefined =>
    causeOf(parseDiagnosis(FOUND[name]!), WEB_EXPECTED)?.kind;
  assertEquals(Object.fromEntries(Object.keys(FOUND).map((name) => [name, kindOf(name)])), {
    "exited": "exited",
    "exited well": "exited",
    "ended by a signal": "exited",
    "again and again": "crash-loop",
    "out of memory": "oom-killed",
    "out of memory, and started again": "oom-killed",
    "command not found": "command-not-found",
    "not executable": "command-not-executable",
    "for another machine": "wrong-architecture",
    "disk full": "disk-full",
    "lacks a variable": "missing-env",
    "nothing listens": "nothing-listens",
    "listens elsewhere": "listens-elsewhere",
    "listens on loopback": "listens-on-loopback",
    "not found": "health-status",
    "wants a login": "health-status",
    "fails": "health-status",
    "fails without a variable": "missing-env",
    "to HTTPS": "health-redirect",
    "to a login": "health-redirect",
    "refuses other hosts": "host-rejected",
    "slow": "health-slow",
    "slower than it may": "health-slow",
    "late": "still-starting",
    "nobody could look": undefined,
  });
});

Deno.test("causeOf() reads Docker's own health check where no path is asked", () => {
  const failing = "health unhealthy 7\ncheck curl: not found\n";
  const { message, details } = explainFailure(JOBS_GATE, {
    exitCode: 1,
    stdout: failing,
    stderr: "",
  });
  assertEquals(
    message,
    "jobs did not become healthy: the image's own HEALTHCHECK fails with 7: curl: not found",
  );
  assertEquals(details, ["shop-jobs-v2 logged nothing"]);
  const starting = parseDiagnosis("health starting 0\n");
  assertEquals(causeOf(starting, { timeout: 30, health: undefined }), {
    kind: "still-starting",
    timeout: 30,
    late: false,
  });
});

Deno.test("parseDiagnosis() reads addresses of both families, without Docker's name server", () => {
  const { listens } = parseDiagnosis(
    "listens\nlistens 00000000:0BB8\nlistens 0100007F:1F90\nlistens 0B00007F:8235\nlistens 0000000000000000FFFF00000100007F:0050\n" +
      "listens B80D0120000000000000000001000000:01BB\n",
  );
  assertEquals(listens, ["0.0.0.0:3000", "127.0.0.1:80", "127.0.0.1:8080", "[2001:db8::1]:443"]);
  assertEquals(parseDiagnosis("").listens, undefined);
});

Deno.test("explainFailure() of a run tells what Docker alone does not", () => {
  const told = (exitCode: number, stdout: string): string | undefined => {
    const stderr = "docker: Error response from daemon: it did not work\n";
    const run = { ...WEB, publish: ["127.0.0.1:8080:80"] };
    const { message, hint } = explainFailure(run, { exitCode, stdout, stderr });
    return `${message} → ${hint}`;
  };
  assertStringIncludes(told(125, "command 0 0\n")!, "the image names no command → Give its");
  assertStringIncludes(told(127, "command 0 1\n")!, "no such command");
  assertStringIncludes(told(126, "command 1 0\n")!, "chmod +x");
  assertStringIncludes(
    told(125, "command 0 1\ntaken 8080 container web\n")!,
    "port 8080 of the host is used by container web",
  );
  assertStringIncludes(told(125, "command 0 1\n")!, "could not be run: docker: Error response");
});
