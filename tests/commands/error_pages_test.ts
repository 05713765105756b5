import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { SAMPLES } from "./samples.ts";
import { testInShells } from "./shells.ts";

testInShells("uploadErrorPages takes the place of what was broken off", async (home, shell) => {
  const upload = SAMPLES["upload-error-pages"];
  await home.run(
    shell,
    `mkdir -p ${upload.folder} ${upload.folder}.new; echo x >${upload.folder}/404.html`,
  );
  const { code, stderr } = await home.do(shell, upload);
  assertEquals([code, stderr], [0, ""]);
  const { stdout } = await home.run(
    shell,
    `cd ${upload.folder}/.. && stat -c '%a %n' */*; cat */*`,
  );
  assertEquals(stdout, "644 0123456789abcdef/503.html\ncontent of public/503.html\n");
});
