// The two requests a page makes over HTTP. Every failure is an AppError with a sentence for the person.
import { AppError, type ErrorCode, errorCodes } from '../../shared/errors.ts'
import { type DocumentId, type Key, parseDocumentId, parseKey } from '../../shared/ids.ts'
import type { Role } from '../../shared/protocol.ts'

export type CreatedDocument = { id: DocumentId; title: string; keys: Record<Role, Key> }

/** Makes a new, empty document. */
export async function createDocument(): Promise<CreatedDocument> {
  const body = await post('/api/documents', {})
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

async function post(path: string, body: object, key?: Key): Promise<Record<string, unknown>> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new AppError('busy', 'The server cannot be reached. Check your connection, then try again.', { cause })
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw refusalOf(response, answer)
  return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {}
}

function refusalOf(response: Response, answer: unknown): AppError {
  const error = (answer as { error?: { code?: unknown; message?: unknown } } | undefined)?.error
  const code = String(error?.code) in errorCodes ? (error?.code as ErrorCode) : undefined
  if (response.status === 429 || code === 'rate-limited') return tooMany(response.headers.get('Retry-After'))
  const message =
    typeof error?.message === 'string'
      ? error.message
      : `The server could not do that (status ${response.status}). Try again in a moment.`
  return new AppError(code ?? 'internal', message)
}

function tooMany(retryAfter: string | null): AppError {
  const seconds = Number(retryAfter)
  const wait = seconds > 0 ? `${seconds} second${seconds === 1 ? '' : 's'}` : 'a minute'
  return new AppError('rate-limited', `That was a lot in a short time. Wait ${wait}, then try again.`)
}

const notUnderstood = () =>
  new AppError('internal', 'The server gave an answer this page does not understand. Reload the page, then try again.')
