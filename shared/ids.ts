// Every id of the product is made and parsed here. Branded types keep a key from being passed where an id belongs.
// Randomness comes in through the front, so that a simulation can replace it.

declare const brand: unique symbol
type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** 96 random bits, base64url, 16 characters. Names a document in links, rooms and the store. */
export type DocumentId = Branded<string, 'DocumentId'>
/** 128 random bits, base64url, 22 characters. A secret that grants a role; stored only as a hash. */
export type Key = Branded<string, 'Key'>
/** 96 random bits, base64url, 16 characters. Changes when a document's history is no longer the one clients hold. */
export type Lineage = Branded<string, 'Lineage'>
/** HMAC of a browser's secret, base64url, 16 characters: the same person in every tab, not to be forged. */
export type PersonId = Branded<string, 'PersonId'>
/** A Yjs client id: an unsigned 32-bit number. Granted ones are ≥ 2³¹, those made up before the first join are below. */
export type ClientId = Branded<number, 'ClientId'>
/** Proof that the server granted (or accepted) a client id, base64url, 22 characters. */
export type ClientToken = Branded<string, 'ClientToken'>

/** Fills the given bytes with cryptographic randomness, as `crypto.getRandomValues` does. */
export type RandomBytes = (length: number) => Uint8Array

/** Lowest client id that a server grants; everything below is free for text typed before the first join. */
export const grantedClientIdMin = 0x8000_0000
/** Highest Yjs client id. */
export const clientIdMax = 0xffff_ffff

const base64urlAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Base64url without padding (RFC 4648, section 5); works where neither Buffer nor btoa is at hand. */
export function toBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const length = Math.min(bytes.length - i, 3) + 1
    for (let k = 0; k < length; k++) text += base64urlAlphabet[(group >> (18 - 6 * k)) & 63]
  }
  return text
}

/** Randomness of the platform: browser (secure context or not) and Node. */
export const platformRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length))

export const makeDocumentId = (random: RandomBytes = platformRandom) => toBase64url(random(12)) as DocumentId
export const makeKey = (random: RandomBytes = platformRandom) => toBase64url(random(16)) as Key
export const makeLineage = (random: RandomBytes = platformRandom) => toBase64url(random(12)) as Lineage

/** A client id for text typed before the first join: random, below 2³¹, never 0. */
export function makeLocalClientId(random: RandomBytes = platformRandom): ClientId {
  return ((uint32(random) & 0x7fff_ffff || 1) >>> 0) as ClientId
}

/** A client id for the server to grant: random, 2³¹ and above. The caller checks that nobody has it. */
export function makeGrantedClientId(random: RandomBytes = platformRandom): ClientId {
  return ((uint32(random) | 0x8000_0000) >>> 0) as ClientId
}

function uint32(random: RandomBytes): number {
  const [a, b, c, d] = random(4)
  return ((a! << 24) | (b! << 16) | (c! << 8) | d!) >>> 0
}

const documentIdPattern = /^[A-Za-z0-9_-]{16}$/
const secretPattern = /^[A-Za-z0-9_-]{22}$/

/** `undefined` when it is not the text of a document id. */
export function parseDocumentId(value: unknown): DocumentId | undefined {
  return typeof value === 'string' && documentIdPattern.test(value) ? (value as DocumentId) : undefined
}

/** `undefined` when it is not the text of a key. */
export function parseKey(value: unknown): Key | undefined {
  return typeof value === 'string' && secretPattern.test(value) ? (value as Key) : undefined
}

/** `undefined` when it is not the text of a lineage. */
export function parseLineage(value: unknown): Lineage | undefined {
  return typeof value === 'string' && documentIdPattern.test(value) ? (value as Lineage) : undefined
}

/** `undefined` when it is not the text of a person id. */
export function parsePersonId(value: unknown): PersonId | undefined {
  return typeof value === 'string' && documentIdPattern.test(value) ? (value as PersonId) : undefined
}

/** Whether this is the text of a 128-bit secret, as a key or a person's secret is. */
export const isSecret = (value: unknown): value is string => typeof value === 'string' && secretPattern.test(value)

/** `undefined` when it is no Yjs client id. */
export function parseClientId(value: unknown): ClientId | undefined {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= clientIdMax
    ? (value as ClientId)
    : undefined
}
