// cli/own-group: layer 10. A rank is in its launcher's session, but leads a process group of its own: Ctrl-C in the terminal
// reaches the launcher alone, and a signal to the group takes along what the rank has started. Called by rank.ts.
//
// Not a session of its own: Linux shares the cores between sessions first (autogroup), and a rank that gives up its core would
// often get it back at once. With 8 ranks on 2 cores everything took twice as long.
import { cFunctions } from "../src/transport/c-library.ts";

const SIG_IGN = 1;
/** SIGTTIN and SIGTTOU, on Linux and macOS. */
const OF_THE_TERMINAL = [21, 22];

/** Makes this process the leader of a group, if it does not lead one. */
export function ownGroup(): void {
  const library = cFunctions({
    setpgid: { args: ["i32", "i32"], returns: "i32" },
    signal: { args: ["i32", "usize"], returns: "usize" },
  });
  if (library?.setpgid(0, 0) !== 0) return;
  // Who is in the background of the terminal's session would be stopped where it uses /dev/tty: it gets an error instead.
  for (const number of OF_THE_TERMINAL) library.signal(number, SIG_IGN);
}
