// How often one address may try a key that opens nothing, on either door ([J2]).
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../shared/errors.ts'
import { limits } from '../shared/limits.ts'

export class WrongKeys {
  readonly #limiter = new RateLimiterMemory({ points: limits.wrongKeysPerMinute, duration: 60 })

  /** Throws `rate-limited` for an address that has used up its tries. */
  async check(address: string): Promise<void> {
    const used = await this.#limiter.get(address)
    if (used !== null && used.consumedPoints >= limits.wrongKeysPerMinute) throw tooMany(used)
  }

  /** One more wrong key; the answer to this one is still the ordinary refusal. */
  async count(address: string): Promise<void> {
    await this.#limiter.penalty(address)
  }
}

/** Consumes one of `perMinute` for each call; throws `rate-limited` when there are none left. */
export function ratePerMinute(perMinute: number): (address: string) => Promise<void> {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 })
  return async (address) => {
    try {
      await limiter.consume(address)
    } catch (error) {
      if (error instanceof RateLimiterRes) throw tooMany(error)
      throw error
    }
  }
}

const tooMany = ({ msBeforeNext }: RateLimiterRes) =>
  new AppError('rate-limited', 'Too many tries from this address. Wait a minute, then try again.', {
    retryAfterMs: msBeforeNext,
  })
