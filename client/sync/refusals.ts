// What a refusal means for a provider: wait and come again, or stop for good.
import { AppError, type ErrorCode, type Refusal } from '../../shared/errors.ts'

/** [E1], and `protocol-mismatch`, which only the handshake answers: reload. */
const forGood: ReadonlySet<ErrorCode> = new Set([
  'forbidden',
  'too-large',
  'invalid',
  'lineage-changed',
  'diverged',
  'not-found',
  'deleted',
  'protocol-mismatch',
])

/** Refusals of the text itself: it is set aside, or it would be sent and refused again at every visit. */
const ofTheText: ReadonlySet<ErrorCode> = new Set(['too-large', 'invalid', 'lineage-changed', 'diverged'])

export const isForGood = ({ code }: Refusal): boolean => forGood.has(code)

export const isOfTheText = ({ code }: Refusal): boolean => ofTheText.has(code)

/** As an error for who waits for the provider. */
export const toError = ({ code, message }: Refusal): AppError => new AppError(code, message)

/** Two copies of Yjs do not know each other's types: text would arrive and not be shown, without any error. */
export const anotherYjs = (): AppError =>
  new AppError('bad-request', 'options.doc is not a Y.Doc of the Yjs that the provider uses. Install yjs only once.')

/** An older backup was put back, or a repair could not save all, where nobody else is there to show it. */
export const serverWentBack: Refusal = {
  code: 'lineage-changed',
  message: 'The server has an older version of this document. Your text is kept here; compare it with the document.',
}
