import { Buffer } from "node:buffer";

/**
 * Makes a private key's PEM text strictly valid: drops bytes after the key, left over from decryption,
 * and gives the number of an elliptic key exactly the size of its curve.
 */
export function repairPem(pem: string, scalarBytes: number): string {
  const match = /-----BEGIN (RSA|EC) PRIVATE KEY-----\n([\s\S]+?)-----END/.exec(pem);
  if (match === null) return pem;
  const sequence = readElement(Buffer.from(match[2]!, "base64"), 0);
  const body = match[1] === "EC" ? resizeScalar(sequence.value, scalarBytes) : sequence.value;
  const lines = encode(SEQUENCE, body).toString("base64").match(/.{1,64}/g) ?? [];
  const title = `${match[1]} PRIVATE KEY`;
  return [`-----BEGIN ${title}-----`, ...lines, `-----END ${title}-----`, ""].join("\n");
}

const SEQUENCE = 0x30;
const OCTET_STRING = 0x04;

/** An elliptic key is a version, the number, and what the curve is. */
function resizeScalar(body: Buffer, size: number): Buffer {
  const version = readElement(body, 0);
  const scalar = readElement(body, version.end);
  const padded = Buffer.concat([Buffer.alloc(size), scalar.value]).subarray(-size);
  return Buffer.concat([
    body.subarray(0, version.end),
    encode(OCTET_STRING, padded),
    body.subarray(scalar.end),
  ]);
}

function readElement(bytes: Buffer, at: number): { value: Buffer; end: number } {
  const short = bytes.readUInt8(at + 1);
  const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
  const length = lengthBytes === 0 ? short : bytes.readUIntBE(at + 2, lengthBytes);
  const start = at + 2 + lengthBytes;
  return { value: bytes.subarray(start, start + length), end: start + length };
}

function encode(tag: number, body: Buffer): Buffer {
  const size = body.length;
  const length = size < 0x80
    ? [size]
    : size < 0x100
    ? [0x81, size]
    : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
