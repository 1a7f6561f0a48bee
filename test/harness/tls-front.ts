// A server of its own kind in front of another: it speaks TLS to the world and plainly to what is behind it, with a
// certificate for localhost that nobody has signed but itself.
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createServer } from 'node:tls'

/** `certificate`: in PEM, for who is to trust it. */
export type TlsFront = { url: string; certificate: string; close(): Promise<void> }

/** On a free port of 127.0.0.1. */
export async function startTlsFront(port: number): Promise<TlsFront> {
  const { certificate, key } = selfSigned()
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // Who breaks connections on purpose looks at what comes of it elsewhere.
    socket.on('error', () => socket.destroy())
  }
  const server = createServer({ cert: certificate, key }, (outside) => {
    const inside = connect(port, '127.0.0.1')
    keep(inside)
    outside.pipe(inside).pipe(outside)
    outside.on('close', () => inside.destroy())
    inside.on('close', () => outside.destroy())
    outside.on('error', () => inside.destroy())
  })
  server.on('connection', keep)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    certificate,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

// ── X.509 (RFC 5280) in DER: Node reads certificates, and writes none ──────────────────────────────────────────────

const [bool, integer, bits, octets, oid, utf8, time, sequence, set] = [1, 2, 3, 4, 6, 12, 24, 0x30, 0x31] as const
const version = 0xa0
const extensions = 0xa3
const [dnsName, ipAddress] = [0x82, 0x87] as const

function der(tag: number, ...parts: (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)))
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}

const bytes = (...values: number[]) => Uint8Array.from(values)
const commonName = der(oid, bytes(0x55, 0x04, 0x03))
const alternativeName = der(oid, bytes(0x55, 0x1d, 0x11))
const basicConstraints = der(oid, bytes(0x55, 0x1d, 0x13))
const ecdsaWithSha256 = der(sequence, der(oid, bytes(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)))

function selfSigned(): { certificate: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = der(sequence, der(set, der(sequence, commonName, der(utf8, 'localhost'))))
  const names = der(sequence, der(dnsName, 'localhost'), der(ipAddress, bytes(127, 0, 0, 1)))
  const isAuthority = der(sequence, der(bool, bytes(255)))
  const body = der(
    sequence,
    der(version, der(integer, bytes(2))),
    der(integer, bytes(1)),
    ecdsaWithSha256,
    name,
    der(sequence, der(time, '20200101000000Z'), der(time, '21000101000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      extensions,
      der(
        sequence,
        der(sequence, alternativeName, der(octets, names)),
        der(sequence, basicConstraints, der(octets, isAuthority)),
      ),
    ),
  )
  const whole = der(sequence, body, ecdsaWithSha256, der(bits, bytes(0), sign('sha256', body, privateKey)))
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n')
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}
