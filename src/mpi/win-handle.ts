// mpi/win-handle: layer 9. What every window has: memory, a group, a name, attributes, hints, an error handler. Win extends
// it, by way of win-epochs.ts and win-access.ts.
import { WIN_BASE, WIN_CREATE_FLAVOR, WIN_DISP_UNIT, WIN_MODEL, WIN_SIZE, WIN_UNIFIED } from "../base/constants-rma.ts";
import { Exception, show } from "../base/errors.ts";
import type { Operation } from "../engine/operation.ts";
import type { Window } from "../rma/window.ts";
import { Attributes, dropKeyval, type KeyvalOptions, makeKeyval } from "./attributes.ts";
import { after, type WaitOptions, waitFor } from "./call.ts";
import { checkRunning } from "./environment.ts";
import {
  callHandler,
  createErrhandler,
  ERRORS_RETURN,
  type Errhandler,
  type ErrhandlerFunction,
  errorOf,
  usable,
} from "./errhandler.ts";
import { Group } from "./group.ts";
import { Guard, unprotect } from "./guard.ts";
import { Info, infoItems } from "./info.ts";
import type { Win } from "./win.ts";

/** Attributes that every window has, beside those of the script. */
const predefined = new Map<number, (win: WinHandle) => unknown>([
  [WIN_BASE, (win) => win.memory],
  [WIN_SIZE, (win) => win.memory?.byteLength ?? 0],
  [WIN_DISP_UNIT, (win) => win.dispUnit],
  [WIN_CREATE_FLAVOR, (win) => win.flavor],
  [WIN_MODEL, (win) => win.model],
]);

export abstract class WinHandle {
  readonly #window: Window | undefined;
  readonly #flavor: number;
  readonly #attributes = new Attributes<WinHandle>("Win", this);
  readonly #hints: Info;
  #errhandler: Errhandler = ERRORS_RETURN;
  #freed = false;

  /** Made by the library; without a window it is MPI.WIN_NULL. */
  constructor(window: Window | undefined, flavor: number, hints: readonly (readonly [string, string])[] = []) {
    this.#window = window;
    this.#flavor = flavor;
    this.#hints = new Info(new Map(hints));
  }

  // --- what it is ---

  /** This rank's memory in the window, as bytes; `undefined` for a dynamic window. @see MPI-4.1 §12.2.6 */
  get memory(): Uint8Array | undefined {
    const { regions } = this.exists("memory");
    return regions.dynamic ? undefined : regions.whole;
  }

  /** Bytes that displacements into this rank's memory count in. @see MPI-4.1 §12.2.6 */
  get dispUnit(): number {
    const { shown, endpoint } = this.exists("dispUnit");
    return shown[endpoint.group.rank!]!.dispUnit;
  }

  /** How it was made: MPI.WIN_FLAVOR_CREATE, _ALLOCATE, _DYNAMIC or _SHARED. @see MPI-4.1 §12.2.6 */
  get flavor(): number {
    this.exists("flavor");
    return this.#flavor;
  }

  /** MPI.WIN_UNIFIED: what others see of this rank's memory is that memory. @see MPI-4.1 §12.4 */
  get model(): number {
    this.exists("model");
    return WIN_UNIFIED;
  }

  /** The processes of the window, by rank. @see MPI-4.1 §12.2.7 */
  get group(): Group {
    const { endpoint } = this.exists("group");
    return new Group(endpoint.group, endpoint.engine);
  }
  /** As `group`. @see MPI-4.1 §12.2.7 */
  getGroup(): Group {
    return this.group;
  }

  /** The window's name, for messages: `window of COMM_WORLD` and the like. @see MPI-4.1 §7.8 */
  get name(): string {
    return this.exists("name").endpoint.name;
  }
  set name(name: string) {
    this.setName(name);
  }
  /** As `name`. @see MPI-4.1 §7.8 */
  getName(): string {
    return this.name;
  }
  /** Gives the window a name on this rank; messages and reports show it. @see MPI-4.1 §7.8 */
  setName(name: string): void {
    const { endpoint } = this.exists("setName");
    if (typeof name !== "string") throw new TypeError(`Cannot call setName: name is ${show(name)}, expected a string`);
    endpoint.name = name;
  }

  // --- attributes and hints ---

