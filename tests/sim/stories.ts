/**
 * Stories that once broke a rule, each with the way in which it did.
 *
 * @module
 */

import type { Story, StoryDeployment } from "./story.ts";

const WEB_ON_ONE: StoryDeployment = {
  roles: [{ name: "web", hosts: [0], proxied: true }],
  accessories: {},
};

const WEB_ON_TWO: StoryDeployment = {
  roles: [{ name: "web", hosts: [0, 1], proxied: true }],
  accessories: {},
};

const WEB_WITH_CERTIFICATE: StoryDeployment = {
  roles: [{ name: "web", hosts: [0], proxied: true, certificate: true }],
  accessories: {},
};

/** Kept stories by what they are about. */
export const STORIES: Readonly<Record<string, Story>> = {
  "a report after app stop says that nothing serves": {
    seed: 4,
    deployment: WEB_ON_ONE,
    hosts: [{ kamal: "k1" }],
    apps: [],
    acts: [{ verb: { name: "app stop" }, faults: [] }],
  },
  "what a stopped proxy needs stays where the routes of others would go with it": {
    seed: 0,
    deployment: WEB_WITH_CERTIFICATE,
    hosts: [{ strangers: ["blog"] }],
    apps: [],
    acts: [
      { verb: { name: "setup" }, version: "v1", faults: [] },
      { verb: { name: "proxy stop" }, faults: [] },
      { verb: { name: "app remove" }, faults: [] },
      { verb: { name: "proxy start" }, faults: [] },
      { verb: { name: "app remove" }, faults: [] },
    ],
  },
  "the certificate of a role that left the configuration goes with its route": {
    seed: 0,
    deployment: {
      roles: [
        { name: "web", hosts: [0], proxied: true },
        { name: "api", hosts: [0], proxied: true, certificate: true },
      ],
      accessories: {},
      orphans: "stop",
    },
    hosts: [{}],
    apps: [],
    acts: [
      { verb: { name: "setup" }, version: "v1", faults: [] },
      { verb: { name: "redeploy" }, without: ["api"], version: "v2", faults: [] },
    ],
  },
  "what a role needs that left the configuration stays while its route goes on": {
    seed: 0,
    deployment: {
      roles: [
        { name: "web", hosts: [0], proxied: true },
        { name: "api", hosts: [0], proxied: true, certificate: true },
      ],
      accessories: {},
    },
    hosts: [{}],
    apps: [],
    acts: [
      { verb: { name: "setup" }, version: "v1", faults: [] },
      { verb: { name: "app remove" }, without: ["api"], faults: [] },
    ],
  },
  "a Traefik that is rebooted reaches what Kamal 1 ran on Docker's first network": {
    seed: 0,
    deployment: { ...WEB_ON_ONE, traefik: true },
    hosts: [{ kamal1: "k1" }],
    apps: [],
    acts: [{ verb: { name: "traefik reboot" }, faults: [] }],
  },
  "a Traefik that a deploy started goes on once the deploy has failed": {
    seed: 0,
    deployment: { ...WEB_ON_ONE, traefik: true },
    hosts: [{ kamal1: "k1", proxy: "stopped" }],
    apps: [],
    acts: [{
      verb: { name: "deploy" },
      version: "v1",
      faults: [{ kind: "fails late", host: 0, at: "run-container" }],
    }],
  },
  "app start lets Traefik reach what Kamal 1 ran, and makes the network for that": {
    seed: 0,
    deployment: { ...WEB_ON_ONE, traefik: true },
    hosts: [{ kamal1: "k1" }],
    apps: [],
    acts: [
      { verb: { name: "app stop" }, faults: [] },
      { verb: { name: "app start" }, faults: [] },
      { verb: { name: "traefik boot" }, faults: [] },
    ],
  },
  "app stale-containers leaves what Traefik serves, though a newer container runs": {
    seed: 0,
    deployment: WEB_ON_ONE,
    hosts: [{ kamal1: "k1", leftovers: ["stale version"] }],
    apps: [],
    acts: [{ verb: { name: "app stop-stale-containers" }, faults: [] }],
  },
  "a proxy is not rebooted where Traefik has its ports, and upgrade goes over from there": {
    seed: 0,
    deployment: WEB_ON_ONE,
    hosts: [{ kamal1: "k1" }],
    apps: [],
    acts: [
      { verb: { name: "proxy reboot", rolling: false }, faults: [] },
      { verb: { name: "upgrade", rolling: false }, faults: [] },
    ],
  },
  "a rollback to what serves behind Traefik leaves it there where another host fails": {
    seed: 0,
    deployment: {
      roles: [
        { name: "web", hosts: [0, 1], proxied: true },
        { name: "api", hosts: [1], proxied: true },
      ],
      accessories: {},
      traefik: true,
    },
    hosts: [{ kamal1: "k1" }, { kamal1: "k1" }],
    apps: [],
    acts: [{
      verb: { name: "rollback", to: "k1" },
      faults: [{ kind: "fails late", host: 1, at: 7 }],
    }],
  },
  "a rollback behind a new Traefik reaches what Kamal 1 left stopped": {
    seed: 0,
    deployment: { ...WEB_ON_ONE, traefik: true },
    hosts: [{ kamal1: "k1" }],
    apps: [],
    acts: [
      { verb: { name: "setup" }, version: "v1", faults: [] },
      { verb: { name: "traefik reboot" }, faults: [] },
      { verb: { name: "rollback", to: "k1-before" }, faults: [] },
    ],
  },
  "Traefik leaves the containers of a role that left the configuration before they stop": {
    seed: 0,
    deployment: {
      roles: [
        { name: "web", hosts: [0], proxied: false },
        { name: "api", hosts: [0], proxied: true },
      ],
      accessories: {},
      orphans: "stop",
      traefik: true,
    },
    hosts: [{ kamal1: "k1" }],
    apps: [],
    acts: [{ verb: { name: "deploy" }, without: ["api"], version: "v2", faults: [] }],
  },
  "kamal-proxy keeps its route where Traefik does not get its ports back": {
    seed: 0,
    deployment: {
      roles: [
        { name: "web", hosts: [0], proxied: true },
        { name: "jobs", hosts: [0], proxied: false },
      ],
      accessories: {},
    },
    hosts: [{ kamal1: "k1" }],
    apps: [],
    acts: [{
      verb: { name: "upgrade", rolling: false },
      faults: [{ kind: "fails", host: 0, at: 18 }, { kind: "fails", host: 0, at: "give-ports" }],
    }],
  },
  "app start finds all containers of a version, and a route has a writer": {
    seed: 0,
    deployment: {
      roles: [{ name: "web", hosts: [0, 1], proxied: true, replicas: 3, readers: true }],
      accessories: {},
    },
    hosts: [{ kamal1: "k1" }, {}],
    apps: [],
    acts: [
      {
        verb: { name: "upgrade", rolling: false },
        faults: [{ kind: "fails late", host: 1, at: 14 }],
      },
      { verb: { name: "app start" }, faults: [] },
    ],
  },
  "a deploy of what serves starts a Traefik that was stopped": {
    seed: 0,
    deployment: { ...WEB_ON_ONE, traefik: true },
    hosts: [{}],
    apps: [],
    acts: [
      { verb: { name: "setup" }, version: "v1", faults: [] },
      { verb: { name: "traefik stop" }, faults: [] },
      { verb: { name: "deploy" }, version: "v1", faults: [] },
    ],
  },
  "canary abort takes a candidate away that a host alone came to": {
    seed: 0,
    deployment: WEB_ON_TWO,
    hosts: [{}, {}],
    apps: [],
    acts: [
      { verb: { name: "setup" }, version: "v1", faults: [] },
      {
        verb: { name: "canary start", percent: 100, allow: ["qa"] },
        version: "v2",
        revision: 1,
        faults: [{ kind: "lost", host: 1, at: "run-container" }],
      },
      { verb: { name: "canary abort" }, faults: [] },
    ],
  },
  "proxy upgrade gives several routes back that have error pages": {
    seed: 0,
    deployment: {
      roles: [
        { name: "web", hosts: [0], proxied: true },
        { name: "api", hosts: [0], proxied: true },
      ],
      accessories: {},
      errorPages: true,
    },
    hosts: [{ proxy: "old", leftovers: ["stale version"] }],
    apps: [],
    acts: [],
  },
  "the route of an orphan goes though the proxy that has it was gone": {
    seed: 0,
    deployment: {
      roles: [
        { name: "web", hosts: [0], proxied: true },
        { name: "api", hosts: [0], proxied: true },
      ],
      accessories: {},
      orphans: "stop",
    },
    hosts: [{ kamal: "k1", proxy: "removed" }],
    apps: [],
    acts: [{ verb: { name: "setup" }, without: ["api"], version: "v2", faults: [] }],
  },
  "a report after traefik stop says that nothing serves": {
    seed: 0,
    deployment: { ...WEB_ON_ONE, traefik: true },
    hosts: [{ kamal1: "k1" }],
    apps: [],
    acts: [{ verb: { name: "traefik stop" }, faults: [] }],
  },
  "a report after an interrupt does not call serving what no route leads to": {
    seed: 0,
    deployment: WEB_ON_TWO,
    hosts: [{ leftovers: ["stale version"] }, {}],
    apps: [],
    acts: [{
      verb: { name: "setup" },
      version: "v3",
      faults: [{ kind: "interrupt", host: 1, at: "make-directories" }],
    }],
  },
  "a lock that was taken while its command failed is given back": {
    seed: 0,
    deployment: WEB_ON_TWO,
    hosts: [{}, {}],
    apps: [],
    acts: [{
      verb: { name: "setup" },
      version: "v3",
      faults: [{ kind: "fails late", host: 0, at: "acquire-lock" }],
    }],
  },
  "a container whose route cannot be taken back goes on": {
    seed: 0,
    deployment: {
      roles: [{ name: "web", hosts: [0, 1, 2], proxied: true }],
      accessories: {},
      limit: 1,
    },
    hosts: [{}, { leftovers: ["candidate"] }, { kamal: "k1" }],
    apps: [],
    acts: [{
      verb: { name: "app boot" },
      faults: [
        { kind: "fails", host: 1, at: "remove-route" },
        { kind: "interrupt", host: 2, at: "run-container" },
      ],
    }],
  },
  "no proxy is rebooted before every host was found as it was planned for": {
    seed: 0,
    deployment: WEB_ON_TWO,
    hosts: [{}, { kamal: "k1" }],
    apps: [],
    acts: [{
      verb: { name: "proxy reboot" },
      faults: [
        { kind: "interrupt", host: 0, at: "record-audit" },
        { kind: "container stops", host: 1, at: 0 },
      ],
    }],
  },
  "a plan that is made anew knows what was done for the one before": {
    seed: 0,
    deployment: WEB_ON_TWO,
    hosts: [{}, { kamal: "k1" }],
    apps: [],
    acts: [{
      verb: { name: "deploy" },
      version: "v2",
      faults: [{ kind: "container removed", host: 1, at: 0 }],
    }],
  },
  "app stop leaves a proxy alone that does not run": {
    seed: 0,
    deployment: WEB_ON_ONE,
    hosts: [{ kamal: "k1", proxy: "stopped" }],
    apps: [],
    acts: [{ verb: { name: "app stop" }, faults: [] }],
  },
  "a lock that could not be given back is not taken for somebody else's": {
    seed: 0,
    deployment: { roles: [{ name: "web", hosts: [0], proxied: false }], accessories: {} },
    hosts: [{ kamal: "k1" }],
    apps: [],
    acts: [{
      verb: { name: "deploy" },
      version: "v1",
      faults: [
        { kind: "container stops", host: 0, at: 0 },
        { kind: "fails", host: 0, at: "release-lock" },
      ],
    }],
  },
  "app remove-containers takes a candidate away that would lead to a container that is gone": {
    seed: 3,
    deployment: WEB_ON_ONE,
    hosts: [{ leftovers: ["candidate"] }],
    apps: [],
    acts: [{ verb: { name: "app remove-containers" }, faults: [] }],
  },
  "app remove-containers leaves a stopped container that a route leads to": {
    seed: 0,
    deployment: WEB_ON_ONE,
    hosts: [{ kamal: "k1" }],
    apps: [],
    acts: [{
      verb: { name: "app remove-containers" },
      faults: [{ kind: "container stops", host: 0, at: 0 }],
    }],
  },
  "app remove has nothing to do where only another destination's image is left": {
    seed: 0,
    deployment: WEB_ON_ONE,
    hosts: [{ strangers: ["other destination"] }],
    apps: [],
    acts: [{ verb: { name: "app remove" }, faults: [] }],
  },
  "proxy start makes the network on a host where nothing was yet": {
    seed: 0,
    deployment: WEB_ON_ONE,
    hosts: [{}],
    apps: [],
    acts: [{ verb: { name: "proxy start" }, faults: [] }],
  },
  "what a host did alone once its connection was lost goes back as well": {
    seed: 6,
    deployment: {
      roles: [{ name: "web", hosts: [0, 1, 2], proxied: true, replicas: 3 }],
      accessories: {},
    },
    hosts: [{ kamal: "k1" }, { kamal: "k1" }, { kamal: "k1" }],
    apps: [],
    acts: [
      { verb: { name: "setup" }, version: "v1", faults: [] },
      { verb: { name: "app boot" }, faults: [{ kind: "away", host: 1, at: 9 }] },
    ],
  },
  "a host that has the lock alone is not said to serve": {
    seed: 0,
    deployment: {
      roles: [{ name: "web", hosts: [0, 1], proxied: true, replicas: 2 }],
      accessories: {},
    },
    hosts: [{ kamal: "k1" }, {}],
    apps: [],
    acts: [
      { verb: { name: "rollback", to: "k1" }, faults: [] },
      { verb: { name: "proxy stop" }, faults: [] },
      { verb: { name: "app scale", counts: { web: 1 } }, faults: [] },
    ],
  },
  "a deploy of what serves starts a proxy that was stopped": {
    seed: 0,
    deployment: WEB_ON_ONE,
    hosts: [{}],
    apps: [],
    acts: [
      { verb: { name: "setup" }, version: "v1", faults: [] },
      { verb: { name: "proxy stop" }, faults: [] },
      { verb: { name: "deploy" }, version: "v1", faults: [] },
    ],
  },
  "a rollback to what runs starts a proxy that was stopped": {
    seed: 0,
    deployment: WEB_ON_ONE,
    hosts: [{ kamal: "k1", proxy: "stopped" }],
    apps: [],
    acts: [{ verb: { name: "rollback", to: "k1" }, faults: [] }],
  },
  "a candidate that kamal-proxy keeps once its deploy was interrupted goes": {
    seed: 0,
    deployment: WEB_ON_TWO,
    hosts: [{}, {}],
    apps: [],
    acts: [{
      verb: { name: "deploy" },
      version: "v2",
      faults: [{ kind: "interrupt", host: 1, at: "await-healthy" }],
    }],
  },
  "a candidate that answers with another container's voice goes after the rollback": {
    seed: 2,
    deployment: {
      roles: [{ name: "web", hosts: [0], proxied: true, replicas: 2 }],
      accessories: {},
    },
    hosts: [{}],
    apps: [{ version: "v3", behaviour: "crashing" }],
    acts: [
      { verb: { name: "setup" }, version: "v1", faults: [] },
      { verb: { name: "deploy" }, version: "v2", faults: [] },
      { verb: { name: "deploy" }, version: "v3", faults: [] },
      { verb: { name: "rollback" }, faults: [] },
    ],
  },
};
