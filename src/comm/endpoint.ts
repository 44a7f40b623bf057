// comm/endpoint: layer 5. What a communicator is below its public methods: a group of processes, contexts (context.ts)
// and the engine. Ranks in, process numbers out.
import { ANY_SOURCE, ROOT } from "../base/constants.ts";
import type { Exception } from "../base/errors.ts";
import { type Body, isNote } from "../data/body.ts";
import type { Channel } from "../engine/channel.ts";
import type { Engine } from "../engine/engine.ts";
import type { Arrival, Message, Receive, Target } from "../engine/message.ts";
import { Operation, type Started } from "../engine/operation.ts";
import type { SharedBoard } from "../transport/shared-board.ts";
import type { SharedStaging } from "../transport/shared-staging.ts";
import { Calls } from "./calls.ts";
import { ANSWERS, BY_GROUP, COLLECTIVE, LEADERS, LONG_DATA, PARTITIONED } from "./context.ts";
import { Group } from "./group.ts";
import type { AcrossLane, Hosts, Lane, Staging } from "./lane.ts";
import type { Meeting, Meetings } from "./meetings.ts";
import { memory, parts } from "./target.ts";

export class Endpoint {
  readonly engine: Engine;
  readonly group: Group;
  /** Whom the user's messages go to and come from: `group`, or an intercommunicator's other group. */
  readonly remote: Group;
  /** Context of the user's messages. */
  readonly context: number;
  /** What the user calls the communicator. */
  name = "a communicator";
  readonly #calls: Calls;
  /** Those of the group that have a board. */
  #sharing: Group | undefined;
  /** Null: not asked for yet. */
  #spread: Hosts["ranks"] | undefined | null = null;
  #retired = false;
  /** That of the call that has begun last. */
  #kept: EndpointLane | undefined;
  /** Contexts beside the communicator's own that go with it. */
  readonly #others = new Set<number>();

  constructor(engine: Engine, group: Group, context: number, remote: Group = group) {
    this.engine = engine;
    this.group = group;
    this.remote = remote;
    this.context = context;
    this.#calls = new Calls(this);
    engine.audits.add(this);
  }

  /** What messages call a process, as rank of this communicator. */
  who(process: number): string {
    const rank = this.group.rankOf(process);
    return rank === undefined ? `remote rank ${this.remote.rankOf(process)}` : `rank ${rank}`;
  }

  /** See Engine.send. */
  send(dest: number, tag: number, body: Body, synchronous: boolean): Operation<void> | undefined {
    return this.engine.send(this.peer(dest), this.context, tag, body, synchronous);
  }

