// What the page says about saving, in the words of its one fixed place and of the card behind it. Pure.
import type { ErrorCode } from '../../shared/errors.ts'
import type { SaveState } from '../sync/types.ts'

/** `tone` picks icon and colour; the words alone say it, too. */
export type SaveWords = { tone: 'good' | 'busy' | 'offline' | 'reading' | 'bad'; short: string; detail: string }

/**
 * `isJoined`: the server has answered once; before that there is nothing to say about saving. `isReader`: who came over a
 * view link has written nothing, and is told nothing about his changes.
 */
export function saveWords(state: SaveState, isJoined: boolean, isReader = false): SaveWords {
  if (isReader && state.kind === 'offline') return offlineReader
  if (isReader && state.kind === 'refused' && state.refusal.code === 'forbidden') {
    return { tone: 'bad', short: 'Access ended', detail: state.refusal.message }
  }
  if (!isJoined && (state.kind === 'saved' || state.kind === 'saving')) {
    return { tone: 'busy', short: 'Connecting…', detail: 'The page is asking the server for the document.' }
  }
  switch (state.kind) {
    case 'saved':
      return { tone: 'good', short: 'Saved', detail: 'Everything you wrote is stored on the server’s disk.' }
    case 'saving':
      return { tone: 'busy', short: 'Saving…', detail: 'Your last changes are on their way to the server’s disk.' }
    case 'view-only':
      return {
        tone: 'reading',
        short: 'View only',
        detail: 'You see every change as it is made. To write, ask for an edit link.',
      }
    case 'offline':
      return state.kept
        ? {
            tone: 'offline',
            short: 'Offline, changes kept',
            detail:
              'The server cannot be reached; the page keeps trying. Go on writing: your text is kept in this browser and is sent when the connection is back.',
          }
        : {
            tone: 'bad',
            short: 'Not saved: offline',
            detail:
              'The server cannot be reached, and this browser stores nothing for the page. Leave this tab open until it is saved, or copy your text.',
          }
    case 'delayed':
      return {
        tone: 'bad',
        short: `Not saved: ${shortReasons[state.refusal.code] ?? 'the server is busy'}`,
        detail: `${state.refusal.message} ${state.kept ? 'Until then your text is kept in this browser.' : 'Leave this tab open until it is saved.'}`,
      }
    case 'refused':
      return refusedWords(state.refusal.code, state.refusal.message)
  }
}

const offlineReader: SaveWords = {
  tone: 'offline',
  short: 'Offline, view only',
  detail: 'The server cannot be reached; the page keeps trying. What you see is the text as it was last here.',
}

function refusedWords(code: ErrorCode, message: string): SaveWords {
  if (code === 'protocol-mismatch') {
    return {
      tone: 'bad',
      short: 'Reload needed',
      detail: 'The server was updated, and this page is older than it. Reload: what you wrote is kept.',
    }
  }
  return { tone: 'bad', short: `Not saved: ${shortReasons[code] ?? 'refused'}`, detail: message }
}

const shortReasons: Partial<Record<ErrorCode, string>> = {
  forbidden: 'access ended',
  'not-found': 'document is gone',
  'too-large': 'document is full',
  invalid: 'edit was refused',
  'lineage-changed': 'document was replaced',
  diverged: 'texts differ',
  degraded: 'server cannot store',
  busy: 'server is busy',
  'rate-limited': 'too much at once',
}
