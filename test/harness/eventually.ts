// Waiting for something to become true, without guessing how long that takes.

/** Calls `check` until it neither throws nor returns false; after `limitMs` fails with what it said last. */
export async function eventually(check: () => unknown, limitMs = 20_000): Promise<void> {
  const end = performance.now() + limitMs
  for (;;) {
    let failure: unknown
    try {
      if ((await check()) !== false) return
      failure = new Error(`not true within ${limitMs} ms: ${check}`)
    } catch (error) {
      failure = error
    }
    if (performance.now() > end) throw failure
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
