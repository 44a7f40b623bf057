// cli/agent/join-code: layer 10. The line that an agent prints and a launcher is given: where the agent listens, its
// certificate's fingerprint, and the secret that lets one in; in letters and digits that survive being read aloud. Pure.
//
//   1 byte   4 bits: version; 2: IPv4 addresses; 2: IPv6 addresses
//   10       fingerprint: the first bytes of the SHA-256 of the certificate
//   1, 2     slots, port
//   4n, 16n  addresses
//   10       secret: guessing is online only, where five guesses are followed by a pause
//   3        CRC-24 of all before: finds every wrong letter, every two that were swapped, every wrong group
import { ipVersion } from "../hosts/ip-version.ts";

export interface JoinCode {
  readonly fingerprint: Uint8Array;
  readonly slots: number;
  readonly port: number;
  /** Numeric, best first; one to three of each kind, at least one in all. */
  readonly addresses: readonly string[];
  readonly secret: Uint8Array;
}

export const SECRET_BYTES = 10;
export const FINGERPRINT_BYTES = 10;
export const MOST_SLOTS = 255;
export const MOST_ADDRESSES = 3;

const VERSION = 1;
/** Crockford's: without I, L, O, which are read as digits, and U. */
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP = 5;
/** Without any address, which no code is. */
const LEAST_BYTES = 1 + FINGERPRINT_BYTES + 1 + 2 + SECRET_BYTES + 3;

/** Bytes as letters, most significant bits first, in groups with dashes between. */
function toLetters(bytes: Uint8Array): string {
  let text = "";
  let [bits, count] = [0, 0];
  for (const byte of [...bytes, 0]) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 5; count -= 5) text += letters[(bits >> (count - 5)) & 31];
    bits &= 31;
  }
  return text.slice(0, Math.ceil((bytes.byteLength * 8) / 5));
}

/** Undefined where bits are left over that are not 0. */
function toBytes(values: readonly number[]): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((values.length * 5) / 8));
  let [bits, count, at] = [0, 0, 0];
  for (const value of values) {
    bits = (bits << 5) | value;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = bits >> count;
    bits &= (1 << count) - 1;
  }
  return bits === 0 && count < 5 ? bytes : undefined;
}

function crc24(bytes: Uint8Array): number {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x800000 ? ((crc << 1) ^ 0x864cfb) & 0xffffff : crc << 1;
  }
  return crc;
}

/** The code as a line. */
export function writeCode({ fingerprint, slots, port, addresses, secret }: JoinCode): string {
  const four = addresses.filter((address) => ipVersion(address) === 4).slice(0, MOST_ADDRESSES);
  const six = addresses.filter((address) => ipVersion(address) === 6).slice(0, MOST_ADDRESSES);
  const body = [
    (VERSION << 4) | (four.length << 2) | six.length,
    ...fingerprint,
    ...[slots, port >> 8, port & 255],
    ...four.flatMap((address) => address.split(".").map(Number)),
    ...six.flatMap(sixteen),
    ...secret,
  ];
  const crc = crc24(Uint8Array.from(body));
  const text = toLetters(Uint8Array.from([...body, crc >> 16, (crc >> 8) & 255, crc & 255]));
  return text.match(/.{1,5}/g)!.join("-");
}

/** The bytes of an IPv6 address. */
function sixteen(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const words = (text: string) => (text === "" ? [] : text.split(":").map((word) => Number.parseInt(word, 16)));
  const [front, back] = [words(head), words(tail ?? "")];
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  return all.flatMap((word) => [word >> 8, word & 255]);
}

/** True for what can only be meant as a code, even with typing errors in it. */
export function looksLikeCode(text: string): boolean {
  return /^[0-9a-z-]+$/i.test(text) && text.replaceAll("-", "").length >= 30;
}

/**
 * Reads a code as people type it: in any case, with or without dashes and blanks, O for 0, I and L for 1.
 * @throws Error that says what is wrong; it does not repeat the code, which is secret
 */
export function readCode(text: string): JoinCode {
  const typed = [...text.toUpperCase().replace(/[\s-]/g, "")];
  const values = typed.map((letter) => letters.indexOf(letter.replace("O", "0").replace(/[IL]/, "1")));
  const stranger = values.indexOf(-1);
  if (stranger >= 0) throw new Error(`${JSON.stringify(typed[stranger])} is in no join code`);
  const code = checked(values);
  if (code !== undefined) return code;
  const group = wrongGroup(values);
  if (group !== undefined) throw new Error(`it has a typing error, most likely in group ${group}`);
  if (values.length < LEAST_BYTES * 1.6) throw new Error(`it has ${values.length} letters, which is too short`);
  throw new Error("it has a typing error, or a letter too many or too few");
}

/** The code where the check says that it is right. */
function checked(values: readonly number[]): JoinCode | undefined {
  const bytes = toBytes(values);
  if (bytes === undefined || bytes.byteLength < LEAST_BYTES) return undefined;
  const body = bytes.subarray(0, -3);
  const [high, middle, low] = bytes.subarray(-3);
  if (crc24(body) !== ((high! << 16) | (middle! << 8) | low!)) return undefined;
  const head = bytes[0]!;
  const [four, six] = [(head >> 2) & 3, head & 3];
  if (head >> 4 !== VERSION) throw new Error("it is of another version of tsmpi");
  if (bytes.byteLength !== LEAST_BYTES + 4 * four + 16 * six || four + six === 0) return undefined;
  let at = 1;
  const take = (count: number) => {
    at += count;
    return bytes.slice(at - count, at);
  };
  const fingerprint = take(FINGERPRINT_BYTES);
  const [slots, portHigh, portLow] = take(3);
  const fours = Array.from({ length: four }, () => take(4).join("."));
  const sixes = Array.from({ length: six }, () => {
    const words = Buffer.from(take(16)).toString("hex").match(/.{4}/g)!;
    return words.map((word) => word.replace(/^0{1,3}/, "")).join(":");
  });
  const secret = take(SECRET_BYTES);
  return { fingerprint, slots: slots!, port: (portHigh! << 8) | portLow!, addresses: [...fours, ...sixes], secret };
}

/** The group, counted from 1, in which one other letter, or two swapped, would make the code right. */
function wrongGroup(values: readonly number[]): number | undefined {
  const right = (changed: readonly number[]): boolean => {
    try {
      return checked(changed) !== undefined;
    } catch {
      return false; // another version
    }
  };
  const groups = new Set<number>();
  for (const [at, value] of values.entries()) {
    const others = Array.from(letters, (_, other) => values.with(at, other));
    if (at > 0) others.push(values.with(at, values[at - 1]!).with(at - 1, value));
    if (others.some(right)) groups.add(Math.floor(at / GROUP) + 1);
  }
  return groups.size === 1 ? [...groups][0] : undefined;
}

/** What may be shown of an agent's code, and is announced: its certificate's fingerprint. */
export function agentId({ fingerprint }: Pick<JoinCode, "fingerprint">): string {
  return toLetters(fingerprint.subarray(0, FINGERPRINT_BYTES));
}
