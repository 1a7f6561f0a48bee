// What a packet is on both sides of the parser, and which shapes of it are let in. It knows neither text nor frames.
import { AppError } from '../errors.ts'
import { limits } from '../limits.ts'

/** Packet types of the Socket.IO protocol, version 5 (https://socket.io/docs/v4/socket-io-protocol/). */
export const packetTypes = {
  connect: 0,
  disconnect: 1,
  event: 2,
  ack: 3,
  connectError: 4,
  binaryEvent: 5,
  binaryAck: 6,
} as const

/**
 * A packet as the socket.io library hands it to an encoder and takes it from a decoder. `data` of an event is
 * `[name, ...arguments]`, of an ack `[...arguments]`; bytes are the last of them. `id` asks for an ack, or is the one
 * that is answered.
 */
export type Packet = { type: number; nsp: string; data?: unknown; id?: number | undefined }

/** Names the library keeps for itself; `error` among them, lest a client forge what a connection's own fault looks like. */
const reservedEvents: ReadonlySet<unknown> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'error',
  'newListener',
  'removeListener',
])

/** The arguments of an event from outside. Throws AppError `bad-request` when that is no `[name, ...arguments]`. */
export function checkEventData(data: unknown): unknown[] {
  const args = checkAckData(data)
  if (typeof args[0] !== 'string') throw new AppError('bad-request', 'An event has no name.')
  if (reservedEvents.has(args[0])) throw new AppError('bad-request', 'An event has a reserved name.')
  return args
}

/** The arguments of an ack from outside. Throws AppError `bad-request` when that is no array, or too long a one. */
export function checkAckData(data: unknown): unknown[] {
  if (!Array.isArray(data)) throw new AppError('bad-request', 'A packet has no arguments.')
  checkArgumentCount(data.length)
  return data
}

/** Throws AppError `bad-request` over `limits.packetArgumentsMax`. */
export function checkArgumentCount(count: number): void {
  if (count > limits.packetArgumentsMax) throw new AppError('bad-request', 'A packet has too many arguments.')
}
