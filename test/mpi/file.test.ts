// Files: opening and closing, explicit offsets, the own pointer, views, and what goes wrong.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { equal, is, match, ok, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { scratch } from "../support/scratch.ts";

const { MODE_RDWR, MODE_CREATE, MODE_RDONLY, MODE_WRONLY, MODE_EXCL, MODE_APPEND, MODE_DELETE_ON_CLOSE } = MPI;
const NEW = MODE_RDWR | MODE_CREATE;

/** Runs `main` with a new file open on `size` ranks. */
async function withFile<T>(
  size: number,
  main: (file: MPI.File, comm: MPI.Intracomm, path: string) => Promise<T> | T,
  amode = NEW,
): Promise<T[]> {
  const path = scratch();
  return ranks(size, async (comm) => {
    await using file = await MPI.File.open(comm, path, amode);
    return await main(file, comm, path);
  });
}

for (const size of [1, 2, 3, 5]) {
  test(`writeAt() and readAt() move bytes at offsets on ${size} ranks`, async () => {
    await withFile(size, async (file, comm, path) => {
      const status = new MPI.Status();
      is(await file.writeAt(8 * comm.rank, Float64Array.of(comm.rank + 0.5), { status }), undefined);
      is(status.count, 8);
      await file.sync();
      const all = new Float64Array(size + 1).fill(-1);
      is(await file.readAt(0, all, { status }), all);
      equal([...all], [...Array.from({ length: size }, (_, rank) => rank + 0.5), -1]);
      is(status.count, 8 * size);
      is(status.getCount(MPI.DOUBLE), size);
      equal(new Float64Array(readFileSync(path).buffer.slice(0)).length, size);
    });
  });

  test(`a pointer of its own moves with what each of ${size} ranks reads and writes`, async () => {
    await withFile(size, async (file, comm) => {
      file.seek(10 * comm.rank);
      await file.write(Uint8Array.of(1, 2, 3, 4));
      is(file.getPosition(), 10 * comm.rank + 4);
      await file.write(Uint8Array.of(5, 6));
      file.seek(-3, MPI.SEEK_CUR);
      equal([...(await file.read(new Uint8Array(3)))], [4, 5, 6]);
      is(file.getPosition(), 10 * comm.rank + 6);
      await comm.barrier();
      file.seek(0, MPI.SEEK_END);
      is(file.getPosition(), 10 * (size - 1) + 6);
      file.seek(-1, MPI.SEEK_END);
      equal([...(await file.read(new Uint8Array(4).fill(9)))], [6, 9, 9, 9]);
      is(file.getPosition(), 10 * (size - 1) + 6);
    });
  });

  test(`${size} ranks with views that lie between each other write one file and read it back`, async () => {
    await withFile(size, async (file, comm, path) => {
      const every = MPI.INT.createResized(0, 4 * size).commit();
      await file.setView(4 * comm.rank, MPI.INT, every);
      const mine = Int32Array.from({ length: 50 }, (_, i) => i * size + comm.rank);
      await file.writeAll(mine);
      is(file.getPosition(), 50);
      is(file.getByteOffset(2), 4 * (comm.rank + 2 * size));
      await file.sync();
      const expected = Int32Array.from({ length: 50 * size }, (_, i) => i);
      ok(readFileSync(path).equals(Buffer.from(expected.buffer)));
      file.seek(0);
      equal([...(await file.readAll(new Int32Array(50)))], [...mine]);
      equal([...(await file.readAt(49, new Int32Array(1)))], [49 * size + comm.rank]);
      equal([...(await file.readAtAll(10, new Int32Array(2)))], [10 * size + comm.rank, 11 * size + comm.rank]);
      file.seek(0, MPI.SEEK_END);
      is(file.getPosition(), 50);
      const status = new MPI.Status();
      await file.readAtAll(48, new Int32Array(5), { status });
      is(status.getCount(MPI.INT), 2);
    });
  });
}

