// A connection attempt with headers that no client library would send.
import { request } from 'node:http'

type Answer = { status: number; body: string }

/** Status and body that a handshake gets; `websocket` answers 101 when it was let in, and is closed at once. */
export function handshake(
  url: string,
  transport: 'polling' | 'websocket',
  headers: Record<string, string>,
): Promise<Answer> {
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'c2NyaXB0b3JpdW0gdGVzdA==',
  }
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/socket.io/?EIO=4&transport=${transport}`, {
      headers: { ...(transport === 'websocket' ? upgrade : {}), ...headers },
    })
    asked.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve({ status: response.statusCode ?? 0, body: '' })
    })
    asked.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (piece) => {
        body += piece
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    asked.on('error', reject)
    asked.end()
  })
}
