import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { load, seeded } from './bundle.mjs'

const { act } = await load('actions')

let player
let opened
let stage

function remember(name) {
  return (...given) => void player.done.push([name, ...given])
}

beforeEach(() => {
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
  globalThis.document = { fullscreenEnabled: true, fullscreenElement: null }
  player = {
    done: [],
    dataset: { title: 'corrida-2026' },
    currentTime: 30,
    duration: 90,
    volume: 0.5,
    muted: false,
    playbackRate: 1,
    hasNext: false,
    qualities: [{ id: 'b', height: 720 }, { id: 'a', height: 360 }],
    audioTracks: [{ id: '1', language: 'pt-BR' }, { id: '2', language: 'ja' }],
    textTracks: [{ id: '3', language: 'en' }],
    shadowRoot: { querySelector: () => ({ disableRemotePlayback: true }) },
    play: async () => remember('play')(),
    pause: remember('pause'),
    goNext: remember('goNext'),
    requestFullscreen: async () => remember('requestFullscreen')(),
    seek: (to) => {
      remember('seek')(to)
      player.currentTime = to
    },
    setQuality: remember('setQuality'),
    setAudio: remember('setAudio'),
    setText: remember('setText'),
    skipMarker: remember('skipMarker'),
  }
  opened = []
  stage = {
    get player() {
      return player
    },
    open: async (title, at) => {
      opened.push([title, at])
      return { ok: true }
    },
  }
})

for (const [action, value, ...done] of [
  ['resume', null, 'play'],
  ['play', null, 'play'],
  ['play', 'corrida-2026', 'play'],
  ['pause', null, 'pause'],
  ['seek', { absolute: 42 }, 'seek', 42],
  ['seek', { relative: -10 }, 'seek', 20],
  ['seek', { relative: 600 }, 'seek', 90],
  ['seek', { relative: -600 }, 'seek', 0],
  ['quality', 'auto', 'setQuality', 'auto'],
  ['quality', 'highest', 'setQuality', 'b'],
  ['quality', 'lowest', 'setQuality', 'a'],
  ['quality', '480p', 'setQuality', '480p'],
  ['audio', 'pt', 'setAudio', '1'],
  ['audio', 'original', 'setAudio', '1'],
  ['audio', 'ja', 'setAudio', '2'],
  ['text', 'en', 'setText', '3'],
  ['text', null, 'setText', null],
  ['fullscreen', true, 'requestFullscreen'],
]) {
  test(`${action} ${JSON.stringify(value)} is done`, async () => {
    assert.deepEqual(await act(action, value, stage), { ok: true })
    assert.deepEqual(player.done, [done])
    assert.deepEqual(opened, [])
  })
}

test('a moment of the title that plays is sought, of another one opened', async () => {
  for (const action of ['play', 'play_at', 'seek_scene']) {
    player.done = []
    assert.deepEqual(await act(action, { title_id: 'corrida-2026', position_s: 12 }, stage), { ok: true })
    assert.deepEqual(player.done, [['seek', 12], ['play']])
  }
  await act('seek_scene', [{ title_id: 'laje-2026-e1', start_s: 4.5, text: 'A antena!' }, { title_id: 'x', start_s: 1 }], stage)
  await act('play', 'longe-1999', stage)
  assert.deepEqual(opened, [['laje-2026-e1', 4.5], ['longe-1999', null]])
  player.dataset.next = 'laje-2026-e2'
  assert.deepEqual(await act('next', null, stage), { ok: true })
  assert.deepEqual(opened.at(-1), ['laje-2026-e2', null])
})

test('volume, sound and speed are set', async () => {
  await act('volume', { relative: 0.9 }, stage)
  assert.equal(player.volume, 1)
  player.muted = true
  await act('volume', { absolute: 0.2 }, stage)
  assert.deepEqual([player.volume, player.muted], [0.2, false])
  await act('mute', true, stage)
  assert.equal(player.muted, true)
  await act('mute', false, stage)
  assert.equal(player.muted, false)
  await act('speed', 1.5, stage)
  assert.equal(player.playbackRate, 1.5)
})

