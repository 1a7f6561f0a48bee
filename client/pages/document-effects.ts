// What a session does outside of its own part of the page: the tab's title, the warning on leaving, and what is read out.
import { effect } from '@preact/signals'
import type { Notice } from '../panels/notices.ts'
import type { Announcer } from '../ui/announcer.tsx'
import type { SettingsStore } from '../ui/settings.ts'
import { words } from '../words/words.ts'
import type { DocumentSession } from './document-session.ts'
import { saveWords } from './save-words.ts'

/** The document's title, and the number of unread chat lines before it. */
export function titleTab(session: DocumentSession): () => void {
  return effect(() => {
    const unread = session.chat.unread.value
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${session.title.value || words().common.untitled} · Scriptorium`
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
    const { short } = saveWords(session.saveState.value, session.saveView)
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (short !== told) announcer.say(short)
      told = short
    }, saveQuietMs)
  })
  let notices = session.chat.notices.peek().length
  const endNotices = effect(() => {
    const list = session.chat.notices.value
    for (const notice of list.slice(notices)) announcer.say(noticeWords(notice))
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

function noticeWords(notice: Notice): string {
  const say = words().chat
  switch (notice.kind) {
    case 'joined':
      return say.nameJoined(notice.name)
    case 'left':
      return say.nameLeft(notice.name)
    case 'renamed':
      return say.nameRenamed(notice.name, notice.newName)
  }
}

/** Others' edits for screen readers, while the setting asks for it. */
export function announceEditsOnChoice(
  session: DocumentSession,
  announcer: Announcer,
  settings: SettingsStore,
): () => void {
  let end: (() => void) | undefined
  let isOver = false
  const stop = effect(() => {
    end?.()
    end = undefined
    if (!settings.now.value.announceEdits) return
    import('./announce-edits.ts').then(
      ({ announceEdits }) => {
        if (!isOver && end === undefined && settings.now.peek().announceEdits) end = announceEdits(session, announcer)
      },
      () => session.options.events.partMissing(),
    )
  })
  return () => {
    isOver = true
    stop()
    end?.()
  }
}
