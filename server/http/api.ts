// The HTTP API: what is asked for, where Socket.IO carries what is live. Bodies and headers are parsed here, once.
import express, { type Request, type RequestHandler, type Router } from 'express'
import { z } from 'zod'
import { AppError, toAppError } from '../../shared/errors.ts'
import { type DocumentId, type Key, parseDocumentId, parseKey } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { cleanLine } from '../../shared/names.ts'
import { type Role, roles } from '../../shared/protocol.ts'
import { defaultSettings, languages } from '../../shared/settings.ts'
import type { Deletion } from '../features/deletion.ts'
import type { Documents } from '../features/documents.ts'
import type { Share } from '../features/share.ts'
import { ratePerMinute, type WrongKeys } from '../wrong-keys.ts'
import { jsonBody } from './json-body.ts'
import { UnreadAnswers } from './unread-answers.ts'

export type ApiTools = {
  documents: Documents
  share: Share
  deletion: Deletion
  wrongKeys: WrongKeys
  isDraining(): boolean
  /** Origins of others whose pages may use the API. */
  allowedOrigins: readonly string[]
  /** Address of whoever asks, for rates. */
  addressOf(request: Request): string
  /** Whether a page of that origin may ask for this. */
  isOriginAllowed(request: Request): boolean
  /** Public address of this server as this request saw it, without a slash at the end. */
  baseUrl(request: Request): string
}

const creation = z.object({
  title: z.string().max(limits.rawTitleLengthMax).optional(),
  text: z.string().optional(),
  language: z.enum(languages).optional(),
})
const parsed = <T extends string>(parse: (value: unknown) => T | undefined) =>
  z.custom<T>((value) => parse(value) !== undefined)
const lookup = z.object({
  documents: z.array(z.object({ id: parsed(parseDocumentId), key: parsed(parseKey) })).max(limits.lookupsMax),
})
const newKey = z.object({ role: z.enum(roles), revoke: z.boolean().optional() })

export function apiRoutes(tools: ApiTools): Router {
  const router = express.Router()
  const creations = ratePerMinute(limits.creationsPerMinute)
  const creationBytes = ratePerMinute(limits.creationBytesPerMinute)
  const lookups = ratePerMinute(limits.lookupsPerMinute)
  const reads = ratePerMinute(limits.readsPerMinute)
  const building = ratePerMinute(limits.buildMsPerMinute)
  const unread = new UnreadAnswers()
  router.use((request, response, next) => {
    const { origin } = request.headers
    if (origin !== undefined && tools.allowedOrigins.includes(origin)) {
      response.set('Access-Control-Allow-Origin', origin).vary('Origin')
      response.set('Access-Control-Allow-Headers', 'authorization, content-type')
      response.set('Access-Control-Allow-Methods', 'GET, POST, DELETE')
      if (request.method === 'OPTIONS') {
        response.status(204).end()
        return
      }
    }
    if (!tools.isOriginAllowed(request)) {
      throw new AppError('forbidden', 'Pages of that origin may not use this server.')
    }
    if (tools.isDraining()) {
      throw new AppError('draining', 'The server is restarting.', { retryAfterMs: limits.drainRetryAfterMs })
    }
    next()
  })

  const rated = (rate: (address: string) => Promise<void>): RequestHandler => {
    return async (request, _response, next) => {
      await rate(tools.addressOf(request))
      next()
    }
  }

  router.post('/documents', rated(creations), jsonBody(limits.creationBodyBytesMax), async (request, response) => {
    const { title = '', text = '', language = defaultSettings.language } = parseBody(creation, request)
    await creationBytes(tools.addressOf(request), Buffer.byteLength(text))
    const made = await tools.documents.create({ title: cleanLine(title, limits.titleLengthMax), text, language })
    const links = linksOf(tools.baseUrl(request), made.id, made.keys)
    response
      .status(201)
      .set('Cache-Control', 'no-store')
      .json({ ...made, links })
  })

  router.post('/documents/lookup', jsonBody(limits.bodyBytesMax), async (request, response) => {
    const { documents } = parseBody(lookup, request)
    const address = tools.addressOf(request)
    await lookups(address, documents.length)
    // One after the other: a list is no reason to read fifty documents at once.
    const found: object[] = []
    for (const { id, key } of documents) found.push(await glance(id, key, address, tools))
    response.set('Cache-Control', 'no-store').json({ documents: found })
  })

  router.delete('/documents/:id', rated(reads), async (request, response) => {
    const { id, key } = await credentials(request, tools)
    await tools.deletion.delete(id, key)
    response.status(204).end()
  })

  router.get('/documents/:id', rated(reads), async (request, response) => {
    const { id, key } = await credentials(request, tools)
    response.set('Cache-Control', 'no-store').json(await tools.documents.info(id, key))
  })

  router.get('/documents/:id/text', rated(reads), async (request, response) => {
    const { id, key } = await credentials(request, tools)
    const { text, tag } = await tools.documents.text(id, key, (ms) => building(tools.addressOf(request), ms))
    response.set('ETag', `"${tag}"`).set('Cache-Control', 'private, no-cache')
    if (holds(request, tag)) response.status(304).end()
    else {
      unread.hold(tools.addressOf(request), Buffer.byteLength(text), response)
      response.type('text/plain; charset=utf-8').send(text)
    }
  })

  router.post('/documents/:id/keys', rated(reads), jsonBody(limits.bodyBytesMax), async (request, response) => {
    const { id, key } = await credentials(request, tools)
    const { role, revoke = false } = parseBody(newKey, request)
    const made = await tools.share.makeKey(id, key, role, revoke)
    response
      .status(201)
      .set('Cache-Control', 'no-store')
      .json({ role, key: made, link: linkOf(tools.baseUrl(request), id, made) })
  })

  router.use(() => {
    throw new AppError('not-found', 'There is nothing at this address.')
  })
  return router
}

