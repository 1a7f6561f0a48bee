// Packets without bytes: standard Socket.IO v5 text for the namespace "/". It knows no frames.
import { AppError } from '../errors.ts'
import { parseUntrustedJson } from './json.ts'
import { checkAckData, checkEventData, type Packet, packetTypes } from './packet.ts'

/** Most digits that a safe integer has; longer ids are refused before they are read. */
const ackIdDigitsMax = 16
const digitZero = 0x30

/** `<type>[<ack id>][<JSON>]`, as the library's own parser writes it for the namespace "/". */
export function encodeText(packet: Packet): string {
  const id = packet.id === undefined || packet.id === null ? '' : packet.id
  return packet.data === undefined || packet.data === null
    ? `${packet.type}${id}`
    : `${packet.type}${id}${JSON.stringify(packet.data)}`
}

/**
 * Reads a text packet from outside. Throws AppError `too-large` over `lengthMax` UTF-16 units and `bad-request` when it is
 * anything but a well-formed packet of the types 0–4 for the namespace "/".
 */
export function decodeText(text: string, lengthMax: number): Packet {
  if (text.length > lengthMax) throw new AppError('too-large', 'A packet is too long.')
  const type = text.charCodeAt(0) - digitZero
  const start = skipDigits(text, 1)
  const id = start === 1 ? undefined : parseAckId(text.slice(1, start))
  // A namespace would begin with "/" here, which is no JSON either: refused without a case of its own.
  const data = start === text.length ? undefined : parseUntrustedJson(text.slice(start))
  return { type, nsp: '/', data: checkData(type, data, id), id }
}

function skipDigits(text: string, from: number): number {
  let i = from
  while (i < text.length && isDigit(text.charCodeAt(i))) i++
  return i
}

const isDigit = (code: number) => code >= digitZero && code <= digitZero + 9

function parseAckId(digits: string): number {
  const id = digits.length > ackIdDigitsMax ? Number.NaN : Number(digits)
  if (!Number.isSafeInteger(id)) throw new AppError('bad-request', 'An ack id is not a safe integer.')
  return id
}

function checkData(type: number, data: unknown, id: number | undefined): unknown {
  switch (type) {
    case packetTypes.event:
      return checkEventData(data)
    case packetTypes.ack:
      if (id === undefined) break
      return checkAckData(data)
    case packetTypes.connect:
      if (id !== undefined || (data !== undefined && !isObject(data))) break
      return data
    case packetTypes.disconnect:
      if (id !== undefined || data !== undefined) break
      return data
    case packetTypes.connectError:
      if (id !== undefined || (typeof data !== 'string' && !isObject(data))) break
      return data
  }
  throw new AppError('bad-request', 'A packet has an unknown type, or not the shape of its type.')
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
