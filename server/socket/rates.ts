// What one connection may do in a second, by name; the numbers and their reasons are in shared/limits.
import { limits } from '../../shared/limits.ts'
import { ratesOf } from '../token-bucket.ts'

export type EventRate =
  | 'updates'
  | 'updateBytes'
  | 'presence'
  | 'typing'
  | 'chat'
  | 'history'
  | 'settings'
  | 'joins'
  | 'others'

/** Of what a client asks and tells. */
export const eventRates = ratesOf<EventRate>({
  updates: { perSecond: limits.updatesPerSecond, burst: limits.updatesBurst },
  updateBytes: { perSecond: limits.updateBytesPerSecond, burst: limits.updateBytesBurst },
  presence: { perSecond: limits.presencePerSecond, burst: limits.presenceBurst },
  typing: { perSecond: limits.typingPerSecond, burst: limits.typingBurst },
  chat: { perSecond: limits.chatPerSecond, burst: limits.chatBurst },
  history: { perSecond: limits.historyPerSecond, burst: limits.historyBurst },
  settings: { perSecond: limits.settingsPerSecond, burst: limits.settingsBurst },
  joins: { perSecond: limits.joinsPerSecond, burst: limits.joinsBurst },
  others: { perSecond: limits.eventsPerSecond, burst: limits.eventsBurst },
})

/** Of whatever comes, be it an event or not. */
export const packetRates = ratesOf<'packets' | 'bytes'>({
  packets: { perSecond: limits.packetsPerSecond, burst: limits.packetsBurst },
  bytes: { perSecond: limits.receivedBytesPerSecond, burst: limits.receivedBytesBurst },
})
