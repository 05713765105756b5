/**
 * Images: push, pull, tag, remove.
 *
 * @module
 */

import { all, any, type Command, quiet, quote, run, text } from "../command.ts";
import type { BuildImage } from "./build.ts";
import { type Definition, type Explanation, lastLines, type Outcome } from "./definition.ts";
import {
  askedRoomCheck,
  explainLittleRoom,
  explainNoRoom,
  NO_ROOM_STATUS,
  roomCheck,
  roomLook,
} from "./image_room.ts";
import type { MeasureImage } from "./image_size.ts";
import { imageText } from "./proxy_container.ts";
import { loginCommand, type RegistryLogin } from "./registry.ts";

/** Pushes the image to its registry. */
export interface PushImage {
  /** Which operation. */
  readonly kind: "push-image";
  /** Names to push. */
  readonly tags: readonly string[];
}

/** Pulls the image on a host. */
export interface PullImage {
  /** Which operation. */
  readonly kind: "pull-image";
  /** Image with tag. */
  readonly image: string;
  /** Service whose label the image must carry; `undefined` for an image from elsewhere. */
  readonly service: string | undefined;
  /** Login before the pull; `undefined` where none is needed. */
  readonly login: RegistryLogin | undefined;
  /** File on the host that gets the image's digest in the registry; `undefined` for none, as for one from elsewhere. */
  readonly digestFile?: string | undefined;
  /** Path on the disk where Docker keeps its data, for the room that the image needs. */
  readonly dataPath: string;
  /** Whether it is kamal-proxy's, which is pulled where it is not there: the host's boot config may name another. */
  readonly isOfBootConfig?: boolean | undefined;
}

/** Gives the image another tag on a host. */
export interface TagImage {
  /** Which operation. */
  readonly kind: "tag-image";
  /** Image with tag. */
  readonly image: string;
  /** The other tag. */
  readonly tag: string;
}

/** Removes an image on a host. */
export interface RemoveImage {
  /** Which operation. */
  readonly kind: "remove-image";
  /** Image with tag. */
  readonly image: string;
}

/** An operation on an image. */
export type ImageOperation =
  | BuildImage
  | MeasureImage
  | PushImage
  | PullImage
  | TagImage
  | RemoveImage;

/** How the image is pushed. */
export const pushImage: Definition<PushImage> = {
  changes: true,
  describe: ({ tags }) => ({ noun: "push", subject: tags[0] ?? "", minor: true }),
  // A registry on plain files may refuse one of two pushes of the same layers at once; a second try finds them there.
  render: ({ tags }) =>
    all(...tags.map((tag) => {
      const push = run("docker", "push", "--quiet", tag);
      return any(push, push);
    })),
  explain: ({ tags }, { stderr }) => ({
    code: "REGISTRY_REFUSED",
    message: `the registry did not take ${tags[0]}: ${
      lastLines(stderr, 1)[0] ?? "docker push said nothing"
    }`,
    details: lastLines(stderr, 5),
    hint:
      "Check .registry({ server, username, password }) and that the registry can be reached from here.",
  }),
};

/** How the image is pulled. */
export const pullImage: Definition<PullImage> = {
  changes: true,
  describe: ({ image }) => ({ noun: "pull", subject: image }),
  render: (operation, { layers }) => {
    const { image, service, login, digestFile, dataPath } = operation;
    const parts: Command[] = login === undefined ? [] : [loginCommand(login)];
    if (operation.isOfBootConfig === true) return all(...parts, text(pullProxy(image)));
    const known = layers?.(image);
    const room = known === undefined
      ? askedRoomCheck(quote(image), dataPath)
      : roomCheck(known, dataPath);
    parts.push(text(room), run("docker", "pull", "--quiet", image));
    if (service !== undefined) parts.push(text(checkLabel(image, service, digestFile)));
    return all(...parts);
  },
  look: ({ image, dataPath }) => roomLook(quote(image), dataPath),
  explain: explainPull,
};

/** How an image is tagged. */
export const tagImage: Definition<TagImage> = {
  changes: true,
  describe: ({ tag }) => ({ noun: "tag", subject: tag.slice(tag.lastIndexOf(":") + 1) }),
  render: ({ image, tag }) => run("docker", "tag", image, tag),
};

/** How an image is removed. */
export const removeImage: Definition<RemoveImage> = {
  changes: true,
  describe: ({ image }) => ({ mark: "-", noun: "image", subject: image }),
  // An image that any container still has stays.
  render: ({ image }) => any(quiet(run("docker", "image", "rm", image)), text("true")),
};

// Exit status of a pull that brought an image without the service's label.
const NOT_OURS = 78;

/** Kamal: images without the label would escape pruning, or belong to somebody else. */
function checkLabel(image: string, service: string, digestFile: string | undefined): string {
  const label = '{{index .Config.Labels "service"}}';
  if (digestFile === undefined) {
    const found = `docker inspect -f '${label}' ${quote(image)}`;
    return `{ [ "$(${found})" = ${quote(service)} ] || exit ${NOT_OURS}; }`;
  }
  // One call tells both, since each costs the start of a client.
  const format = `${label} {{range .RepoDigests}}{{.}} {{end}}`;
  const folder = digestFile.slice(0, digestFile.lastIndexOf("/"));
  return `{ sx_image=$(docker inspect -f '${format}' ${quote(image)})
[ "\${sx_image%% *}" = ${quote(service)} ] || exit ${NOT_OURS}
sx_image=\${sx_image#*@}; mkdir -p ${quote(folder)} && echo "\${sx_image%% *}" >${
    quote(digestFile)
  }; }`;
}

function pullProxy(image: string): string {
  const name = '"$sx_image"';
  return `{ sx_image=${imageText({ image, configured: false })}
docker image inspect ${name} >/dev/null 2>&1 || { ${
    askedRoomCheck(name)
  } && docker pull --quiet ${name}; }; }`;
}

function explainPull({ image, service }: PullImage, outcome: Outcome): Explanation {
  const { exitCode, stderr } = outcome;
  if (exitCode === NO_ROOM_STATUS) return explainNoRoom(image, outcome);
  if (exitCode === NOT_OURS) {
    return {
      code: "IMAGE_MISSING",
      message: `${image} does not carry the label service=${service}`,
      hint: `Build it with sextant, or with docker build --label service=${service}`,
    };
  }
  const said = lastLines(stderr, 5);
  return {
    code: "IMAGE_MISSING",
    message: `${image} could not be pulled: ${said.at(-1) ?? "docker pull said nothing"}`,
    details: said.slice(0, -1),
    hint: service === undefined
      ? `Check the name, and try it on the host: docker pull ${image}`
      : "Check that this version was pushed (deploy without --skip-push), and .registry({ server, username, password }).",
    ...explainLittleRoom(outcome),
  };
}
