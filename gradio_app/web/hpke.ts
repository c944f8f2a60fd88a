// HPKE, base mode, one message (RFC 9180, sections 4 to 6.1), over WebCrypto: what is sealed here, only the holder of
// the private key opens. DHKEM(X25519 or P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
type Bytes = Uint8Array<ArrayBuffer>

export interface Kem {
  name: 'x25519' | 'p256'
  id: number
  algorithm: AlgorithmIdentifier | EcKeyGenParams
  derive: string
}

export const X25519: Kem = { name: 'x25519', id: 0x0020, algorithm: { name: 'X25519' }, derive: 'X25519' }
export const P256: Kem = { name: 'p256', id: 0x0010, algorithm: { name: 'ECDH', namedCurve: 'P-256' }, derive: 'ECDH' }
const HKDF_SHA256 = 0x0001
const AES_256_GCM = 0x0002
const KEY_BYTES = 32
const NONCE_BYTES = 12
const HASH_BYTES = 32

/** Return the ephemeral public key followed by the ciphertext. `pair` is given by tests alone. */
export async function seal(
  kem: Kem,
  recipient: Bytes,
  info: Bytes,
  message: Bytes,
  pair?: CryptoKeyPair,
): Promise<Bytes> {
  const subtle = crypto.subtle
  const own = pair ?? ((await subtle.generateKey(kem.algorithm, true, ['deriveBits'])) as CryptoKeyPair)
  const theirs = await subtle.importKey('raw', recipient, kem.algorithm, false, [])
  const enc = new Uint8Array(await subtle.exportKey('raw', own.publicKey))
  const shared = new Uint8Array(await subtle.deriveBits({ name: kem.derive, public: theirs }, own.privateKey, 256))
  const kemSuite = join(ascii('KEM'), short(kem.id))
  const secret = await expand(
    kemSuite,
    await extract(kemSuite, nothing, 'eae_prk', shared),
    'shared_secret',
    join(enc, recipient),
    HASH_BYTES,
  )
  const suite = join(ascii('HPKE'), short(kem.id), short(HKDF_SHA256), short(AES_256_GCM))
  const context = join(
    new Uint8Array([0]), // mode_base
    await extract(suite, nothing, 'psk_id_hash', nothing),
    await extract(suite, nothing, 'info_hash', info),
  )
  const root = await extract(suite, secret, 'secret', nothing)
  const key = await subtle.importKey('raw', await expand(suite, root, 'key', context, KEY_BYTES), 'AES-GCM', false, [
    'encrypt',
  ])
  const iv = await expand(suite, root, 'base_nonce', context, NONCE_BYTES)
  return join(enc, new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv }, key, message)))
}

const nothing: Bytes = new Uint8Array(0)

/** LabeledExtract (section 4). */
async function extract(suite: Bytes, salt: Bytes, label: string, ikm: Bytes): Promise<Bytes> {
  // HMAC fills a key up with zeros, so none at all is as many zeros as WebCrypto wants.
  return hmac(salt.length ? salt : new Uint8Array(HASH_BYTES), join(ascii('HPKE-v1'), suite, ascii(label), ikm))
}

/** LabeledExpand (section 4) of at most one hash: HKDF's first block (RFC 5869, section 2.3), cut off. */
async function expand(suite: Bytes, prk: Bytes, label: string, info: Bytes, length: number): Promise<Bytes> {
  const told = join(short(length), ascii('HPKE-v1'), suite, ascii(label), info, new Uint8Array([1]))
  return (await hmac(prk, told)).slice(0, length)
}

async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
  const made = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', made, data))
}

export function join(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export function ascii(text: string): Bytes {
  return new TextEncoder().encode(text)
}

function short(number: number): Bytes {
  return new Uint8Array([number >> 8, number & 255])
}
