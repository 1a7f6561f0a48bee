// JSON from outside, looked at before and after JSON.parse. It knows no packets.
import { AppError } from '../errors.ts'
import { limits } from '../limits.ts'

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
/** `[` and `{`, `]` and `}` differ in this bit alone. */
const braceBit = 0x20

/**
 * The value of a JSON text. Throws AppError `bad-request` when it is malformed, when its brackets nest deeper than
 * `limits.jsonDepthMax` (the outermost counts as 1; refused before parsing), or when an object in it has a key
 * `__proto__`: JSON.parse makes that a property of its own, and the first merge of the object would make it a
 * prototype. No honest client sends such a key, so the packet is refused whole instead of cleaned. In a value the same
 * letters are just text.
 */
export function parseUntrustedJson(text: string): unknown {
  checkDepth(text)
  const value = parse(text)
  // A key can be written with escapes, and then always with \u.
  if ((text.includes('__proto__') || text.includes('\\u')) && hasProtoKey(value)) {
    throw new AppError('bad-request', 'A packet has an object with a forbidden key.')
  }
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('bad-request', 'A packet is not JSON.', { cause })
  }
}

/** Agrees with JSON.parse about what is inside a string up to its first error, which is as far as that would get. */
function checkDepth(text: string): void {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === backslash) i++
      else if (code === quote) inString = false
    } else if (code === quote) inString = true
    else if ((code | braceBit) === closeBrace) depth--
    else if ((code | braceBit) === openBrace && ++depth > limits.jsonDepthMax) {
      throw new AppError('bad-request', 'A packet is nested too deep.')
    }
  }
}

/** Recursion is bounded: the depth was checked. */
function hasProtoKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasProtoKey)
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasProtoKey)
}
