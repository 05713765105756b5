/**
 * `deno task bench`: start-up, planning, types, and a warm deploy against its floor, as ratios within one run.
 *
 * @module
 */

import { canRunLab } from "../lab/lab.ts";
import { benchDeploys } from "./deploys.ts";
import { line } from "./figures.ts";
import { benchPlan } from "./plans.ts";
import { benchBinary, benchStart } from "./start.ts";
import { benchTypes } from "./types.ts";

line("what", "measured", "goal");
await benchStart();
await benchBinary();
await benchPlan();
await benchTypes();
const ability = canRunLab();
if (ability.ok) await benchDeploys();
else line("warm deploy", `skipped: ${ability.why}`, "");
