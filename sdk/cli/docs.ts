/**
 * The command `docs`: what the keys of a deployment mean, in the user's own spelling.
 *
 * @module
 */

import { closest } from "../config/closest.ts";
import {
  type DocsKey,
  type DocsSection,
  findSection,
  jsonSchemaOf,
  keysOf,
  SECTIONS,
} from "../config/docs.ts";
import { isPlainObject } from "../config/plain_data.ts";
import { isSecretReference } from "../config/secret.ts";
import { inYamlsWords, yamlJsonSchemaOf, yamlName } from "../load/docs_yaml.ts";
import {
  type DocsPage,
  type DocsRow,
  renderDocs,
  renderDocsMarkdown,
} from "../report/docs_text.ts";
import type { CommandContext, Invocation } from "./command.ts";
import { tellTrouble } from "./failure.ts";

/** Prints the section of a name, or which sections there are. */
export function printDocs(
  { operands: [name], flags: { on } }: Invocation,
  { io }: CommandContext,
): number {
  const json = on.has("json");
  const section = name === undefined ? undefined : findSection(name);
  if (name !== undefined && section === undefined) {
    const near = closest(name, SECTIONS.map((known) => known.name));
    return tellTrouble({
      code: "USAGE",
      message: `there is no section "${name}"${
        near === undefined ? "" : `, did you mean ${near}?`
      }`,
      hint: "All sections: sextant docs",
    }, { io, json });
  }
  if (json || on.has("json-schema")) {
    if (on.has("markdown")) {
      const message = "--markdown and the JSON Schema are two answers, docs gives one";
      return tellTrouble({ code: "USAGE", message, hint: "Leave one of them out." }, { io, json });
    }
    const place = section?.place ?? "";
    const schema = on.has("yaml") ? yamlJsonSchemaOf(place) : jsonSchemaOf(section);
    io.out.write(`${JSON.stringify(schema, null, json ? undefined : 2)}\n`);
    return 0;
  }
  const page = section === undefined ? overview() : pageOf(section, on.has("yaml"));
  const color = io.out.isTerminal && !io.noColor;
  io.out.write(
    on.has("markdown")
      ? renderDocsMarkdown(page)
      : renderDocs(page, { columns: io.out.size()?.columns, color }),
  );
  return 0;
}

function overview(): DocsPage {
  return {
    title: "sections",
    summary: "what a deployment is made of",
    places: [],
    rows: SECTIONS.map(({ name, summary }): DocsRow => ({
      path: [name],
      description: summary,
      facts: [],
      example: undefined,
    })),
    next: "One of them: sextant docs SECTION. With --yaml, in the spelling of config/deploy.yml.",
  };
}

function pageOf(section: DocsSection, isYaml: boolean): DocsPage {
  const keys = keysOf(section);
  const more = [...new Set(keys.flatMap((key) => key.section ?? []))];
  return {
    title: section.name,
    summary: section.summary,
    places: [
      ["deploy.ts", typescriptPlace(section.place)],
      ["config/deploy.yml", yamlPlace(section.place)],
    ],
    rows: keys.map((key) => rowOf(key, isYaml)),
    next: more.length === 0
      ? "All sections: sextant docs"
      : `More about what stands in it: ${more.map((name) => `sextant docs ${name}`).join(", ")}`,
  };
}

function typescriptPlace(place: string): string {
  switch (place) {
    case "":
      return 'deploy("shop"), and a method for each of these';
    case "accessories.*":
      return '.accessory("NAME", { … })';
    case "servers.*":
      return ".servers({ NAME: { … } })";
    case "servers.*.hosts.*":
      return ".servers({ NAME: { hosts: [{ … }] } })";
    default:
      return `.${place}({ … })`;
  }
}

function yamlPlace(place: string): string {
  if (place === "" || place === "settings") return "at the root";
  return place.replace("hosts.*", "hosts[]").replaceAll("*", "NAME");
}

function rowOf(key: DocsKey, isYaml: boolean): DocsRow {
  const { path, kind, usual, example, section, isRequired } = key;
  const names = path.map((name) => name === "*" ? name : isYaml ? yamlName(name) : name);
  const write = (value: unknown): string => valueText(isYaml ? inYamlsWords(value) : value, isYaml);
  const shown = path.length === 1 && path[0] === "*" ? ["NAME"] : names;
  return {
    path: shown,
    description: key.description,
    facts: [
      kind,
      ...isRequired ? ["required"] : [],
      ...usual === undefined ? [] : [`default ${write(usual)}`],
      ...section === undefined ? [] : [`see ${section}`],
    ],
    example: example === undefined ? undefined : `${shown.at(-1)}: ${write(example)}`,
  };
}

/** A value as it is written in TypeScript or, on one line, in YAML. */
function valueText(value: unknown, isYaml: boolean): string {
  if (isSecretReference(value)) return isYaml ? `[${value.secret}]` : `secret("${value.secret}")`;
  if (Array.isArray(value)) {
    // In a list of secrets, YAML has their names as they are.
    const texts = value.map((item) =>
      isYaml && isSecretReference(item) ? item.secret : valueText(item, isYaml)
    );
    return `[${texts.join(", ")}]`;
  }
  if (!isPlainObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, item]) => {
    const name = /^[a-z_]\w*$/i.test(key) || isYaml ? key : JSON.stringify(key);
    return `${name}: ${valueText(item, isYaml)}`;
  });
  return `{ ${fields.join(", ")} }`;
}
