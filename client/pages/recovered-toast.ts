// What was typed offline is in the text, among what others wrote meanwhile: the page says so, and leads there.
import { effect, untracked } from '@preact/signals'
import type { ActionTools } from '../actions/actions.ts'
import { passagesOf, type Recovered } from '../sync/index.ts'
import { words } from '../words/words.ts'

/** Tells of everything that is recovered while it runs. */
export function tellRecovered(tools: Omit<ActionTools, 'context'>): () => void {
  return effect(() => {
    const recovered = tools.session.recovered.value
    if (recovered !== undefined) untracked(() => tell(tools, recovered))
  })
}

function tell(tools: Omit<ActionTools, 'context'>, recovered: Recovered): void {
  const say = words().save
  let presses = 0
  const run = () => void show(tools, recovered, presses++)
  tools.toasts.show(say.recovered(recovered.characters), { label: say.showRecovered, run })
}

/** All of it is marked; each press leads to the next passage. */
async function show({ session, view, toasts }: Omit<ActionTools, 'context'>, { typed }: Recovered, press: number) {
  const marks = await import('../editor/recovered-marks.ts').catch(() => undefined)
  const editor = session.editor.peek()
  if (marks === undefined) return session.options.events.partMissing()
  if (editor === undefined) return
  const passages = passagesOf(session.text, typed)
  const passage = passages[press % passages.length]
  if (passage === undefined) return toasts.show(words().save.recoveredGone)
  session.stopFollowing()
  if (view.mode.peek() === 'read') view.show('write')
  view.uncoverText()
  // When the text has its place again. Who has further passages to see stays at the button.
  requestAnimationFrame(() => {
    marks.markRecovered(editor.view, passagesOf(session.text, typed), passage)
    if (passages.length === 1) editor.focus()
  })
}
