// The one error of the product: a code for programs, a message that tells a person what to do. It knows no transport;
// the doors turn it into an answer (Socket.IO) or a status (HTTP).

/** Closed list of what can be refused. docs/protocol.md explains each; `retry` says whether trying again can help. */
export const errorCodes = {
  'bad-request': { status: 400, retry: false },
  unauthorized: { status: 401, retry: false },
  forbidden: { status: 403, retry: false },
  'not-found': { status: 404, retry: false },
  /** There was such a document; an owner deleted it. */
  deleted: { status: 404, retry: false },
  /** The document's history is not the one the client holds (restored backup, repaired log, or a client that lies). */
  'lineage-changed': { status: 409, retry: false },
  /** Texts differ at equal seq and a re-sync did not heal it. */
  diverged: { status: 409, retry: false },
  /** Another session brought this client id: the same tab came back on a new connection. */
  replaced: { status: 409, retry: false },
  /** Not joined, or a refusal came before: join again, then go on. */
  'not-synced': { status: 409, retry: true },
  'too-large': { status: 413, retry: false },
  /** The update is no honest edit of this document (guard). */
  invalid: { status: 400, retry: false },
  /** Applying the update at once would hold up everybody: in smaller pieces it may pass. */
  'too-much-work': { status: 413, retry: true },
  'rate-limited': { status: 429, retry: true },
  /** The disk does not take writes at the moment; everything unsaved stays with the clients until it does. */
  degraded: { status: 503, retry: true },
  /** Too much is waiting. */
  busy: { status: 503, retry: true },
  draining: { status: 503, retry: true },
  /** The page and the server speak different versions: reload. */
  'protocol-mismatch': { status: 400, retry: false },
  'too-many-connections': { status: 429, retry: true },
  internal: { status: 500, retry: true },
} as const

export type ErrorCode = keyof typeof errorCodes

/** An error that may be told to whoever asked. `message` is a sentence for a person; `cause` stays on this side. */
export class AppError extends Error {
  readonly code: ErrorCode
  /** Milliseconds after which trying again makes sense, if the refuser knows. */
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.retryAfterMs = options.retryAfterMs
  }

  get status(): number {
    return errorCodes[this.code].status
  }

  /** Whether the same request may succeed later. */
  get retry(): boolean {
    return errorCodes[this.code].retry
  }

  /** What goes over the wire: never the cause, never a stack. */
  toRefusal(): Refusal {
    return this.retryAfterMs === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, retryAfterMs: this.retryAfterMs }
  }
}

/** A refusal as it travels. */
export type Refusal = { code: ErrorCode; message: string; retryAfterMs?: number }

/** Anything caught, as an AppError; what is not one becomes `internal` and keeps its cause for the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  return new AppError('internal', 'The server made a mistake. Your text is kept in this tab; try again.', {
    cause: error,
  })
}
