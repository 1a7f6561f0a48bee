// A provider as a person's page has it, but that the browser keeps nothing.
import * as Y from 'yjs'
import { Provider } from '../../client/sync/provider.ts'
import type { TestDocument } from './server.ts'

/** Connects at once; whoever asked destroys it. */
export function openProvider(
  url: string,
  document: TestDocument,
  role: 'own' | 'edit' | 'view',
  name: string,
): Provider {
  const options = { url, documentId: document.id, key: document.keys[role], doc: new Y.Doc() }
  return new Provider({ ...options, person: { name }, storage: 'none' })
}
