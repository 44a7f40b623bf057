// comm/calls: layer 5. The collective calls of one communicator, and what shows that the ranks disagree about them: a frame
// of another call than this rank's (check.ts), wherever it turns up. One that a receive gets fails there (endpoint.ts);
// here are those that no receive asks for, as when two ranks take themselves for the root. Called by endpoint.ts.
import type { CallSite } from "../base/call-site.ts";
import { Exception } from "../base/errors.ts";
import type { Channel } from "../engine/channel.ts";
import type { Arrival } from "../engine/message.ts";
import type { Operation } from "../engine/operation.ts";
import { describeCheck, disagreement } from "./check.ts";

/** Calls that are remembered. Who disagrees is noticed within one or two. */
const REMEMBERED = 64;
/** Tags of collectives are the numbers of the calls, and begin again here. */
const TAGS = 2 ** 31;

interface Call {
  readonly tag: number;
  readonly check: number;
  /** Until it has settled. */
  operation: Operation<any> | undefined;
  failed: boolean;
  /** Where the script made the call, once it has completed. */
  site: CallSite | undefined;
}

/** Whose calls they are, for messages. */
export interface Members {
  readonly name: string;
  readonly engine: { readonly self: number };
  who(process: number): string;
  rootName(root: number): string;
}

export class Calls {
  readonly #members: Members;
  readonly #recent = new Array<Call | undefined>(REMEMBERED).fill(undefined);
  #next = 0;

  constructor(members: Members) {
    this.#members = members;
  }

  /**
   * The tag of the next call, which gives `check`.
   * @param channel where the messages of collectives are
   * @throws the disagreement that messages of this or an earlier call show
   */
  begin(check: number, channel: Channel): number {
    const tag = this.#next;
    this.#next = (tag + 1) % TAGS;
    this.#recent[tag % REMEMBERED] = { tag, check, operation: undefined, failed: false, site: undefined };
    const wrong = this.audit(channel);
    if (!wrong) return tag;
    this.#recent[tag % REMEMBERED]!.failed = true;
    throw wrong;
  }

  /** Says what the call with this tag has become: when it is seen to disagree, the operation is rejected. */
  track(tag: number, operation: Operation<any>): void {
    const call = this.#recent[tag % REMEMBERED];
    if (call?.tag !== tag || operation.settled) return;
    call.operation = operation;
    operation.onSettled(() => {
      call.failed = operation.failed;
      call.site = operation.site;
      call.operation = undefined;
    });
  }

  /** A message has come that no receive waits for: of a call that is in progress, or still to come, or wrong. */
  unexpected(message: Arrival): void {
    const call = this.#recent[message.tag % REMEMBERED];
    if (call?.operation && call.tag === message.tag && call.check !== message.check) {
      call.operation.reject(this.disagreement(call.check, message));
    }
  }

  /** What messages show that nobody takes. A call that has failed leaves some. */
  audit(channel: Channel): Exception | undefined {
    const { matcher } = channel;
    if (matcher.unexpectedCount === 0) return undefined;
    for (const message of matcher.unexpected()) {
      const behind = (this.#next - message.tag + TAGS) % TAGS;
      if (behind === 0 || behind > TAGS / 2) continue;
      const call = this.#recent[message.tag % REMEMBERED];
      if (!call || call.tag !== message.tag || call.failed) continue;
      if (call.check === message.check) continue;
      call.failed = true;
      const wrong = this.disagreement(call.check, message);
      call.site?.locate(wrong);
      return wrong;
    }
    return undefined;
  }

  /** The error that names both sides. */
  disagreement(ours: number, { source, check }: Arrival): Exception {
    const { name, engine } = this.#members;
    const say = (number: number) => describeCheck(number, (root) => this.#members.rootName(root));
    const what = say(ours);
    const sides = `${this.#members.who(source)} called ${say(check)}, ${this.#members.who(engine.self)} called ${what}`;
    return new Exception(disagreement(ours, check), `Cannot complete ${what} on ${name}: ${sides}`);
  }
}
