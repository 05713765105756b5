import { assertEquals } from "@std/assert";
import { readJunit } from "./junit.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="7" failures="2" errors="1" time="0.1">
    <testsuite name="./a_test.ts" tests="6" disabled="2" errors="0" failures="2">
        <testcase name="a &lt;b&gt; &amp; &quot;c&quot;" classname="./a_test.ts" time="0.001">
        </testcase>
        <testcase name="left out: no root" classname="./a_test.ts" time="0.000">
            <skipped/>
        </testcase>
        <testcase name="breaks" classname="./a_test.ts" time="0.003">
            <failure message="x">Error: x &lt;testcase&gt;</failure>
        </testcase>
        <testcase name="breaks &gt; in a step" classname="./a_test.ts" time="0.003">
            <failure message="y">Error: y</failure>
        </testcase>
        <testcase name="a &lt;b&gt; &amp; &quot;c&quot; &gt; step" classname="./a_test.ts" time="0">
        </testcase>
        <testcase name="breaks &gt; not this step" classname="./a_test.ts" time="0.000">
            <skipped/>
        </testcase>
    </testsuite>
    <testsuite name="./c_test.ts" tests="2" disabled="0" errors="1" failures="0">
        <testcase name="cancelled" classname="./c_test.ts" time="0.000">
            <error message="Cancelled"/>
        </testcase>
        <testcase name="one &gt; two" classname="./c_test.ts" time="0.000"/>
    </testsuite>
</testsuites>
`;

Deno.test("readJunit() counts tests, not their steps, and names what failed or was skipped", () => {
  assertEquals(readJunit(REPORT), {
    passed: 2,
    failed: ["breaks (./a_test.ts)", "cancelled (./c_test.ts)"],
    skipped: ["left out: no root (./a_test.ts)", "breaks > not this step (./a_test.ts)"],
  });
});

Deno.test("readJunit() finds nothing in an empty report", () => {
  assertEquals(readJunit(""), { passed: 0, failed: [], skipped: [] });
});
