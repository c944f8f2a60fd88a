import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { load } from './bundle.mjs'

const { House, Closed, originOf } = await load('house')
const BASE = 'https://bitaca.example'

let requests
let answers
let listeners
let store

const answer = (status, body = {}) => ({ status, ok: status < 400, json: async () => body })
const session = (number) => answer(200, { token: `token-${number}`, expires_in_s: 900, ticket: `ticket-${number}` })
const refused = () => {
  throw new TypeError('Failed to fetch')
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_700_000_000_000 })
  requests = []
  listeners = {}
  store = new Map()
  let sessions = 0
  answers = { '/api/session': () => session((sessions += 1)), '/api/home': () => answer(200) }
  globalThis.location = new URL('https://vitrine.example/loja')
  globalThis.window = globalThis
  globalThis.document = {
    addEventListener: (name, hear) => (listeners[name] = hear),
    removeEventListener: (name) => delete listeners[name],
  }
  globalThis.localStorage = {
    getItem: (key) => store.get(key) ?? null,
    setItem: (key, value) => store.set(key, value),
    removeItem: (key) => store.delete(key),
  }
  globalThis.fetch = async (address, init = {}) => {
    const authorization = new Headers(init.headers).get('authorization')
    requests.push([String(address).replace(BASE, ''), authorization, init.credentials])
    return answers[String(address).replace(BASE, '')]()
  }
})

afterEach(() => mock.timers.reset())

test('at home the cookie speaks, and paths stay paths', async () => {
  globalThis.location = new URL(BASE)
  const house = new House(BASE)
  assert.equal(house.own, true)
  assert.equal(house.url('/watch/a'), '/watch/a')
  assert.equal(await house.socket(), 'wss://bitaca.example/ws/chat')
  await house.fetch('/api/home')
  assert.deepEqual(requests, [['/api/home', null, undefined]])
  assert.equal(store.size, 0)
})

test('elsewhere a token speaks, never a cookie, and each socket has a ticket of its own', async () => {
  const house = new House(BASE)
  assert.equal(house.url('/posters/a'), `${BASE}/posters/a`)
  for (const path of ['//fora.example', 'javascript:alert(1)', '/\\fora.example', 'https://fora.example']) assert.equal(house.url(path), '#')
  assert.equal(await house.socket(), 'wss://bitaca.example/ws/chat?ticket=ticket-1')
  assert.equal(await house.socket(), 'wss://bitaca.example/ws/chat?ticket=ticket-2')
  await house.fetch('/api/home')
  assert.deepEqual(requests, [
    ['/api/session', null, 'omit'],
    ['/api/session', 'Bearer token-1', 'omit'],
    ['/api/home', 'Bearer token-2', 'omit'],
  ])
  // The next page of the same site goes on as the same viewer.
  requests = []
  await new House(BASE).fetch('/api/home')
  assert.deepEqual(requests, [['/api/home', 'Bearer token-2', 'omit']])
})

test('callers at the same moment share one session', async () => {
  const house = new House(BASE)
  await Promise.all([house.fetch('/api/home'), house.fetch('/api/home'), house.socket()])
  assert.equal(requests.filter(([path]) => path === '/api/session').length, 1)
})

test('a token is renewed before it expires, and one that is refused is replaced once', async () => {
  const house = new House(BASE)
  house.enter()
  await house.fetch('/api/home')
  mock.timers.tick(800_000)
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  assert.deepEqual(requests.at(-1), ['/api/session', 'Bearer token-1', 'omit'])
  let asked = 0
  answers['/api/home'] = () => answer((asked += 1) === 1 ? 401 : 200)
  assert.equal((await house.fetch('/api/home')).status, 200)
  assert.deepEqual(requests.slice(-3).map(([, token]) => token), ['Bearer token-2', null, 'Bearer token-3'])
  answers['/api/home'] = () => answer(401)
  assert.equal((await house.fetch('/api/home')).status, 401)
  house.leave()
  requests = []
  mock.timers.tick(2_000_000)
  assert.deepEqual(requests, [])
})

test('it is told apart who refuses: the server, the page, or nobody answers', async () => {
  const trouble = async (house) => {
    const asked = house.socket().catch((error) => error)
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    mock.timers.tick(200)
    const error = await asked
    assert.ok(error instanceof Closed)
    return error.trouble
  }
  answers['/api/session'] = refused
  answers['/static/icon.svg'] = () => answer(200)
  const house = new House(BASE)
  house.enter()
  assert.equal(await trouble(house), 'refused')
  answers['/static/icon.svg'] = refused
  assert.equal(await trouble(house), 'offline')
  const violation = { disposition: 'enforce', blockedURI: 'https://anderswo.example/x', effectiveDirective: 'connect-src' }
  listeners.securitypolicyviolation(violation)
  listeners.securitypolicyviolation({ ...violation, disposition: 'report', blockedURI: BASE })
  listeners.securitypolicyviolation({ ...violation, blockedURI: 'inline' })
  assert.equal(await trouble(house), 'offline')
  listeners.securitypolicyviolation({ ...violation, blockedURI: `${BASE}/api/session` })
  assert.equal(await trouble(house), 'blocked')
  answers['/api/session'] = () => answer(503)
  assert.equal(await trouble(house), 'offline')
  answers['/api/session'] = () => answer(403)
  assert.equal(await trouble(house), 'refused')
})

test('what another script left in the storage, or a closed one, is no reason to fail', async () => {
  store.set(`bitaca.session ${BASE}`, '{"token":7}')
  await new House(BASE).fetch('/api/home')
  assert.equal(requests[0][1], null)
  globalThis.localStorage = undefined
  await new House(BASE).fetch('/api/home')
  assert.equal(requests.at(-1)[1], 'Bearer token-2')
})

test('the server is the script\'s, unless the page names another', () => {
  assert.equal(originOf(null, `${BASE}/static/chat-derona.js?v=1`), BASE)
  assert.equal(originOf('https://outra.example/x', `${BASE}/static/chat-derona.js`), 'https://outra.example')
  assert.equal(originOf('http://[', `${BASE}/static/chat-derona.js`), BASE)
})
