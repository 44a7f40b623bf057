// transport/connection: layer 3. A socket between two ranks until it has become a link: gathers the head of the
// handshake, then feeds the link. Used by websocket.ts, which listens, and dialing.ts, which dials.
import type { Socket } from "bun";
import { HEAD_LIMIT } from "./handshake.ts";
import type { WebSocketLink } from "./websocket-link.ts";

const END_OF_HEAD = "\r\n\r\n";
const BAD_REQUEST = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

export interface Connection {
  link?: WebSocketLink;
  /** What of the head is here. */
  head: string;
  /** The connection may be written to: with TLS, the other side has proved to have the job's certificate. */
  onReady(socket: Socket<Connection>): void;
  /** Called with the complete head, without the empty line at its end. */
  onHead(socket: Socket<Connection>, head: string): void;
  /** @param gone it was closed by the other side, which has not said why */
  onFailure(reason: string, gone?: boolean): void;
}

/** The handlers of a socket; `tls`: it is ready when the certificates are. */
export function handlers(tls: boolean): Bun.SocketHandler<Connection> {
  return {
    binaryType: "uint8array",
    open(socket) {
      if (!tls) socket.data.onReady(socket);
    },
    handshake(socket, success, error) {
      const { authorized } = socket as { authorized?: boolean };
      if (success && !error && authorized === true) return socket.data.onReady(socket);
      refuse(socket, "", `it has not the job's certificate (${error?.message ?? "none"})`);
    },
    data(socket, chunk) {
      const { link } = socket.data;
      if (link) link.receive(chunk);
      else readHead(socket, chunk);
    },
    drain(socket) {
      socket.data.link?.drained();
    },
    close(socket) {
      gone(socket, "the connection was closed");
    },
    error(socket, error) {
      gone(socket, error.message);
    },
    timeout(socket) {
      if (!socket.data.link) refuse(socket, "", "it said nothing in time");
    },
  };
}

/** Ends a connection that is no link yet. */
export function refuse(socket: Socket<Connection>, response: string, reason: string): void {
  socket.data.onFailure(reason);
  socket.end(response);
}

function gone(socket: Socket<Connection>, reason: string): void {
  if (socket.data.link) socket.data.link.lost(reason);
  else socket.data.onFailure(reason, true);
}

function readHead(socket: Socket<Connection>, chunk: Uint8Array): void {
  const connection = socket.data;
  const before = connection.head.length;
  connection.head += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
  const end = connection.head.indexOf(END_OF_HEAD);
  if (end < 0 && connection.head.length <= HEAD_LIMIT) return;
  if (end < 0 || end > HEAD_LIMIT) return refuse(socket, BAD_REQUEST, "it sends no WebSocket request");
  const head = connection.head.slice(0, end);
  connection.head = "";
  connection.onHead(socket, head);
  const rest = chunk.subarray(end + END_OF_HEAD.length - before);
  if (rest.byteLength > 0) connection.link?.receive(rest);
}
