/**
 * Adapts Encrypted Media Extensions: key systems, key sessions, licences. It runs on the page, where MediaKeys is.
 *
 * The session decides what is asked of whom; messages and licences pass from the key system to the server and back
 * here, and nowhere else.
 */
import type { FetchOutput, InputBody, KeyServer, KeySessionOutput, KeySystemQuery } from './messages'
import { TooLarge, wholeOf } from './sizes'

/** What a page says about one key system. Everything is optional. */
export interface DrmServer {
  /** Address of licences; else the manifest's. */
  server?: string
  /** Address of the server's certificate. */
  certificate?: string
  /** Robustness to ask for, as `HW_SECURE_ALL`. */
  robustness?: string
  /** Labels by slashes that this device has in ALLOWED-CPC. */
  labels?: string
  /** Sent with each request to this server. */
  headers?: Record<string, string>
  /** Makes the body of a licence request from the key system's message. */
  wrap?: (message: Uint8Array<ArrayBuffer>) => BodyInit | Promise<BodyInit>
  /** Makes a licence from the body of the server's answer. */
  unwrap?: (answer: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>
}

/** By name of the key system, as `com.widevine.alpha`; what is said of `*` holds for those that say nothing else. */
export type DrmOptions = Record<string, DrmServer>

const ANY = '*'
const CLEAR_KEY = 'org.w3.clearkey'
const KEY_BYTES = 16
const LONGEST_RETRY_AFTER_S = 60

interface OpenSession {
  session: MediaKeySession
  message: Uint8Array<ArrayBuffer>
  raw: boolean
}

/** A key system refused what it was given: repeating the request would not help. */
class Refused extends Error {}

/** A video takes one change of its keys at a time. */
const changes = new WeakMap<HTMLVideoElement, Promise<unknown>>()

function setKeys(video: HTMLVideoElement, keys: MediaKeys | null): Promise<unknown> {
  const change = (changes.get(video) ?? Promise.resolve()).then(() => video.setMediaKeys(keys))
  changes.set(video, change.catch(() => undefined))
  return change
}

/** The page's options as the session reads them. */
export function keyServers(options: DrmOptions): KeyServer[] {
  const absolute = (address: string | undefined) => (address ? new URL(address, document.baseURI).href : '')
  return Object.keys(options).map((name) => {
    const { server, certificate, robustness = '', labels = '' } = optionsOf(options, name)
    const system = name === ANY ? '' : name
    return { system, licence: absolute(server), certificate: absolute(certificate), robustness, labels }
  })
}

/** What is said of any key system holds where a system's own options are silent. */
function optionsOf(options: DrmOptions, name: string): DrmServer {
  return { ...options[ANY], ...options[name] }
}

/** The key system of one title. */
export class Drm {
  private name = ''
  private keys: MediaKeys | null = null
  private readonly sessions = new Map<number, OpenSession>()
  private readonly requests = new Map<number, AbortController>()
  private readonly life = new AbortController()

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly options: DrmOptions,
    private readonly report: (input: InputBody) => void,
  ) {
    const { signal } = this.life
    video.addEventListener('encrypted', ({ initDataType, initData }) => {
      if (initData) this.report({ t: 'encrypted', dataType: initDataType, data: new Uint8Array(initData) })
    }, { signal })
  }

  /** Makes the first key system that the browser has, and gives it to the video. */
  async choose(queries: readonly KeySystemQuery[]): Promise<void> {
    for (const [chosen, query] of queries.entries()) {
      try {
        const access = await navigator.requestMediaKeySystemAccess(query.name, [configuration(query)])
        const keys = await access.createMediaKeys()
        const hdcp = await hdcpOf(keys)
        await setKeys(this.video, keys)
        if (this.life.signal.aborted) return
        this.keys = keys
        this.name = query.name
        const robustness = access.getConfiguration().videoCapabilities?.[0]?.robustness ?? ''
        this.report({ t: 'keySystem', chosen, robustness, hdcp })
        return
      } catch {
        // Not here, or not on a page like this one: the next may be.
      }
    }
    if (!this.life.signal.aborted) this.report({ t: 'keySystem', chosen: null, robustness: '', hdcp: 0 })
  }

