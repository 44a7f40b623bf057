// cli/agent/host-problem: layer 10. Why a host of a job cannot be used, and the report of all of them. Pure; used by ssh
// and open-hosts.
import { indent } from "../../src/job/report.ts";

/** The steps of the way to a host, in their order. */
export type Phase = "resolve" | "ssh" | "probe" | "stage" | "agent";

/** One host cannot be used. */
export class HostProblem extends Error {
  constructor(
    readonly phase: Phase,
    message: string,
    /** What ssh or the host said, as it was said. */
    readonly words = "",
    /** The line that helps. */
    readonly advice = "",
  ) {
    super(message);
  }
}

/** Some hosts of a job cannot be used: the job was not started. */
export class HostsError extends Error {
  override readonly name = "HostsError";

  constructor(
    hosts: number,
    readonly problems: readonly { readonly host: string; readonly problem: HostProblem }[],
  ) {
    const count = problems.length === 1 ? "a host" : `${problems.length} of ${hosts} hosts`;
    const parts = problems.map(({ host, problem: { phase, message, words, advice } }) => {
      const lines = [`${host} (${phase}): ${message}`];
      if (words !== "") lines.push(indent(words));
      if (advice !== "") lines.push(indent(advice));
      return lines.join("\n");
    });
    super(`tsmpi: no rank was started, as ${count} cannot be used\n${indent(parts.join("\n"))}`);
  }
}

/** How ssh's words are understood: the first that matches. `to` is `user@host`. */
const known: readonly { words: RegExp; phase: Phase; message: string; advice: (to: string) => string }[] = [
  {
    words: /could not resolve hostname|name or service not known|nodename nor servname/i,
    phase: "resolve",
    message: "nobody knows this name",
    advice: () => "use its address, or give it a HostName in ~/.ssh/config",
  },
  {
    words: /remote host identification has changed/i,
    phase: "ssh",
    message: "its host key is not the one that was there before",
    advice: (to) => `where that is as it should be: ssh-keygen -R ${to.replace(/.*@/, "")}, then once: ssh ${to}`,
  },
  {
    words: /host key verification failed|no .* host key is known/i,
    phase: "ssh",
    message: "its host key is unknown here",
    advice: (to) => `run once, and say yes: ssh ${to}`,
  },
  {
    words: /permission denied|too many authentication failures|no more authentication methods/i,
    phase: "ssh",
    message: "it refuses the key",
    advice: (to) => `to see why, run: ssh ${to}\nto put your key there, run: ssh-copy-id ${to}`,
  },
  {
    words: /connection refused|no route to host|timed out|network is unreachable|host is down/i,
    phase: "ssh",
    message: "it cannot be reached",
    advice: (to) => `is it on, with sshd running, and no firewall between? Try: ssh ${to}`,
  },
];

/** The problem of a connection that ended with `code` before the host had said anything. */
export function sshProblem(words: string, code: number | undefined, to: string, seconds: number): HostProblem {
  const text = words.trim();
  const found = known.find((row) => row.words.test(text));
  if (found) return new HostProblem(found.phase, found.message, text, found.advice(to));
  if (code === undefined) {
    const message = `it did not answer within ${seconds} s`;
    return new HostProblem("ssh", message, text, `try: ssh ${to}; --connect-timeout allows more time`);
  }
  return new HostProblem("ssh", `the connection ended with exit code ${code}`, text, `try: ssh ${to}`);
}

/** sshd refuses connections while too many others log in; a second try may do. */
export function isCrowded(words: string): boolean {
  return /kex_exchange_identification|ssh_exchange_identification/i.test(words);
}
