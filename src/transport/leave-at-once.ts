// transport/leave-at-once: layer 3. Ends this process as a signal would: without another word to anybody, and without what
// the script does at its exit. Called by wire-ups when the job has failed elsewhere, or who leads it has gone.
export function leaveAtOnce(code: number): never {
  return (process as unknown as { reallyExit(code: number): never }).reallyExit(code);
}
