// deadline: 600
// 100,000 communicators made and freed: contexts neither run out nor clash, and nothing stays.
import { test } from "uvu";
import { cycle } from "./cycles.ts";

test("100,000 communicators made and freed leave no queues and no memory, on 3 ranks", () => cycle(3, 100_000, 550));

test.run();