test("getView() gives what setView() was given, and pointers are at its beginning", async () => {
  await withFile(2, async (file) => {
    equal(file.getView(), [0, MPI.BYTE, MPI.BYTE, "native"]);
    file.seek(9);
    const filetype = MPI.SHORT.createVector(2, 1, 3).commit();
    await file.setView(6, MPI.SHORT, filetype, "external32");
    filetype.free();
    const [disp, etype, seen, datarep] = file.getView();
    equal([disp, etype, datarep], [6, MPI.SHORT, "external32"]);
    equal(seen.getExtent(), [0, 8]);
    is(file.getPosition(), 0);
    is(file.getTypeExtent(MPI.LONG), 4);
    await file.setView();
    is(file.getTypeExtent(MPI.LONG), 8);
  });
});

test("external32 is big-endian, with sizes of its own, and a file that ends within items gives what there is", async () => {
  await withFile(2, async (file, comm, path) => {
    await file.setView(0, MPI.INT, MPI.INT, "external32");
    if (comm.rank === 0) await file.write(Int32Array.of(1, 258));
    await file.sync();
    equal([...readFileSync(path)], [0, 0, 0, 1, 0, 0, 1, 2]);
    const status = new MPI.Status();
    equal([...(await file.readAt(0, new Int32Array(3), { status }))], [1, 258, 0]);
    is(status.count, 8);
    await file.setView(0, MPI.LONG, MPI.LONG.createResized(0, 16).commit(), "external32");
    is(file.getByteOffset(1), 8);
    equal([...(await file.readAt(0, new BigInt64Array(1), { type: MPI.LONG }))], [1n]);
  });
});

test("datatypes say where data lies in memory", async () => {
  await withFile(1, async (file) => {
    const column = MPI.DOUBLE.createVector(3, 1, 2).commit();
    await file.write(Float64Array.of(1, 2, 3, 4, 5, 6), { type: column, count: 1 });
    is(file.size, 24);
    const into = new Float64Array(6);
    await file.readAt(0, into, { type: column, count: 1 });
    equal([...into], [1, 0, 3, 0, 5, 0]);
    const short = new Float64Array(6).fill(9);
    const status = new MPI.Status();
    await file.readAt(8, short, { type: column, count: 1, status });
    equal([...short], [3, 9, 5, 9, 9, 9]);
    is(status.getElements(MPI.DOUBLE), 2);
  });
});

test("buffers of any kind are written and read, short and long", async () => {
  await withFile(2, async (file, comm) => {
    for (const length of [8, 800_000]) {
      const from = length * comm.rank;
      const shared = new Uint8Array(new SharedArrayBuffer(length)).fill(comm.rank + 5);
      await file.writeAt(from, shared);
      const memory = await file.readAt(from, new ArrayBuffer(length));
      ok(new Uint8Array(memory).every((byte) => byte === comm.rank + 5));
      await file.writeAt(from, new DataView(memory, 1, length - 1));
      const both = new SharedArrayBuffer(length);
      is(await file.readAt(from, both), both);
      ok(new Uint8Array(both).every((byte) => byte === comm.rank + 5));
      await file.writeAt(from, Buffer.from("text"));
      equal([...(await file.readAt(from, new Uint8ClampedArray(4)))], [...Buffer.from("text")]);
      await file.writeAt(from, new BigUint64Array(0));
      await comm.barrier();
    }
  });
});

test("i… forms return requests with a status", async () => {
  await withFile(3, async (file, comm) => {
    const big = new Uint8Array(600_000).fill(comm.rank + 1);
    await file.iwriteAt(big.length * comm.rank, big).wait();
    await file.iwriteAtAll(big.length * comm.rank, big).wait();
    file.seek(big.length * comm.rank);
    await file.iwrite(big).wait();
    file.seek(big.length * comm.rank);
    const first = file.iread(new Uint8Array(4));
    is(file.getPosition(), big.length * comm.rank + 4);
    const second = file.iread(new Uint8Array(600_000 - 4));
    const [a, b] = await MPI.Request.waitall([first, second]);
    ok(a.every((byte) => byte === comm.rank + 1) && b.every((byte) => byte === comm.rank + 1));
    const status = new MPI.Status();
    const request = file.ireadAt(0, new Int32Array(2));
    await request.wait({ status });
    is(status.getCount(MPI.INT), 2);
    file.seek(0);
    await file.iwriteAll(Uint8Array.of(7)).wait();
    file.seek(0);
    equal([...(await file.ireadAll(new Uint8Array(1)).wait())], [7]);
    equal([...(await file.ireadAtAll(0, new Uint8Array(1)).wait())], [7]);
  });
});

