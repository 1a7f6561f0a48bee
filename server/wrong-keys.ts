// How often one address may try a key that opens nothing, on either door ([J2]).
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../shared/errors.ts'
import { limits } from '../shared/limits.ts'

export class WrongKeys {
  readonly #limiter = new RateLimiterMemory({ points: limits.wrongKeysPerMinute, duration: 60 })

  /**
   * One more wrong key. Throws `rate-limited` for an address that has used up its tries: then it is not even told whether
   * a key was wrong. A right key always passes, or a revoked link that a whole school opens would lock the school out.
   */
  async count(address: string): Promise<void> {
    const used = await this.#limiter.penalty(address)
    if (used.consumedPoints > limits.wrongKeysPerMinute) throw tooMany(used)
  }
}

/** Consumes `points` (default 1) of `perMinute` for each call; throws `rate-limited` when there are not enough left. */
export function ratePerMinute(perMinute: number): (address: string, points?: number) => Promise<void> {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 })
  return async (address, points = 1) => {
    try {
      await limiter.consume(address, points)
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
