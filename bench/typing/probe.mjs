// Measures a page from inside. `probe` is sent into it as text, before any script of its own, so it uses nothing from here.
// Chromium's own Event Timing rounds durations to 8 ms, half of what is to be measured; these are taken to the 0.1 ms that
// the clock of a page has.

/**
 * Leaves in `window.typingProbe` the time at which text was first painted, and for each key: `stamp` (when the browser had it),
 * `end` (its handlers, and the changes of text that they led to, are done), `frame` (the next frame began) and `painted`
 * (that frame's layout and painting are done). All ms since the page's time origin.
 */
export function probe() {
  const found = { textAt: undefined, keys: [] }
  window.typingProbe = found
  // A message posted in a frame callback comes after the frame has been laid out and painted.
  const afterPaint = (call) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      call(performance.now())
    }
    port2.postMessage(undefined)
  }
  const watch = new MutationObserver(() => {
    if (!document.querySelector('.cm-line')?.textContent) return
    watch.disconnect()
    requestAnimationFrame(() =>
      afterPaint((now) => {
        found.textAt = now
      }),
    )
  })
  watch.observe(document, { subtree: true, childList: true, characterData: true })

  let key
  addEventListener(
    'keydown',
    (event) => {
      const begun = { stamp: event.timeStamp, end: undefined, frame: undefined, painted: undefined }
      key = begun
      requestAnimationFrame((frame) => {
        begun.frame = frame
        afterPaint((now) => {
          begun.painted = now
          found.keys.push(begun)
        })
      })
    },
    { capture: true },
  )
  // CodeMirror learns what was typed from a mutation observer, whose microtask was queued before this one.
  const over = () =>
    queueMicrotask(() => {
      if (key !== undefined && key.frame === undefined) key.end = performance.now()
    })
  for (const type of ['keydown', 'keypress', 'beforeinput', 'input']) addEventListener(type, over)
}

/** Of one key, ms: `handlers` (with the wait for a busy page), `frame` (layout and painting), `work` (both), `shown` (all). */
export function latencyOf({ stamp, end, frame, painted }) {
  // The frame's time is that of the screen's beat; when the page was busy then, it began after that.
  const [handlers, drawing] = [end - stamp, painted - Math.max(frame, end)]
  return { handlers, frame: drawing, work: handlers + drawing, shown: painted - stamp }
}
