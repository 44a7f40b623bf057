// transport/listening: layer 3. What a rank listens at: a TCP port and, on Linux, a name that only this host can see.
// Called by websocket.ts.
import type { TCPSocketListener, UnixSocketListener } from "bun";
import type { Network } from "../wire/control.ts";
import { type Connection, handlers } from "./connection.ts";
import { abstract, TLS_NAME } from "./dialing.ts";

/** Ranks of one host talk over its loopback interface only. */
export const LOOPBACK = "127.0.0.1";

type Accept = (socket: Bun.Socket<Connection>) => void;

/** Undefined where the system has no such sockets: Linux has them, but not every sandbox on it. */
export function listenLocally(name: string, accept: Accept): UnixSocketListener<Connection> | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return Bun.listen<Connection>({ unix: abstract(name), socket: accepting(accept, false) });
  } catch {
    return undefined;
  }
}

/** Accepted sockets get their `data` from `accept`, before anything else happens to them. */
function accepting(accept: Accept, tls: boolean): Bun.SocketHandler<Connection> {
  const common = handlers(tls);
  return {
    ...common,
    open(socket) {
      accept(socket);
      common.open!(socket);
    },
  };
}

/**
 * Listens for ranks: on loopback where the job has one host, else at the host's only address that was asked for, or at
 * all of them.
 * @throws Error when no port is free
 */
export function listenTcp(
  network: Network | undefined,
  published: readonly string[],
  accept: Accept,
): TCPSocketListener<Connection> {
  const tls = network?.tls;
  const options = {
    socket: accepting(accept, tls !== undefined),
    ...(tls && {
      tls: {
        cert: tls.certificate,
        key: tls.key,
        ca: tls.certificate,
        requestCert: true,
        rejectUnauthorized: true,
        serverName: TLS_NAME,
      },
    }),
  };
  const only = network?.interface === undefined || published.length !== 1 ? undefined : published[0];
  const hostnames = network ? (only === undefined ? ["::", "0.0.0.0"] : [only]) : [LOOPBACK];
  const [first, last] = network?.ports ?? [0, 0];
  let failure: unknown;
  for (let port = first; port <= last; port++) {
    for (const hostname of hostnames) {
      try {
        return Bun.listen<Connection>({ ...options, hostname, port } as Bun.TCPSocketListenOptions<Connection>);
      } catch (error) {
        failure = error;
      }
    }
  }
  const ports = last > first ? `any of the ports ${first} to ${last}` : `a port`;
  const where = network ? "" : ` on ${LOOPBACK}`;
  throw new Error(`Cannot listen at ${ports}${where}: ${(failure as Error)?.message ?? "the range is empty"}`);
}
