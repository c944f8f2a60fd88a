// How things are timed: warm, one after the other, each sample long enough for the clock.

/** A sample lasts at least this long; what is quicker is repeated within it. */
const SAMPLE_MS = 2

/**
 * Times `task.run`, which may give a promise when `task.waits`; `task.before`, if there is one, prepares each run
 * outside the time. Gives milliseconds a run, one number a sample.
 */
export async function measure(task, { samples, warmups }) {
  const once = async () => {
    const prepared = task.before?.()
    const start = performance.now()
    const result = task.run(prepared)
    if (task.waits) await result
    const took = performance.now() - start
    task.after?.(task.waits ? await result : result)
    return took
  }
  let last = 0
  for (let at = 0; at < warmups; at++) last = await once()
  const repeats = task.before || task.after || task.waits ? 1 : Math.max(1, Math.ceil(SAMPLE_MS / Math.max(last, 1e-4)))
  const times = []
  for (let at = 0; at < samples; at++) {
    if (repeats === 1) {
      times.push(await once())
      continue
    }
    const start = performance.now()
    for (let i = 0; i < repeats; i++) task.run()
    times.push((performance.now() - start) / repeats)
  }
  return { times, repeats }
}