for (const [action, value, reason] of [
  ['explode', null, 'unknown-action'],
  ['constructor', null, 'unknown-action'],
  ['__proto__', null, 'unknown-action'],
  [null, null, 'unknown-action'],
  ['play', 42, 'bad-value'],
  ['play', '../../operator', 'bad-value'],
  ['play', 'javascript:alert(1)', 'bad-value'],
  ['play', `${'a'.repeat(65)}`, 'bad-value'],
  ['play', { title_id: 'corrida-2026', position_s: '12' }, 'bad-value'],
  ['play_at', { title_id: 'corrida-2026', position_s: 91 }, 'out-of-range'],
  ['play_at', { title_id: 'longe-1999', position_s: -1 }, 'out-of-range'],
  ['seek_scene', [], 'bad-value'],
  ['seek', { absolute: 9000 }, 'out-of-range'],
  ['seek', { absolute: -1 }, 'out-of-range'],
  ['seek', { absolute: NaN }, 'bad-value'],
  ['seek', 'amanhã', 'bad-value'],
  ['quality', 'ultra', 'bad-value'],
  ['quality', 720, 'bad-value'],
  ['audio', 'tlh', 'no-track'],
  ['audio', null, 'bad-value'],
  ['text', 'fr', 'no-track'],
  ['speed', 16, 'out-of-range'],
  ['speed', '2', 'bad-value'],
  ['volume', { absolute: 3 }, 'out-of-range'],
  ['volume', null, 'bad-value'],
  ['mute', 'yes', 'bad-value'],
  ['fullscreen', 'yes', 'bad-value'],
  ['cast', null, 'unsupported'],
  ['skip_intro', null, 'nothing-to-skip'],
  ['next', null, 'no-next'],
]) {
  test(`${action} ${JSON.stringify(value)} is refused: ${reason}`, async () => {
    const before = JSON.stringify([player.volume, player.muted, player.playbackRate])
    const result = await act(action, value, stage)
    assert.deepEqual([result.ok, result.reason], [false, reason])
    assert.deepEqual(player.done.filter(([name]) => name !== 'skipMarker'), [])
    assert.equal(JSON.stringify([player.volume, player.muted, player.playbackRate]), before)
    assert.deepEqual(opened, [])
  })
}

test('without a player only a title can be opened', async () => {
  player = null
  assert.equal((await act('pause', null, stage)).reason, 'no-player')
  assert.equal((await act('play', null, stage)).reason, 'no-player')
  assert.equal((await act('play', 'longe-1999', stage)).ok, true)
})

test('what the browser wants pressed can be tried again', async () => {
  player.requestFullscreen = async () => {
    throw new TypeError('no gesture')
  }
  const refused = await act('fullscreen', true, stage)
  assert.equal(refused.reason, 'gesture')
  player.requestFullscreen = async () => remember('requestFullscreen')()
  assert.deepEqual(await refused.again(), { ok: true })
  player.play = async () => {
    throw new DOMException('no gesture', 'NotAllowedError')
  }
  assert.equal((await act('resume', null, stage)).reason, 'gesture')
  const video = { remote: { prompt: async () => Promise.reject(new DOMException('press', 'InvalidAccessError')) } }
  player.shadowRoot.querySelector = () => video
  const casting = await act('cast', null, stage)
  assert.equal(casting.reason, 'gesture')
  video.remote.prompt = async () => undefined
  assert.deepEqual(await casting.again(), { ok: true })
})

test('whatever comes, an action ends with a result', async () => {
  const random = seeded(11)
  const names = ['play', 'play_at', 'seek', 'seek_scene', 'quality', 'audio', 'text', 'speed', 'volume', 'mute', 'fullscreen', 'cast', 'next', 'skip_intro', 'toString', '']
  const values = [null, undefined, true, 0, -1, 1e12, Infinity, NaN, '', 'pt', '720p', [], {}, [null], { absolute: 1e9 }, { relative: 'x' }, { title_id: null }, { title_id: 'a', start_s: {} }]
  const pick = (from) => from[Math.floor(random() * from.length)]
  for (let round = 0; round < 2000; round += 1) {
    const result = await act(pick(names), pick(values), stage)
    assert.equal(typeof result.ok, 'boolean')
    assert.ok(player.volume >= 0 && player.volume <= 1 && player.playbackRate >= 0.5 && player.playbackRate <= 2)
    assert.ok(player.currentTime >= 0 && player.currentTime <= 90)
  }
  for (const [title, at] of opened) assert.ok(/^[a-z0-9-]+$/.test(title) && (at === null || at >= 0))
})
