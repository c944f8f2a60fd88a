import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { load, seeded } from './bundle.mjs'

const { Line, KEPT_MAX } = await load('line')

/** A server of protocol v1: takes each id once, numbers its frames, replays what a page missed. */
class Server {
  frames = []
  asked = []
  sockets = []
  up = true
  answers = true
  session = 'one'

  take(socket, frame) {
    if (frame.type === 'hello' || frame.type === 'resume') {
      const resumed = frame.type === 'resume' && frame.session === this.session
      socket.give({ type: 'hello', seq: this.frames.length, id: null, session: this.session, resumed, text: '' })
      if (resumed) for (const old of this.frames.slice(frame.seq)) socket.give(old)
      return
    }
    this.asked.push(frame)
    if (!['message', 'edit', 'retry'].includes(frame.type) || !this.answers) return
    if (this.asked.filter((other) => other.id === frame.id).length === 1) this.answer(frame.id)
  }

  answer(id) {
    this.emit({ type: 'cards', id, cards: [], lang: 'pt' })
    this.emit({ type: 'done', id, text: 'oi', chips: [] })
  }

  emit(frame) {
    const made = { ...frame, seq: this.frames.length + 1 }
    this.frames.push(made)
    for (const socket of this.sockets) socket.give(made)
  }

  cut() {
    for (const socket of [...this.sockets]) socket.close()
  }
}

let server
let heard
let waiting
let trouble
let line
let posts

const house = {
  socket: async () => 'ws://bitaca/ws/chat',
  fetch: async (path, init) => posts(path, JSON.parse(init.body)),
}
const listener = {
  frame: (frame) => heard.push(frame),
  state: (told) => (trouble = told),
  waiting: (ids) => (waiting = [...ids]),
  context: () => ({ favoriteGenres: [], watchedVideos: [], currentVideo: { title_id: 'corrida-2026', position_s: 3, paused: false } }),
}

class Socket {
  constructor() {
    server.sockets.push(this)
    this.open = server.up
    queueMicrotask(() => (server.up ? this.onopen() : this.close()))
  }

  send(text) {
    if (this.open) server.take(this, JSON.parse(text))
  }

  give(frame) {
    const text = JSON.stringify(frame)
    queueMicrotask(() => this.open && this.onmessage({ data: text }))
  }

  close() {
    this.open = false
    server.sockets = server.sockets.filter((other) => other !== this)
    queueMicrotask(() => this.onclose())
  }
}

const settle = async () => {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve()
}
const pass = async (ms) => {
  mock.timers.tick(ms)
  await settle()
}
const say = (text) => line.send({ type: 'message', text })
const texts = () => server.asked.map((frame) => frame.text)
const renew = () => new Line(house, listener, 'pt')

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_700_000_000_000 })
  const store = new Map()
  globalThis.sessionStorage = {
    getItem: (key) => store.get(key) ?? null,
    setItem: (key, value) => store.set(key, value),
    removeItem: (key) => store.delete(key),
  }
  globalThis.WebSocket = Socket
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
  server = new Server()
  heard = []
  waiting = []
  trouble = undefined
  posts = () => {
    throw new TypeError('no network')
  }
  line = renew()
})

afterEach(() => {
  line.close()
  mock.timers.reset()
})

test('what is said goes out with what the player does, and is heard once', async () => {
  await line.open()
  await settle()
  const id = say('oi')
  await settle()
  assert.deepEqual(heard.map((frame) => frame.type), ['hello', 'cards', 'done'])
  assert.equal(server.asked[0].player.position_s, 3)
  assert.equal(server.asked[0].id, id)
  assert.equal(line.busy, false)
})

test('what is said without a line waits, is shown so, survives the page and leaves in order', async () => {
  server.up = false
  await line.open()
  const ids = [say('um'), say('dois'), say('três')]
  await pass(3000)
  assert.deepEqual(waiting, ids)
  assert.equal(line.reword(ids[1], 'dois e meio'), true)
  line.close()
  line = renew()
  assert.deepEqual(line.left.map((letter) => letter.text), ['um', 'dois e meio', 'três'])
  server.up = true
  await line.open()
  await settle()
  assert.deepEqual(texts(), ['um', 'dois e meio', 'três'])
  assert.deepEqual(waiting, [])
  assert.equal(line.reword(ids[1], 'tarde demais'), false)
  assert.equal(trouble, null)
})

test('an edit and a retry name the message that they replace', async () => {
  await line.open()
  await settle()
  const first = say('algo leve')
  await settle()
  const second = line.send({ type: 'edit', text: 'algo curto', of: first })
  await settle()
  line.send({ type: 'retry', text: 'algo curto', of: second })
  await settle()
  assert.deepEqual(server.asked.map(({ type, of }) => [type, of]), [['message', undefined], ['edit', first], ['retry', second]])
})

test('what replaces a message that is known no more is said as a new one, and the viewer hears no error', async () => {
  server.answers = false
  await line.open()
  await settle()
  const id = line.send({ type: 'retry', text: 'algo curto', of: 'long-ago' })
  await settle()
  server.emit({ type: 'error', id, kind: 'unknown-message', message: '' })
  await settle()
  assert.deepEqual(server.asked.map(({ type, text }) => [type, text]), [['retry', undefined], ['message', 'algo curto']])
  assert.deepEqual(heard.filter((frame) => frame.type === 'error'), [])
})

