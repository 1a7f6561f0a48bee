// Requests with an answer, over whatever connection there is.
import { AppError } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import type { Answer, ClientToServerEvents } from '../../shared/protocol.ts'
import type { ClientSocket } from './link.ts'

type Asked = 'settings' | 'chat-history' | 'chat-delete'
type Said<E extends Asked> = Parameters<Parameters<ClientToServerEvents[E]>[1]>[0]

/**
 * Resolves with the answer. Rejects with what the server refused, or with `not-synced` when there is no connection (or it
 * went before the answer came: then it may or may not have been done).
 */
export function ask<E extends Asked>(
  socket: ClientSocket | undefined,
  event: E,
  what: Parameters<ClientToServerEvents[E]>[0],
): Promise<Extract<Said<E>, { ok: true }>> {
  type Said_ = Answer<Extract<Said<E>, { ok: true }>>
  return new Promise((resolve, reject) => {
    const lost = () => reject(new AppError('not-synced', 'There is no connection to the server. Try again.'))
    if (socket?.connected !== true) return lost()
    const answered = (error: Error | null, answer: Said_) => {
      if (error) lost()
      else if (answer.ok) resolve(answer)
      else reject(new AppError(answer.error.code, answer.error.message))
    }
    // The library's types do not follow an event that is a type parameter.
    ;(socket.timeout(limits.answerTimeoutMs).emit as (...args: unknown[]) => void)(event, what, answered)
  })
}
