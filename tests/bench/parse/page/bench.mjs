// What the page offers to the command: `bench.prepare(row, side, size)`, then `bench.measure(options)`.
import { open as openBoxes } from './boxes.mjs'
import { measure } from './clock.mjs'
import { Dash, Rx, Shaka } from './dash.mjs'
import * as hls from './hls.mjs'
import { Core } from './ours.mjs'

const bytesOf = async (name) => new Uint8Array(await (await fetch(`/input/${name}`)).arrayBuffer())
const textOf = (bytes) => new TextDecoder().decode(bytes)

/** Parses with our core and forgets, as often as asked. */
function parsing(core, bytes) {
  const run = () => core.exports.manifest_free(core.parse(bytes))
  const handle = core.parse(bytes)
  const count = core.count(handle)
  core.exports.manifest_free(handle)
  return { run, count }
}

const playlist = (name) => ({
  async ours(size) {
    return parsing(await Core.load(), await bytesOf(`${name}/${size}`))
  },
  async 'hls.js'(size) {
    const text = textOf(await bytesOf(`${name}/${size}`))
    const run = name === 'rich' ? () => hls.resolve(hls.parse(text)) : () => hls.parse(text)
    return { run, count: hls.parse(text).fragments.length }
  },
})

const mpd = (name) => ({
  async ours(size) {
    return parsing(await Core.load(), await bytesOf(`${name}/${size}`))
  },
  async 'rx-player'(size) {
    const [rx, { buffer }] = [await Rx.load(), await bytesOf(`${name}/${size}`)]
    return { run: () => rx.parse(buffer), count: rx.count(rx.parse(buffer)) }
  },
  async 'dash.js'(size) {
    const [dash, text] = [await Dash.load(), textOf(await bytesOf(`${name}/${size}`))]
    return { run: () => dash.parse(text), count: dash.count(dash.parse(text)) }
  },
  async 'shaka-player'(size) {
    const [shaka, { buffer }] = [await Shaka.load(), await bytesOf(`${name}/${size}`)]
    const first = await shaka.parse(buffer)
    const count = await shaka.count(first)
    await first.parser.stop()
    return { run: () => shaka.parse(buffer), waits: true, after: (manifest) => manifest.parser.stop(), count }
  },
})

const ROWS = {
  plain: playlist('plain'),
  rich: playlist('rich'),
  timeline: mpd('timeline'),
  periods: mpd('periods'),

  refresh: {
    async ours(size, rounds) {
      const core = await Core.load()
      const versions = await liveVersions(size, rounds)
      const handle = core.parse(await bytesOf('master/0'))
      core.attach(handle, versions[0])
      let at = 0
      return {
        before: () => versions[++at],
        run: (bytes) => core.attach(handle, bytes),
        get count() { return core.count(handle) },
        get detail() { return { work: core.exports.manifest_work?.(), bytes: versions[at].length } },
      }
    },
    async 'hls.js'(size, rounds) {
      const versions = (await liveVersions(size, rounds)).map(textOf)
      let known = hls.refresh(null, versions[0])
      let at = 0
      return {
        before: () => versions[++at],
        run: (text) => { known = hls.refresh(known, text) },
        get count() { return known.fragments.length },
      }
    },
  },

  lookup: {
    async ours(size) {
      const core = await Core.load()
      const handle = core.parse(await bytesOf(`plain/${size}`))
      const { manifest_at_time: find } = core.exports
      const times = Float64Array.from({ length: LOOKUPS }, (_, at) => ((at * 7919) % size) * 4e6 + 5e5)
      const run = () => {
        let sum = 0
        for (const time of times) sum += find(handle, 0, time)
        return sum
      }
      return { run, count: core.count(handle) }
    },
  },

  transport: {
    async ours(size) {
      const { exports: extras } = (await WebAssembly.instantiate(await (await fetch('/extras.wasm')).arrayBuffer())).instance
      const stream = await bytesOf(`transport/${size}`)
      const run = () => transmux(extras, stream).bytes
      return { run, count: transmux(extras, stream).tracks }
    },
    async 'hls.js'(size) {
      const stream = await bytesOf(`transport/${size}`)
      const run = () => hls.transmux(stream.buffer.slice(0))
      return { run, count: run().tracks }
    },
  },

  boxes: {
    async ours(size) {
      const lab = await labOf()
      const [init, segment] = [await bytesOf('init/0'), await bytesOf(`fragment/${size}`)]
      const head = segment.subarray(0, mediaAt(segment))
      // The place of a request moves only with a longer one: the host's view of it is kept.
      let place = new Uint8Array(0)
      const room = (length) => {
        const at = lab.request(length)
        const same = place.byteOffset === at && place.length === length && place.buffer === lab.memory.buffer
        return same ? place : (place = new Uint8Array(lab.memory.buffer, at, length))
      }
      const ask = (section) => {
        const request = new Uint8Array(4 + section.length + head.length)
        new Uint32Array(request.buffer, 0, 1)[0] = section.length
        request.set(section, 4)
        request.set(head, 4 + section.length)
        return () => {
          room(request.length).set(request)
          const table = lab.samples()
          if (table === 0) throw new Error('our core refused the fragment')
          return table
        }
      }
      ask(init)()
      const run = ask(new Uint8Array(0))
      run()
      return { run, count: lab.samples_len() }
    },
    async 'mp4box.js'(size) {
      const [init, segment] = [await bytesOf('init/0'), await bytesOf(`fragment/${size}`)]
      const first = openBoxes(init, segment, size)
      first.run()
      return { before: () => openBoxes(init, segment, size), run: (file) => file.run(), count: first.samples }
    },
  },
}

