// For who asked for it: others' edits read out, not more often than one can listen to. Loaded when it is switched on.
import type { YTextEvent } from 'yjs'
import type { Announcer } from '../ui/announcer.tsx'
import { words } from '../words/words.ts'
import type { DocumentSession } from './document-session.ts'

const paceMs = 10_000

/** Until the returned function is called. */
export function announceEdits(session: DocumentSession, announcer: Announcer): () => void {
  const names = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let toldAt = Number.NEGATIVE_INFINITY
  const tell = () => {
    timer = undefined
    toldAt = performance.now()
    announcer.say(words().remote.edited([...names].join(', ')))
    names.clear()
  }
  const onText = ({ transaction }: YTextEvent) => {
    if (transaction.local) return
    for (const { clientId, name } of session.provider.people) {
      const [before, after] = [transaction.beforeState.get(clientId), transaction.afterState.get(clientId)]
      if (clientId !== session.provider.clientId && after !== undefined && after !== before) names.add(name)
    }
    if (names.size > 0) timer ??= setTimeout(tell, Math.max(500, toldAt + paceMs - performance.now()))
  }
  session.text.observe(onText)
  return () => {
    session.text.unobserve(onText)
    clearTimeout(timer)
  }
}