test("split collectives begin and end, one at a time, with the same buffer", async () => {
  await withFile(3, async (file, comm) => {
    const data = Int32Array.of(comm.rank, -1);
    const into = new Int32Array(2);
    const status = new MPI.Status();
    await file.writeAtAllBegin(8 * comm.rank, data);
    await rejects(file.writeAllBegin(data), MPI.Exception, /writeAtAllBegin has begun/);
    await rejects(file.writeAll(data), MPI.Exception, /ERR_PENDING/);
    await rejects(file.readAllEnd(into), MPI.Exception, /expected readAllBegin first/);
    await rejects(file.writeAtAllEnd(into), MPI.Exception, /not the buffer/);
    await file.writeAtAllEnd(data, { status });
    is(status.count, 8);
    await rejects(file.writeAtAllEnd(data), MPI.Exception, /no split collective has begun/);
    await file.readAtAllBegin(8 * comm.rank, into);
    is(await file.readAtAllEnd(into), into);
    equal([...into], [comm.rank, -1]);
    file.seek(8 * comm.rank);
    await file.writeAllBegin(data);
    await file.writeAllEnd(data);
    file.seek(8 * comm.rank);
    await file.readAllBegin(into.fill(0));
    equal([...(await file.readAllEnd(into))], [comm.rank, -1]);
    await file.seekShared(0);
    await file.writeOrderedBegin(data);
    await file.writeOrderedEnd(data);
    await file.seekShared(0);
    await file.readOrderedBegin(into.fill(0));
    equal([...(await file.readOrderedEnd(into))], [comm.rank, -1]);
  });
});

for (const size of [1, 2, 4]) {
  test(`the shared pointer gives no byte to two of ${size} ranks, whatever rank 0 does meanwhile`, async () => {
    await withFile(size, async (file, comm, path) => {
      for (let i = 0; i < 10; i++) await file.writeShared(Uint8Array.of(comm.rank, i));
      await file.iwriteShared(Uint8Array.of(comm.rank, 10)).wait();
      await comm.barrier();
      is(await file.getPositionShared(), 22 * size);
      const bytes = readFileSync(path);
      const pairs = Array.from({ length: 11 * size }, (_, i) => `${bytes[2 * i]} ${bytes[2 * i + 1]}`);
      is(new Set(pairs).size, 11 * size);
      await file.seekShared(2);
      await file.seekShared(-2, MPI.SEEK_CUR);
      const taken: string[] = [];
      for (let i = 0; i < 10; i++) taken.push([...(await file.readShared(new Uint8Array(2)))].join(" "));
      taken.push([...(await file.ireadShared(new Uint8Array(2)).wait())].join(" "));
      const all = await comm.allgather(taken);
      equal(all.flat().sort(), pairs.sort());
      await file.seekShared(0, MPI.SEEK_END);
      is(await file.getPositionShared(), 22 * size);
    });
  });

  test(`ordered writes and reads of ${size} ranks stand in their order`, async () => {
    await withFile(size, async (file, comm, path) => {
      const text = (round: number) => `${round}:${"x".repeat(comm.rank)}${comm.rank};`;
      for (const round of [0, 1]) await file.writeOrdered(new TextEncoder().encode(text(round)));
      await file.sync();
      const line = (round: number) => Array.from({ length: size }, (_, r) => `${round}:${"x".repeat(r)}${r};`).join("");
      is(readFileSync(path, "utf8"), line(0) + line(1));
      await file.seekShared(0);
      const got = await file.readOrdered(new Uint8Array(text(0).length));
      is(new TextDecoder().decode(got), text(0));
      is(await file.getPositionShared(), line(0).length);
    });
  });
}