  /** Makes the name of an attribute for windows; as for communicators. @see MPI-4.1 §7.7.3 */
  static createKeyval(options?: KeyvalOptions<Win>): number {
    return makeKeyval("Win", options);
  }
  /** Gives a keyval up; attributes that have it stay until they are deleted. @returns MPI.KEYVAL_INVALID @see MPI-4.1 §7.7.3 */
  static freeKeyval(keyval: number): number {
    checkOwn("freeKeyval", keyval);
    return dropKeyval("Win", keyval);
  }
  /** Sets an attribute; one that is set already is deleted first. @throws {MPI.Exception} ERR_KEYVAL @see MPI-4.1 §7.7.3 */
  setAttr(keyval: number, value: unknown): void {
    this.exists("setAttr");
    checkOwn("setAttr", keyval);
    this.#attributes.set(keyval, value);
  }
  /**
   * The value of an attribute, or `undefined` when it is not set.
   *
   * @param keyval From `createKeyval`, or MPI.WIN_BASE, WIN_SIZE, WIN_DISP_UNIT, WIN_CREATE_FLAVOR, WIN_MODEL.
   * @throws {MPI.Exception} ERR_KEYVAL
   * @see MPI-4.1 §12.2.6
   */
  getAttr<T = any>(keyval: number): T | undefined {
    this.exists("getAttr");
    const known = predefined.get(keyval);
    return (known ? known(this) : this.#attributes.get(keyval)) as T | undefined;
  }
  /** Deletes an attribute, after its delete callback; if that throws, it stays. @see MPI-4.1 §7.7.3 */
  deleteAttr(keyval: number): void {
    this.exists("deleteAttr");
    checkOwn("deleteAttr", keyval);
    this.#attributes.delete(keyval);
  }

  /** The hints that were given, in a new Info. @see MPI-4.1 §12.2.8 */
  getInfo(): Info {
    this.exists("getInfo");
    return this.#hints.dup();
  }
  /** A new Info with the hints; what is assigned is as with setInfo. @see MPI-4.1 §12.2.8 */
  get info(): Info {
    return this.getInfo();
  }
  set info(info: Info) {
    this.setInfo(info);
  }
  /** Gives hints, beside those given before; none of them changes what calls do. @see MPI-4.1 §12.2.8 */
  setInfo(info: Info): void {
    this.exists("setInfo");
    this.#hints.update(infoItems("setInfo", info));
  }

  // --- error handlers ---

  /** Makes an error handler for windows; as `MPI.Comm.createErrhandler`. @see MPI-4.1 §9.3.2 */
  static createErrhandler(fn: ErrhandlerFunction<Win>): Errhandler {
    return createErrhandler(fn);
  }
  /** Sets the error handler for the calls on this window, and the requests that these return. @see MPI-4.1 §9.3.2 */
  setErrhandler(errhandler: Errhandler): void {
    this.exists("setErrhandler");
    this.#errhandler = usable("setErrhandler", errhandler);
    if (errhandler === ERRORS_RETURN) unprotect(this);
    else new Guard(this, errhandler, () => {}).protect(this);
  }
  /** The handler that was set last; MPI.ERRORS_RETURN when none was. @see MPI-4.1 §9.3.2 */
  getErrhandler(): Errhandler {
    this.exists("getErrhandler");
    return this.#errhandler;
  }
  /** Calls the handler, for an error that the script itself has found. @see MPI-4.1 §9.5.1 */
  callErrhandler(error: number | Exception): void {
    this.exists("callErrhandler");
    callHandler(this.#errhandler, this, errorOf("callErrhandler", error));
  }

  // --- for the chapters ---

  /** The window, for a call that looks at it only. */
  protected exists(call: string): Window {
    if (this.#window && !this.#freed) return this.#window;
    const state = this.#window
      ? `on ${this.#window.endpoint.name}: it has been freed`
      : "on MPI.WIN_NULL: it is no window";
    throw new Exception("ERR_WIN", `Cannot call ${call} ${state}`);
  }

  /** The window, for a call that communicates. */
  protected use(call: string): Window {
    const window = this.exists(call);
    checkRunning(call, window.endpoint.name);
    return window;
  }

  /** True until it has been freed. */
  protected get live(): boolean {
    return this.#window !== undefined && !this.#freed;
  }

  /** A promise of what a call has done at once. In a loop of such calls, timers and sockets have their turn, too. */
  protected served<T>(value: T): Promise<T> {
    return after(this.#window!.endpoint.engine.progress.served(), value);
  }

  /** Waits on behalf of a call. @param call describes it @param waiting what it waits for, for reports */
  protected waitFor<T>(
    call: () => string,
    operation: Operation<T>,
    waiting: () => string = () => "",
    options?: WaitOptions,
  ): Promise<T> {
    const { engine, name } = this.#window!.endpoint;
    if (!operation.settled) engine.progress.spin(operation);
    // Nearly always it is done by now: nothing to describe.
    if (operation.settled && !operation.failed) return this.served(operation.result);
    const described = { describe: () => `${call()} on ${name}${waiting()}` };
    return waitFor(engine.progress, operation, described, { ...options, later: true });
  }

  /** Deletes the attributes, and gives the window up. */
  protected end(): void {
    this.#attributes.clear();
    this.#window?.free();
    this.#freed = true;
  }
}

function checkOwn(call: string, keyval: number): void {
  if (!predefined.has(keyval)) return;
  throw new Exception("ERR_KEYVAL", `Cannot call ${call} with keyval ${keyval}: it is predefined`);
}
