// What is said to whoever may not add to a document, or to any. To clients: the text they wrote is theirs to keep.
import { AppError } from '../shared/errors.ts'

/** What is said to whoever writes while the disk refuses. */
export const degradedRefusal = () =>
  new AppError(
    'degraded',
    'The server cannot write to its disk at the moment. Your text is kept in this tab until it can.',
  )
export const busyRefusal = () =>
  new AppError('busy', 'The server has too much to write at the moment. Your text is kept in this tab; try again soon.')
/** What is said to whoever writes in a document that takes too long to build (LiveDocument.isTangled). */
export const tangledRefusal = () =>
  new AppError('too-large', 'The document is full: it has become too intricate. Go on in a new one.')
export const closedRefusal = () => new AppError('draining', 'The server is stopping. Your text is kept in this tab.')
