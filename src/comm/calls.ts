// comm/calls: layer 5. The collective calls of one communicator, and what shows that the ranks disagree about them: a frame
// of another call than this rank's (check.ts), wherever it turns up. One that a receive gets fails there (endpoint.ts);
// here are those that no receive asks for, as when two ranks take themselves for the root. Called by endpoint.ts.
import type { CallSite } from "../base/call-site.ts";
import { Exception } from "../base/errors.ts";
import type { Channel } from "../engine/channel.ts";
import type { Arrival } from "../engine/message.ts";
import { Operation, type Started, underWay } from "../engine/operation.ts";
import type { Progress } from "../engine/progress.ts";
import type { SharedBoard } from "../transport/shared-board.ts";
import type { SharedStaging } from "../transport/shared-staging.ts";
import { describeCheck, disagreement } from "./check.ts";
import type { Group } from "./group.ts";
import { type Meeting, Meetings } from "./meetings.ts";

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
}

/** Whose calls they are, for messages. */
export interface Members {
  readonly name: string;
  readonly engine: {
    readonly self: number;
    readonly progress: Pick<Progress, "briefly">;
    goneBecause(process: number): unknown;
  };
  who(process: number): string;
  rootName(root: number): string;
}

export class Calls {
  readonly #members: Members;
  readonly #recent = new Array<Call | undefined>(REMEMBERED).fill(undefined);
  /**
   * The call that has completed last, and where the script made it. Of one only: a call site that outlives a garbage
   * collection has its stack made into text there, which for all of the remembered calls costs 6 µs a call.
   */
  readonly #last: { call: Call | undefined; site: CallSite | undefined } = { call: undefined, site: undefined };
  #next = 0;
  /** Of calls to come of which messages are here, what the first of them gives as check. */
  readonly #early = new Map<number, number>();
  /** A message is here that may show a disagreement. To look through all of them at each call would be too slow. */
  #suspicious = false;
  #meetings: Meetings | undefined;

  constructor(members: Members) {
    this.#members = members;
  }

  /** Where ranks share memory: from the first call on they meet there too. @param group those ranks, in their order */
  meet({ processes }: Group, board: SharedBoard, staging?: SharedStaging): Meetings {
    const processOf = (rank: number) => processes[rank]!;
    const chair = {
      disagrees: (tag: number, rank: number, check: number) => this.#disagrees(tag, { source: processOf(rank), check }),
      briefly: (call: { readonly done: boolean }) => this.#members.engine.progress.briefly(call),
      goneBecause: (rank: number) => this.#members.engine.goneBecause(processOf(rank)),
    };
    this.#meetings = new Meetings(board, chair, staging);
    return this.#meetings;
  }

  /** The meeting of the call that has begun last. */
  get meeting(): Meeting | undefined {
    return this.#meetings?.last;
  }

  /**
   * The tag of the next call, which gives `check`.
   * @param channel where the messages of collectives are
   * @param waits see Meeting
   * @throws the disagreement that messages of this or an earlier call show
   */
  begin(check: number, channel: Channel, waits: boolean): number {
    const tag = this.#next;
    this.#next = (tag + 1) % TAGS;
    this.#recent[tag % REMEMBERED] = { tag, check, operation: undefined, failed: false };
    this.#meetings?.begin(tag, check, waits);
    const early = this.#early.size > 0 ? this.#early.get(tag) : undefined;
    if (early !== undefined) this.#early.delete(tag);
    if (!this.#suspicious && (early === undefined || early === check)) return tag;
    this.#suspicious = false;
    const wrong = this.audit(channel);
    if (!wrong) return tag;
    this.#suspicious = true;
    this.#recent[tag % REMEMBERED]!.failed = true;
    this.#meetings?.tell();
    this.#meetings?.end(tag);
    throw wrong;
  }

  /**
   * What has been started as the call with this tag; it is rejected, too, when a rank is seen to disagree.
   * @param waits see Meeting: then nobody has use for the call once it is done
   */
  run<T>(tag: number, started: Started<T>, waits: boolean): T | Operation<T> {
    const call = this.#recent[tag % REMEMBERED]!;
    this.#meetings?.tell();
    if (!underWay(started)) {
      this.#ended(call, waits);
      return started;
    }
    if (started instanceof Operation) {
      if (!started.settled) call.operation = started;
      started.onSettled(({ failed }) => {
        call.failed ||= failed;
        this.#ended(call);
      });
      return started;
    }
    const operation = new Operation<T>();
    call.operation = operation;
    started.then(
      (value) => {
        this.#ended(call);
        operation.resolve(value);
      },
      (error: unknown) => {
        call.failed = true;
        this.#ended(call);
        operation.reject(error);
      },
    );
    return operation;
  }

  #ended(call: Call, forgotten = false): void {
    this.#last.call = call;
    this.#last.site = call.operation?.site;
    call.operation = undefined;
    this.#meetings?.end(call.tag, forgotten);
  }

  /**
   * A message has come that no receive waits for: of a call that is in progress, or still to come, or wrong. The error is
   * that of its call or, where that has completed, of the one that is in progress.
   */
  unexpected(message: Arrival): void {
    const { tag, check } = message;
    const call = this.#recent[tag % REMEMBERED];
    if (!call || call.tag !== tag) {
      if (!this.#early.has(tag)) this.#early.set(tag, check);
      else if (this.#early.get(tag) !== check) this.#suspicious = true;
      return;
    }
    if (call.check === check || call.failed) return;
    this.#reject(call, message);
  }

  /** Fails the call or, where that has completed, the one that is in progress. @returns the error */
  #reject(call: Call, theirs: Pick<Arrival, "source" | "check">): Exception | undefined {
    const operation = call.operation ?? this.#recent[(this.#next + TAGS - 1) % REMEMBERED]?.operation;
    if (!operation) {
      this.#suspicious = true;
      return undefined;
    }
    call.failed = true;
    const wrong = this.#wrong(call, theirs);
    operation.reject(wrong);
    return wrong;
  }

  /** A rank makes another call of this number than this one. */
  #disagrees(tag: number, theirs: Pick<Arrival, "source" | "check">): Exception {
    const call = this.#recent[tag % REMEMBERED]!;
    const wrong = this.#reject(call, theirs) ?? this.#wrong(call, theirs);
    call.failed = true;
    return wrong;
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
      return this.#wrong(call, message);
    }
    return undefined;
  }

  #wrong(call: Call, message: Pick<Arrival, "source" | "check">): Exception {
    const wrong = this.disagreement(call.check, message);
    if (this.#last.call === call) this.#last.site?.locate(wrong);
    return wrong;
  }

  /** The error that names both sides. */
  disagreement(ours: number, { source, check }: Pick<Arrival, "source" | "check">): Exception {
    const { name, engine } = this.#members;
    const say = (number: number) => describeCheck(number, (root) => this.#members.rootName(root));
    const what = say(ours);
    const sides = `${this.#members.who(source)} called ${say(check)}, ${this.#members.who(engine.self)} called ${what}`;
    return new Exception(disagreement(ours, check), `Cannot complete ${what} on ${name}: ${sides}`);
  }
}