  begin({ number, dataType, data, raw }: KeySessionOutput): void {
    const failed = () => this.report({ t: 'keyMessage', session: number, failed: true })
    try {
      const session = this.keys?.createSession()
      if (!session) return failed()
      const open: OpenSession = { session, message: new Uint8Array(0), raw }
      this.sessions.set(number, open)
      session.addEventListener('message', ({ message }) => {
        open.message = new Uint8Array(message)
        this.report({ t: 'keyMessage', session: number, failed: false })
      })
      session.addEventListener('keystatuseschange', () => this.reportStatuses(number))
      session.generateRequest(dataType, data).catch(failed)
    } catch {
      failed()
    }
  }

  end(number: number): void {
    const open = this.sessions.get(number)
    this.sessions.delete(number)
    open?.session.close().catch(() => undefined)
  }

  /** Fetches a licence or a certificate, and gives it to the key system. */
  async fetch(request: FetchOutput): Promise<void> {
    const controller = new AbortController()
    const { id } = request
    this.requests.set(id, controller)
    let silent = false
    const alarm = setTimeout(() => {
      silent = true
      controller.abort()
    }, request.timeoutUs / 1000)
    let status = 0
    try {
      const open = this.sessions.get(request.cipher?.key ?? 0)
      if (request.kind === 'licence' && !open) throw new Refused('no such key session')
      const response = await fetch(request.url, await this.requestFor(open, controller.signal))
      status = response.status
      if (!response.ok) {
        const denied = status === 401 || status === 403 || status === 410
        const retryAfterUs = retryAfter(response)
        if (this.requests.delete(id)) this.report({ t: 'failed', id, status, reason: denied ? 'expired' : 'http', retryAfterUs })
        return
      }
      this.report({ t: 'response', id, status, url: response.url })
      const body = await wholeOf(request.kind, response)
      clearTimeout(alarm)
      await this.give(open, body)
      if (!this.requests.delete(id)) return
      if (request.cipher) this.reportStatuses(request.cipher.key)
      this.report({ t: 'done', id, bytes: body.length })
    } catch (reason) {
      controller.abort()
      const large = reason instanceof TooLarge ? 'tooLarge' : 'network'
      const why = reason instanceof Refused ? 'decrypt' : silent ? 'timeout' : large
      if (this.requests.delete(id)) this.report({ t: 'failed', id, status, reason: why })
    } finally {
      clearTimeout(alarm)
    }
  }

  abort(id: number): void {
    const controller = this.requests.get(id)
    this.requests.delete(id)
    controller?.abort()
  }

  /** Gives the key system back. The video must have let go of its source. */
  destroy(): void {
    this.life.abort()
    for (const id of [...this.requests.keys()]) this.abort(id)
    for (const number of [...this.sessions.keys()]) this.end(number)
    if (this.keys) setKeys(this.video, null).catch(() => undefined)
    this.keys = null
  }

  private get option(): DrmServer {
    return optionsOf(this.options, this.name)
  }

  private async requestFor(open: OpenSession | undefined, signal: AbortSignal): Promise<RequestInit> {
    const { headers = {}, wrap } = this.option
    if (!open || open.raw) return { headers, signal, credentials: 'omit' }
    if (wrap) return { method: 'POST', body: await wrap(open.message), headers, signal, credentials: 'omit' }
    const inner = this.name.startsWith('com.microsoft.playready') ? playReadyRequest(open.message) : null
    const type = this.name === CLEAR_KEY ? 'application/json' : 'application/octet-stream'
    return {
      method: 'POST', body: inner?.body ?? open.message, signal, credentials: 'omit',
      headers: { 'Content-Type': type, ...inner?.headers, ...headers },
    }
  }

