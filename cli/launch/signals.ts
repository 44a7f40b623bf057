// cli/launch/signals: layer 10. The signals that somebody sends to the launcher. Used by job.
import { constants } from "node:os";

/** Signals that end the job, with the word that says so. */
export const ending = { SIGINT: "interrupted", SIGTERM: "terminated", SIGHUP: "hung up" } as const;
export type EndingSignal = keyof typeof ending;

const passed = ["SIGUSR1", "SIGUSR2"] as const;

export interface SignalHandlers {
  /** Somebody wants the job to end. Called for each signal, also for a second and third one. */
  end(signal: EndingSignal): void;
  /** A signal that is meant for the ranks. */
  pass(signal: NodeJS.Signals): void;
}

/** Listens until the function that it returns is called. */
export function listen(handlers: SignalHandlers): () => void {
  const listeners: [NodeJS.Signals, () => void][] = [
    ...(Object.keys(ending) as EndingSignal[]).map(
      (name) => [name, () => handlers.end(name)] as [EndingSignal, () => void],
    ),
    ...passed.map((name) => [name, () => handlers.pass(name)] as [NodeJS.Signals, () => void]),
  ];
  for (const [name, listener] of listeners) process.on(name, listener);
  return () => {
    for (const [name, listener] of listeners) process.off(name, listener);
  };
}

/** The number of a signal, by which exit codes count: 128 + number. */
export function signalNumber(signal: NodeJS.Signals | number): number {
  return typeof signal === "number" ? signal : (constants.signals[signal] ?? 0);
}
