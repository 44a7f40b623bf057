// Graphs without communication: who is whose neighbour, edges that lack their other end, and which rank gets which place.
import { test } from "uvu";
import { DistGraph, type Edge, edgesFrom, mismatchOf } from "../../src/topology/dist-graph.ts";
import { Graph } from "../../src/topology/graph.ts";
import { placed } from "../../src/topology/reorder.ts";
import { equal, is } from "../support/assert.ts";

test("a graph's neighbours are those between a node's ends in the index, repeated ones and the node itself included", () => {
  const graph = new Graph([0, 2, 5, 5], [2, 2, 1, 2, 1]);
  equal(
    [0, 1, 2, 3].map((node) => graph.adjacent(node)),
    [[], [2, 2], [1, 2, 1], []],
  );
  equal(graph.neighborsOf(2), { sources: [1, 2, 1], destinations: [1, 2, 1], order: [0, 1, 2] });
  is(graph.oneWay, undefined);
});

test("a graph names two nodes of which one knows more edges between them than the other", () => {
  equal(new Graph([1, 1], [1]).oneWay, [0, 1]);
  equal(new Graph([1, 3], [1, 0, 0]).oneWay, [1, 0]);
  is(new Graph([1, 2], [0, 1]).oneWay, undefined);
});

const edge = (source: number, dest: number, weight = 1): Edge => ({ source, dest, weight });

test("edges come from sources, degrees and destinations, with weight 1 where there are no weights", () => {
  equal(edgesFrom([3, 0, 3], [2, 0, 1], [1, 2, 0], undefined), [edge(3, 1), edge(3, 2), edge(3, 0)]);
  equal(edgesFrom([1, 2], [1, 1], [2, 1], [7, 8]), [edge(1, 2, 7), edge(2, 1, 8)]);
  equal(edgesFrom([], [], [], []), []);
});

test("a distributed graph keeps the order of the edges, and weights only where they mean something", () => {
  const graph = new DistGraph([edge(2, 0, 5), edge(1, 0, 6)], [edge(0, 2, 7)], true);
  equal(graph.neighbors, { sources: [2, 1], destinations: [2], order: [0] });
  equal(graph.weights, [[5, 6], [7]]);
  is(new DistGraph([edge(2, 0)], [], false).weights, undefined);
});

test("an edge that only one of its nodes has given is found", () => {
  is(mismatchOf([edge(0, 1), edge(0, 1)], [edge(0, 1), edge(0, 1)]), undefined);
  equal(mismatchOf([edge(0, 1), edge(0, 1)], [edge(0, 1)]), { source: 0, dest: 1, in: 2, out: 1 });
  equal(mismatchOf([], [edge(4, 2)]), { source: 4, dest: 2, in: 0, out: 1 });
});

const ring = (size: number) => Array.from({ length: size }, (_, i) => [(i + 1) % size, (i + size - 1) % size]);

test("ranks of one host come together where that leaves fewer edges between hosts", () => {
  equal(placed([0, 1, 0, 1], ring(4)), [0, 2, 1, 3]);
  equal(placed([0, 1, 2, 1, 0, 2], ring(6)), [0, 4, 1, 3, 2, 5]);
});

test("ranks stay where they are when another order gains nothing", () => {
  const stay = (hosts: number[], ends: number[][]) => equal(placed(hosts, ends), [...hosts.keys()]);
  stay([0, 0, 0], ring(3));
  stay([0, 0, 1, 1], ring(4));
  stay([0, 1, 0, 1], [[2], [3], [0], [1]]); // each host is a part of its own already
  stay([0, 1, 0, 1], [[-3], [-3], [-3], [-3]]); // PROC_NULL is nowhere
  stay([0, 1], []);
});

test("a topology with fewer places than ranks takes the ranks in front", () => {
  equal(placed([0, 1, 0, 1], [[1], [0]]), [0, 2, 1, 3]);
});

test.run();
