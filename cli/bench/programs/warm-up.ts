// cli/bench/programs/warm-up: layer 10. What is done before the clock runs: exactly what is timed, several times from its
// beginning to its end. In one long pass the code behind the loop, and a second entry into it, would first be seen while the clock
// runs, and what has been compiled on the belief that there is none is thrown away then: a barrier of 4 ranks took 1.6 to 2.7 us
// after one pass of 200,000, also of 5 million, and 0.8 to 1.1 after several that are as long together.

/** Passes of a warm-up. */
const PASSES = 10;

/** Does `work` so often in all, in passes. */
export async function warmUp(work: (times: number) => Promise<unknown>, times: number): Promise<void> {
  for (let pass = 0; pass < PASSES; pass++) {
    await work(Math.floor((times * (pass + 1)) / PASSES) - Math.floor((times * pass) / PASSES));
  }
}
