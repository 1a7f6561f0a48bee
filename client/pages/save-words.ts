// What the page says about saving, in the words of its one fixed place and of the card behind it. Pure.
import type { Refusal } from '../../shared/errors.ts'
import type { SaveState } from '../sync/types.ts'
import { refusalText, words } from '../words/words.ts'

/** `tone` picks icon and colour; the words alone say it, too. */
export type SaveWords = { tone: 'good' | 'busy' | 'offline' | 'reading' | 'bad'; short: string; detail: string }

/**
 * `isJoined`: the server has answered once; before that there is nothing to say about saving. `isReader`: who came over a
 * view link has written nothing, and is told nothing about his changes. `hasText`: there is a text to write in. `isKept`:
 * the browser's storage takes what is typed.
 */
export type SaveView = { isJoined: boolean; isReader?: boolean; hasText?: boolean; isKept?: boolean }

export function saveWords(state: SaveState, view: SaveView): SaveWords {
  const { isJoined, isReader = false, hasText = true, isKept = true } = view
  const say = words().save
  if (!hasText && state.kind === 'offline') {
    return { tone: 'offline', short: say.offlineEmpty, detail: words().opening.noCopyDetail }
  }
  if (isReader && state.kind === 'offline') {
    return { tone: 'offline', short: say.offlineReading, detail: say.offlineReadingDetail }
  }
  if (isReader && state.kind === 'refused' && state.refusal.code === 'forbidden') {
    return { tone: 'bad', short: say.accessEnded, detail: refusalText(state.refusal) }
  }
  if (!isJoined && (state.kind === 'saved' || state.kind === 'saving')) {
    return { tone: 'busy', short: say.connecting, detail: say.connectingDetail }
  }
  switch (state.kind) {
    case 'saved':
      return { tone: 'good', short: say.saved, detail: isKept ? say.savedDetail : say.savedUnkeptDetail }
    case 'saving':
      return { tone: 'busy', short: say.saving, detail: say.savingDetail }
    case 'view-only':
      return { tone: 'reading', short: say.viewOnly, detail: say.viewOnlyDetail }
    case 'offline':
      return state.kept
        ? { tone: 'offline', short: say.offline, detail: say.offlineDetail }
        : { tone: 'bad', short: say.offlineUnkept, detail: say.offlineUnkeptDetail }
    case 'delayed': {
      const message = refusalText(state.refusal)
      return {
        tone: 'bad',
        short: say.notSaved(say.reasons[state.refusal.code] ?? say.waits),
        detail: state.kept ? say.delayedKept(message) : say.delayedUnkept(message),
      }
    }
    case 'refused':
      return refusedWords(state.refusal)
  }
}

function refusedWords(refusal: Refusal): SaveWords {
  const say = words().save
  if (refusal.code === 'protocol-mismatch') {
    return { tone: 'bad', short: say.reloadNeeded, detail: say.reloadNeededDetail }
  }
  return { tone: 'bad', short: say.notSaved(say.reasons[refusal.code] ?? say.refused), detail: refusalText(refusal) }
}
