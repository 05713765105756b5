import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { explainFailure } from "../../sdk/operations/operation.ts";
import { SAMPLES } from "./samples.ts";
import { testInShells } from "./shells.ts";

const AUDIT = SAMPLES["record-audit"];

testInShells("recordAudit writes the line that Kamal writes", async (home, shell) => {
  await home.run(
    shell,
    `/usr/bin/env mkdir -p .kamal && echo "[2026-01-02T03:04:05Z] [dev@example.com] [staging] [web] Booted app version v2" >> .kamal/kamals.log`,
  );
  await home.do(shell, AUDIT);
  assertEquals(await home.read(AUDIT.path), await home.read(".kamal/kamals.log"));
});

testInShells(
  "recordAudit adds a line for every message, and keeps them to the letter",
  async (home, shell) => {
    const messages = ["it's $HOME", "100% \\n done"];
    await home.do(shell, { ...AUDIT, tags: [], messages });
    await home.do(shell, { ...AUDIT, tags: [], messages: ["again"] });
    const lines = (await home.read(AUDIT.path)).split("\n");
    const prefix = "[2026-01-02T03:04:05Z] [dev@example.com] ";
    assertEquals(lines, [...messages, "again"].map((message) => `${prefix}${message}`).concat(""));
  },
);

testInShells(
  "showAudit shows the end of the log, and explains where there is none",
  async (home, shell) => {
    const show = { ...SAMPLES["show-audit"], lines: 1 };
    const { code } = await home.do(shell, show);
    const { message } = explainFailure(show, { exitCode: code, stdout: "", stderr: "" });
    assertEquals([code, message], [1, "there is no audit log at .kamal/shop-audit.log"]);
    await home.write(show.path, "one\ntwo\n");
    assertEquals((await home.do(shell, show)).stdout, "two\n");
  },
);
