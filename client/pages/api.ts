// The requests a page makes over HTTP. Every failure is an AppError with a sentence for the person.
import { AppError, type ErrorCode, errorCodes } from '../../shared/errors.ts'
import { type DocumentId, type Key, parseDocumentId, parseKey } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { cleanLine } from '../../shared/names.ts'
import type { Role } from '../../shared/protocol.ts'
import type { Settings } from '../../shared/settings.ts'
import { refusalText, words } from '../words/words.ts'

export type CreatedDocument = { id: DocumentId; title: string; keys: Record<Role, Key> }

/** What it begins with; nothing of it: an empty Markdown document. */
export type NewDocument = Partial<Settings> & { text?: string }

/** Makes a new document; durable when this resolves. */
export async function createDocument(content: NewDocument): Promise<CreatedDocument> {
  const body = await post('/api/documents', content)
  const id = parseDocumentId(body.id)
  const keys = (body.keys ?? {}) as Record<string, unknown>
  const [own, edit, view] = [parseKey(keys.own), parseKey(keys.edit), parseKey(keys.view)]
  if (!id || !own || !edit || !view) throw notUnderstood()
  return { id, title: typeof body.title === 'string' ? body.title : '', keys: { own, edit, view } }
}

/** Another key of a role; with `revoke` every older key of that role stops working at once. Owners only. */
export async function makeLinkKey(id: DocumentId, ownKey: Key, role: Role, revoke: boolean): Promise<Key> {
  const body = await post(`/api/documents/${id}/keys`, { role, revoke }, ownKey)
  const key = parseKey(body.key)
  if (key === undefined) throw notUnderstood()
  return key
}

/** Owners only: gone for everybody and for good. Throws `deleted` when it is gone already. */
export async function deleteDocument(id: DocumentId, ownKey: Key): Promise<void> {
  await ask('DELETE', `/api/documents/${id}`, undefined, ownKey)
}

/** What a key may know of its document at the moment. `gone`: deleted, or the key opens it no more. */
export type Glance =
  | { kind: 'there'; title: string; people: number; faces: readonly { name: string; color: number }[] }
  | { kind: 'gone'; code: 'deleted' | 'forbidden' | 'not-found' }
export type Asked = { id: DocumentId; key: Key }

/** What each key may know of its document; at most `lookupsMax` of them. What is not understood is left out. */
export async function lookUp(documents: readonly Asked[]): Promise<Map<DocumentId, Glance>> {
  const { documents: answers } = await post('/api/documents/lookup', { documents })
  const found = new Map<DocumentId, Glance>()
  for (const answer of Array.isArray(answers) ? answers.slice(0, limits.lookupsMax) : []) {
    const { id: anyId, title, people, faces, error } = (answer ?? {}) as Record<string, unknown>
    const id = parseDocumentId(anyId)
    if (id === undefined) continue
    const code = (error as { code?: unknown } | undefined)?.code
    if (code === 'deleted' || code === 'forbidden' || code === 'not-found') {
      found.set(id, { kind: 'gone', code })
    } else if (error === undefined && typeof title === 'string' && typeof people === 'number') {
      const shown = Array.isArray(faces) ? faces.slice(0, limits.lookupFacesMax).map(faceOf) : []
      found.set(id, { kind: 'there', title: title.slice(0, limits.titleLengthMax), people, faces: shown })
    }
  }
  return found
}

function faceOf(face: unknown): { name: string; color: number } {
  const { name, color } = (face ?? {}) as Record<string, unknown>
  return { name: cleanLine(String(name), limits.nameLengthMax), color: Number(color) || 0 }
}

const post = (path: string, body: object, key?: Key) => ask('POST', path, body, key)

async function ask(method: string, path: string, body?: object, key?: Key): Promise<Record<string, unknown>> {
  const response = await fetch(path, {
    method,
    headers: { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) },
    ...(body && { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new AppError('busy', words().common.unreachable, { cause })
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw refusalOf(response, answer)
  return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {}
}

function refusalOf(response: Response, answer: unknown): AppError {
  const error = (answer as { error?: { code?: unknown; message?: unknown } } | undefined)?.error
  const code = String(error?.code) in errorCodes ? (error?.code as ErrorCode) : undefined
  if (response.status === 429 || code === 'rate-limited') return tooMany(response.headers.get('Retry-After'))
  const message = typeof error?.message === 'string' ? error.message : words().common.serverFailed(response.status)
  return new AppError(code ?? 'internal', code === undefined ? message : refusalText({ code, message }))
}

function tooMany(retryAfter: string | null): AppError {
  const seconds = Number(retryAfter)
  return new AppError('rate-limited', words().common.tooMany(seconds > 0 ? seconds : undefined))
}

const notUnderstood = () => new AppError('internal', words().common.notUnderstood)
