// What the commit queue says to whoever may not add to it. To clients: the text they wrote is theirs to keep.
import { AppError } from '../shared/errors.ts'

/** What is said to whoever writes while the disk refuses. */
export const degradedRefusal = () =>
  new AppError(
    'degraded',
    'The server cannot write to its disk at the moment. Your text is kept in this tab until it can.',
  )
export const busyRefusal = () =>
  new AppError('busy', 'The server has too much to write at the moment. Your text is kept in this tab; try again soon.')
export const closedRefusal = () => new AppError('draining', 'The server is stopping. Your text is kept in this tab.')
