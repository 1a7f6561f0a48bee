// Bodies of the API: JSON in UTF-8, looked at before it is parsed. Knows no routes.
import express, { type RequestHandler } from 'express'
import { limits } from '../../shared/limits.ts'

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const openBracket = 0x5b
const openBrace = 0x7b

/**
 * JSON only: a form or plain text, which any page may post anywhere, is not read. A long text is quickly parsed, as many
 * bytes of small values hold up everybody for seconds: more than `httpJsonValuesMax` are refused as `bad-request`.
 */
export function jsonBody(bytesMax: number): RequestHandler {
  return express.json({
    limit: bytesMax,
    strict: true,
    verify(_request, _response, bytes, encoding) {
      // In another one the bytes below would mean something else.
      if (encoding !== 'utf-8') throw malformed('not UTF-8')
      if (hasTooManyValues(bytes)) throw malformed('too many values')
    },
  })
}

/** Not an AppError: the parser writes into what is thrown here. */
const malformed = (reason: string) => Object.assign(new Error(reason), { status: 400 })

/** Agrees with JSON.parse about what is inside a string up to its first error, which is as far as that would get. */
function hasTooManyValues(bytes: Buffer): boolean {
  let values = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte === quote) i = endOfString(bytes, i)
    else if (byte === comma || byte === openBracket || byte === openBrace) values++
    if (values > limits.httpJsonValuesMax) return true
  }
  return false
}

/** Index of the quote that ends the string which begins at `start`; the end of the bytes when none does. */
function endOfString(bytes: Buffer, start: number): number {
  let end = bytes.indexOf(quote, start + 1)
  while (end !== -1 && isEscaped(bytes, end)) end = bytes.indexOf(quote, end + 1)
  return end === -1 ? bytes.length : end
}

function isEscaped(bytes: Buffer, at: number): boolean {
  let backslashes = 0
  while (bytes[at - 1 - backslashes] === backslash) backslashes++
  return backslashes % 2 === 1
}
