// How things are timed: warm, one after the other, each sample long enough for the clock.

/** A sample lasts at least this long; what is quicker is repeated within it. */
const SAMPLE_MS = 2
/** So many times more are tried at once. */
const GROWTH = 100

/**
 * Times `task.run`, which may give a promise when `task.waits`; `task.before`, if there is one, prepares each run
 * outside the time. Gives milliseconds a run, one number a sample; how often it ran in a sample, and in all.
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
  let runs = warmups
  const many = (count) => {
    const start = performance.now()
    for (let i = 0; i < count; i++) task.run()
    runs += count
    return performance.now() - start
  }
  let repeats = 1
  if (!task.before && !task.after && !task.waits && last < SAMPLE_MS) {
    // The last run may have been slower than those to come: as many as do fill a sample.
    for (let took = last; took < SAMPLE_MS; took = many(repeats)) {
      repeats = Math.ceil(repeats * Math.min(GROWTH, (1.1 * SAMPLE_MS) / Math.max(took, 1e-4)))
    }
  }
  const times = []
  for (let at = 0; at < samples; at++) {
    if (repeats === 1) {
      times.push(await once())
      runs += 1
      continue
    }
    times.push(many(repeats) / repeats)
  }
  return { times, repeats, runs }
}
