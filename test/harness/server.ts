// A real server in this process, on a free port and a temporary folder, and documents on it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createScriptorium, type Scriptorium, type ScriptoriumOptions } from '../../server/server.ts'
import type { DocumentId, Key } from '../../shared/ids.ts'
import type { Role } from '../../shared/protocol.ts'

export type TestServer = {
  app: Scriptorium
  url: string
  dataDir: string
  /** Drains, and opens the same folder again on the same port. */
  restart(): Promise<void>
  /** Drains, and removes the folder. */
  close(): Promise<void>
}

export type TestDocument = { id: DocumentId; keys: Record<Role, Key>; links: Record<Role, string> }

/** A folder for one test; the caller removes it. */
export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'scriptorium-test-'))

/** Listens on 127.0.0.1. Without the page unless `withoutPage: false`. */
export async function startServer(options: Partial<ScriptoriumOptions> = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await temporaryFolder())
  const open = async (port: number) => {
    const app = await createScriptorium({ withoutPage: true, ...options, dataDir })
    await app.listen(port, '127.0.0.1')
    return app
  }
  const server: TestServer = {
    app: await open(options.port ?? 0),
    url: '',
    dataDir,
    async restart() {
      const port = Number(new URL(server.url).port)
      await server.app.close()
      server.app = await open(port)
    },
    async close() {
      await server.app.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  server.url = server.app.url.replace('localhost', '127.0.0.1')
  return server
}

/** A connection that is kept may have been closed by the server while a test kept this process busy. */
const unkept = { connection: 'close' }

/** One address may make so few documents a minute; a server with `trustedProxies: 1` believes who says to be another. */
export const addressOf = (n: number): string => `10.0.${n >> 8}.${n & 255}`

/** Makes a document through the API. `from`: see addressOf. */
export async function createDocument(
  url: string,
  body: { title?: string; text?: string } = {},
  from?: string,
): Promise<TestDocument> {
  const response = await fetch(`${url}/api/documents`, {
    method: 'POST',
    headers: { ...unkept, 'content-type': 'application/json', ...(from !== undefined && { 'x-forwarded-for': from }) },
    body: JSON.stringify(body),
  })
  if (response.status !== 201) throw new Error(`no document was made: ${response.status} ${await response.text()}`)
  return (await response.json()) as TestDocument
}

/** JSON of a GET with a key. */
export async function apiGet(url: string, path: string, key: string): Promise<unknown> {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } })
  return await response.json()
}

/** Makes a key, or with `revoke` replaces those of its role. */
export async function shareKey(
  url: string,
  { id }: TestDocument,
  ownKey: string,
  body: { role: Role; revoke?: boolean },
): Promise<{ status: number; key: Key; code: string | undefined }> {
  const response = await fetch(`${url}/api/documents/${id}/keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ownKey}` },
    body: JSON.stringify(body),
  })
  const { key, error } = (await response.json()) as { key: Key; error?: { code: string } }
  return { status: response.status, key, code: error?.code }
}

/** The text that the server holds, through the API. */
export async function textOnServer(url: string, document: TestDocument): Promise<string> {
  const response = await fetch(`${url}/api/documents/${document.id}/text`, {
    headers: { ...unkept, authorization: `Bearer ${document.keys.view}` },
  })
  if (response.status !== 200) throw new Error(`no text: ${response.status} ${await response.text()}`)
  return await response.text()
}