/** Bytes that the player gives over at a time. */
const SLICE = 64 << 10

/** A stream through our remuxer, as the player does it: bytes of fragments, and the tracks that were found. */
function transmux(extras, stream) {
  const ask = (kind, fields, rest = new Uint8Array(0)) => {
    const size = 1 + fields.length + rest.length
    const at = extras.alloc(size)
    const bytes = new Uint8Array(extras.memory.buffer, at, size)
    bytes[0] = kind
    bytes.set(fields, 1)
    bytes.set(rest, 1 + fields.length)
    const answer = extras.call(at, size)
    const length = extras.result_len()
    extras.free(at, size)
    return [answer, length]
  }
  const [at] = ask(0, [])
  const handle = new Uint8Array(extras.memory.buffer, at, 4).slice()
  ask(1, [...handle, 3, 0, 0, 0, 0, 0, 0, 0, 0])
  let [bytes, tracks] = [0, 0]
  const take = ([answer, length]) => {
    bytes += length
    if (tracks || !length) return
    const text = new TextDecoder('latin1').decode(new Uint8Array(extras.memory.buffer, answer, length))
    tracks = Number(text.includes('avc1')) + Number(text.includes('mp4a'))
  }
  for (let from = 0; from < stream.length; from += SLICE) take(ask(2, handle, stream.subarray(from, from + SLICE)))
  take(ask(3, handle))
  ask(4, handle)
  return { bytes, tracks }
}

async function labOf() {
  return (await WebAssembly.instantiate(await (await fetch('/lab.wasm')).arrayBuffer())).instance.exports
}

/** Where the media of a segment begins: what the player hands over ends there. */
function mediaAt(segment) {
  const view = new DataView(segment.buffer, segment.byteOffset)
  for (let at = 0; at < segment.length; at += view.getUint32(at)) {
    if (view.getUint32(at + 4) === 0x6d646174) return at
  }
  return segment.length
}

/** Lookups of one run: a call alone is shorter than the clock's tick. */
const LOOKUPS = 1000

/** A live window, and the versions of it that follow, each one segment further. */
async function liveVersions(size, rounds) {
  const found = []
  for (let at = 0; at <= rounds; at++) found.push(await bytesOf(`live/${size}/${at}`))
  return found
}

let task = null

window.bench = {
  sides: (row) => Object.keys(ROWS[row]),
  /** Gives the number of segments that this side has found. */
  async prepare(row, side, size, rounds) {
    task = await ROWS[row][side](size, rounds)
    return task.count
  },
  async measure(options) {
    const timed = await measure(task, options)
    return { ...timed, count: task.count, detail: task.detail ?? null }
  },
  /** Keeps what a parser makes of a playlist of `size` segments, for whoever looks at the heap. */
  async hold(side, name, size) {
    if (side === 'ours') {
      const core = await Core.load()
      const bytes = await bytesOf(`${name}/${size}`)
      const grown = () => {
        const before = core.memory.buffer.byteLength
        window.held.push(core.parse(bytes))
        return core.memory.buffer.byteLength - before
      }
      window.held = [core]
      // The first time with the host's copy, whose memory the second one uses again.
      const [wasm, again] = [grown(), grown()]
      return { count: core.count(window.held[1]), text: bytes.length, wasm, again, all: core.memory.buffer.byteLength }
    }
    const text = textOf(await bytesOf(`${name}/${size}`))
    return { count: 0, text: text.length, parse: void (window.held = text) }
  },
  /** Parses the text that is held; the measure is the heap before and after. */
  grow(resolved) {
    const details = hls.parse(window.held)
    if (resolved) hls.resolve(details)
    window.held = [window.held, details]
    return details.fragments.length
  },
  release() {
    window.held = null
    task = null
  },
}
