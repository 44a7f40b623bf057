// transport/pmix-library: layer 3. The few functions of the system's libpmix that wire-up needs, through Bun's FFI: PMIx's
// protocol is private to the library and changes with it, its C interface does not. Called by wireup-pmix.ts.
import { CString, dlopen, FFIType, type Pointer, ptr, read } from "bun:ffi";
import { dirname, join } from "node:path";
import { numberVariable, variable } from "../base/config.ts";

const SUCCESS = 0;
/** Sizes in bytes, and offsets, in PMIx 2 to 6: pmix_proc_t, pmix_key_t, pmix_value_t, pmix_info_t. */
const PROC = { size: 260, rank: 256 };
const KEY = 512;
const VALUE = { size: 32, data: 8 };
const INFO = { size: 552, value: 520 };
const WILDCARD = 0xffff_fffe;
const GLOBAL = 3;
/** pmix_data_type_t. */
const TYPE = { bool: 1, string: 3, int: 6 };

const { i32, ptr: pointer, u64, u8 } = FFIType;
const functions = {
  PMIx_Init: { args: [pointer, pointer, u64], returns: i32 },
  PMIx_Finalize: { args: [pointer, u64], returns: i32 },
  PMIx_Abort: { args: [i32, pointer, pointer, u64], returns: i32 },
  PMIx_Put: { args: [u8, pointer, pointer], returns: i32 },
  PMIx_Commit: { args: [], returns: i32 },
  PMIx_Fence: { args: [pointer, u64, pointer, u64], returns: i32 },
  PMIx_Get: { args: [pointer, pointer, pointer, u64, pointer], returns: i32 },
} as const;

type Symbols = ReturnType<typeof dlopen<typeof functions>>["symbols"];

/** Where the library may be: what the user says, where the system looks, beside mpirun. */
function candidates(): string[] {
  const given = variable("TSMPI_LIBPMIX");
  if (given) return [given];
  const prefixes = [variable("OPAL_PREFIX"), variable("PMIX_PREFIX")];
  const mpirun = Bun.which("mpirun");
  if (mpirun) prefixes.push(dirname(dirname(mpirun)));
  const beside = prefixes.flatMap((prefix) => (prefix ? [join(prefix, "lib", "libpmix.so.2")] : []));
  return ["libpmix.so.2", ...beside, "libpmix.dylib"];
}

/** The library, opened but not begun; undefined where there is none. */
export function openPmix(): PmixLibrary | undefined {
  for (const file of candidates()) {
    try {
      return new PmixLibrary(dlopen(file, functions).symbols);
    } catch {
      // Not there: the next one.
    }
  }
  return undefined;
}

function text(value: string, size = Buffer.byteLength(value) + 1): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.write(value);
  return bytes;
}

export class PmixLibrary {
  readonly #call: Symbols;
  #namespace = "";
  rank = 0;
  size = 0;

  constructor(symbols: Symbols) {
    this.#call = symbols;
  }

  get namespace(): string {
    return this.#namespace;
  }

  /** Meets the engine's server. @throws Error when there is none */
  begin(): void {
    const proc = Buffer.alloc(PROC.size);
    this.#check("PMIx_Init", this.#call.PMIx_Init(ptr(proc), null, 0));
    this.#namespace = proc.toString("latin1", 0, proc.indexOf(0));
    this.rank = proc.readUInt32LE(PROC.rank);
    this.size = read.u32(this.#get(WILDCARD, "pmix.job.size"), VALUE.data);
  }

  put(key: string, value: string): void {
    const chars = text(value);
    const holder = Buffer.alloc(VALUE.size);
    holder.writeUInt16LE(TYPE.string, 0);
    holder.writeBigUInt64LE(BigInt(ptr(chars)), VALUE.data);
    this.#check("PMIx_Put", this.#call.PMIx_Put(GLOBAL, ptr(text(key, KEY)), ptr(holder)));
    this.#check("PMIx_Commit", this.#call.PMIx_Commit());
  }

  /** Waits, with the whole process, until all ranks have come here; then each can read what the others have put. */
  fence(): void {
    const infos = Buffer.alloc(2 * INFO.size);
    infos.write("pmix.collect");
    infos.writeUInt16LE(TYPE.bool, INFO.value);
    infos[INFO.value + VALUE.data] = 1;
    infos.write("pmix.timeout", INFO.size);
    infos.writeUInt16LE(TYPE.int, INFO.size + INFO.value);
    infos.writeInt32LE(Math.ceil(numberVariable("TSMPI_WIREUP_TIMEOUT")), INFO.size + INFO.value + VALUE.data);
    this.#check("PMIx_Fence", this.#call.PMIx_Fence(null, 0, ptr(infos), 2));
  }

  get(rank: number, key: string): string {
    return new CString(read.ptr(this.#get(rank, key), VALUE.data) as Pointer).toString();
  }

  abort(code: number): void {
    this.#call.PMIx_Abort(code, ptr(text("a rank of tsmpi has failed")), null, 0);
  }

  end(): void {
    this.#call.PMIx_Finalize(null, 0);
  }

  /** A value's address; its memory is the library's, and is not given back: there are few and they are short. */
  #get(rank: number, key: string): Pointer {
    const proc = text(this.#namespace, PROC.size);
    proc.writeUInt32LE(rank, PROC.rank);
    const out = new BigUint64Array(1);
    this.#check(`PMIx_Get(${key})`, this.#call.PMIx_Get(ptr(proc), ptr(text(key, KEY)), null, 0, ptr(out)));
    return Number(out[0]) as Pointer;
  }

  #check(call: string, status: number): void {
    if (status !== SUCCESS) throw new Error(`Cannot use PMIx: ${call} returned ${status}`);
  }
}
