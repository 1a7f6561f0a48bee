// The shape of everything that clients send, parsed once at the door. Unknown fields are dropped; nothing is guessed.
import { z } from 'zod'
import { personHues } from '../../shared/colors.ts'
import { AppError } from '../../shared/errors.ts'
import { isSecret, parseClientId, parseDocumentId, parseKey, parseLineage, parsePersonId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { cleanLine, cleanMessage, cleanName } from '../../shared/names.ts'
import type { ChatLine, JoinRequest, Position, PresenceState, SliceHeader } from '../../shared/protocol.ts'
import { languages } from '../../shared/settings.ts'

const parsed = <T>(parse: (value: unknown) => T | undefined) =>
  z.unknown().transform((value, context) => {
    const result = parse(value)
    if (result !== undefined) return result
    context.addIssue({ code: 'custom', message: 'not of the right form' })
    return z.NEVER
  })

const clientId = parsed(parseClientId)
const token = z.string().max(64)
const uint32 = z.int().min(0).max(0xffff_ffff)
const name = z
  .string()
  .max(1_000)
  .transform((value) => cleanName(value, limits.nameLengthMax))
const color = z
  .int()
  .min(0)
  .max(personHues.length - 1)

const join = z.object({
  documentId: parsed(parseDocumentId),
  key: parsed(parseKey),
  lineage: parsed(parseLineage).optional(),
  clients: z.array(z.object({ id: clientId, token: token.optional() })).max(limits.clientsPerJoinMax),
  person: z.object({ secret: z.string().refine(isSecret), name, color }),
  textOnly: z.boolean().optional(),
})

const assoc = z.int().min(-1).max(1)
const position = z.union([z.tuple([uint32, uint32, assoc]), z.tuple([assoc])])
const presence = z.object({
  cursor: z.object({ anchor: position, head: position }).nullable(),
  idle: z.boolean(),
  following: clientId.optional(),
  noFollow: z.boolean().optional(),
})

const person = z.object({ name, color })
/** Store keys hold numbers below 2⁴⁸. */
const lineNumberMax = 2 ** 48 - 2
const chatId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)
const quote = z.object({
  text: z
    .string()
    .max(limits.chatQuoteLengthMax)
    .transform(cleanMessage)
    .refine((text) => text !== ''),
  from: position,
  to: position,
})
const chat = z.object({
  id: chatId,
  text: z.string().max(limits.chatTextLengthMax).transform(cleanMessage),
  to: parsed(parsePersonId).optional(),
  quote: quote.optional(),
})
const lineNumber = z.int().min(1).max(lineNumberMax)
const chatDelete = z.object({ n: lineNumber })
const chatHistory = z.object({ before: lineNumber })
const settings = z
  .object({
    title: z
      .string()
      .max(limits.rawTitleLengthMax)
      .transform((value) => cleanLine(value, limits.titleLengthMax))
      .optional(),
    language: z.enum(languages).optional(),
  })
  .refine((patch) => Object.values(patch).some((value) => value !== undefined))
const digest = z.object({ seq: z.int().min(0), digest: z.string().max(64) })
const slice = z.object({
  transfer: uint32,
  offset: z.int().min(0).max(limits.stateBytesMax),
  bytes: z.int().min(1).max(limits.stateBytesMax),
})

function parserOf<T>(schema: z.ZodType<T>): (value: unknown) => T {
  return (value) => {
    const result = schema.safeParse(value)
    if (result.success) return result.data
    const issue = result.error.issues[0]
    const where = issue?.path.map(String).join('.') || 'argument'
    throw new AppError('bad-request', `The server did not understand the request (${where}).`)
  }
}

/** Each throws `bad-request` and names the field that was wrong, never its value. */
export const parseJoin = parserOf(join) as (value: unknown) => JoinRequest
export const parsePresence = parserOf(presence) as (value: unknown) => PresenceState & {
  cursor: { anchor: Position; head: Position } | null
}
export const parsePerson = parserOf(person)
export const parseChat = parserOf(chat) as (value: unknown) => ChatLine
export const parseChatDelete = parserOf(chatDelete)
export const parseChatHistory = parserOf(chatHistory)
export const parseSettings = parserOf(settings)
export const parseDigest = parserOf(digest)
export const parseSlice = parserOf(slice) as (value: unknown) => SliceHeader

/** Bytes as the wire hands them out. Throws `bad-request` for anything else, and `too-large`. */
export function parseBytes(value: unknown, bytesMax: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new AppError('bad-request', 'Bytes are missing.')
  if (value.length > bytesMax) throw new AppError('too-large', `More than ${bytesMax} bytes in one piece.`)
  return value
}