test('a message that was refused by a limit is said again in its place when time is up', async () => {
  server.answers = false
  await line.open()
  await settle()
  const [first, second] = [say('um'), say('dois')]
  await settle()
  server.emit({ type: 'rate_limited', id: first, retry_ms: 4000 })
  server.emit({ type: 'rate_limited', id: second, retry_ms: 4000 })
  await settle()
  say('três')
  assert.equal(waiting.length, 3)
  server.answers = true
  await pass(4100)
  assert.deepEqual(texts(), ['um', 'dois', 'um', 'dois', 'três'])
})

test('a question whose answer was lost with the line is asked again, by the same number', async () => {
  server.answers = false
  await line.open()
  await settle()
  const id = say('oi')
  await settle()
  server.cut()
  await settle()
  server.asked = []
  server.answers = true
  await pass(1000)
  assert.equal(server.sockets.length, 1)
  assert.deepEqual(server.asked.map((frame) => frame.id), [id])
  assert.deepEqual(heard.filter((frame) => frame.type === 'done').length, 1)
})

test('after a break, what a limit refused is said before what was said later and sent already', async () => {
  server.answers = false
  await line.open()
  await settle()
  const first = say('um')
  say('dois')
  await settle()
  server.emit({ type: 'rate_limited', id: first, retry_ms: 300 })
  await settle()
  server.cut()
  await settle()
  server.asked = []
  server.answers = true
  await pass(1500)
  assert.deepEqual(texts(), ['um', 'dois'])
})

test('a conversation that is gone begins again, and nothing said is lost', async () => {
  await line.open()
  await settle()
  say('oi')
  await settle()
  server.cut()
  server = Object.assign(new Server(), { session: 'two' })
  await pass(1000)
  say('de novo')
  await settle()
  assert.deepEqual(texts(), ['de novo'])
})

test('without sockets it is asked by POST, in order; without a network it waits', async () => {
  server.up = false
  const bodies = []
  posts = (path, body) => {
    bodies.push([path, body.message, body.context.currentVideo.title_id])
    return { ok: true, status: 200, json: async () => ({ recommendations: [], actions: [], text: 'oi', chips: [], lang: 'pt' }) }
  }
  await line.open()
  say('um')
  say('dois')
  await pass(2600)
  const path = '/api/chat/message?lang=pt'
  assert.deepEqual(bodies, [[path, 'um', 'corrida-2026'], [path, 'dois', 'corrida-2026']])
  assert.deepEqual(waiting, [])
  posts = () => {
    throw new TypeError('no network')
  }
  say('três')
  await pass(2600)
  assert.equal(waiting.length, 1)
  assert.equal(trouble, 'offline')
})

test('a storage that holds something else is no reason to fail', async () => {
  sessionStorage.setItem('bitaca.chat.outbox', '[{"id":1},{"type":"message","id":"a","text":"oi"},null]')
  assert.deepEqual(renew().left.map((letter) => letter.id), ['a'])
  sessionStorage.setItem('bitaca.chat.outbox', '{')
  assert.deepEqual(renew().left, [])
  globalThis.sessionStorage = undefined
  assert.deepEqual(renew().left, [])
  assert.ok(KEPT_MAX >= 10)
})

test('two tabs of one conversation: the second begins its own', async () => {
  const held = new Set()
  const locks = {
    request: (name, { signal }, work) =>
      new Promise((_, refuse) => {
        if (!held.has(name)) {
          held.add(name)
          void work()
        } else signal.addEventListener('abort', () => refuse(new DOMException('', 'AbortError')))
      }),
  }
  Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true })
  await line.open()
  await settle()
  const firsts = []
  const other = renew()
  const take = server.take.bind(server)
  server.take = (socket, frame) => (firsts.push(frame.type), take(socket, frame))
  void other.open()
  await settle()
  await pass(400)
  assert.deepEqual(firsts, ['hello'])
  other.close()
})

test('whatever the network does, every frame is heard once and in order, and everything is asked', async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = seeded(seed)
    line.close()
    server = new Server()
    heard = []
    sessionStorage.setItem('bitaca.chat', '')
    line = renew()
    void line.open()
    const said = []
    for (let step = 0; step < 60; step += 1) {
      const dice = random()
      if (dice < 0.25 && line.left.length < KEPT_MAX - 1) said.push(say(`${step}`))
      else if (dice < 0.4) server.cut()
      else if (dice < 0.5) server.up = !server.up
      else if (dice < 0.6) server.emit({ type: 'more', id: said[0] ?? 'm', text: 'e mais' })
      await pass(Math.floor(random() * 3000))
    }
    server.up = true
    for (let wait = 0; wait < 20; wait += 1) await pass(5000)
    const seqs = heard.filter((frame) => frame.type !== 'hello').map((frame) => frame.seq)
    assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b), `seed ${seed}`)
    assert.equal(new Set(seqs).size, seqs.length, `seed ${seed}`)
    assert.deepEqual(seqs, server.frames.map((frame) => frame.seq).slice(-seqs.length), `seed ${seed}`)
    const order = [...new Set(server.asked.map((frame) => frame.id))]
    assert.deepEqual(order, said, `seed ${seed}`)
    assert.deepEqual(heard.filter((frame) => frame.type === 'done').map((frame) => frame.id), said, `seed ${seed}`)
  }
})