test("the rank that keeps the shared pointer need not take part", async () => {
  const { promise: others, resolve } = Promise.withResolvers<void>();
  let left = 2;
  await withFile(3, async (file, comm, path) => {
    // Rank 0 is in no call of the library until the others have written all.
    if (comm.rank === 0) await others;
    for (let i = 0; i < 5; i++) await file.writeShared(Uint8Array.of(comm.rank));
    if (comm.rank !== 0 && --left === 0) resolve();
    await comm.barrier();
    const bytes = [...readFileSync(path)];
    equal(bytes.slice(10), [0, 0, 0, 0, 0]);
    equal(bytes.slice(0, 10).sort(), [1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
  });
});

test("open() makes, refuses, appends and deletes as the access mode says, on all ranks", async () => {
  const path = scratch();
  await ranks(3, async (comm) => {
    await rejects(MPI.File.open(comm, path), MPI.Exception, /ERR_NO_SUCH_FILE/);
    const made = await MPI.File.open(comm, path, MODE_WRONLY | MODE_CREATE | MODE_EXCL);
    is(made.getAmode(), MODE_WRONLY | MODE_CREATE | MODE_EXCL);
    if (comm.rank === 0) await made.write(Uint8Array.of(1, 2, 3));
    await made.close();
    await rejects(MPI.File.open(comm, path, NEW | MODE_EXCL), MPI.Exception, /ERR_FILE_EXISTS/);
    const more = await MPI.File.open(comm, path, MODE_RDWR | MODE_APPEND);
    is(more.getPosition(), 3);
    is(await more.getPositionShared(), 3);
    await more.writeOrdered(Uint8Array.of(comm.rank));
    is(more.getSize(), 6);
    await more.close();
    const last = await MPI.File.open(comm, path, MODE_RDONLY | MODE_DELETE_ON_CLOSE);
    await last.close();
    is(existsSync(path), false);
    await last.free();
    await comm.barrier();
    if (comm.rank === 0) {
      writeFileSync(path, "x");
      await MPI.File.delete(path);
      await rejects(MPI.File.delete(path), MPI.Exception, /ERR_NO_SUCH_FILE/);
    }
  });
});

test("open() fails on every rank where it fails on one, and leaves nothing open", async () => {
  const path = scratch();
  await ranks(3, async (comm) => {
    const amode = comm.rank === 1 ? MODE_RDWR | MODE_CREATE | MODE_APPEND : NEW;
    await rejects(MPI.File.open(comm, path, amode), MPI.Exception, /rank 1 has access mode .*ERR_NOT_SAME/);
    await comm.barrier();
    is(existsSync(path), false);
    await comm.barrier(); // Rank 0 makes the file before the others have come.
    const mine = comm.rank === 2 ? `${path}-not-there` : path;
    await rejects(
      MPI.File.open(comm, mine, NEW),
      MPI.Exception,
      /rank 2 names another file than rank 0, expected the same path on all ranks.*ERR_NOT_SAME/,
    );
    await comm.barrier();
    is(existsSync(path), false);
    await rejects(MPI.File.open(comm, `${path}/x`, NEW), MPI.Exception, /ERR_NO_SUCH_FILE/);
    await rejects(MPI.File.open(comm, "/", NEW), MPI.Exception, /ERR_BAD_FILE/);
  });
});

test("the size is set, grown and reserved by all ranks, which give the same one", async () => {
  await withFile(3, async (file, comm, path) => {
    await file.setSize(1000);
    is(file.size, 1000);
    await file.preallocate(100_000);
    is(file.getSize(), 100_000);
    ok(statSync(path).blocks * 512 >= 100_000 || statSync(path).size === 100_000);
    await file.preallocate(10);
    is(file.size, 100_000);
    await file.setSize(0);
    is(file.size, 0);
    await rejects(file.setSize(comm.rank), MPI.Exception, /ERR_NOT_SAME/);
    await rejects(file.preallocate(-1), MPI.Exception, /ERR_ARG/);
    is(file.size, 0);
  });
});

test("a limit on the size of files is ERR_QUOTA, and what fits is in the file", async () => {
  const path = scratch();
  const program = `
    import { MPI } from "${import.meta.dir}/../../src/index.ts";
    await using file = await MPI.File.open(MPI.COMM_SELF, "${path}", MPI.MODE_RDWR | MPI.MODE_CREATE);
    try {
      await file.write(new Uint8Array(100_000).fill(1));
    } catch (error) {
      console.log(error.errorClass === MPI.ERR_QUOTA, file.size, error.message);
    }`;
  const script = scratch("limited.ts");
  writeFileSync(script, program);
  const child = Bun.spawn(["bash", "-c", `ulimit -f 64; exec "${process.execPath}" "${script}"`], { stderr: "pipe" });
  const [out, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  match(out, /^true 65536 Cannot write bytes/, errors);
});

test("a file that vanishes is still there for those that have it open", async () => {
  await withFile(2, async (file, comm, path) => {
    if (comm.rank === 0) await MPI.File.delete(path);
    await comm.barrier();
    is(existsSync(path), false);
    await file.writeAtAll(comm.rank, Uint8Array.of(comm.rank));
    await file.sync();
    equal([...(await file.readAt(0, new Uint8Array(2)))], [0, 1]);
  });
});

test("hints, group, access mode and atomicity can be asked for", async () => {
  const path = scratch();
  await ranks(3, async (comm) => {
    const info = MPI.Info.create({ cb_nodes: "2", own: "kept" });
    await using file = await MPI.File.open(comm, path, NEW, info);
    equal([file.info.get("cb_nodes"), file.getInfo().get("own"), file.info.get("none")], ["2", "kept", null]);
    await file.setInfo(MPI.Info.create({ cb_buffer_size: "65536" }));
    is(file.info.get("cb_buffer_size"), "65536");
    is(file.info.get("cb_nodes"), "2");
    is(file.group.compare(comm.group), MPI.IDENT);
    is(file.getGroup().size, 3);
    is(file.amode, NEW);
    is(file.getAtomicity(), false);
    await file.setAtomicity(true);
    is(file.atomicity, true);
    const pair = Uint8Array.of(comm.rank, comm.rank);
    const apart = MPI.BYTE.createResized(0, 1000).commit();
    await file.setView(0, MPI.BYTE, apart);
    for (let i = 0; i < 20; i++) {
      await file.writeAt(0, pair);
      const [a, b] = await file.readAt(0, new Uint8Array(2));
      is(a, b);
    }
    await file.writeAll(pair);
    await rejects(file.setAtomicity(comm.rank === 0), MPI.Exception, /ERR_NOT_SAME/);
    is(file.atomicity, true);
  });
});

test("hints and atomicity can be assigned, which counts at once", async () => {
  await withFile(3, async (file, comm) => {
    file.info = MPI.Info.create({ cb_buffer_size: "12345" });
    is(file.info.get("cb_buffer_size"), "12345");
    file.atomicity = true;
    is(file.getAtomicity(), true);
    await file.writeAtAll(comm.rank, Uint8Array.of(comm.rank));
    file.atomicity = false;
    is(file.atomicity, false);
    throws(() => {
      file.atomicity = 1 as never;
    }, TypeError);
    throws(() => {
      file.info = { cb_nodes: "1" } as never;
    }, TypeError);
    file.atomicity = true;
  });
});

test("a mistake is the standard's error class, and says what is wrong", async () => {
  await withFile(1, async (file, comm, path) => {
    const data = Uint8Array.of(1);
    throws(() => file.seek(-1), /ERR_ARG/);
    throws(() => file.seek(0, 7), /ERR_ARG/);
    throws(() => file.getByteOffset(-1), /ERR_ARG/);
    throws(() => file.ireadAt(-1, data), /ERR_ARG/);
    throws(() => file.iread(3 as never), /expected a typed array/);
    await rejects(file.write(data, { count: 1 }), TypeError, /option type is missing/);
    await rejects(file.write(data, { zzz: 1 } as never), TypeError, /zzz is unknown/);
    await rejects(file.writeAt(0.5, data), MPI.Exception, /ERR_ARG/);
    await rejects(file.setView(-3), MPI.Exception, /ERR_ARG/);
    await rejects(file.setView(MPI.DISPLACEMENT_CURRENT), MPI.Exception, /ERR_DISP/);
    await rejects(file.setView(0, MPI.INT, MPI.BYTE), MPI.Exception, /ERR_TYPE/);
    await rejects(file.setView(0, MPI.INT, MPI.INT, "roman"), MPI.Exception, /ERR_UNSUPPORTED_DATAREP/);
    await file.setView(0, MPI.INT);
    await rejects(file.write(Uint8Array.of(1, 2, 3)), MPI.Exception, /no whole number of etypes of 4 bytes/);
    const only = await MPI.File.open(comm, path, MODE_RDONLY);
    await rejects(only.write(data), MPI.Exception, /ERR_READ_ONLY/);
    await rejects(only.setSize(3), MPI.Exception, /ERR_READ_ONLY/);
    await only.sync();
    await only.close();
    await rejects(only.read(data), MPI.Exception, /it has been closed \(ERR_FILE\)/);
    throws(() => only.size, /ERR_FILE/);
    const blind = await MPI.File.open(comm, path, MODE_WRONLY);
    await rejects(blind.read(data), MPI.Exception, /ERR_ACCESS/);
    const request = blind.iwrite(new Uint8Array(1_000_000));
    await rejects(blind.close(), MPI.Exception, /ERR_PENDING/);
    await request.wait();
    await blind.close();
    throws(() => MPI.FILE_NULL.getSize(), /MPI.FILE_NULL: it is no file \(ERR_FILE\)/);
    for (const amode of [
      0,
      MODE_RDONLY | MODE_RDWR,
      MODE_RDONLY | MODE_CREATE,
      MODE_RDWR | MPI.MODE_SEQUENTIAL,
      4096,
    ]) {
      await rejects(MPI.File.open(comm, path, amode), MPI.Exception, /ERR_AMODE/);
    }
    await rejects(MPI.File.open(3 as never, path), TypeError, /expected an MPI.Comm/);
    await rejects(MPI.File.open(MPI.COMM_NULL, path), MPI.Exception, /ERR_COMM/);
    await rejects(MPI.File.open(comm, ""), MPI.Exception, /ERR_BAD_FILE/);
    await rejects(MPI.File.open(comm, 3 as never), TypeError, /expected a string/);
  });
});

test("a file with MODE_SEQUENTIAL is accessed in order only", async () => {
  const sequential = MODE_WRONLY | MODE_CREATE | MPI.MODE_SEQUENTIAL;
  await withFile(
    2,
    async (file, comm, path) => {
      await file.writeOrdered(Uint8Array.of(comm.rank));
      await rejects(file.write(Uint8Array.of(1)), MPI.Exception, /ERR_UNSUPPORTED_OPERATION/);
      throws(() => file.seek(0), /ERR_UNSUPPORTED_OPERATION/);
      await file.setView(MPI.DISPLACEMENT_CURRENT, MPI.INT);
      is(file.getView()[0], 2);
      await file.writeOrdered(Int32Array.of(-1));
      equal([...readFileSync(path)].slice(0, 4), [0, 1, 255, 255]);
    },
    sequential,
  );
});

test("a full disk is ERR_NO_SPACE on the rank that writes, and on all where all write", async () => {
  if (!existsSync("/dev/full")) throw new Error("no /dev/full");
  await ranks(3, async (comm) => {
    await using file = await MPI.File.open(comm, "/dev/full", MODE_WRONLY);
    if (comm.rank === 1) {
      const error = await rejects(file.writeAt(5, new Uint8Array(3)), MPI.Exception, /ERR_NO_SPACE/);
      match(error.message, /bytes 5 to 7 of "\/dev\/full" on rank 1/);
    }
    const data = new Uint8Array(comm.rank === 2 ? 4 : 0);
    const error = await rejects(file.writeAtAll(0, data), MPI.Exception, /ERR_NO_SPACE/);
    if (comm.rank !== 2) match(error.message, /as rank 2 cannot/);
    // Interleaved: the aggregators meet it.
    await file.setView(comm.rank, MPI.BYTE, MPI.BYTE.createResized(0, 3).commit());
    await rejects(file.writeAll(new Uint8Array(40)), MPI.Exception, /ERR_NO_SPACE/);
    await comm.barrier();
  });
});

test("error handlers see what calls on a file throw; those of FILE_NULL what open throws, and are where others begin", async () => {
  const path = scratch();
  await ranks(1, async (comm) => {
    const seen: string[] = [];
    const handler = MPI.File.createErrhandler((file, error) => seen.push(`${file} ${error.errorClass}`));
    MPI.FILE_NULL.setErrhandler(handler);
    await rejects(MPI.File.open(comm, path), MPI.Exception);
    equal(seen, [`MPI.FILE_NULL ${MPI.ERR_NO_SUCH_FILE}`]);
    const file = await MPI.File.open(comm, path, NEW);
    is(file.getErrhandler(), handler);
    MPI.FILE_NULL.setErrhandler(MPI.ERRORS_RETURN);
    is(MPI.FILE_NULL.getErrhandler(), MPI.ERRORS_RETURN);
    await rejects(file.readAt(-1, new Uint8Array(1)), MPI.Exception);
    is(seen.length, 2);
    file.callErrhandler(MPI.ERR_IO);
    match(seen[2]!, new RegExp(`${MPI.ERR_IO}$`));
    file.setErrhandler(MPI.ERRORS_RETURN);
    await rejects(file.readAt(-1, new Uint8Array(1)), MPI.Exception);
    is(seen.length, 3);
    await file.close();
  });
});

test("a registered representation converts what is written and read", async () => {
  const lengths: number[] = [];
  const put = (user: Uint8Array, type: MPI.Datatype, count: number, file: Uint8Array) => {
    lengths.push(count);
    is(type, MPI.INT);
    const numbers = new Int32Array(user.slice().buffer);
    const view = new DataView(file.buffer, file.byteOffset);
    for (let i = 0; i < count; i++) view.setFloat64(8 * i, numbers[i]!, true);
  };
  const get = (user: Uint8Array, _type: MPI.Datatype, count: number, file: Uint8Array) => {
    const view = new DataView(file.buffer, file.byteOffset);
    user.set(new Uint8Array(Int32Array.from({ length: count }, (_, i) => view.getFloat64(8 * i, true)).buffer));
  };
  MPI.registerDatarep("doubles", get, put, (type) => 2 * type.size);
  throws(() => MPI.registerDatarep("doubles"), /ERR_DUP_DATAREP/);
  throws(() => MPI.registerDatarep("native"), /ERR_DUP_DATAREP/);
  throws(() => MPI.registerDatarep(3 as never), TypeError);
  await withFile(2, async (file, comm, path) => {
    await file.setView(0, MPI.INT, MPI.INT, "doubles");
    is(file.getTypeExtent(MPI.INT), 8);
    await file.writeAtAll(2 * comm.rank, Int32Array.of(comm.rank, 7));
    await file.sync();
    equal([...new Float64Array(new Uint8Array(readFileSync(path)).buffer)], [0, 7, 1, 7]);
    equal([...(await file.readAt(2, new Int32Array(2)))], [1, 7]);
  });
  ok(lengths.every((length) => length === 2));
});

test.run();