  /** See Engine.receive. */
  receive<T>(source: number, tag: number, target: Target<T>): Receive<T> {
    return this.engine.receive(this.#process(source), this.context, tag, target);
  }

  /** Sends word of a message that comes on a context of its own: it matches as messages do, but only `announced`. */
  announce(dest: number, tag: number, body: Body): void {
    this.engine.send(this.peer(dest), this.context + PARTITIONED, tag, body);
  }

  /** Receives what `announce` has sent. */
  announced<T>(source: number, tag: number, target: Target<T>): Receive<T> {
    return this.engine.receive(this.#process(source), this.context + PARTITIONED, tag, target);
  }

  /** See Engine.probe. */
  probe(source: number, tag: number, take: boolean): Message | undefined {
    return this.engine.probe(this.#process(source), this.context, tag, take);
  }

  /** See Engine.probeWait. */
  probeWait(source: number, tag: number, take: boolean): Operation<Message> {
    return this.engine.probeWait(this.#process(source), this.context, tag, take);
  }

  /** The process that messages with rank `rank` are exchanged with. */
  peer(rank: number): number {
    return this.remote.processOf(rank);
  }

  #process(source: number): number {
    return source === ANY_SOURCE ? ANY_SOURCE : this.peer(source);
  }

  /**
   * The lane of the next collective call, to be given to `start` or `run` before anything is awaited. Every rank makes the
   * calls of a communicator in the same order, so their numbers agree and serve as the tag.
   * @param check (check.ts) what every rank must give as this one does: where one does not, the call fails and names both
   * @param waits the caller is about to wait for the call to complete
   * @throws that error, where messages show it already, also that of an earlier call
   */
  lane(check: number, waits = false): EndpointLane {
    const tag = this.#calls.begin(check, this.#queue(), waits);
    const { meeting } = this.#calls;
    // A meeting that serves again has nobody left who knows its lane.
    if (meeting && this.#kept?.serves(meeting, tag, check)) return this.#kept;
    const context = this.context + COLLECTIVE;
    this.#kept = new EndpointLane(this, this.group, context, tag, check, meeting, this.#sharing);
    return this.#kept;
  }

  /** The call that `run` makes of a lane: rejected, too, when another rank is seen to disagree. @param waits as for `lane` */
  start<T>(
    lane: EndpointLane,
    run: (lane: EndpointLane, data: unknown) => Started<T>,
    data?: unknown,
    waits = false,
  ): T | Operation<T> {
    const started = starting(lane, run, data);
    if (lane.context === this.context + COLLECTIVE) return this.#calls.run(lane.tag, started, waits);
    return started instanceof Promise ? Operation.of(started) : started;
  }

  /** As `start`, for who wants an operation in any case. */
  run<T>(lane: EndpointLane, run: (lane: EndpointLane) => Started<T>): Operation<T> {
    const started = this.start(lane, run);
    return started instanceof Operation ? started : Operation.done(started);
  }

  /** Those processes of the communicator that are on this one's host share memory, and have a board there. */
  meet(
    sharing: Group,
    makeBoard: (poll: () => boolean) => SharedBoard,
    makeStaging: (board: SharedBoard) => SharedStaging | undefined,
  ): void {
    const board = makeBoard(() => meetings.poll());
    const meetings: Meetings = this.#calls.meet(sharing, board, makeStaging(board));
    this.#sharing = sharing;
    this.gone = (process, why) => {
      const rank = sharing.rankOf(process);
      if (rank !== undefined) meetings.gone(rank, why);
    };
  }

  /** The ranks of each host, where it makes a difference: see Hosts of lane.ts. Always the same. */
  get spread(): Hosts["ranks"] | undefined {
    if (this.#spread === null) this.#spread = this.group.spread(this.engine.hosts);
    return this.#spread;
  }

  /** Nothing comes from a process any more. */
  gone: (process: number, why: () => unknown) => void = () => {};

  /** The error for a message of another call than the one of check number `ours`. */
  disagreement(ours: number, arrival: Arrival): Exception {
    return this.#calls.disagreement(ours, arrival);
  }

  audit(): Exception | undefined {
    const queue = this.engine.channels.get(this.context + COLLECTIVE);
    return queue && this.#calls.audit(queue);
  }

  unreceived(): string | undefined {
    const left = [this.#left(0, "message"), this.#left(PARTITIONED, "partitioned message")];
    return left.filter((text) => text !== undefined).join(" and ") || undefined;
  }

  #left(kind: number, what: string): string | undefined {
    const matcher = this.engine.channels.get(this.context + kind)?.matcher;
    if (!matcher || matcher.unexpectedCount === 0) return undefined;
    const [first] = matcher.unexpected();
    const from = `from ${this.who(first!.source)}, tag ${first!.tag}, on ${this.name}`;
    const count = matcher.unexpectedCount;
    return count === 1 ? `a ${what} ${from}` : `${count} ${what}s, the first ${from}`;
  }

  /** The messages of collectives. */
  #queue(): Channel {
    const channel = this.engine.channels.of(this.context + COLLECTIVE);
    channel.onKept ??= (message) => this.#calls.unexpected(message);
    return channel;
  }

  /** A lane for some of the ranks, which all give the same `tag`; the others do not know of it. */
  laneOf(group: Group, tag: number, check: number): EndpointLane {
    return new EndpointLane(this, group, this.context + BY_GROUP, tag, check);
  }

  /** For the leader of a group that is about to be connected with another one: its lane to that one's leader, and others. */
  lanesOfLeaders(tag: number, check: number): EndpointLane {
    return new EndpointLane(this, this.remote, this.context + LEADERS, tag, check);
  }

  /** True when the communicator connects two groups. */
  get inter(): boolean {
    return this.remote !== this.group;
  }

  /** What the root of a call is called: by its rank, between two groups by its process. */
  rootName(root: number): string {
    return this.inter ? this.who(root) : `${root}`;
  }

  /** True when the communicator has been freed. */
  get retired(): boolean {
    return this.#retired;
  }

  /** Makes `context`, on which there may be receives, go with the communicator. */
  keep(context: number): void {
    if (this.#retired) this.engine.channels.forget(context);
    else this.#others.add(context);
  }

  /** Makes a context that was kept go now. */
  drop(context: number): void {
    this.#others.delete(context);
    this.engine.channels.forget(context);
  }

  /** Removes what the engine keeps for the communicator; what is in progress completes first. */
  retire(): void {
    this.#retired = true;
    // What was sent before a barrier may be here and not have been looked at.
    this.engine.progress.look();
    for (const kind of [0, COLLECTIVE, BY_GROUP, LEADERS, PARTITIONED, ANSWERS, LONG_DATA])
      this.engine.channels.forget(this.context + kind);
    const left = [0, COLLECTIVE, PARTITIONED].some((kind) => this.engine.channels.has(this.context + kind));
    if (!left) this.engine.audits.delete(this);
    for (const context of this.#others) this.engine.channels.forget(context);
  }
}

export class EndpointLane implements AcrossLane {
  readonly rank: number;
  readonly size: number;
  readonly #endpoint: Endpoint;
  readonly #group: Group;
  /** Where the lane's messages are. */
  readonly context: number;
  tag: number;
  #check: number;
  /** Of those of the ranks that are on this host. */
  readonly #meeting: Meeting | undefined;
  readonly #sharing: Group | undefined;

  /** @param meeting of `sharing`, which are the lane's ranks on this host */
  constructor(
    endpoint: Endpoint,
    group: Group,
    context: number,
    tag: number,
    check: number,
    meeting?: Meeting,
    sharing?: Group,
  ) {
    // Of an intercommunicator's other group it is none.
    this.rank = group.rank!;
    this.size = group.size;
    this.#endpoint = endpoint;
    this.#group = group;
    this.context = context;
    this.tag = tag;
    this.#check = check;
    this.#meeting = meeting;
    this.#sharing = sharing;
  }

  /** True where this is the lane of that meeting: then it is of the call that the meeting is of now. */
  serves(meeting: Meeting, tag: number, check: number): boolean {
    if (this.#meeting !== meeting) return false;
    this.tag = tag;
    this.#check = check;
    return true;
  }

  get board(): Meeting | undefined {
    return this.#sharing?.size === this.size ? this.#meeting : undefined;
  }

  get staging(): Staging | undefined {
    return this.board?.staging;
  }

  get hosts(): Hosts | undefined {
    const ranks = this.#group === this.#endpoint.group ? this.#endpoint.spread : undefined;
    if (!ranks) return undefined;
    const near = ranks.find((host) => host.includes(this.rank))!;
    return {
      ranks,
      near: this.within(this.#sharing ?? this.#group.incl(near), this.#meeting),
      among: (some) => this.within(this.#group.incl(some)),
    };
  }

  /** The same lane for some of its ranks, of which this one is one: others may do the same among themselves. */
  within(group: Group, meeting?: Meeting): EndpointLane {
    const sharing = meeting && group;
    return new EndpointLane(this.#endpoint, group, this.context, this.tag, this.#check, meeting, sharing);
  }

  get remote(): EndpointLane {
    return this.within(this.#endpoint.remote);
  }

  rooted(root: number): Lane {
    const { engine, group, remote } = this.#endpoint;
    const [all, last] = root === ROOT ? [remote, engine.self] : [group, remote.processOf(root)];
    return this.within(new Group([...all.processes, last], engine.self));
  }

  /** Ranks that a message is awaited from, for messages about ranks that wait: `rank 0, 2`; or nothing. */
  get awaited(): string {
    const { group, remote, inter, engine } = this.#endpoint;
    const posted = engine.channels.get(this.context)?.matcher.posted() ?? [];
    const processes = new Set([...posted].filter(({ tag }) => tag === this.tag).map(({ source }) => source));
    for (const rank of this.#meeting?.awaited() ?? []) processes.add(this.#sharing!.processOf(rank));
    const ranks = (of: Group) =>
      [...of.processes.keys()].filter((rank) => processes.has(of.processOf(rank))).join(", ");
    const named = [ranks(group) && `rank ${ranks(group)}`, inter && ranks(remote) && `remote rank ${ranks(remote)}`];
    return named.filter(Boolean).join(" and ");
  }

  isend(dest: number, body: Body): Promise<void> | undefined {
    const { engine } = this.#endpoint;
    return engine.send(this.#group.processOf(dest), this.context, this.tag, body, false, this.#check)?.promise();
  }

  irecv(
    source: number,
    into?: { readonly element: number; readonly bytes: Uint8Array },
    orNote = false,
  ): Promise<Body> {
    const { engine, retired } = this.#endpoint;
    const process = this.#group.processOf(source);
    const place = into
      ? memory(
          into.element,
          into.bytes,
          () => `from ${this.#endpoint.who(process)}`,
          ({ element, sizes }): Body => ({ element, parts: [into.bytes.subarray(0, sizes[0])] }),
        )
      : parts;
    const target = into && orNote ? unlessNote(place) : place;
    const { operation } = engine.receive(
      process,
      this.context,
      this.tag,
      new Agreeing(target, this.#check, this.#endpoint),
    );
    // The receive may have made the queues anew that went with the communicator.
    if (retired) engine.channels.forget(this.context);
    return operation.promise();
  }
}

/** What throws at once is a rejection. */
function starting<T>(
  lane: EndpointLane,
  run: (lane: EndpointLane, data: unknown) => Started<T>,
  data: unknown,
): Started<T> {
  try {
    return run(lane, data);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The same target for data; a note goes into memory of its own. */
function unlessNote(place: Target<Body>): Target<Body> {
  const targetOf = ({ element, sizes }: Arrival) => (isNote(element, sizes[0]!) ? parts : place);
  return {
    land: (arrival) => targetOf(arrival).land(arrival),
    finish: (arrival, received, own) => targetOf(arrival).finish(arrival, received, own),
  };
}

/** The same target, for messages of the same call only. */
class Agreeing implements Target<Body> {
  readonly #target: Target<Body>;
  readonly #check: number;
  readonly #endpoint: Endpoint;

  constructor(target: Target<Body>, check: number, endpoint: Endpoint) {
    this.#target = target;
    this.#check = check;
    this.#endpoint = endpoint;
  }

  land(arrival: Arrival): readonly Uint8Array[] {
    if (arrival.check !== this.#check) throw this.#endpoint.disagreement(this.#check, arrival);
    return this.#target.land(arrival);
  }

  finish(arrival: Arrival, received: readonly Uint8Array[], own: boolean): Body {
    if (arrival.check !== this.#check) throw this.#endpoint.disagreement(this.#check, arrival);
    return this.#target.finish(arrival, received, own);
  }
}
