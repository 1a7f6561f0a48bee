// Who follows this person, as their presence says; and telling that he does not want it.
import { effect, type Signal, signal } from '@preact/signals'
import type { ClientId } from '../../shared/ids.ts'
import type { SettingsStore } from '../ui/settings.ts'
import type { DocumentSession } from './document-session.ts'

/** Names of those whose view follows this session's, of each person once. */
export const followers: Signal<readonly string[]> = signal([])

/** Keeps `followers` right, and tells whether one may be followed, until the returned function is called. */
export function watchFollowers(session: DocumentSession, settings: SettingsStore): () => void {
  const { provider } = session
  const look = () => {
    const own = ownIds(session)
    const found = provider.people.filter(({ clientId }) => {
      const { following } = (provider.awareness.getStates().get(clientId) ?? {}) as { following?: unknown }
      return !own.has(clientId) && own.has(following as ClientId)
    })
    const names = [...new Map(found.map(({ personId, name }) => [personId, name])).values()]
    if (names.join('\n') !== followers.peek().join('\n')) followers.value = names
  }
  provider.awareness.on('change', look)
  const endTelling = effect(() => {
    const noFollow = settings.now.value.followable ? undefined : true
    provider.awareness.setLocalStateField('noFollow', noFollow)
  })
  return () => {
    provider.awareness.off('change', look)
    endTelling()
    followers.value = []
  }
}

/** Of all tabs of this person. */
function ownIds({ provider }: DocumentSession): Set<ClientId> {
  const own = provider.people.find(({ clientId }) => clientId === provider.clientId)?.personId
  return new Set(provider.people.filter(({ personId }) => personId === own).map(({ clientId }) => clientId))
}
