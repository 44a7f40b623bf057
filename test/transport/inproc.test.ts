// The contract over inproc, and a process's link to itself.
import { test } from "uvu";
import { inprocLinks, selfLink } from "../../src/transport/inproc.ts";
import { is } from "../support/assert.ts";
import { pattern, RecordingSink, sameBytes, turns } from "../support/sinks.ts";
import { transportContract } from "./contract.ts";

transportContract("inproc", async (sinks) => {
  const links = inprocLinks(sinks);
  return [links[0]![1]!, links[1]![0]!];
});

test("selfLink() delivers to the process's own sink, after send has returned", async () => {
  const sink = new RecordingSink();
  const link = selfLink(3, () => sink);
  sink.forbidden = true;
  link.send(pattern(10));
  sink.forbidden = false;
  await turns();
  is(sink.arrived[0]!.peer, 3);
  sameBytes(sink.arrived[0]!.bytes, pattern(10));
});

test.run();