  private async give(open: OpenSession | undefined, body: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      if (!open) {
        if (!(await this.keys?.setServerCertificate(body))) throw new Refused('it takes no certificate')
        return
      }
      const answer = open.raw ? keySet(open.message, body) : ((await this.option.unwrap?.(body)) ?? body)
      await open.session.update(answer)
    } catch (reason) {
      throw new Refused(String(reason))
    }
  }

  private reportStatuses(session: number): void {
    const open = this.sessions.get(session)
    if (!open) return
    const keys: { kid: Uint8Array; status: MediaKeyStatus }[] = []
    open.session.keyStatuses.forEach((status, kid) => keys.push({ kid: bytesOf(kid), status }))
    this.report({ t: 'keyStatuses', session, keys })
  }
}

function configuration({ name, scheme, robustness, video, audio }: KeySystemQuery): MediaKeySystemConfiguration {
  // Widevine warns where nothing is asked for; this is the least that it has.
  const wish = robustness || (name === 'com.widevine.alpha' ? 'SW_SECURE_CRYPTO' : '')
  const able = (contentType: string): MediaKeySystemMediaCapability => ({
    contentType, robustness: wish, ...(scheme ? { encryptionScheme: scheme } : {}),
  })
  return {
    initDataTypes: ['cenc', 'keyids', 'skd'],
    distinctiveIdentifier: 'optional',
    persistentState: 'optional',
    sessionTypes: ['temporary'],
    ...(video.length > 0 ? { videoCapabilities: video.map(able) } : {}),
    ...(audio.length > 0 ? { audioCapabilities: audio.map(able) } : {}),
  }
}

/** What the way to the screen has: 0 unknown, 1 no HDCP, 2 version 1, 3 version 2.2. */
async function hdcpOf(keys: MediaKeys): Promise<number> {
  const usable = async (minHdcpVersion: string) => (await keys.getStatusForPolicy({ minHdcpVersion })) === 'usable'
  try {
    if (await usable('2.2')) return 3
    return (await usable('1.0')) ? 2 : 1
  } catch {
    // The browser does not say; the status of each key will.
    return 0
  }
}

/** A key by itself as the licence of every key that was asked for. Encrypted Media Extensions, Clear Key, License Format. */
function keySet(message: Uint8Array<ArrayBuffer>, key: Uint8Array): Uint8Array<ArrayBuffer> {
  if (key.length !== KEY_BYTES) throw new Refused(`a key of ${key.length} bytes`)
  const { kids } = JSON.parse(new TextDecoder().decode(message)) as { kids: string[] }
  const k = btoa(String.fromCharCode(...key)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  const keys = kids.map((kid) => ({ kty: 'oct', kid, k }))
  return new TextEncoder().encode(JSON.stringify({ keys, type: 'temporary' }))
}

/** The request inside a PlayReady message, which is XML in UTF-16 around it; null where it is the request itself. */
function playReadyRequest(message: Uint8Array): { body: Uint8Array<ArrayBuffer>; headers: Record<string, string> } | null {
  const text = new TextDecoder('utf-16le').decode(message)
  if (!text.includes('PlayReadyKeyMessage')) return null
  const document = new DOMParser().parseFromString(text, 'application/xml')
  const challenge = document.querySelector('Challenge')?.textContent
  if (!challenge) return null
  const headers: Record<string, string> = {}
  for (const header of document.querySelectorAll('HttpHeader')) {
    const [name, value] = [header.querySelector('name'), header.querySelector('value')]
    if (name?.textContent && value?.textContent) headers[name.textContent] = value.textContent
  }
  return { body: Uint8Array.from(atob(challenge), (character) => character.charCodeAt(0)), headers }
}

function bytesOf(source: BufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source)
}

function retryAfter(response: Response): number {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.round(Math.min(seconds, LONGEST_RETRY_AFTER_S) * 1e6) : 0
}
