// engine/audit: layer 4. What the engine asks and tells those who send and receive with it: communicators. Called by engine.ts.

export interface Audit {
  /** What is wrong with the messages that are left, or undefined. */
  audit(): Error | undefined;
  /** In words, the user's messages that no receive has taken, or undefined. */
  unreceived(): string | undefined;
  /** Told when nothing comes from a process any more. */
  gone(process: number, why: () => unknown): void;
}

/** All that know. */
export class Audits extends Set<Audit> {
  /** What the messages show that nobody has taken. @throws where ranks have disagreed @returns the user's, in words */
  report(): string[] {
    const audits = [...this];
    for (const audit of audits) {
      const wrong = audit.audit();
      if (wrong) throw wrong;
    }
    return audits.map((audit) => audit.unreceived()).filter((text) => text !== undefined);
  }
}
