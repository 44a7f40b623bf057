// A Status as a script fills it itself, for requests of its own.
import { test } from "uvu";
import { ANY_SOURCE, ANY_TAG, ERR_OTHER, Grequest, Status, SUCCESS, UNDEFINED } from "../../src/mpi/mpi.ts";
import { equal, is, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

test("a new Status is empty: any source, any tag, no error, no data", () => {
  const status = new Status();
  equal([status.getSource(), status.getTag(), status.getError()], [ANY_SOURCE, ANY_TAG, SUCCESS]);
  equal([status.getCount(), status.isCancelled()], [0, false]);
});

test("what is set is what both the properties and the methods tell", () => {
  const status = new Status();
  status.setSource(3);
  status.setTag(7);
  status.setError(ERR_OTHER);
  equal([status.source, status.tag, status.error], [3, 7, ERR_OTHER]);
  [status.source, status.tag, status.error] = [4, 8, SUCCESS];
  equal([status.getSource(), status.getTag(), status.getError()], [4, 8, SUCCESS]);
  status.setCancelled(true);
  is(status.isCancelled(), true);
  status.setCancelled(false);
  is(status.isCancelled(), false);
});

test("setElements() gives a length, which getCount() and getElements() count in any kind of elements", () => {
  const status = new Status();
  status.setElements(Float64Array, 3);
  equal([status.count, status.getCount(), status.getCount(Float64Array)], [24, 24, 3]);
  equal([status.getElements(Float64Array), status.getElements(Int16Array)], [3, 12]);
  status.setElements(Uint8Array, 5);
  equal([status.getCount(Int32Array), status.getElements(Uint8Array)], [UNDEFINED, 5]);
  throws(() => status.getCount({} as never), /ERR_TYPE/);
});

test("a request of one's own fills the status that its completion is fetched with", async () => {
  await ranks(1, async () => {
    const query = (status: Status) => {
      status.setSource(5);
      status.setElements(Int32Array, 2);
      status.setCancelled(true);
    };
    const request = Grequest.start<string>({ query });
    request.complete("value");
    const status = new Status();
    is(await request.wait({ status }), "value");
    equal([status.getSource(), status.getCount(Int32Array), status.isCancelled()], [5, 2, true]);
  });
});

test.run();
