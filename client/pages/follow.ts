// Following somebody: the view goes where his cursor goes, until a key, a click or a scroll of one's own.
import { EditorView } from '@codemirror/view'
import type { PersonId } from '../../shared/ids.ts'
import { offsetsOf } from '../editor/text-positions.ts'
import type { Toasts } from '../ui/toasts.tsx'
import { words } from '../words/words.ts'
import type { DocumentSession } from './document-session.ts'

/** Shows where this person's cursor is, once. */
export function jumpTo(session: DocumentSession, toasts: Toasts, personId: PersonId): void {
  const person = session.people.peek().find((one) => one.personId === personId)
  const at = placeOf(session, personId)
  if (at === undefined) toasts.show(words().follow.elsewhere(person?.label ?? ''))
  else show(session, at)
}

const endsIt = ['keydown', 'pointerdown', 'wheel', 'touchmove'] as const

/** From now on the view goes along; `session.following` says with whom. Not with who does not want that. */
export function follow(session: DocumentSession, toasts: Toasts, personId: PersonId): void {
  session.stopFollowing()
  const person = session.people.peek().find((one) => one.personId === personId)
  if (person === undefined || session.editor.peek() === undefined) return
  const { awareness } = session.provider
  const declined = () => {
    toasts.show(words().follow.declined(person.label))
    end()
  }
  const end = () => {
    awareness.off('change', go)
    endPeople()
    endView?.()
    for (const name of endsIt) removeEventListener(name, end, { capture: true })
    if (session.following.peek()?.end !== end) return
    session.following.value = undefined
    awareness.setLocalStateField('following', undefined)
  }
  const go = () => {
    if (statesOf(session, personId).some(({ noFollow }) => noFollow === true)) return declined()
    const at = placeOf(session, personId)
    if (at !== undefined) show(session, at)
  }
  const endPeople = session.people.subscribe((people) => {
    if (people.some((one) => one.personId === personId)) return
    toasts.show(words().follow.ended(person.name))
    queueMicrotask(end)
  })
  // Text put in above moves him, though his presence says nothing new.
  const endView = session.editor.peek()?.onUpdate((update) => update.docChanged && requestAnimationFrame(go))
  awareness.on('change', go)
  session.following.value = { personId, name: person.label, color: person.color, end }
  // So that he sees who follows. Any of his tabs stands for him.
  const tab = session.provider.people.find((one) => one.personId === personId)
  awareness.setLocalStateField('following', tab?.clientId)
  go()
  // Not by the press that began it.
  setTimeout(() => {
    if (session.following.peek()?.end !== end) return
    for (const name of endsIt) addEventListener(name, end, { capture: true, passive: true })
  })
}

type Shown = { cursor?: { head?: unknown } | null; noFollow?: unknown }

/** What each of this person's other tabs shows. */
function statesOf(session: DocumentSession, personId: PersonId): Shown[] {
  const { awareness, people, clientId } = session.provider
  const tabs = people.filter((person) => person.personId === personId && person.clientId !== clientId)
  const states = awareness.getStates()
  return tabs.flatMap((tab) => (states.get(tab.clientId) as Shown | undefined) ?? [])
}

/** UTF-16 offset of his cursor; of the tab that has one, when he has several. */
function placeOf(session: DocumentSession, personId: PersonId): number | undefined {
  const heads = statesOf(session, personId).flatMap(({ cursor }) => (cursor ? [cursor.head] : []))
  return offsetsOf(session.text, heads).find((at) => at !== undefined)
}

function show(session: DocumentSession, at: number): void {
  const view = session.editor.peek()?.view
  if (view === undefined) return
  const effects = EditorView.scrollIntoView(Math.min(at, view.state.doc.length), { y: 'center' })
  view.dispatch({ effects })
}
