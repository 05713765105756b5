/**
 * Deployments in TypeScript that are wrong, each in its own way.
 *
 * @module
 */

const DB = 'const DB = { image: "postgres:17", role: "web" };';

/** A `deploy.ts` that must be refused, by what is wrong with it. */
export const BROKEN_MODULES: Readonly<Record<string, string>> = {
  // The module
  "an empty file": "",
  "a syntax error": "const a = ;\n",
  "a bracket that is not closed": whole("{ web: ['10.0.0.1'] "),
  "an import that is not there": `import "./hosts.ts";\n${app()}`,
  "an export that is not there":
    `import { deploi } from "@sextant/deploy";\nexport default deploi;\n`,
  "no default export":
    `import { deploy } from "@sextant/deploy";\nexport const app = deploy("a");\n`,
  "a spec in place of a deployment": 'export default { service: "shop" };\n',
  "the function of the SDK itself": 'export { deploy as default } from "@sextant/deploy";\n',
  "a class": "export default class Shop {}\n",
  "a name that is not defined": app(".image(IMAGE)"),
  "a text that is thrown": 'throw "no cloud";\n',
  "nothing that is thrown": "throw undefined;\n",
  "a promise that is rejected": 'export default Promise.reject(new Error("no cloud"));\n',
  "a function that throws": 'export default () => { throw new TypeError("no cloud"); };\n',
  "a function that is rejected":
    'export default async () => { await Promise.reject("no cloud"); };\n',
  "a function that calls itself without end":
    "export default function again() { return again(); }\n",
  "a module that imports itself": `import itself from "./deploy.ts";\nexport default itself;\n`,

  // Calls
  "a name that is none": module('deploy("")'),
  "a name that is no text": module("deploy(3)"),
  "an image twice": app('.image("acme/shop").image("acme/other")'),
  "a role twice": app('.servers({ web: ["10.0.0.2"] })'),
  "an accessory twice": app('.accessory("db", DB).accessory("db", DB)', DB),
  "an image of a destination twice": app(
    '.destination("eu", (a) => a.image("acme/eu").image("acme/de"))',
  ),
  "a destination that gives nothing": app('.destination("eu", () => {})'),
  "a destination that throws": app('.destination("eu", () => { throw new Error("no cloud"); })'),
  "a destination within a destination": app(
    '.destination("eu", (a) => a.destination("de", (b) => b))',
  ),
  "a recipe that gives nothing": app(".use(() => {})"),
  "a recipe that is none": app('.use("postgres")'),
  "a hook that there is none of": app('.hook("predeploy", () => {})'),
  "a hook that is no function": app('.hook("pre-deploy", "bin/check")'),
  "a method that there is none of": app('.server({ web: ["10.0.0.1"] })'),
  "a secret without a name": app('.registry({ username: "ci", password: secret("") })'),
  "a secret with a command for its name": app(
    '.registry({ username: "ci", password: secret("$(op read hunter2)") })',
  ),

  // Values
  "a number for a text": app(".image(3)"),
  "nothing for an object": app(".proxy(null)"),
  "a key in YAML's spelling": app(".proxy({ app_port: 3000 })"),
  "a mistyped key": app('.proxy({ hots: "a.dev" })'),
  "a text for a number": app('.proxy({ appPort: "three thousand" })'),
  "no number for a number": app(".settings({ deployTimeout: NaN })"),
  "infinity for a number": app(".settings({ deployTimeout: Infinity })"),
  "a number without a limit": app(".settings({ deployTimeout: 10n })"),
  "a date": app('.env({ SINCE: new Date("2024-01-01") })'),
  "a map": app('.env(new Map([["A", "b"]]))'),
  "a symbol": app('.env({ A: Symbol("b") })'),
  "a function for a text": app(".env({ A: () => 'b' })"),
  "a promise for a text": app(".env({ A: Promise.resolve('b') })"),
  "an object within itself": app(".env(LOOP)", "const LOOP: any = {}; LOOP.clear = LOOP;"),
  "a list within itself": app(".volumes(...LOOP)", "const LOOP: any = []; LOOP.push(LOOP);"),
  "a key that objects are born with": app('.labels(JSON.parse(\'{"__proto__":{"a":1}}\'))'),
  "a property that throws": app('.env({ get A() { throw new Error("no cloud"); } })'),
  "a text with NUL": app('.env({ A: "b\\0c" })'),
  "a variable with an equals sign": app('.env({ "A=B": "c" })'),
  "an environment of both forms": app('.env({ PORT: 3000, secret: ["KEY"] })'),
  "a password that is a text": app('.registry({ username: "ci", password: "hunter2" })'),
  "a host that is a command": module('deploy("shop").image("a").servers({ web: ["$(reboot)"] })'),
  "a host that is nothing": module('deploy("shop").image("a").servers({ web: [undefined] })'),
  "servers as a list": module('deploy("shop").image("a").servers(["10.0.0.1"])'),
  "servers as a text": module('deploy("shop").image("a").servers("10.0.0.1")'),
  "no servers": module('deploy("shop").image("acme/shop")'),
  "an accessory on an unknown role": app('.accessory("db", { image: "p:1", role: "wbe" })'),
  "an accessory nowhere": app('.accessory("db", { image: "p:1" })'),
  "HTTPS without a host": app(".proxy({ ssl: true })"),
  "a file that is not there": app(
    '.accessory("db", { image: "p:1", role: "web", files: ["my.cnf:/etc/my.cnf"] })',
  ),

  // Functions that give hosts
  "hosts that cannot be found": hosts('() => { throw new Error("no cloud"); }'),
  "hosts that are rejected": hosts('async () => await Promise.reject(new Error("no cloud"))'),
  "hosts that are nothing": hosts("() => {}"),
  "hosts that are none": hosts("() => []"),
  "hosts that are one text": hosts('() => "10.0.0.1"'),
  "hosts that are no hosts": hosts('() => ["-oProxyCommand=reboot", 5]'),
  "several problems at once": app(
    '.image("acme/shop:v1").boot({ limit: "120%" }).accessory("db", { image: "p:1" })',
  ),
};

function app(more = "", before = ""): string {
  const image = more.includes(".image(") ? "" : '.image("acme/shop")';
  return module(`deploy("shop")${image}.servers({ web: ["10.0.0.1"] })${more}`, before);
}

function hosts(given: string): string {
  return module(`deploy("shop").image("acme/shop").servers({ web: ${given} })`);
}

function whole(servers: string): string {
  return module(`deploy("shop").image("acme/shop").servers(${servers}`);
}

function module(expression: string, before = ""): string {
  const lines = ['import { deploy, secret } from "@sextant/deploy";', before, "void secret;"];
  return [...lines.filter((line) => line !== ""), `export default ${expression};`, ""].join("\n");
}
