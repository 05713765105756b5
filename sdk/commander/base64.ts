/**
 * Bytes as text.
 *
 * @module
 */

/** Bytes as Base64. */
export function encodeBase64(bytes: Uint8Array): string {
  // In pieces: the arguments of one call are limited.
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += 0x8000) {
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + 0x8000)));
  }
  return btoa(pieces.join(""));
}
