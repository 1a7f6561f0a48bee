import { describe, expect, test } from 'vitest'
import { ByteBudget } from '../../server/byte-budget.ts'
import { Upload } from '../../server/socket/upload.ts'
import { limits } from '../../shared/limits.ts'
import { FakeClock } from '../harness/fake-clock.ts'

const { sliceBytes } = limits
function setUp(used = 0) {
  const clock = new FakeClock()
  const budget = new ByteBudget(limits.uploadBytesPerProcessMax)
  budget.take(used)
  return { clock, budget, upload: new Upload(budget, clock) }
}
const slice = (length = sliceBytes, fill = 1) => new Uint8Array(length).fill(fill)
const header = (offset: number, bytes: number, transfer = 1) => ({ transfer, offset, bytes })
const refused = (code: string) => expect.objectContaining({ code })

test('[U9] slices in order make the whole, and leave nothing counted', () => {
  const { clock, budget, upload } = setUp()
  const bytes = 2 * sliceBytes + 10
  expect(upload.take(header(0, bytes), slice(sliceBytes, 1))).toBeUndefined()
  expect(upload.take(header(sliceBytes, bytes), slice(sliceBytes, 2))).toBeUndefined()
  expect(budget.bytes).toBe(2 * sliceBytes)
  const whole = upload.take(header(2 * sliceBytes, bytes), slice(10, 3))!
  expect([whole.length, whole[0], whole[sliceBytes], whole[bytes - 1]]).toEqual([bytes, 1, 2, 3])
  expect([budget.bytes, clock.pending]).toEqual([0, 0])
})

test('[U9] one slice may be the whole', () => {
  expect(setUp().upload.take(header(0, 5), slice(5))).toHaveLength(5)
})

describe('[U9] whatever is out of order drops all of it', () => {
  const bytes = 3 * sliceBytes
  const cases: [string, ReturnType<typeof header>, Uint8Array][] = [
    ['a gap', header(2 * sliceBytes, bytes), slice()],
    ['another number', header(sliceBytes, bytes, 2), slice()],
    ['another length', header(sliceBytes, bytes + 1), slice()],
    ['a short slice', header(sliceBytes, bytes), slice(10)],
    ['an empty slice', header(sliceBytes, bytes), slice(0)],
    ['a slice past the end', header(sliceBytes, sliceBytes + 5), slice()],
  ]
  for (const [name, next, piece] of cases) {
    test(name, () => {
      const { clock, budget, upload } = setUp()
      upload.take(header(0, bytes), slice())
      expect(() => upload.take(next, piece)).toThrow(refused('bad-request'))
      expect([budget.bytes, clock.pending]).toEqual([0, 0])
      expect(() => upload.take(header(sliceBytes, bytes), slice())).toThrow(refused('bad-request'))
    })
  }
})

test('[U9] it stalls, it is gone', () => {
  const { clock, budget, upload } = setUp()
  upload.take(header(0, 3 * sliceBytes), slice())
  clock.advance(limits.transferStallMs - 1)
  upload.take(header(sliceBytes, 3 * sliceBytes), slice())
  clock.advance(limits.transferStallMs - 1)
  expect(budget.bytes).toBe(2 * sliceBytes)
  clock.advance(1)
  expect(budget.bytes).toBe(0)
})

test('[U9] more than all uploads together may hold is busy', () => {
  const { budget, upload } = setUp(limits.uploadBytesPerProcessMax - sliceBytes)
  upload.take(header(0, 3 * sliceBytes), slice())
  expect(() => upload.take(header(sliceBytes, 3 * sliceBytes), slice())).toThrow(refused('busy'))
  expect(budget.bytes).toBe(limits.uploadBytesPerProcessMax - sliceBytes)
})

test('starting again forgets what came before', () => {
  const { budget, upload } = setUp()
  upload.take(header(0, 3 * sliceBytes), slice())
  upload.take(header(0, 2 * sliceBytes, 2), slice())
  expect(budget.bytes).toBe(sliceBytes)
  expect(upload.take(header(sliceBytes, 2 * sliceBytes, 2), slice())).toHaveLength(2 * sliceBytes)
})
