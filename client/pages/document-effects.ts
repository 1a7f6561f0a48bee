// What a session does outside of its own part of the page: the tab's title, the warning on leaving, and what is read out.
import { effect } from '@preact/signals'
import type { Announcer } from '../ui/announcer.tsx'
import type { DocumentSession } from './document-session.ts'
import { saveWords } from './save-words.ts'

/** The document's title, and the number of unread chat lines before it. */
export function titleTab(session: DocumentSession): () => void {
  return effect(() => {
    const unread = session.chat.unread.value
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${session.title.value || 'Untitled'} · Scriptorium`
  })
}

/** The browser asks before the page goes, but only when text would go with it. */
export function guardLeaving(session: DocumentSession): () => void {
  const ask = (event: BeforeUnloadEvent) => {
    if (session.wouldLose) event.preventDefault()
  }
  addEventListener('beforeunload', ask)
  return () => removeEventListener('beforeunload', ask)
}

const saveQuietMs = 1_500

/** Save state (when it has settled), arrivals and chat for screen readers. */
export function announceSession(session: DocumentSession, announcer: Announcer): () => void {
  let told = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  const endSave = effect(() => {
    const { short } = saveWords(session.saveState.value, session.isJoined.value, session.role.value === 'view')
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (short !== told) announcer.say(short)
      told = short
    }, saveQuietMs)
  })
  let notices = session.chat.notices.peek().length
  const endNotices = effect(() => {
    const list = session.chat.notices.value
    for (const { name, kind } of list.slice(notices)) announcer.say(`${name} ${kind}`)
    notices = list.length
  })
  let unread = 0
  const endChat = effect(() => {
    const count = session.chat.unread.value
    const last = session.chat.messages.peek().at(-1)
    // With the chat open its own log is read out.
    if (count > unread && last !== undefined) announcer.say(`${last.name}: ${last.text.slice(0, 200)}`)
    unread = count
  })
  return () => {
    clearTimeout(timer)
    for (const end of [endSave, endNotices, endChat]) end()
  }
}
