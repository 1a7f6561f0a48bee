// The socket under a provider: tests and the simulator break it where the network would.
import type { ClientSocket } from '../client/sync/link.ts'
import { type Phase, socketOf } from '../client/sync/phase.ts'
import type { Provider } from '../client/sync/provider.ts'

/** `undefined` while the document is not open over a connection. */
export function socketUnder(provider: Provider): ClientSocket | undefined {
  return socketOf((provider as unknown as { core: { phase: Phase } }).core.phase)
}
