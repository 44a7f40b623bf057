// test/mpi/wrong-arguments: what a script can pass by mistake, and what every method is asked with it: each wrong value in
// each place, positional or an option, with good values in the others. Used by wrong-arguments.test.ts.
import * as MPI from "../../src/mpi/mpi.ts";
import { apiNames, gapOf } from "../house/api-names.ts";
import { scratch } from "../support/scratch.ts";
import { turns } from "../support/sinks.ts";

/** Wrong for most arguments; what is right for one is left to chance: then the call succeeds or goes on waiting. */
export async function wrongValues(world: MPI.Intracomm): Promise<[name: string, value: unknown][]> {
  const comm = await world.dup();
  await comm.free();
  const group = world.getGroup().dup();
  const info = MPI.Info.create();
  const type = MPI.INT.createContiguous(2);
  const op = MPI.Op.create((a: unknown) => a);
  const handler = MPI.Comm.createErrhandler(() => {});
  for (const handle of [group, info, type, op, handler]) handle.free();
  const { COMM_NULL, GROUP_NULL, INFO_NULL, DATATYPE_NULL, OP_NULL, REQUEST_NULL, MESSAGE_NULL, ERRHANDLER_NULL } = MPI;
  const nulls = {
    COMM_NULL,
    GROUP_NULL,
    INFO_NULL,
    DATATYPE_NULL,
    OP_NULL,
    REQUEST_NULL,
    MESSAGE_NULL,
    ERRHANDLER_NULL,
  };
  const freed = { comm, group, info, type, op, handler };
  const numbers = [
    Number.NaN,
    0.5,
    -1,
    -77,
    2 ** 31,
    2 ** 40,
    1e300,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  const lists = [[Number.NaN], [-1], [0.5], ["a"], [null], [[0]], [9], Int32Array.of(-1), Int32Array.of(9)];
  return [
    ["undefined", undefined],
    ["null", null],
    ...numbers.map((number): [string, unknown] => [`${number}`, number]),
    ["a string", "x"],
    ["an empty string", ""],
    ["1n", 1n],
    ["a symbol", Symbol("s")],
    ["a function", () => {}],
    ["a class", class Mistake {}],
    ["true", true],
    ["{}", {}],
    ["{ zzz: 1 }", { zzz: 1 }],
    ["an object without prototype", Object.create(null)],
    ["a Map", new Map()],
    ["a Date", new Date(Number.NaN)],
    ["[]", []],
    ["an array of a hole", new Array(1)],
    ...lists.map((list): [string, unknown] => [`${list.constructor.name} of ${String(list[0])}`, list]),
    ["a short buffer", new Int8Array(3)],
    ["a datatype that is not committed", MPI.INT.createContiguous(2)],
    ["MPI.IN_PLACE", MPI.IN_PLACE],
    ["MPI.BOTTOM", MPI.BOTTOM],
    ...Object.entries(nulls).map(([name, value]): [string, unknown] => [`MPI.${name}`, value]),
    ...Object.entries(freed).map(([name, value]): [string, unknown] => [`a freed ${name}`, value]),
  ];
}

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** What methods are called on: made anew for each call; `done` is called after it. */
interface Subject {
  readonly make: () => unknown;
  readonly done?: (made: any) => void;
}

/** All of them by name. An intercommunicator takes two ranks, of which only one calls its methods: it is made once. */
export function subjects(world: MPI.Intracomm, between: MPI.Intercomm): Record<string, Subject> {
  const { Comm, Intracomm, Intercomm, Group, Request, Prequest, Grequest, Message, Op, Info, Datatype, File } = MPI;
  const classes = { Comm, Intracomm, Intercomm, Group, Request, Prequest, Grequest, Message, Op, Info, Datatype, File };
  return {
    Intracomm: { make: () => world.dup() },
    Intercomm: { make: () => between },
    Cartcomm: { make: () => world.createCart([1], { periods: [true] }) },
    Graphcomm: { make: () => world.createGraph([1], [0]) },
    Distgraphcomm: { make: () => world.createDistGraphAdjacent([0], [0]) },
    Group: { make: () => world.getGroup().dup() },
    Request: { make: () => world.isend(1, { dest: MPI.PROC_NULL }) },
    Prequest: { make: () => world.sendInit(new Int8Array(4), { dest: MPI.PROC_NULL }) },
    "a partitioned send": { make: () => world.psendInit(new Int8Array(4), { dest: 0, partitions: 2 }) },
    "a partitioned receive": { make: () => world.precvInit(new Int8Array(4), { source: 0, partitions: 2 }) },
    Grequest: { make: () => Grequest.start(), done: (grequest: MPI.Grequest) => grequest.complete() },
    Message: {
      make: async () => {
        await world.send(1, { dest: 0, tag: 1 });
        return world.mprobe({ tag: 1 });
      },
      done: (message: MPI.Message) => message.free(),
    },
    Status: { make: () => new MPI.Status() },
    Op: { make: () => Op.create((a: unknown) => a) },
    Datatype: { make: () => MPI.INT.createContiguous(2).commit() },
    Info: { make: () => Info.create({ a: "b" }) },
    Errhandler: { make: () => Comm.createErrhandler(() => {}) },
    File: {
      make: () => File.open(world, scratch(), MPI.MODE_RDWR | MPI.MODE_CREATE | MPI.MODE_DELETE_ON_CLOSE),
      // One that is still written to is not closed.
      done: (file: MPI.File) => void file.free().catch(() => {}),
    },
    MPI: { make: () => MPI },
    ...Object.fromEntries(Object.entries(classes).map(([name, made]) => [`class ${name}`, { make: () => made }])),
  };
}

/** These end something for all, wait for what other tests leave, take anything, or take all of the disk. */
const leftOut = ["abort", "finalize", "init", "initThread", "pcontrol", "detachBuffer", "preallocate"];
/** One rank alone cannot do without them. */
const ends = ["free", "disconnect"];
const names = apiNames().filter((name) => name.kind !== "const" && !gapOf(name));

/** The public methods of an object or class, by the list of names. */
export function methodsOf(subject: any): string[] {
  const isClass = typeof subject === "function";
  const chain: string[] = subject === MPI ? ["MPI"] : [];
  // A class of the list may have its methods from others that are not in it.
  for (let of = isClass ? subject : subject.constructor; of?.name; of = Object.getPrototypeOf(of)) chain.push(of.name);
  return names
    .filter(({ owner, name }) => chain.includes(owner) && typeof subject[name] === "function")
    .flatMap(({ name }) =>
      leftOut.includes(name) || (subject instanceof MPI.Intercomm && ends.includes(name)) ? [] : [name],
    );
}

/** Good positional arguments, for the methods that check the later ones after the first. */
export function goodArguments(world: MPI.Intracomm, method: string): unknown[] {
  const group = world.getGroup();
  const twoInts = () => Int32Array.of(1, 2);
  const room = () => new Uint8Array(8);
  const good: Record<string, unknown[]> = {
    split: [0],
    splitType: [0],
    create: [group],
    createGroup: [group],
    createFromGroup: [group, "tag"],
    createFromGroups: [group, 0, group, 0, "tag"],
    createCart: [[1]],
    createGraph: [[1], [0]],
    createDistGraph: [[0], [1], [0]],
    createDistGraphAdjacent: [[0], [0]],
    createIntercomm: [0, world, 0],
    cartMap: [[1]],
    graphMap: [[1], [0]],
    shift: [0, 1],
    dupWithInfo: [MPI.Info.create()],
    idupWithInfo: [MPI.Info.create()],
    psendInit: [new Int8Array(2)],
    precvInit: [new Int8Array(2)],
    sendrecvReplace: [new Int8Array(1)],
    isendrecvReplace: [new Int8Array(1)],
    setAttr: [MPI.Comm.createKeyval(), 1],
    translateRanks: [[0]],
    union: [group, group],
    intersection: [group, group],
    intersect: [group, group],
    difference: [group, group],
    rangeIncl: [[[0, 0, 1]]],
    rangeExcl: [[[0, 0, 1]]],
    createVector: [2, 1, 2],
    createHvector: [2, 1, 8],
    createIndexed: [[1], [0]],
    createHindexed: [[1], [0]],
    createIndexedBlock: [1, [0]],
    createHindexedBlock: [1, [0]],
    createStruct: [[1], [0], [MPI.INT]],
    createSubarray: [[2], [1], [0]],
    createDarray: [1, 0, [2], [MPI.DISTRIBUTE_BLOCK], [MPI.DISTRIBUTE_DFLT_DARG], [1]],
    createResized: [0, 8],
    pack: [twoInts(), room(), 0],
    unpack: [room(), 0, twoInts()],
    packSize: [1],
    packExternal: ["external32", twoInts(), room(), 0],
    unpackExternal: ["external32", room(), 0, twoInts()],
    packExternalSize: ["external32", 1],
    matchSize: [MPI.TYPECLASS_REAL, 4],
    getValueIndex: [MPI.INT, MPI.INT],
    computeDims: [1, [0]],
    reduceLocal: [Int8Array.of(1), Int8Array.of(2)],
    set: ["key", "value"],
    setElements: [MPI.INT, 1],
    preadyRange: [0, 1],
    open: [world, "/not/there", MPI.MODE_RDONLY],
    readAt: [0, room()],
    writeAt: [0, room()],
    ireadAt: [0, room()],
    iwriteAt: [0, room()],
    readAtAll: [0, room()],
    writeAtAll: [0, room()],
    ireadAtAll: [0, room()],
    iwriteAtAll: [0, room()],
    readAtAllBegin: [0, room()],
    writeAtAllBegin: [0, room()],
    seek: [0],
    seekShared: [0],
    setView: [0, MPI.BYTE, MPI.BYTE, "native"],
    registerDatarep: ["a name", null, null],
    addErrorCode: [MPI.ERR_OTHER],
    addErrorString: [MPI.ERR_OTHER, "text"],
  };
  return Object.hasOwn(good, method) ? good[method]! : [];
}

/** What became of a call: what it threw or rejected with, or undefined when it succeeded or waits. */
export async function failureOf(subject: unknown, method: string, args: unknown[]): Promise<unknown> {
  try {
    const returned = (subject as Methods)[method]!(...args);
    if (!(returned instanceof Promise)) return undefined;
    const failed = returned.then(
      () => undefined,
      (error: unknown) => error ?? "nothing",
    );
    return await Promise.race([failed, turns(10)]);
  } catch (error) {
    return error ?? "nothing";
  }
}

/** The options that a method names when it is given one that it does not know. */
export async function optionsOf(subject: unknown, method: string, args: unknown[]): Promise<string[]> {
  const error = await failureOf(subject, method, [...args, { zzz: 1 }]);
  const list = error instanceof TypeError && /option zzz is unknown, expected (.*)$/.exec(error.message)?.[1];
  return list ? list.split(", ") : [];
}

/** True of an error as a script should get it: of MPI, or a TypeError with a message of ours. */
export function isClear(error: unknown): boolean {
  if (error instanceof MPI.Exception) return error.errorClass !== MPI.ERR_INTERN && error.message.startsWith("Cannot ");
  // What JavaScript itself says, as of "undefined is not an object", has no "expected".
  return error instanceof TypeError && /^Cannot .*: .*expected /.test(error.message);
}
