// scriptorium/provider: what others build on.
export { AppError, type ErrorCode, type Refusal } from '../../shared/errors.ts'
export type { ClientId, DocumentId, Key, Lineage, PersonId } from '../../shared/ids.ts'
export { limits } from '../../shared/limits.ts'
export {
  type ChatMessage,
  type PersonEntry,
  type Position,
  type Quote,
  type Role,
  textName,
  type Usage,
} from '../../shared/protocol.ts'
export { type Language, languages, type Settings } from '../../shared/settings.ts'
export { applyDifferences, cleanText, type TextDifference, textDifferences } from '../../shared/text.ts'
export type { TextAside } from './journal.ts'
export { toPosition, toRelative } from './presence.ts'
export { Provider, type ProviderInternals } from './provider.ts'
export { type ClockRange, type Passage, passagesOf, type Recovered } from './recovered.ts'
export type {
  ChatOptions,
  Progress,
  ProviderContract,
  ProviderEvents,
  ProviderOptions,
  ProviderStatus,
  SaveState,
  ShownChatMessage,
} from './types.ts'
