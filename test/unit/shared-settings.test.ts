// Settings as a page knows them: what was told last counts, whatever order answers and changes come in.
import { expect, test } from 'vitest'
import { Emitter } from '../../client/sync/emitter.ts'
import { SharedSettings } from '../../client/sync/settings.ts'
import type { ProviderEvents } from '../../client/sync/types.ts'
import type { PersonEntry } from '../../shared/protocol.ts'

const by = {} as PersonEntry
const titled = (title: string) => ({ title, language: 'markdown' as const })

test('a change that is told while a large state is on its way is not taken back by the answer before it', () => {
  const settings = new SharedSettings(new Emitter<ProviderEvents>())
  settings.opened()
  settings.stateArrives()
  settings.told(titled('new'), by)
  settings.stateArrives()
  settings.answered(titled('old'))
  expect(settings.now.title).toBe('new')
})

test('otherwise the answer counts, also after a connection was lost while a state was on its way', () => {
  const settings = new SharedSettings(new Emitter<ProviderEvents>())
  settings.opened()
  settings.told(titled('told before'), by)
  settings.stateArrives()
  settings.told(titled('of the old connection'), by)
  settings.opened()
  settings.answered(titled('of the answer'))
  expect(settings.now.title).toBe('of the answer')
})
