// Finds connections that do not read ([B8]). Looks at their queues from time to time instead of counting each packet:
// a queue can pass its bound only by what one interval broadcasts, and a packet costs nothing extra.
import type { Socket } from 'socket.io'
import { limits } from '../../shared/limits.ts'
import type { Clock } from '../clock.ts'

/** A connection that can be told what its queue means for it. */
export interface Watched {
  readonly socket: Socket
  /** A transfer has its own bound on what is under way. */
  readonly isTransferring: boolean
  stale(): void
  drained(): void
}

type EngineQueue = {
  writeBuffer: { data?: unknown }[]
  transport: { writable: boolean; socket?: { bufferedAmount?: number } }
}

export class QueueWatch {
  readonly #clock: Clock
  readonly #watched = new Set<Watched>()
  readonly #staleSince = new Map<Watched, number>()
  #cancel: () => void = () => undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#next()
  }

  add(watched: Watched): void {
    this.#watched.add(watched)
  }

  delete(watched: Watched): void {
    this.#watched.delete(watched)
    this.#staleSince.delete(watched)
  }

  close(): void {
    this.#cancel()
  }

  #next(): void {
    this.#cancel = this.#clock.after(limits.queueSampleMs, () => {
      for (const watched of this.#watched) this.#look(watched)
      this.#next()
    })
  }

  #look(watched: Watched): void {
    const staleSince = this.#staleSince.get(watched)
    const conn = watched.socket.conn as unknown as EngineQueue
    // Almost every connection, almost always.
    if (conn.writeBuffer.length === 0 && staleSince === undefined) return
    const bytes = queuedBytes(conn)
    const allowance = watched.isTransferring ? limits.slicesInFlightMax * limits.sliceBytes : 0
    if (staleSince === undefined) {
      if (bytes <= limits.staleQueueBytes + allowance) return
      this.#staleSince.set(watched, this.#clock.monotonic())
      watched.stale()
      return
    }
    if (conn.writeBuffer.length === 0 && bytes === 0) {
      this.#staleSince.delete(watched)
      watched.drained()
      return
    }
    const isTooLong = this.#clock.monotonic() - staleSince > limits.staleMsMax
    if (bytes > limits.closeQueueBytes || isTooLong) cutOff(watched.socket.conn)
  }
}

/** Ends a connection that nobody reads, and what is queued for it: a polite close would wait behind that. */
export function cutOff(conn: Socket['conn']): void {
  const webSocket = webSocketOf(conn)
  conn.close(true)
  webSocket?.terminate()
}

/** What a connection writes to, unless it polls. */
export function webSocketOf(conn: Socket['conn']): WebSocketLike | undefined {
  return (conn.transport as unknown as { socket?: WebSocketLike }).socket
}

/** The part of `ws` that is used: `close` is told when the TCP connection is over. */
export type WebSocketLike = { terminate(): void; once(event: 'close', listener: () => void): void }

/** What waits in Engine.IO and what ws has taken but the kernel has not, bytes. */
function queuedBytes(conn: EngineQueue): number {
  let bytes = conn.transport.socket?.bufferedAmount ?? 0
  for (const packet of conn.writeBuffer) bytes += lengthOf(packet.data)
  return bytes
}

function lengthOf(data: unknown): number {
  if (typeof data === 'string') return data.length
  return data instanceof Uint8Array ? data.length : 0
}
