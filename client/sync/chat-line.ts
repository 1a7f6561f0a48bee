// How chat lines travel: over the connection there is at the moment, each with an answer or the word that none came.
import { limits } from '../../shared/limits.ts'
import { ask } from './ask.ts'
import type { ChatHost } from './chat.ts'
import type { Emitter } from './emitter.ts'
import type { ClientSocket } from './link.ts'
import type { ProviderEvents } from './types.ts'

/** `socket`: the connection while the document is open over it. */
export function chatOver(
  socket: () => ClientSocket | undefined,
  emitter: Emitter<ProviderEvents>,
): Omit<ChatHost, 'me' | 'people'> {
  return {
    // A socket that was dropped a moment ago would only buffer the line, for nobody.
    isLive: () => socket()?.connected === true,
    send: (line, answered) =>
      socket()
        ?.timeout(limits.answerTimeoutMs)
        .emit('chat', line, (lost, answer) => answered(lost ? undefined : answer)),
    typing: () => socket()?.emit('typing'),
    history: (before) => ask(socket(), 'chat-history', { before }),
    delete: (n) => ask(socket(), 'chat-delete', { n }),
    changed: (messages) => emitter.emit('chat', messages),
  }
}
