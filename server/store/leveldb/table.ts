// Checks a LevelDB table (its doc/table_format.md) block by block. LevelDB reads blocks without looking at their checksums,
// and skips one that it cannot read: the rows in it are gone without a word.
import type { FileHandle } from 'node:fs/promises'
import { crc32c, masked, unmasked } from './crc32c.ts'
import { unpackSnappy } from './snappy.ts'
import { ByteReader, varintBytes } from './varint.ts'

const footerBytes = 48
/** Behind each block: its type (one byte), then this. */
const checksumBytes = 4
const packed = 1
const magic = Buffer.from([0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb])
/** Far more than the index of any table: those have a few megabytes altogether. */
const indexBytesMax = 64 * 1024 * 1024

/** `size` without type and checksum. */
type Place = { offset: number; size: number }
/** `key`: not below any key in the block, as LevelDB has it inside. */
type Block = Place & { key: Uint8Array }

/**
 * Resolves with what is wrong, in words, or `undefined`. `deep`: every block; otherwise only the parts by which the others are
 * found. `size`: what the file has to have.
 */
export async function tableDamage(file: FileHandle, size: number, deep: boolean): Promise<string | undefined> {
  const { size: found } = await file.stat()
  if (found !== size || size < footerBytes) return `it has ${found} bytes instead of ${size}`
  try {
    const { filters, blocks } = await layoutOf(file, size)
    for (const block of filters) await readSound(file, block, size)
    if (deep) for (const block of blocks) await readSound(file, block, size)
    return undefined
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}

/** A table of the blocks that can be read, as they are; `undefined` when none can or nothing says where they are. */
export async function soundTable(file: FileHandle): Promise<Uint8Array | undefined> {
  const { size } = await file.stat()
  const chunks: Uint8Array[] = []
  const entries: Block[] = []
  let offset = 0
  try {
    if (size < footerBytes) return undefined
    const { blocks } = await layoutOf(file, size)
    for (const block of blocks) {
      const bytes = await readSound(file, block, size).catch(ignoreDamage)
      if (bytes === undefined) continue
      entries.push({ key: block.key, offset, size: block.size })
      chunks.push(...sealed(bytes))
      offset += bytes.length + checksumBytes
    }
  } catch (error) {
    ignoreDamage(error)
    return undefined
  }
  if (entries.length === 0) return undefined
  const empty = indexBlock([])
  const index = indexBlock(entries)
  const footer = Buffer.alloc(footerBytes)
  const handles = [offset, empty.length - 1, offset + empty.length + checksumBytes, index.length - 1]
  footer.set(handles.flatMap(varintBytes))
  magic.copy(footer, footerBytes - magic.length)
  return Buffer.concat([...chunks, ...sealed(empty), ...sealed(index), footer])
}

function ignoreDamage(error: unknown): undefined {
  if (!(error instanceof RangeError)) throw error
}

/** Where everything is. A filter with a wrong bit denies rows that are there, so that it counts like a block. */
async function layoutOf(file: FileHandle, size: number): Promise<{ filters: Block[]; blocks: Block[] }> {
  const footer = await read(file, size - footerBytes, footerBytes)
  if (!magic.equals(footer.subarray(footerBytes - magic.length))) throw new RangeError('its last bytes are no table’s')
  const reader = new ByteReader(footer)
  const place = () => ({ offset: reader.varint(), size: reader.varint() })
  const [filters, index] = [place(), place()]
  return {
    filters: blocksIn(await readSound(file, filters, size)),
    blocks: blocksIn(await readSound(file, index, size)),
  }
}

async function read(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  const { bytesRead } = await file.read(bytes, 0, length, offset)
  if (bytesRead < length) throw new RangeError(`it ends inside of the block at ${offset}`)
  return bytes
}

/** Content of a block as it is stored, and its type behind it. Throws RangeError when its checksum is wrong. */
async function readSound(file: FileHandle, { offset, size }: Place, fileBytes: number): Promise<Uint8Array> {
  if (offset + size + 1 + checksumBytes > fileBytes) throw new RangeError('it points outside of itself')
  const bytes = await read(file, offset, size + 1 + checksumBytes)
  if (unmasked(bytes.readUInt32LE(size + 1)) !== crc32c(bytes, 0, size + 1)) {
    throw new RangeError(`the block at ${offset} has a wrong checksum`)
  }
  return bytes.subarray(0, size + 1)
}

/** A block with its type, and its checksum. */
function sealed(block: Uint8Array): Uint8Array[] {
  const checksum = Buffer.alloc(checksumBytes)
  checksum.writeUInt32LE(masked(crc32c(block, 0, block.length)))
  return [block, checksum]
}

/** The blocks that an index names: entries with shared beginnings of keys, then an array of restarts. */
function blocksIn(stored: Uint8Array): Block[] {
  const content = stored.subarray(0, -1)
  const bytes = stored.at(-1) === packed ? unpackSnappy(content, indexBytesMax) : content
  if (bytes.length < 4) throw new RangeError('its index is empty')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const end = bytes.length - 4 - 4 * view.getUint32(bytes.length - 4, true)
  const blocks: Block[] = []
  let key: Uint8Array = new Uint8Array()
  for (const reader = new ByteReader(bytes, 0, end); !reader.isAtEnd; ) {
    const [shared, own, length] = [reader.varint(), reader.varint(), reader.varint()]
    key = Buffer.concat([key.subarray(0, shared), reader.bytes(own)])
    const value = new ByteReader(reader.bytes(length))
    blocks.push({ key, offset: value.varint(), size: value.varint() })
  }
  return blocks
}

/** The index of these blocks, not packed, every key whole; its type behind it. */
function indexBlock(blocks: readonly Block[]): Uint8Array {
  const bytes: number[] = []
  const restarts: number[] = blocks.length === 0 ? [0] : []
  for (const { key, offset, size } of blocks) {
    restarts.push(bytes.length)
    const value = [...varintBytes(offset), ...varintBytes(size)]
    bytes.push(0, ...varintBytes(key.length), ...varintBytes(value.length), ...key, ...value)
  }
  const end = Buffer.alloc(4 * restarts.length + 5)
  for (const [i, restart] of [...restarts, restarts.length].entries()) end.writeUInt32LE(restart, 4 * i)
  return Buffer.concat([Uint8Array.from(bytes), end])
}