/** Whether the asker has this version. Not `request.fresh`, which never says so to fetch() of Node and browsers. */
function holds(request: Request, tag: string): boolean {
  const tags = (request.headers['if-none-match'] ?? '').split(',').map((part) => part.trim().replace(/^W\//, ''))
  return tags.includes(`"${tag}"`)
}

/** What the key may know of the document, or in its place why not: one bad entry must not spoil a list. */
async function glance(id: DocumentId, key: Key, address: string, tools: ApiTools): Promise<object> {
  try {
    return await tools.documents.glance(id, key).catch((error) => countWrongKey(error, address, tools))
  } catch (error) {
    const { code, message } = toAppError(error)
    return { id, error: { code, message } }
  }
}

async function countWrongKey(error: unknown, address: string, { wrongKeys }: ApiTools): Promise<never> {
  if (error instanceof AppError && error.code === 'forbidden') await wrongKeys.count(address)
  throw error
}

/**
 * Document and key of a request. Throws `bad-request`, `unauthorized`, `not-found`, `deleted`, and `forbidden` for a key that
 * opens nothing.
 */
async function credentials(request: Request, tools: ApiTools): Promise<{ id: DocumentId; key: Key }> {
  const id = parseDocumentId(request.params.id)
  if (id === undefined) throw new AppError('bad-request', 'That is not the id of a document.')
  const [scheme, value] = (request.headers.authorization ?? '').split(' ')
  const key = scheme?.toLowerCase() === 'bearer' ? parseKey(value) : undefined
  if (key === undefined) {
    throw new AppError('unauthorized', 'Send the key of the document: Authorization: Bearer <key>.')
  }
  await tools.documents.roleOf(id, key).catch((error) => countWrongKey(error, tools.addressOf(request), tools))
  return { id, key }
}

function parseBody<T>(schema: z.ZodType<T>, request: Request): T {
  const hasOtherBody = request.body === undefined && Number(request.headers['content-length'] ?? 0) > 0
  const result = hasOtherBody ? undefined : schema.safeParse(request.body ?? {})
  if (result?.success) return result.data
  const where = result?.error.issues[0]?.path.map(String).join('.')
  throw new AppError('bad-request', `The body must be JSON of the right form${where ? ` (see ${where})` : ''}.`)
}

const linkOf = (base: string, id: DocumentId, key: Key) => `${base}/d/${id}#${key}`

function linksOf(base: string, id: DocumentId, keys: Record<Role, Key>): Record<Role, string> {
  return { own: linkOf(base, id, keys.own), edit: linkOf(base, id, keys.edit), view: linkOf(base, id, keys.view) }
}
