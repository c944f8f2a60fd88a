// The support form: what is typed is sealed for the support key here, and only then leaves the browser.
import { ascii, P256, seal, X25519, type Kem } from './hpke'

const STEP_BYTES = 512
const VERSION = 1

/** What the form may say; the page gives the texts (`data-words`), since those of the whole app are many. */
type Key = 'insecure' | 'sending' | 'sent' | 'failed' | 'too_often' | 'stale'

interface PublicKeys {
  kid: string
  x25519: string
  p256: string
}

const form = document.querySelector<HTMLFormElement>('#support')
if (form) live(form)

function live(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>('button[type=submit]')
  const told = form.querySelector<HTMLElement>('#support-told')
  if (!button || !told) return
  const words = JSON.parse(form.dataset['words'] ?? '') as Record<Key, string>
  const tell = (key: Key, bad = false, id = ''): void => {
    told.hidden = false
    told.textContent = words[key].replace('{id}', id)
    told.classList.toggle('notice-bad', bad)
  }
  if (!globalThis.isSecureContext) {
    tell('insecure', true)
    return
  }
  button.disabled = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    button.disabled = true
    tell('sending')
    void send(form).then(
      (id) => {
        for (const field of form.querySelectorAll<HTMLInputElement>('textarea, input')) field.value = ''
        tell('sent', false, id)
        button.disabled = false
      },
      (error: unknown) => {
        // What was typed stays in the form.
        tell(error instanceof Refused ? error.key : 'failed', true)
        button.disabled = false
      },
    )
  })
}

class Refused extends Error {
  constructor(readonly key: Key) {
    super(key)
  }
}

async function send(form: HTMLFormElement): Promise<string> {
  const fields = new FormData(form)
  const message: Record<string, string> = { lang: document.documentElement.lang, sent: new Date().toISOString() }
  for (const name of ['subject', 'text', 'contact']) {
    const value = fields.get(name)
    if (typeof value === 'string' && value) message[name] = value
  }
  if (form.dataset['title']) message['title_id'] = form.dataset['title']
  const keys = JSON.parse(form.dataset['key'] ?? '') as PublicKeys
  const kem = await best()
  const info = ascii(`bitaca inbox ${VERSION} ${keys.kid}`)
  const sealed = await seal(kem, decode(kem === X25519 ? keys.x25519 : keys.p256), info, padded(message))
  const answer = await fetch('/api/inbox', {
    method: 'POST',
    credentials: 'omit', // who writes is said inside, or nowhere
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ v: VERSION, kid: keys.kid, suite: kem.name, sealed: encode(sealed) }),
  })
  if (answer.status === 429) throw new Refused('too_often')
  if (answer.status === 400) throw new Refused('stale')
  if (!answer.ok) throw new Refused('failed')
  return ((await answer.json()) as { id: string }).id
}

/** X25519 where the browser has it, else P-256. */
async function best(): Promise<Kem> {
  try {
    await crypto.subtle.generateKey(X25519.algorithm, false, ['deriveBits'])
    return X25519
  } catch {
    return P256
  }
}

function padded(message: Record<string, string>): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(message))
  const whole = new Uint8Array(Math.ceil(text.length / STEP_BYTES) * STEP_BYTES).fill(0x20)
  whole.set(text)
  return whole
}

function encode(data: Uint8Array): string {
  const text = btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(''))
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0))
}
