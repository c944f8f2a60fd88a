// The parsers of DASH players: rx-player's in WebAssembly, dash.js's, shaka-player's.
import dashjs from 'dashjs'
import shaka from 'shaka-player/dist/shaka-player.compiled.js'
import DashWasmParser from '../../../../player/web/node_modules/rx-player/dist/es2017/parsers/manifest/dash/wasm-parser/index.js'

const ADDRESS = 'https://media.example/show/stream.mpd'

export class Rx {
  static async load() {
    const rx = new Rx()
    rx.parser = new DashWasmParser()
    await rx.parser.initialize({ wasmUrl: '/rx-mpd-parser.wasm' })
    return rx
  }

  parse(buffer) {
    const found = this.parser.runWasmParser(buffer, {
      unsafelyBaseOnPreviousManifest: null, url: ADDRESS, referenceDateTime: undefined, externalClockOffset: undefined,
    })
    if (found.type !== 'done') throw new Error(`rx-player wants ${found.type}`)
    return found.value.parsed
  }

  count(parsed) {
    let sum = 0
    for (const period of parsed.periods) {
      for (const adaptation of Object.values(period.adaptations).flat()) {
        for (const representation of adaptation.representations) {
          sum += representation.index._index.timeline?.reduce((all, one) => all + one.repeatCount + 1, 0) ?? 0
        }
      }
    }
    return sum
  }
}

export class Dash {
  static async load() {
    const dash = new Dash()
    const context = {}
    const silent = { info() {}, warn() {}, error() {}, debug() {}, fatal() {} }
    const factory = dashjs.FactoryMaker.getClassFactoryByName('DashParser')
    dash.parser = factory(context).create({ debug: { getLogger: () => silent } })
    return dash
  }

  parse(text) {
    const manifest = this.parser.parse(text)
    if (!manifest) throw new Error('dash.js refused the input')
    return manifest
  }

  count(manifest) {
    const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value])
    let sum = 0
    for (const period of list(manifest.Period)) {
      for (const set of list(period.AdaptationSet)) {
        for (const representation of list(set.Representation)) {
          const template = representation.SegmentTemplate ?? set.SegmentTemplate
          sum += list(template.SegmentTimeline.S).reduce((all, one) => all + (one.r ?? 0) + 1, 0)
        }
      }
    }
    return sum
  }
}

/** It parses what its own networking brings: here from memory. */
export class Shaka {
  static async load() {
    const self = new Shaka()
    const { NetworkingEngine } = shaka.net
    NetworkingEngine.registerScheme('bench', (uri) => shaka.util.AbortableOperation.completed({
      uri, originalUri: uri, data: self.buffer, headers: {}, fromCache: false,
    }))
    self.networking = new NetworkingEngine()
    // The defaults of the whole player; it needs no media element for them.
    const { manifest, networking } = new shaka.Player().getConfiguration()
    self.networking.configure(networking)
    self.configuration = manifest
    return self
  }

  async parse(buffer) {
    this.buffer = buffer
    const parser = new shaka.dash.DashParser()
    parser.configure(this.configuration)
    const nothing = () => {}
    const manifest = await parser.start('bench://media.example/show/stream.mpd', {
      networkingEngine: this.networking, filter: () => Promise.resolve(), makeTextStreamsForClosedCaptions: nothing,
      onTimelineRegionAdded: nothing, onEvent: nothing, onError: (error) => { throw error }, isLowLatencyMode: () => false,
      updateDuration: nothing, newDrmInfo: nothing, onManifestUpdated: nothing, getBandwidthEstimate: () => 1e6,
      onMetadata: () => Promise.resolve(), disableStream: nothing, addFont: nothing,
      getStreamingRetryParameters: () => this.configuration.retryParameters, onSegmentReceived: nothing,
    })
    manifest.parser = parser
    return manifest
  }

  async count(manifest) {
    const streams = new Set()
    for (const { video, audio } of manifest.variants) {
      if (video) streams.add(video)
      if (audio) streams.add(audio)
    }
    let sum = 0
    for (const stream of streams) {
      await stream.createSegmentIndex()
      for (const _ of stream.segmentIndex) sum += 1
    }
    return sum
  }
}
