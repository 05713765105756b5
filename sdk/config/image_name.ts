/**
 * Names of images, as Docker takes them.
 *
 * @module
 */

const PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const SERVER = "(?:localhost|[\\w-]+(?:\\.[\\w-]+)+|[\\w.-]+(?=:)|\\[[\\da-fA-F:]+\\])(?::\\d+)?";
const NAME = `(?:${SERVER}/)?${PART}(?:/${PART})*`;
const NAME_REGEXP = new RegExp(`^${NAME}$`);
const REFERENCE_REGEXP = new RegExp(
  `^${NAME}(?::\\w[\\w.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,})?$`,
);

/** Whether a text is an image without a tag: small letters, digits and `.`, `_`, `-` between slashes. */
export function isImageName(text: string): boolean {
  return NAME_REGEXP.test(text);
}

/** Whether a text is an image with its registry, its tag and its digest, or without any of these. */
export function isImageReference(text: string): boolean {
  return REFERENCE_REGEXP.test(text);
}

/** The registry that an image comes from; `undefined` for Docker Hub. */
export function registryOf(image: string): string | undefined {
  const [first = "", ...others] = image.split("/");
  const isServer = others.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isServer && first !== "docker.io" ? first : undefined;
}
