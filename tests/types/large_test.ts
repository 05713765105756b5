/**
 * A large deployment: shows what types cost, by how long this file takes to check.
 */
import { assertEquals } from "@std/assert";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import { deploy } from "../../sdk/deploy.ts";

Deno.test("Deploy holds 50 roles and 50 accessories, each known by name", async () => {
  const app = deploy("large")
    .image("acme/large")
    .servers({
      role1: ["10.0.0.1"],
      role2: ["10.0.0.2"],
      role3: ["10.0.0.3"],
      role4: ["10.0.0.4"],
      role5: ["10.0.0.5"],
      role6: ["10.0.0.6"],
      role7: ["10.0.0.7"],
      role8: ["10.0.0.8"],
      role9: ["10.0.0.9"],
      role10: ["10.0.0.10"],
      role11: ["10.0.0.11"],
      role12: ["10.0.0.12"],
      role13: ["10.0.0.13"],
      role14: ["10.0.0.14"],
      role15: ["10.0.0.15"],
      role16: ["10.0.0.16"],
      role17: ["10.0.0.17"],
      role18: ["10.0.0.18"],
      role19: ["10.0.0.19"],
      role20: ["10.0.0.20"],
      role21: ["10.0.0.21"],
      role22: ["10.0.0.22"],
      role23: ["10.0.0.23"],
      role24: ["10.0.0.24"],
      role25: ["10.0.0.25"],
      role26: ["10.0.0.26"],
      role27: ["10.0.0.27"],
      role28: ["10.0.0.28"],
      role29: ["10.0.0.29"],
      role30: ["10.0.0.30"],
      role31: ["10.0.0.31"],
      role32: ["10.0.0.32"],
      role33: ["10.0.0.33"],
      role34: ["10.0.0.34"],
      role35: ["10.0.0.35"],
      role36: ["10.0.0.36"],
      role37: ["10.0.0.37"],
      role38: ["10.0.0.38"],
      role39: ["10.0.0.39"],
      role40: ["10.0.0.40"],
      role41: ["10.0.0.41"],
      role42: ["10.0.0.42"],
      role43: ["10.0.0.43"],
      role44: ["10.0.0.44"],
      role45: ["10.0.0.45"],
      role46: ["10.0.0.46"],
      role47: ["10.0.0.47"],
      role48: ["10.0.0.48"],
      role49: ["10.0.0.49"],
      role50: ["10.0.0.50"],
    })
    .accessory("accessory1", { image: "a", role: "role1" })
    .accessory("accessory2", { image: "a", role: "role2" })
    .accessory("accessory3", { image: "a", role: "role3" })
    .accessory("accessory4", { image: "a", role: "role4" })
    .accessory("accessory5", { image: "a", role: "role5" })
    .accessory("accessory6", { image: "a", role: "role6" })
    .accessory("accessory7", { image: "a", role: "role7" })
    .accessory("accessory8", { image: "a", role: "role8" })
    .accessory("accessory9", { image: "a", role: "role9" })
    .accessory("accessory10", { image: "a", role: "role10" })
    .accessory("accessory11", { image: "a", role: "role11" })
    .accessory("accessory12", { image: "a", role: "role12" })
    .accessory("accessory13", { image: "a", role: "role13" })
    .accessory("accessory14", { image: "a", role: "role14" })
    .accessory("accessory15", { image: "a", role: "role15" })
    .accessory("accessory16", { image: "a", role: "role16" })
    .accessory("accessory17", { image: "a", role: "role17" })
    .accessory("accessory18", { image: "a", role: "role18" })
    .accessory("accessory19", { image: "a", role: "role19" })
    .accessory("accessory20", { image: "a", role: "role20" })
    .accessory("accessory21", { image: "a", role: "role21" })
    .accessory("accessory22", { image: "a", role: "role22" })
    .accessory("accessory23", { image: "a", role: "role23" })
    .accessory("accessory24", { image: "a", role: "role24" })
    .accessory("accessory25", { image: "a", role: "role25" })
    .accessory("accessory26", { image: "a", role: "role26" })
    .accessory("accessory27", { image: "a", role: "role27" })
    .accessory("accessory28", { image: "a", role: "role28" })
    .accessory("accessory29", { image: "a", role: "role29" })
    .accessory("accessory30", { image: "a", role: "role30" })
    .accessory("accessory31", { image: "a", role: "role31" })
    .accessory("accessory32", { image: "a", role: "role32" })
    .accessory("accessory33", { image: "a", role: "role33" })
    .accessory("accessory34", { image: "a", role: "role34" })
    .accessory("accessory35", { image: "a", role: "role35" })
    .accessory("accessory36", { image: "a", role: "role36" })
    .accessory("accessory37", { image: "a", role: "role37" })
    .accessory("accessory38", { image: "a", role: "role38" })
    .accessory("accessory39", { image: "a", role: "role39" })
    .accessory("accessory40", { image: "a", role: "role40" })
    .accessory("accessory41", { image: "a", role: "role41" })
    .accessory("accessory42", { image: "a", role: "role42" })
    .accessory("accessory43", { image: "a", role: "role43" })
    .accessory("accessory44", { image: "a", role: "role44" })
    .accessory("accessory45", { image: "a", role: "role45" })
    .accessory("accessory46", { image: "a", role: "role46" })
    .accessory("accessory47", { image: "a", role: "role47" })
    .accessory("accessory48", { image: "a", role: "role48" })
    .accessory("accessory49", { image: "a", role: "role49" })
    .accessory("accessory50", { image: "a", role: "role50" })
    .settings({ primaryRole: "role1" });
  // @ts-expect-error there are 50 roles
  app.accessory("more", { image: "a", role: "role51" });
  const config = await resolveConfig(app.toSpec());
  assertEquals([config.roles.length, config.accessories.length, config.hosts.length], [50, 50, 50]);
});
